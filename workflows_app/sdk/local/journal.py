"""The journal and the logs that a local run keeps."""

from __future__ import annotations

import logging
from typing import Any

from workflows_app.core.json_text import plain_text
from workflows_app.core.state import VisitKey
from workflows_app.sdk.local.execution import JournalLine, LogLine


class Journal:
    """Numbers facts in the order in which they come about."""

    def __init__(self) -> None:
        self.lines: list[JournalLine] = []
        self.logs: list[LogLine] = []

    def note(self, type_: str, key: VisitKey, data: dict[str, Any], at: float) -> None:
        """Write a fact about a node run, or with the key `("", 0)` about the run."""
        self.lines.append(JournalLine(len(self.lines) + 1, type_, *key, data, at))

    def log(self, key: VisitKey, level: str, message: str) -> None:
        """Write a line into a node's log."""
        self.logs.append(LogLine(*key, level, plain_text(message)))

    def last_message(self, key: VisitKey) -> str:
        """The last line that a node run logged."""
        return next((x.message for x in reversed(self.logs) if (x.node, x.visit) == key), "")

    def logger(self, key: VisitKey) -> logging.Logger:
        """A logger whose lines go to the node's log."""
        return _NodeLogger(self, key)


class _NodeLogger(logging.Logger):
    """Writes by itself, since a handler costs as much as a small node."""

    def __init__(self, journal: Journal, key: VisitKey) -> None:
        super().__init__(f"flowdeck.task.{key[0]}", logging.DEBUG)
        self._journal = journal
        self._key = key

    def handle(self, record: logging.LogRecord) -> None:
        """Write the line, unless a filter that the task added refuses it."""
        if self.filter(record):
            self._journal.log(self._key, record.levelname.lower(), record.getMessage())
            self.callHandlers(record)

    def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name
        """Hand the line to what the task added; without any there is nobody to complain to."""
        if self.handlers:
            super().callHandlers(record)
