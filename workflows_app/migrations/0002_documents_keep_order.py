"""Documents and forms keep the order of their keys on PostgreSQL: `json` in place of `jsonb`."""

from __future__ import annotations

from typing import Any

from django.db import migrations

COLUMNS = (
    ("workflows_app_draft", "document"),
    ("workflows_app_version", "document"),
    ("workflows_app_humantask", "data"),
    ("workflows_app_humantask", "form_schema"),
    ("workflows_app_decision", "data"),
)


def _change_types(schema_editor: Any, kind: str) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, column in COLUMNS:
        schema_editor.execute(
            f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind} USING "{column}"::{kind}'
        )


def keep_order(apps: Any, schema_editor: Any) -> None:
    """To `json`."""
    _change_types(schema_editor, "json")


def lose_order(apps: Any, schema_editor: Any) -> None:
    """Back to `jsonb`."""
    _change_types(schema_editor, "jsonb")


class Migration(migrations.Migration):
    """Change the columns' type."""

    dependencies = (("workflows_app", "0001_initial"),)
    operations = (migrations.RunPython(keep_order, lose_order),)
