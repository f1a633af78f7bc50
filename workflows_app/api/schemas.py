"""Bodies and queries that the API takes. What it answers stands in `workflows_app.contracts`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, JsonValue, WithJsonSchema

from workflows_app.contracts.base import JsonMap
from workflows_app.contracts.connections import ConnectionKind
from workflows_app.contracts.definitions import RunStatusName, WorkflowKind
from workflows_app.contracts.operations import TokenScope

RawDocument = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": True,
            "description": "A document; the server checks it itself and names each problem.",
        }
    ),
]
"""Taken as it comes: `core.validate` gives better words than a generic type check."""

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
NodeIdText = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
"""A node of a plan; ids that the compiler made begin with `_`."""
SmallText = Annotated[str, Field(max_length=200)]


def _check_year(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 9000:
        raise ValueError("must be a time between the years 1970 and 9000")
    return moment


Instant = Annotated[AwareDatetime, AfterValidator(_check_year)]
"""A time with its zone, such as 2026-03-01T09:30:00Z."""


def _check_labels(labels: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if len(json.dumps(labels)) > MAX_LABELS_LENGTH:
        raise ValueError(f"must be less than {MAX_LABELS_LENGTH:,} characters of JSON")
    return labels


MAX_LABELS_LENGTH = 10_000
"""Lists of runs carry the labels of each."""

Labels = Annotated[
    dict[Annotated[str, Field(max_length=100)], JsonValue], AfterValidator(_check_labels)
]


class Body(Schema):
    """Base of all bodies: an unknown field is an error, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class CreateWorkflow(Body):
    """A new workflow: empty, with a document, or from a template."""

    title: Title
    kind: WorkflowKind | None = None
    """By default the document's, else `graph`."""
    document: RawDocument | None = None
    template: str | None = Field(default=None, max_length=100)


class UpdateWorkflow(Body):
    """What to change; a field that is left out stays."""

    title: Title | None = None
    description: Annotated[str, Field(max_length=10_000)] | None = None


class SaveDraft(Body):
    """The whole document."""

    document: RawDocument


class ValidateDocument(Body):
    """A document to check; null checks the draft."""

    document: RawDocument | None = None


class PublishWorkflow(Body):
    """The revision that is on the screen, and what to say about it."""

    revision: int = Field(ge=1, le=2_147_483_647)
    note: str = Field(default="", max_length=500)


class DuplicateWorkflow(Body):
    """The title of the copy; by default that of the original with `(copy)`."""

    title: Title | None = None


class ImportWorkflow(Body):
    """An exported workflow as JSON or YAML text, or as a document."""

    text: str | None = Field(default=None, max_length=2_000_000)
    document: RawDocument | None = None
    title: Title | None = None


class OneOfRuns(Body):
    """What one of several runs starts with."""

    input: JsonMap = Field(default_factory=dict)
    business_key: SmallText = ""
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    labels: Labels = Field(default_factory=dict)


VersionNumber = Annotated[int, Field(ge=1, le=2_147_483_647)]


class StartRun(OneOfRuns):
    """What a run starts with."""

    version: VersionNumber | None = None
    """The version to run; by default the latest."""


class StartRuns(Body):
    """Runs to start together."""

    runs: Annotated[list[OneOfRuns], Field(min_length=1, max_length=1_000)]
    version: VersionNumber | None = None
    """The version to run; by default the latest."""


class CancelRun(Body):
    """Why."""

    reason: str = Field(default="", max_length=1_000)


class SendSignal(Body):
    """A named message to a waiting run."""

    name: str = Field(min_length=1, max_length=200)
    payload: JsonValue = None


class ResolveAttention(Body):
    """How to go on with a node that needs attention."""

    node_id: NodeIdText
    choice: Literal["retry", "skip", "resolve"]
    note: str = Field(default="", max_length=2_000)
    """What was done by hand; `resolve` needs one."""
    visit: int = Field(default=1, ge=1, le=2_147_483_647)


class SendEvent(Body):
    """An event for a state machine."""

    name: str = Field(min_length=1, max_length=200)
    data: JsonValue = None
    expect_state: NodeIdText | None = None
    """Refuse the event unless this state is active."""
    expect_revision: int | None = Field(default=None, ge=0, le=9_223_372_036_854_775_807)
    """Refuse the event unless the run's `seq` is still this one."""


class RetryRun(Body):
    """The node to begin with; what ran before it is taken over."""

    node_id: NodeIdText


class RetryFailedItems(Body):
    """The map node whose failed items are worked on again; `items` in a run of the kind bulk."""

    node_id: NodeIdText = "items"


class NewItems(Body):
    """Further items of a map node that is at work."""

    items: Annotated[list[JsonValue], Field(min_length=1, max_length=10_000)]


class LinesQuery(Schema):
    """How lines are written."""

    format: Literal["jsonl", "csv"] = "jsonl"


class MigrateRuns(Body):
    """Which open runs to move, and how."""

    mapping: dict[NodeIdText, NodeIdText] = Field(default_factory=dict, max_length=1_000)
    """For nodes that have another id in the version: that id, by the one on which the run is."""
    run_ids: list[UUID] | None = Field(default=None, max_length=500)
    """Null: all open runs that are on other versions."""
    dry_run: bool = True
    """Only say what would become of them."""


class DecideHumanTask(Body):
    """An answer."""

    outcome: str = Field(min_length=1, max_length=64)
    comment: str = Field(default="", max_length=10_000)
    data: JsonMap = Field(default_factory=dict)


class CreateToken(Body):
    """A name to tell it apart, what it may do, and until when."""

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    scopes: list[TokenScope] = Field(min_length=1)
    expires_at: Instant | None = None


class CreateConnection(Body):
    """Where another system is, and the secret to use it with."""

    title: Title
    name: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")
    """What documents call it, for ever; by default made from the title."""
    kind: ConnectionKind
    settings: JsonMap = Field(default_factory=dict)
    """`base_url`, `prices` of a model; `url` of `mcp_http`; `command`, `args` of `mcp_stdio`."""
    secret: str = Field(default="", max_length=10_000)
    """Kept encrypted, and never told."""


class UpdateConnection(Body):
    """What to change; a field that is left out stays."""

    title: Title | None = None
    settings: JsonMap | None = None
    secret: str | None = Field(default=None, max_length=10_000)
    """An empty one is forgotten. Needed again when the address changes."""


class PreviewSample(Body):
    """Values for the names of an expression."""

    input: JsonMap = Field(default_factory=dict)
    nodes: JsonMap = Field(default_factory=dict)
    vars: JsonMap | None = None
    """Null takes the document's own."""
    extra: JsonMap = Field(default_factory=dict)
    """Of names that exist only at some places, such as `item` and `index` in a map."""


class PreviewExpression(Body):
    """A config value with or without `${ }`, and where it stands."""

    value: JsonValue
    workflow_id: UUID | None = None
    document: RawDocument | None = None
    node_id: NodeIdText | None = None
    sample: PreviewSample = Field(default_factory=PreviewSample)


class DrillFailure(Body):
    """The step that is to fail, and the saga: on the screen, or as its draft was saved."""

    step_id: NodeIdText
    workflow_id: UUID | None = None
    document: RawDocument | None = None


class PageQuery(Schema):
    """Which part of a list."""

    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class WorkflowQuery(PageQuery):
    """Filters of the workflow list; they combine."""

    search: SmallText = ""
    kind: WorkflowKind | None = None
    archived: bool = False


class RunQuery(PageQuery):
    """Filters of the run list; they combine."""

    workflow: UUID | None = None
    status: list[RunStatusName] = Field(default_factory=list)
    version: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    search: SmallText = ""
    business_key: SmallText = ""
    created_after: Instant | None = None
    created_before: Instant | None = None
    overdue: bool = False
    """Only runs with an open human task whose due time has passed."""
    stuck: bool = False
    """Only runs that should go on and have not for five minutes."""
    parent: UUID | None = None
    """Only runs that a node of this one started."""
    include_children: bool = False
    """Also runs that nodes of other runs started."""


class HumanTaskQuery(PageQuery):
    """Which inbox, and filters; they combine."""

    state: Literal["mine", "claimable", "done"] = "mine"
    workflow: UUID | None = None
    search: SmallText = ""


class EventQuery(Schema):
    """Events after `since`."""

    since: int = Field(default=0, ge=0, le=9_223_372_036_854_775_807)
    limit: int = Field(default=500, ge=1, le=2_000)


class DashboardQuery(Schema):
    """How far back to look."""

    hours: int = Field(default=24, ge=1, le=24 * 90)


class FieldProblem(Schema):
    """One thing that is wrong; document problems carry the place as well."""

    model_config = ConfigDict(extra="allow")

    field: str | None
    message: str
    hint: str
    code: str


class ProblemDetails(Schema):
    """Every error (RFC 9457), as `application/problem+json`.

    Conflicts carry more: `current` (the draft as it is now), `decision` (who was first).
    """

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblem]
    request_id: str | None
