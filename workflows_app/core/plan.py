"""The plan: what runs. All kinds compile to it, and `decide` sees nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows_app.core.loops import LoopNesting, nesting_of
from workflows_app.core.statechart.chart import Chart


class Execution(StrEnum):
    """Who carries out a node once it may start."""

    ENGINE = "engine"
    """At once, inside the transaction that started it: routing and pure expressions."""
    WORKER = "worker"
    """Claimed by a worker process, outside any transaction."""
    HUMAN = "human"
    """People, through a human task."""
    WAIT = "wait"
    """A timer or a signal."""
    CHILD = "child"
    """A run of another workflow, which the node starts and may wait for."""
    STATE = "state"
    """Nobody: a state of a machine, which is active until a transition leaves it."""
    ITEMS = "items"
    """Workers, batch by batch: one node run for many items, of which `decide` sees none."""


class JoinMode(StrEnum):
    """See `workflows_app.core.document.Join`."""

    ACTIVE = "active"
    ALL = "all"
    ANY = "any"
    COUNT = "count"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class JoinPolicy:
    """When a node with several incoming edges starts."""

    mode: JoinMode = JoinMode.ACTIVE
    count: int = 1
    cancels_rest: bool = False


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How failed attempts are repeated. Delays are in seconds."""

    max_attempts: int = 1
    initial_delay: float = 1.0
    backoff: float = 2.0
    max_delay: float = 300.0
    jitter: float = 0.1
    on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanEdge:
    """A connection; `index` is its position in `Plan.edges`."""

    id: str
    index: int
    source: str
    source_port: str
    target: str
    is_loop: bool = False
    max_iterations: int = 25


@dataclass(frozen=True, slots=True)
class Lane:
    """One of several ways side by side of which only some may be under way at once."""

    group: str
    number: int
    limit: int
    """How many lanes of the group may be under way."""


@dataclass(frozen=True, slots=True)
class PlanNode:
    """One node with everything that `decide` and the shell need to know of it."""

    id: str
    type: str
    title: str
    execution: Execution
    config: Mapping[str, Any] = field(default_factory=dict)
    incoming: tuple[PlanEdge, ...] = ()
    """Edges that a join counts: all but loop edges."""
    outgoing: tuple[PlanEdge, ...] = ()
    join: JoinPolicy = JoinPolicy()
    retry: RetryPolicy | None = None
    timeout_seconds: float | None = None
    continues_on_error: bool = False
    memo_seconds: float | None = None
    """How long a result counts again for the same input; None: never."""
    reruns_after_crash: bool = True
    """False: a lost attempt fails instead of running a second time."""
    is_repeatable: bool = False
    """True when the node can be visited more than once in a run."""
    cancels: frozenset[str] = frozenset()
    """For a join that cancels the rest: the nodes whose every path leads through it."""
    cancels_when_done: frozenset[str] = frozenset()
    """Nodes that are withdrawn when this one has succeeded."""
    exclusive: str = ""
    """The group of which only one node is under way at a time; empty for none."""
    only_while: str | None = None
    """The node beside which alone this one may start."""
    lanes: tuple[Lane, ...] = ()
    """The bounded ways that the node is on, outermost first."""
    references: frozenset[str] = frozenset()
    """Ids of the nodes whose outputs the node's expressions name."""
    is_end: bool = False
    terminates: bool = False
    """An end that closes the run at once, whatever else is under way."""
    fails_run: bool = False
    """An end that closes its run as failed."""
    signal: str | None = None
    """The signal that a wait node waits for."""
    takes_early_signal: bool = True
    """False: a signal that came before the node waited does not count."""
    compensation: str | None = None
    """The node that undoes this one. It has no edges: only the undoing of a run starts it."""
    compensates: str | None = None
    """The node that this one undoes."""
    undo_group: str = ""
    """Neighbours with the same group are undone together."""
    is_pivot: bool = False
    """Once it has succeeded nothing is undone any more."""
    must_succeed: bool = False
    """Its attempts are repeated also where no policy says so."""
    reads: frozenset[str] = frozenset()
    """What a machine's expressions name beside nodes: `data.<name>`, `event`, `states`."""

    @property
    def may_be_redone(self) -> bool:
        """True when a crash may have it run again, and nobody need know before that it began.

        What can be undone is begun only once everybody knows: when the run fails meanwhile, its
        state tells what may have happened.
        """
        return self.reruns_after_crash and self.compensation is None and not self.is_pivot


@dataclass(frozen=True, slots=True)
class Plan:
    """The compiled form of one version."""

    kind: str
    hash: str
    nodes: Mapping[str, PlanNode]
    edges: tuple[PlanEdge, ...]
    entries: tuple[str, ...]
    """Nodes without incoming edges; a run starts with them."""
    timeout_seconds: float | None = None
    stops_on_failure: bool = True
    undoes_on_failure: bool = False
    """What was done is undone before a run closes without success; see `compensation`."""
    reservation_seconds: float | None = None
    """Time until the pivot must have succeeded, from the start of the run."""
    vars: Mapping[str, Any] = field(default_factory=dict)
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    chart: Chart | None = None
    """The states of a machine. Where there is one, it leads on and no edge does."""
    loops: LoopNesting = field(init=False)
    milestones: frozenset[str] = field(init=False)
    """Nodes that others may only run beside."""
    can_hold: bool = field(init=False)
    """True when a node may be kept back although nobody paused the run."""
    lost_signals: frozenset[str] = field(init=False)
    """Signals that nobody takes who does not wait already."""

    def __post_init__(self) -> None:
        nodes = self.nodes.values()
        milestones = frozenset(node.only_while for node in nodes if node.only_while is not None)
        named = frozenset(node.signal for node in nodes if node.signal is not None)
        taken_early = frozenset(node.signal for node in nodes if node.takes_early_signal)
        object.__setattr__(self, "loops", nesting_of(self.edges))
        object.__setattr__(self, "milestones", milestones)
        is_bounded = any(node.exclusive or node.lanes for node in nodes)
        object.__setattr__(self, "can_hold", bool(milestones) or is_bounded)
        object.__setattr__(self, "lost_signals", named - taken_early)
