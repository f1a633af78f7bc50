"""A PostgreSQL server of a test session's own, on a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.installed import require_program
from tests.support.ports import free_port

_CONFIGURATION = """
listen_addresses = '127.0.0.1'
max_connections = 200
log_min_messages = warning
"""
_FOR_TESTS = """
# Safe against crashes of the server, which tests cause, though not against those of the machine.
fsync = off
full_page_writes = off
shared_buffers = 64MB
autovacuum = off
"""
_FOR_MEASURING = """
fsync = on
synchronous_commit = on
shared_buffers = 512MB
max_wal_size = 4GB
"""


@dataclass
class PostgresqlServer:
    """A running server; `stop` removes everything that it wrote."""

    directory: Path
    port: int
    programs: Path
    is_durable: bool = False
    """True: what it commits outlives the machine, as in production."""

    @classmethod
    def start(cls, *, is_durable: bool = False) -> PostgresqlServer:
        """Make a cluster and start it.

        PostgreSQL refuses to run as root, so root hands it to the system's `postgres` user.
        """
        initdb = require_program("initdb", "/usr/lib/postgresql/*/bin/initdb").resolve()
        # Below the system's own temporary directory, which that other user can enter.
        directory = Path(tempfile.mkdtemp(prefix="flowdeck-postgresql-"))
        server = cls(directory=directory, port=free_port(), programs=initdb.parent)
        server.is_durable = is_durable
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
        try:
            server._make_cluster()
            server.launch()
            server._run("createdb", *server._address, "flowdeck")
        except BaseException:
            server.stop()
            raise
        return server

    def _make_cluster(self) -> None:
        self._run(
            "initdb", "--pgdata", str(self._data), "--username", "flowdeck", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION + (_FOR_MEASURING if self.is_durable else _FOR_TESTS))
            file.write(f"port = {self.port}\n")
            file.write(f"unix_socket_directories = '{self.directory}'\n")

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _address(self) -> list[str]:
        return ["--host", "127.0.0.1", "--port", str(self.port), "--username", "flowdeck"]

    def url(self, database: str) -> str:
        """What to set `DATABASE_URL` to."""
        return f"postgres://flowdeck@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, empty or a copy of another one, and return its URL."""
        self._run("createdb", *self._address, "--template", template, name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("dropdb", *self._address, "--force", "--if-exists", name)

    def launch(self) -> None:
        """Start the server on its files and wait until it answers."""
        log = self.directory / "server.log"
        self._run("pg_ctl", "--pgdata", str(self._data), "--log", str(log), "--wait", "start")

    def halt(self, *, mode: str = "fast") -> None:
        """Stop the server and keep its files. `immediate` is a crash."""
        self._run("pg_ctl", "--pgdata", str(self._data), "--mode", mode, "--wait", "stop")

    def restart(self, *, mode: str = "fast", pause_seconds: float = 0.0) -> None:
        """Stop the server under whatever load there is, and start it again."""
        self.halt(mode=mode)
        time.sleep(pause_seconds)
        self.launch()

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._run(
            "pg_ctl", "--pgdata", str(self._data), "--mode", "immediate", "stop", is_checked=False
        )
        shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, program: str, *arguments: str, is_checked: bool = True) -> None:
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = [
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                *command,
            ]
        # Not a pipe: the server would inherit it, and reading it would wait for the server's end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, stdout=output, stderr=output, cwd="/", check=False, timeout=60
            )
            if is_checked and done.returncode != 0:
                output.seek(0)
                text = output.read().decode(errors="replace")
                raise RuntimeError(f"{program} failed with {done.returncode}:\n{text}")
