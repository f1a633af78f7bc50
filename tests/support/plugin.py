"""Readies the environment before Django's settings are read: scratch directory, keys, database.

`--database postgresql` starts a PostgreSQL server of the session's own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.postgresql import PostgresqlServer


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="What the integration tests run on (default: sqlite).",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Runs around pytest-django's own hook, which reads the settings."""
    scratch = Path(tempfile.mkdtemp(prefix="flowdeck-tests-"))
    (scratch / "static").mkdir()
    early_config.add_cleanup(lambda: shutil.rmtree(scratch, ignore_errors=True))
    for name in [n for n in os.environ if n.startswith("FLOWDECK_")] + [
        "DATABASE_URL",
        "REDIS_URL",
    ]:
        os.environ.pop(name, None)
    os.environ["FLOWDECK_VAR_DIR"] = str(scratch)
    os.environ["FLOWDECK_SECRET_KEY"] = "a key for tests only, long enough for the checks of Django"
    os.environ["FLOWDECK_APPS"] = "tests.support.flush"
    if early_config.known_args_namespace.database == "postgresql":
        server = PostgresqlServer.start()
        early_config.add_cleanup(server.stop)
        os.environ["DATABASE_URL"] = server.url("flowdeck")
        os.environ["FLOWDECK_HTTPS"] = "false"
    yield
    # Else each test's client looks through all static files when it makes its first request.
    settings.WHITENOISE_AUTOREFRESH = True
