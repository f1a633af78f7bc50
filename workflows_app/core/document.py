"""Document models: what people edit, as pure JSON.

A document is one of the kinds in `workflows_app.core.kinds`. Layout, notes and the description are
part of the document but not of what runs, so they are left out of `hash_document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag

NODE_ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
"""A node id is also a name in expressions (`nodes.<id>`), so it is an identifier."""

NodeId = Annotated[str, Field(pattern=NODE_ID_PATTERN)]
PositiveSeconds = Annotated[float, Field(gt=0, le=10 * 366 * 24 * 3600)]


class DocumentModel(BaseModel):
    """Base of all document parts: unknown fields are errors, instances do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Retry(DocumentModel):
    """When and how often a failed attempt is repeated."""

    max_attempts: int = Field(default=3, ge=1, le=100)
    """Attempts in all, the first one included."""
    initial_delay_seconds: float = Field(default=1.0, ge=0, le=86_400)
    backoff: float = Field(default=2.0, ge=1, le=10)
    """Factor between two delays."""
    max_delay_seconds: float = Field(default=300.0, ge=0, le=86_400)
    jitter: float = Field(default=0.1, ge=0, le=1)
    """Share of the delay that chance may take away."""
    on: tuple[str, ...] = ()
    """Error types that are retried; empty means every error that is not final."""


class Join(DocumentModel):
    """When a node with several incoming edges starts.

    `active` waits until every incoming path has either arrived or been skipped, and starts when at
    least one arrived. `all` starts only when every path arrives. `any` starts with the first,
    `count` with the first `count` arrivals; `rest` says what happens to the paths still under way.
    `each` waits for nothing: the node is visited once for every path that arrives.
    """

    mode: Literal["active", "all", "any", "count", "each"] = "active"
    count: int | None = Field(default=None, ge=1)
    rest: Literal["absorb", "cancel"] = "absorb"


class Memo(DocumentModel):
    """The result of a node counts again for the same input, in any run, for a while."""

    ttl_seconds: PositiveSeconds


class Node(DocumentModel):
    """One box on the canvas."""

    id: NodeId
    type: str = Field(min_length=1, max_length=200)
    title: str = Field(default="", max_length=200)
    config: dict[str, JsonValue] = Field(default_factory=dict)
    retry: Retry | None = None
    timeout_seconds: PositiveSeconds | None = None
    on_error: Literal["fail", "continue"] = "fail"
    """`continue`: a final failure counts as done with the output null."""
    join: Join = Join()
    cancels: tuple[NodeId, ...] = Field(default=(), max_length=1_000)
    """Nodes that are withdrawn when this one has succeeded, wherever they are drawn."""
    exclusive: str = Field(default="", max_length=100)
    """Nodes that share this word never run at the same time in one run."""
    only_while: NodeId | None = None
    """The node starts only while that one is under way: it waits until then, and is passed by
    afterwards."""
    memo: Memo | None = None
    """For nodes that workers run: skip the work whose result is known."""


class Edge(DocumentModel):
    """A connection from an output port of one node to another node."""

    id: str = Field(min_length=1, max_length=100)
    source: NodeId
    source_port: str = Field(default="out", min_length=1, max_length=64)
    target: NodeId
    label: str = Field(default="", max_length=200)
    loop: bool = False
    """A loop edge is the only one that may close a cycle."""
    max_iterations: int = Field(default=25, ge=1, le=100_000)


class Position(DocumentModel):
    """Where a node lies on the canvas, in pixels at zoom 1."""

    x: float
    y: float


class Layout(DocumentModel):
    """How the document looks; never how it runs."""

    nodes: dict[str, Position] = Field(default_factory=dict)


class Settings(DocumentModel):
    """Policies of a whole run."""

    timeout_seconds: PositiveSeconds | None = None
    on_failure: Literal["stop", "finish_other_paths"] = "stop"
    """What a failure without an error edge does to the paths beside it."""
    retry: Retry | None = None
    """Of every step on a worker that says nothing itself, before its task does."""


class BaseDocument(DocumentModel):
    """What all kinds share."""

    format: Literal[1] = 1
    description: str = Field(default="", max_length=10_000)
    vars: dict[str, JsonValue] = Field(default_factory=dict)
    """Constants that expressions read as `vars.<name>`."""
    settings: Settings = Settings()


class GraphDocument(BaseDocument):
    """Nodes and edges, as drawn."""

    kind: Literal["graph"]
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    layout: Layout = Layout()


class TaskStep(DocumentModel):
    """A pipeline step that runs one node type."""

    step: Literal["task"] = "task"
    id: NodeId
    type: str = Field(min_length=1, max_length=200)
    title: str = Field(default="", max_length=200)
    config: dict[str, JsonValue] = Field(default_factory=dict)
    retry: Retry | None = None
    timeout_seconds: PositiveSeconds | None = None


class ConditionalStep(DocumentModel):
    """Runs `then` when the condition holds, else `otherwise`."""

    step: Literal["conditional"]
    id: NodeId
    title: str = Field(default="", max_length=200)
    condition: str
    then: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()


class ParallelStep(DocumentModel):
    """Runs its branches side by side; all must succeed."""

    step: Literal["parallel"]
    id: NodeId
    title: str = Field(default="", max_length=200)
    branches: tuple[tuple[Step, ...], ...] = Field(min_length=1)
    max_concurrency: int | None = Field(default=None, ge=1, le=1_000)
    """Branches under way at once, in the order of the document; None: all."""


def _kind_of_step(value: Any) -> Any:
    """A step that does not say what it is runs a task."""
    return value.get("step", "task") if isinstance(value, Mapping) else getattr(value, "step", None)


Step = Annotated[
    Annotated[TaskStep, Tag("task")]
    | Annotated[ConditionalStep, Tag("conditional")]
    | Annotated[ParallelStep, Tag("parallel")],
    Discriminator(_kind_of_step),
]


class PipelineDocument(BaseDocument):
    """Ordered steps that share a context; the last step's result is the result."""

    kind: Literal["pipeline"]
    input_schema: dict[str, JsonValue] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()


ConditionalStep.model_rebuild()
ParallelStep.model_rebuild()
PipelineDocument.model_rebuild()

JsonObject = dict[str, Any]
