"""Events: what happens to a run from outside. Time, ids and chance enter here and only here.

Times are seconds since the epoch (UTC) as floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows_app.core.state import VisitKey


class TimerKind(StrEnum):
    """What a timer is for."""

    RETRY = "retry"
    NODE_TIMEOUT = "node_timeout"
    WAIT = "wait"
    RUN_TIMEOUT = "run_timeout"
    RESERVATION = "reservation"
    DELAY = "delay"
    """Of a machine's transition or sent event: `node` is the transition's or the action's id."""


class Choice(StrEnum):
    """What an operator can do about a node run that needs attention."""

    RETRY = "retry"
    """Try again, with all attempts anew."""
    SKIP = "skip"
    """Leave it undone and go on."""
    RESOLVE = "resolve"
    """Go on as if it had succeeded: somebody has seen to it by hand."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why an attempt failed."""

    type: str
    """A Python error's class name, or the engine's own: `Timeout`, `WorkerLost`, …"""
    message: str
    is_final: bool = False
    """True: repeating cannot help (`FatalError`, bad config)."""
    is_retryable: bool = False
    """True: the task asked for a retry (`RetryableError`)."""
    retry_after: float | None = None
    """Seconds that the failing side asked us to wait."""
    is_uncertain: bool = False
    """True: the work may have been done all the same."""

    def told(self) -> dict[str, Any]:
        """What the journal tells of a failed attempt."""
        told: dict[str, Any] = {"error": {"type": self.type, "message": self.message}}
        return {**told, "uncertain": True} if self.is_uncertain else told


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run was created. `reusable`: results taken over from an earlier run."""

    at: float
    reusable: Mapping[VisitKey, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeEvent:
    """Base of what happens to one attempt of one visit of one node."""

    node: str
    visit: int
    attempt: int
    at: float


@dataclass(frozen=True, slots=True)
class NodeStarted(NodeEvent):
    """A worker took the node."""


@dataclass(frozen=True, slots=True)
class NodeWaiting(NodeEvent):
    """The human task or the wait was set up, by a worker for a node that it ran.

    `until`: when a wait for time ends.
    """

    until: float | None = None


@dataclass(frozen=True, slots=True)
class NodeResumed(NodeEvent):
    """What a node of a worker waited for has come: a worker goes on with the attempt."""


@dataclass(frozen=True, slots=True)
class NodeCompleted(NodeEvent):
    """The node is done and its output stored. Edges leave from `ports`."""

    ports: tuple[str, ...] = ("out",)
    is_memoized: bool = False
    """True: nobody did the work; the output is that of the same work done before."""


@dataclass(frozen=True, slots=True)
class NodeFailed(NodeEvent):
    """An attempt failed. `chance` in [0, 1) feeds the retry's jitter."""

    error: ErrorInfo
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerLost(NodeEvent):
    """The lease of a running attempt ran out."""


@dataclass(frozen=True, slots=True)
class AttentionResolved(NodeEvent):
    """An operator chose how to go on with a node run that needs attention."""

    choice: Choice
    note: str = ""
    by: str = ""
    """The operator's name."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that a `SetTimer` command asked for is due."""

    kind: TimerKind
    at: float
    node: str = ""
    visit: int = 0
    attempt: int = 0
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class SignalReceived:
    """A named message. Its payload is stored under `signal_id`."""

    name: str
    signal_id: str
    at: float


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Somebody wants the run to stop."""

    at: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """Start nothing new."""

    at: float


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """Go on after a pause."""

    at: float


Event = (
    RunStarted
    | NodeStarted
    | NodeWaiting
    | NodeResumed
    | NodeCompleted
    | NodeFailed
    | WorkerLost
    | AttentionResolved
    | TimerFired
    | SignalReceived
    | CancelRequested
    | PauseRequested
    | ResumeRequested
)
