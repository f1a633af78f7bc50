"""Runs, their nodes and their journal."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from workflows_app.contracts.base import Contract, JsonMap, Moment, Page
from workflows_app.contracts.definitions import Canvas, RunStatusName, WorkflowRef
from workflows_app.contracts.machines import MachineView

NodeStatusName = Literal[
    "queued",
    "held",
    "running",
    "waiting",
    "retrying",
    "needs_attention",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "compensated",
]

EventType = Literal[
    "run.started",
    "run.waiting",
    "run.running",
    "run.paused",
    "run.resumed",
    "run.cancel_requested",
    "run.succeeded",
    "run.failed",
    "run.cancelled",
    "run.timed_out",
    "run.reservation_expired",
    "run.compensating",
    "run.compensated",
    "run.needs_attention",
    "run.migrated",
    "node.queued",
    "node.held",
    "node.started",
    "node.waiting",
    "node.resumed",
    "node.retrying",
    "node.succeeded",
    "node.failed",
    "node.skipped",
    "node.cancelled",
    "node.compensated",
    "node.gave_up",
    "node.lost",
    "node.timed_out",
    "node.reused",
    "node.memoized",
    "node.progress",
    "attention.resolved",
    "loop.taken",
    "signal.received",
    "transition.taken",
    "event.ignored",
    "delay.ended",
    "human.claimed",
    "human.released",
    "human.decided",
]


class ErrorView(Contract):
    """Why something failed, in plain words."""

    type: str
    message: str


class RunErrorView(ErrorView):
    """Why a run failed."""

    node_id: str | None
    """The node whose failure it was; null when it was not a node's."""


class CurrentNode(Contract):
    """A node that is under way."""

    node_id: str
    title: str
    status: NodeStatusName


class RunSummary(Contract):
    """A run as a row of the list."""

    id: UUID
    workflow: WorkflowRef
    version: int
    status: RunStatusName
    business_key: str
    labels: JsonMap
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    created_by: str | None
    error: RunErrorView | None
    waiting_for: list[str]
    """Plain texts, such as `Decision by ana` or `Signal paid`."""
    current: list[CurrentNode]
    """At most ten of the nodes under way."""
    is_test: bool


class RunPage(Page[RunSummary]):
    """Part of the run list, newest first."""


class WaitingView(Contract):
    """For whom or what a node waits."""

    kind: Literal["human", "time", "signal", "run", "event"]
    for_: list[str] = Field(alias="for", serialization_alias="for")
    """Names of people and groups, of the signal, of the events that a state takes, or the title of
    the other run's workflow."""
    since: Moment | None
    until: Moment | None
    human_task_id: UUID | None
    run_id: UUID | None
    """The run that it waits for."""


class ProgressView(Contract):
    """How far a task says that it is."""

    done: float
    total: float | None
    text: str


class NodeView(Contract):
    """One visit of one node."""

    node_id: str
    visit: int
    status: NodeStatusName
    attempt: int
    ports: list[str]
    queued_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    error: ErrorView | None
    waiting: WaitingView | None
    progress: ProgressView | None
    retry_at: Moment | None
    is_reused: bool


class RunSnapshot(RunSummary):
    """Everything that changes while a run goes on, as of journal event `seq`."""

    seq: int
    input: JsonMap
    output: JsonValue
    parent_id: UUID | None
    rerun_of: UUID | None
    nodes: list[NodeView]
    machine: MachineView | None
    """Of state machines only."""


class RunDetail(RunSnapshot):
    """A run with the canvas of its version."""

    canvas: Canvas


class AttemptView(Contract):
    """One try of a node run."""

    number: int
    status: str
    started_at: Moment | None
    finished_at: Moment | None
    error: ErrorView | None
    worker: str | None


class LogLine(Contract):
    """A line that a node wrote while it ran."""

    id: int
    at: Moment
    level: Literal["debug", "info", "warning", "error"]
    message: str
    attempt: int


class AgentStepView(Contract):
    """One call of a model or a tool that an agent made."""

    number: int
    kind: Literal["model", "tool"]
    name: str
    status: Literal["waiting", "started", "succeeded", "failed", "denied"]
    request: JsonMap
    """{arguments} of a tool."""
    response: JsonMap | None
    """{text, calls} of a model; {result} or {error} of a tool."""
    usage: JsonMap | None
    """{input_tokens, output_tokens, cost} of a model."""
    started_at: Moment
    finished_at: Moment | None
    human_task_id: UUID | None
    """Where people decide on the call."""


class NodeDetail(NodeView):
    """One visit of one node with its data."""

    title: str
    type: str
    input: JsonValue
    output: JsonValue
    attempts: list[AttemptView]
    """All attempts, the latest last."""
    logs: list[LogLine]
    """The last thousand lines."""
    steps: list[AgentStepView]
    """What an agent did, call by call; empty for other nodes."""
    visits: list[int]


class Event(Contract):
    """One fact of a run's journal."""

    seq: int
    at: Moment
    type: EventType
    node_id: str | None
    visit: int | None
    data: JsonMap


class EventList(Contract):
    """Events in order. `seq` is the number of the run's last event, which may lie behind them."""

    events: list[Event]
    seq: int


class StartedRun(Contract):
    """One of several runs that were asked for."""

    id: UUID
    is_new: bool
    """False where the idempotency key gave an earlier run."""


class StartedRuns(Contract):
    """Runs that were started together, in the order in which they were asked for."""

    runs: list[StartedRun]
