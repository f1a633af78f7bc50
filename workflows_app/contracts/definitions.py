"""Workflows, drafts, versions and the palette."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from workflows_app.contracts.base import Contract, JsonMap, Moment, Page, StoredDocument
from workflows_app.contracts.diffs import StructureDiff
from workflows_app.core.document import Layout, Step
from workflows_app.core.document_bulk import BulkDocument
from workflows_app.core.document_machine import MachineLayout
from workflows_app.core.document_saga import SagaDocument

WorkflowKind = Literal["pipeline", "graph", "saga", "bulk", "state_machine"]
RunStatusName = Literal[
    "running",
    "waiting",
    "paused",
    "compensating",
    "needs_attention",
    "succeeded",
    "failed",
    "cancelled",
    "compensated",
]
PortKindName = Literal["normal", "error", "timeout"]


class ProblemItem(Contract):
    """What is wrong with a document, where, and how to mend it."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str
    node_id: str | None
    edge_id: str | None
    field: str | None
    """Path into the node's or document's JSON, such as `config.branches.0.condition`."""
    line: int | None
    column: int | None
    related: list[str]
    """Ids of other nodes that belong to the problem."""


class WorkflowRef(Contract):
    """Enough of a workflow to name it and to link to it."""

    id: UUID
    name: str
    title: str
    kind: WorkflowKind


class LastRun(Contract):
    """The youngest run of a workflow."""

    id: UUID
    status: RunStatusName
    created_at: Moment
    finished_at: Moment | None


class WorkflowSummary(Contract):
    """A workflow as a row of the list."""

    id: UUID
    name: str
    title: str
    kind: WorkflowKind
    description: str
    archived_at: Moment | None
    created_at: Moment
    updated_at: Moment
    updated_by: str | None
    """Username, as everywhere where a person is named."""
    latest_version: int | None
    has_unpublished_changes: bool
    last_run: LastRun | None


class WorkflowPage(Page[WorkflowSummary]):
    """Part of the workflow list."""


class Draft(Contract):
    """The editable document. `revision` grows by one with every save."""

    revision: int
    document: StoredDocument
    updated_at: Moment
    updated_by: str | None
    problems: list[ProblemItem]
    hash: str


class PublishedVersion(Contract):
    """The version that new runs take."""

    number: int
    hash: str
    document: StoredDocument
    published_at: Moment
    published_by: str | None


class WorkflowDetail(WorkflowSummary):
    """A workflow with its draft and its published document."""

    draft: Draft
    published: PublishedVersion | None


class Version(Contract):
    """A published version as a row of the list."""

    id: UUID
    number: int
    hash: str
    note: str
    published_at: Moment
    published_by: str | None


class VersionPage(Page[Version]):
    """Part of the version list, newest first."""


class NodePort(Contract):
    """An output of a node."""

    id: str
    label: str
    kind: PortKindName


class CanvasNode(Contract):
    """A node as it is drawn."""

    id: str
    type: str
    title: str
    family: str
    icon: str
    ports: list[NodePort]
    text: str | None
    """What a note says; null for every other type."""
    parent: str | None = None
    """The state that a machine's state lies in."""


class CanvasEdge(Contract):
    """A connection as it is drawn. Ids that the compiler made begin with `_`."""

    id: str
    source: str
    source_port: str
    target: str
    label: str
    loop: bool
    max_iterations: int


class CanvasAction(Contract):
    """What a machine does on the way into a state, out of it, or along a transition."""

    id: str
    type: str
    title: str
    icon: str
    state: str
    when: str
    """`entry`, `exit`, or the id of the state's transition."""


class Canvas(Contract):
    """What a version looks like, whatever its kind."""

    kind: WorkflowKind
    nodes: list[CanvasNode]
    edges: list[CanvasEdge]
    layout: Layout | MachineLayout
    actions: list[CanvasAction] = []
    """Of state machines only: node runs that are not drawn as nodes."""
    steps: list[Step] | None = None
    """A pipeline's steps without their configs; null for other kinds."""
    saga: SagaDocument | None = None
    """A saga without configs and data; null for other kinds."""
    bulk: BulkDocument | None = None
    """A bulk job without configs, data and expressions; null for other kinds."""


class VersionDetail(Version):
    """A published version with its document."""

    document: StoredDocument
    canvas: Canvas


class DiffSide(Contract):
    """One of two documents to compare."""

    label: str
    document: StoredDocument


class DiffSource(Contract):
    """Two documents, and what changes from the left one to the right one."""

    left: DiffSide
    right: DiffSide
    changes: StructureDiff


class ValidationResult(Contract):
    """What validation found. The hash is that of what would run."""

    problems: list[ProblemItem]
    hash: str


class WorkflowTemplate(Contract):
    """An example that a new workflow can start from."""

    id: str
    title: str
    description: str
    kind: WorkflowKind


class PortsRule(Contract):
    """Ports that the person defines: one for each object in the list `config[field]`."""

    field: str
    id_key: str
    label_key: str


class NodeType(Contract):
    """What a node can be."""

    name: str
    title: str
    description: str
    family: str
    category: str
    icon: str
    execution: Literal["engine", "worker", "human", "wait", "child", "state", "items"] | None
    """Null: an annotation that never runs."""
    config_schema: JsonMap
    output_schema: JsonMap
    ports: list[NodePort]
    ports_from_config: PortsRule | None
    default_config: JsonMap
    literal_fields: list[str]
    """Config fields in which `${` has no meaning."""


class Palette(Contract):
    """All node types of this server."""

    types: list[NodeType]
    actions: list[NodeType]
    """What else the actions of a state machine can be: assign, raise, send and cancel."""
