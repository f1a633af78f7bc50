"""What a running task can know and say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from workflows_app.errors import FatalError
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.durable_steps import MemorySteps, Steps


def _nothing() -> None:
    return None


def _no_progress(done: float, total: float | None, text: str) -> None:
    return None


def _never() -> bool:
    return False


def _no_usage(usage: Mapping[str, Any]) -> None:
    return None


def _no_connections(name: str) -> Connection:
    raise FatalError(f"There is no connection “{name}” here.")


@dataclass(frozen=True, slots=True)
class TaskContext:
    """Handed to a task that has a parameter with this annotation.

    A test can build one of its own: everything but the ids has a default that does nothing.
    """

    run_id: UUID
    node_id: str
    visit: int = 1
    attempt: int = 1
    index: int | None = None
    """In a map: which item it is, or the first item of a batch."""
    logger: logging.Logger = field(default_factory=lambda: logging.getLogger("flowdeck.task"))
    """Its lines go to the node's log, where the run's page shows them."""
    on_heartbeat: Callable[[], None] = _nothing
    on_progress: Callable[[float, float | None, str], None] = _no_progress
    on_is_abandoned: Callable[[], bool] = _never
    on_connection: Callable[[str], Connection] = _no_connections
    on_usage: Callable[[Mapping[str, Any]], None] = _no_usage
    steps: Steps = field(default_factory=MemorySteps)
    """What the visit has done so far, over all of its attempts."""

    @property
    def idempotency_key(self) -> str:
        """Stable over attempts and crashes of this visit, or item: hand it to other systems."""
        key = f"{self.run_id}:{self.node_id}:{self.visit}"
        return key if self.index is None else f"{key}:{self.index}"

    @property
    def is_abandoned(self) -> bool:
        """True when nobody waits for the result any more: cancelled, timed out or taken away.

        Known with the delay of a heartbeat.
        """
        return self.on_is_abandoned()

    def heartbeat(self) -> None:
        """Say that the task is alive. The worker says so by itself while the task runs."""
        self.on_heartbeat()

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Tell watchers how far the task is.

        Args:
            done: How much is done, in the task's own unit.
            total: How much there is to do, where that is known.
            text: A few words for people.
        """
        self.on_progress(done, total, text)

    def connection(self, name: str) -> Connection:
        """The connection of that name, with its secret.

        The secret is blotted out of what the node logs, returns and raises.

        Raises:
            FatalError: There is none, or its secret cannot be read.
        """
        return self.on_connection(name)

    def tell_usage(self, usage: Mapping[str, Any]) -> None:
        """Tell what the attempt has used so far; the journal keeps the last word.

        Args:
            usage: {input_tokens, output_tokens, cost}.
        """
        self.on_usage(usage)
