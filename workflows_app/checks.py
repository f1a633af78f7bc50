"""System checks: settings of the project that would make runs fail now and then."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, connections

SQLITE_WAITS = Warning(
    "SQLite answers “database is locked” at once when two transactions that read first both write.",
    hint=(
        'Add "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20} to DATABASES["default"]: '
        "then the second one waits."
    ),
    id="workflows_app.W001",
)


@register(Tags.database)
def check_sqlite_waits(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Warn of SQLite with deferred transactions, Django's default, as of `migrate`."""
    connection = connections[DEFAULT_DB_ALIAS]
    if DEFAULT_DB_ALIAS not in (databases or ()) or connection.vendor != "sqlite":
        return []
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or "DEFERRED"
    return [SQLITE_WAITS] if mode.upper() == "DEFERRED" else []
