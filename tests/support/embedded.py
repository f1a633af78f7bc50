"""The embedded stack as people start it: `manage.py embedded` on a free port."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.support.accounts import CREATE
from tests.support.ports import free_port
from tests.support.process import ROOT, ServerProcess

SECRET_KEY = "a key for tests only, long enough for the checks of Django"


def run_manage(environment: Mapping[str, str], *arguments: str, source: str | None = None) -> str:
    """Run a management command to its end, with `source` as its input; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", **environment},
        input=source,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"manage.py {arguments[0]}: {done.stdout}\n{done.stderr}"
    return done.stdout


def create_accounts(environment: Mapping[str, str]) -> None:
    """Make the people of `tests.support.accounts`."""
    run_manage(environment, "shell", "--no-imports", "-c", CREATE)


class EmbeddedServer:
    """One process that serves everything, on a directory of its own."""

    def __init__(
        self, directory: Path, *, allowed_hosts: tuple[str, ...] = (), **settings: str
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.environment = {
            "FLOWDECK_VAR_DIR": str(directory),
            "FLOWDECK_SECRET_KEY": SECRET_KEY,
            "FLOWDECK_HTTP_ALLOWED_HOSTS": ",".join(allowed_hosts),
            **settings,
        }
        self.process = ServerProcess(
            name="embedded",
            command=(sys.executable, "manage.py", "embedded", "--port", str(self.port)),
            log=directory / "embedded.log",
            environment=self.environment,
        )

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> EmbeddedServer:
        """Start it and wait until it is healthy."""
        self.process.start()
        self.process.wait_until_ready(self.is_healthy)
        return self

    def is_healthy(self) -> bool:
        """True when the readiness check answers well."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        return False


class MigratedDatabase:
    """A SQLite file with all tables and the people of tests; servers get copies."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self.file = directory / "flowdeck.sqlite3"
        environment = {"FLOWDECK_VAR_DIR": str(directory), "FLOWDECK_SECRET_KEY": SECRET_KEY}
        run_manage(environment, "migrate", "--verbosity", "0")
        create_accounts(environment)
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, directory: Path) -> None:
        """Lay a copy where a server with that directory looks for it."""
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.file, directory / "flowdeck.sqlite3")
