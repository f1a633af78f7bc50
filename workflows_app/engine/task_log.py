"""Lines that a running task writes through its context's logger."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import Error as DatabaseError

from workflows_app.core.json_text import plain_text
from workflows_app.store.changes import LogRow
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.logs import append_lines

MAX_LINES = 1_000
"""Lines kept of one attempt; what comes after them is dropped, and said so once."""


class TaskLog(logging.Handler):
    """Collects the lines of one attempt until somebody writes them."""

    def __init__(self, claim: ClaimedNode, *, max_lines: int = MAX_LINES) -> None:
        super().__init__(logging.DEBUG)
        self._claim = claim
        self._max_lines = max_lines
        self._rows: list[LogRow] = []
        self._count = 0
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self.redact: Callable[[str], str] = str
        """Blots out the secrets that the attempt has used."""
        self.logger = logging.Logger(f"flowdeck.task.{claim.node_id}", logging.DEBUG)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        self.add(_level(record.levelno), message, datetime.fromtimestamp(record.created, UTC))

    def add(self, level: str, message: str, at: datetime) -> None:
        """Take a line that is no log record."""
        with self._guard:
            self._count += 1
            if self._count > self._max_lines:
                return
            if self._count == self._max_lines:
                level, message = "warning", f"No more than {self._max_lines:,} lines are kept."
            claim = self._claim
            text = plain_text(self.redact(message))
            self._rows.append(LogRow(claim.node_id, claim.visit, claim.attempt, level, text, at))

    def write(self) -> None:
        """Write the lines since the last call, in their order, whichever thread calls."""
        with self._writing:
            with self._guard:
                rows, self._rows = self._rows, []
            if not rows:
                return
            try:
                append_lines((self._claim.run_id, row) for row in rows)
            except DatabaseError:
                with self._guard:
                    self._rows[:0] = rows
                raise


def _level(number: int) -> str:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"
