"""Commands: what a decision asks of the shell, in order; and the journal it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows_app.core.events import ErrorInfo, TimerKind
from workflows_app.core.state import NodeStatus, RunState, RunStatus


@dataclass(frozen=True, slots=True)
class StartNode:
    """Queue this attempt for the one who carries it out (`PlanNode.execution`).

    Attempt 1 makes the node run's row; later ones find it there.
    """

    node: str
    visit: int
    attempt: int


@dataclass(frozen=True, slots=True)
class HoldNode:
    """The node run may not start while the run is paused. Makes the row where there is none."""

    node: str
    visit: int
    attempt: int


@dataclass(frozen=True, slots=True)
class MarkNode:
    """The node run goes on as `running`, `waiting`, `retrying` or `needs_attention`."""

    node: str
    visit: int
    attempt: int
    status: NodeStatus
    at: float
    due_at: float | None = None
    """Retrying: when the next attempt begins. Waiting: until when."""
    error: ErrorInfo | None = None
    """Retrying, or in need of attention: why the last attempt failed."""


@dataclass(frozen=True, slots=True)
class FinishNode:
    """The node run is over: `succeeded`, `failed`, `skipped` or `cancelled`.

    A skipped one, and one taken over from an earlier run (`is_reused`), has no row yet.
    """

    node: str
    visit: int
    attempt: int
    status: NodeStatus
    at: float
    ports: tuple[str, ...] = ()
    error: ErrorInfo | None = None
    signal_id: str | None = None
    """The signal whose payload is the node's output."""
    is_reused: bool = False


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Remember to send `TimerFired` at `due_at`."""

    kind: TimerKind
    due_at: float
    node: str = ""
    visit: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class ClearTimers:
    """Forget the node run's timers."""

    node: str
    visit: int


@dataclass(frozen=True, slots=True)
class MarkCompensated:
    """The node run, which is over, has been undone."""

    node: str
    visit: int


@dataclass(frozen=True, slots=True)
class StartUndoing:
    """The run will be undone and then closed. Keep why: `CloseRun` tells it no more.

    Neither an error nor a node: it was cancelled.
    """

    at: float
    error: ErrorInfo | None = None
    failed_node: str | None = None


@dataclass(frozen=True, slots=True)
class CloseRun:
    """The run is over. Its output is made from the ends in the state; forget all its timers."""

    status: RunStatus
    at: float
    error: ErrorInfo | None = None
    failed_node: str | None = None


class ChildOrder(StrEnum):
    """What a run asks of a child run that it waits for."""

    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class OrderChild:
    """Pass an order on to the run that this attempt started and waits for."""

    node: str
    visit: int
    attempt: int
    order: ChildOrder


Command = (
    StartNode
    | HoldNode
    | MarkNode
    | FinishNode
    | SetTimer
    | ClearTimers
    | MarkCompensated
    | StartUndoing
    | OrderChild
    | CloseRun
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One fact, past tense. The shell numbers it and adds the time."""

    type: str
    node: str = ""
    visit: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event leads to. An event that comes late or twice leads to nothing at all."""

    state: RunState
    commands: tuple[Command, ...] = ()
    journal: tuple[JournalEntry, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when the event changed nothing."""
        return not self.commands and not self.journal
