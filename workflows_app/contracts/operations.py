"""Who I am, tokens, the dashboard, expressions."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from workflows_app.contracts.base import Contract, Moment
from workflows_app.contracts.definitions import WorkflowRef
from workflows_app.contracts.runs import RunSummary

TokenScope = Literal["read", "author", "run", "decide"]


class Me(Contract):
    """The person or token that asks."""

    id: int | str
    username: str
    display_name: str
    is_staff: bool
    permissions: list[str]
    """Codenames of this app's permissions, such as `publish_workflow`."""
    inbox_count: int
    csrf_token: str
    """For the header X-CSRFToken."""


class Token(Contract):
    """An API token without its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: list[TokenScope]
    created_at: Moment
    last_used_at: Moment | None
    expires_at: Moment | None
    revoked_at: Moment | None


class TokenList(Contract):
    """My tokens, newest first."""

    items: list[Token]


class CreatedToken(Token):
    """A new token. The secret is shown this once."""

    secret: str


AttentionKind = Literal["needs_attention", "failed", "stuck", "overdue"]


class Attention(Contract):
    """Runs that need a look."""

    kind: AttentionKind
    count: int
    link: str
    """The page with all of them."""
    items: list[RunSummary]
    """The latest five."""


class Totals(Contract):
    """Runs in the asked period."""

    started: int
    succeeded: int
    failed: int
    cancelled: int
    compensated: int


class SeriesPoint(Contract):
    """Runs in one interval that begins at `at`."""

    at: Moment
    started: int
    succeeded: int
    failed: int


class WorkflowDuration(Contract):
    """How long the finished runs of a workflow took."""

    workflow: WorkflowRef
    count: int
    p50_seconds: float
    p95_seconds: float


class QueueState(Contract):
    """Node runs that wait for a worker."""

    depth: int
    oldest_seconds: float | None


class WorkerView(Contract):
    """A worker process."""

    name: str
    started_at: Moment
    last_seen_at: Moment
    is_alive: bool
    threads: int
    active: int


class Dashboard(Contract):
    """What an operator looks at first."""

    hours: int
    attention: list[Attention]
    running_now: int
    waiting_now: int
    started_today: int
    totals: Totals
    interval_seconds: int
    series: list[SeriesPoint]
    durations: list[WorkflowDuration]
    queue: QueueState
    workers: list[WorkerView]


class DrilledUndo(Contract):
    """One node that would undo a step."""

    step_id: str
    node_id: str
    title: str


class FailureDrill(Contract):
    """What the failure of a saga's step would lead to."""

    outcome: Literal["compensated", "needs_attention"]
    """`needs_attention`: it comes after the pivot, so nothing is undone and a person is asked."""
    groups: list[list[DrilledUndo]]
    """In the order of undoing; those of one group run together."""


class PreviewError(Contract):
    """Why an expression has no value."""

    message: str
    line: int | None
    column: int | None
    names: list[str]


class Preview(Contract):
    """The value of an expression on sample data."""

    ok: bool
    value: JsonValue
    type: Literal["null", "bool", "int", "double", "string", "list", "map", "unknown"]
    error: PreviewError | None
    names: list[str]
    """Names that the expression may use, such as `nodes.check`."""
