"""The embedded stack: SQLite, and one process that serves and works.

The same works as on the other stack, with fewer runs. There is nothing beside it: its figures stand
for themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks import goals
from benchmarks.flowdeck import Flowdeck
from benchmarks.rounds import Figures, Round
from tests.support.accounts import ANN
from tests.support.embedded import EmbeddedServer, MigratedDatabase
from tests.support.person import Person


class Sqlite:
    """Takes the questions that are put to PostgreSQL elsewhere."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=60)

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Ids are 32 digits there."""
        known = [UUID(value).hex if isinstance(value, str) else value for value in values]
        return self._connection.execute(statement.replace("%s", "?"), known)

    def close(self) -> None:
        """End it."""
        self._connection.close()


class Embedded(Flowdeck):
    """One process, which is its own worker."""

    database: Any

    def start(self) -> None:
        """Start it on a new file."""
        MigratedDatabase(self.directory / "template").copy_to(self.directory / "var")
        server = EmbeddedServer(self.directory / "var", FLOWDECK_APPS="benchmarks.app")
        self.server = server.start()
        self.person = Person(self.server.url, ANN)
        self.person.client.timeout = 600
        self.database = Sqlite(self.directory / "var" / "flowdeck.sqlite3")
        self._workflows.clear()

    def stop(self) -> None:
        """End it."""
        self.person.close()
        self.database.close()
        self.server.process.stop()

    @property
    def worker_groups(self) -> list[int]:
        """The one process."""
        return [self.server.process.pid]


def works(flowdeck: Flowdeck) -> dict[str, Callable[[], Figures]]:
    """What is measured."""
    return {
        "chain": lambda: flowdeck.chain(100),
        "once": lambda: flowdeck.chain(50, "bench.once"),
        "pure": lambda: flowdeck.pure(100),
        "latency": lambda: flowdeck.latency(20),
        "fan_out": lambda: flowdeck.fan_out(500),
        "bulk_start": lambda: flowdeck.bulk_start(500),
        "bulk": lambda: flowdeck.bulk(20_000, 100),
    }


def play(turn: Round) -> None:
    """All works, one behind the other."""
    with Embedded.running(turn, "embedded") as flowdeck:
        for work, measure in works(flowdeck).items():
            turn.note(goals.EMBEDDED, work, measure)
