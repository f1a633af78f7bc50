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
        logger = logging.Logger(f"flowdeck.task.{key[0]}", logging.DEBUG)
        logger.addHandler(_ToLog(self, key))
        return logger


class _ToLog(logging.Handler):
    def __init__(self, journal: Journal, key: VisitKey) -> None:
        super().__init__(logging.DEBUG)
        self._journal = journal
        self._key = key

    def emit(self, record: logging.LogRecord) -> None:
        self._journal.log(self._key, record.levelname.lower(), record.getMessage())
