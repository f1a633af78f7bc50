"""The state of a run: its frontier only. Finished nodes leave it; their rows and journal remain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflows_app.core.loops import LoopExits
from workflows_app.core.statechart.state import MachineState


class RunStatus(StrEnum):
    """Life of a run.

    `waiting`: everything that is under way waits for people, time or signals. `compensating`: what
    was done is being undone; `compensated`: it has been. `needs_attention`: it cannot go on before
    an operator has chosen how.
    """

    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPENSATING = "compensating"
    NEEDS_ATTENTION = "needs_attention"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    COMPENSATED = "compensated"

    @property
    def is_closed(self) -> bool:
        """True when nothing can run in it any more."""
        return self in CLOSED


CLOSED = frozenset(
    {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.COMPENSATED}
)


class NodeStatus(StrEnum):
    """Life of a node run (one visit of one node).

    `needs_attention`: its attempts are used up and it may not fail, so an operator chooses how to
    go on. `compensated`: it was done, or may have been, and its compensation has undone it.
    """

    QUEUED = "queued"
    HELD = "held"
    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    NEEDS_ATTENTION = "needs_attention"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    COMPENSATED = "compensated"


ACTIVE_NODE_STATUSES = frozenset(
    {
        NodeStatus.QUEUED,
        NodeStatus.HELD,
        NodeStatus.RUNNING,
        NodeStatus.WAITING,
        NodeStatus.RETRYING,
        NodeStatus.NEEDS_ATTENTION,
    }
)


@dataclass(frozen=True, slots=True)
class ActiveNode:
    """A node run that is under way."""

    node: str
    visit: int
    attempt: int
    status: NodeStatus
    crashes: int = 0
    pardoned: int = 0
    """Attempts that do not count any more, since an operator asked for new ones."""
    is_uncertain: bool = False
    """An attempt that ended without a result may have done its work all the same."""


@dataclass(frozen=True, slots=True)
class JoinRound:
    """Arrivals at one node that belong together: at most one for each incoming edge."""

    live: tuple[int, ...] = ()
    dead: tuple[int, ...] = ()
    is_fired: bool = False


VisitKey = tuple[str, int]
"""Node id and visit number, from 1."""


@dataclass(frozen=True, slots=True)
class RunState:
    """Everything that `decide` remembers between two events.

    `RunState()` is a run that has not started. States are values: `decide` returns a new one.
    """

    status: RunStatus | None = None
    active: Mapping[VisitKey, ActiveNode] = field(default_factory=dict)
    joins: Mapping[str, tuple[JoinRound, ...]] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    """Last visit number; only nodes that can be visited more than once are counted."""
    iterations: Mapping[int, int] = field(default_factory=dict)
    """Turns taken since the loop was entered, by the loop edge's index."""
    passed: tuple[str, ...] = ()
    """Milestones (`Plan.milestones`) that are over: finished, skipped or cancelled."""
    exits: LoopExits = LoopExits()
    signals: tuple[tuple[str, str], ...] = ()
    """Signals (name, signal id) that arrived before anybody waited for them."""
    consumed_signals: tuple[str, ...] = ()
    """Ids of the last signals that were handed out, so that a repeated one changes nothing."""
    ends: tuple[VisitKey, ...] = ()
    """End nodes reached."""
    reusable: Mapping[VisitKey, tuple[str, ...]] = field(default_factory=dict)
    """Ports of node runs of an earlier run that this run takes over instead of running them."""
    undoable: tuple[VisitKey, ...] = ()
    """Done nodes that have a compensation, in the order in which they were done; none after the
    pivot. While the run is being undone: those whose turn has not come."""
    is_past_pivot: bool = False
    undo_outcome: RunStatus | None = None
    """Set while the run is being undone: the status that it will be closed with."""
    machine: MachineState = MachineState()
    """What a machine remembers beside its active states."""
    failure: VisitKey | None = None
    """The node run whose failure the run will report."""
