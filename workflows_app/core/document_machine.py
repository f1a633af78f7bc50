"""Document models of state machines: states that nest, and transitions between them.

The words and their meaning are those of W3C SCXML (https://www.w3.org/TR/scxml/). States are
listed in document order, which decides between transitions that are enabled at the same time.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from workflows_app.core.document import (
    BaseDocument,
    DocumentModel,
    NodeId,
    Position,
    PositiveSeconds,
    Retry,
)

EVENT_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$"
"""Words with dots between them."""

EVENT_DESCRIPTOR_PATTERN = r"^(\*|[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*(\.\*)?)$"
"""An event's name, the beginning of one (`order` and `order.*` match `order.paid`), or `*`."""

EventDescriptor = Annotated[str, Field(pattern=EVENT_DESCRIPTOR_PATTERN, max_length=200)]
StateType = Literal["atomic", "compound", "parallel", "final", "history"]


class Action(DocumentModel):
    """What happens on entering or leaving a state, or on a transition; a node like any other.

    `type` is any node type that does something (`task:…`, `http`, `transform`, `log`, `human`, …),
    or one of `assign` (config `{"data": {name: value}}`), `raise` (config `{"event", "data"}`:
    heard by the machine before anything from outside), `send` (config `{"event", "data",
    "delay_seconds"}`: heard like an event from outside) and `cancel` (config `{"send": action}`:
    gives up what that action was to send later).
    """

    id: NodeId
    type: str = Field(min_length=1, max_length=200)
    title: str = Field(default="", max_length=200)
    config: dict[str, JsonValue] = Field(default_factory=dict)
    retry: Retry | None = None
    timeout_seconds: PositiveSeconds | None = None
    on_error: Literal["fail", "continue"] = "fail"
    """`fail`: skips the rest of its block and raises `error.<id>`; `continue`: counts as done."""


class Transition(DocumentModel):
    """A way out of a state, or something to do within it.

    At most one of `event`, `done` and `after` is given. Without any, the transition is taken as
    soon as its guard holds.
    """

    id: NodeId
    event: EventDescriptor | None = None
    done: bool = False
    """Taken when the state is complete: its final child, or one in each parallel child."""
    after: PositiveSeconds | None = None
    """Taken when the state has been active for so many seconds."""
    guard: str | None = Field(default=None, max_length=2_000)
    """One `${ … }` that is true or false."""
    targets: tuple[NodeId, ...] = Field(default=(), max_length=50)
    """Empty: nothing is left or entered. Several: one in each of different parallel children."""
    internal: bool = False
    """Does not leave its compound state when all targets lie within it."""
    actions: tuple[Action, ...] = ()
    label: str = Field(default="", max_length=200)


class State(DocumentModel):
    """A box on the canvas. Which fields matter depends on the type."""

    id: NodeId
    type: StateType = "atomic"
    title: str = Field(default="", max_length=200)
    initial: NodeId | None = None
    """Compound: the state within it that is entered with it."""
    children: tuple[State, ...] = ()
    """Of compound and parallel states."""
    entry: tuple[Action, ...] = ()
    exit: tuple[Action, ...] = ()
    transitions: tuple[Transition, ...] = ()
    depth: Literal["shallow", "deep"] = "shallow"
    """History: whether it remembers the children of its parent, or all the way down."""
    default: tuple[NodeId, ...] = Field(default=(), max_length=50)
    """History: where to go when the parent was never left."""
    output: JsonValue = None
    """Final: the data of the event that tells its parent's completion; at the top the result."""


class Box(Position):
    """Where a state lies within its parent, and how large it is."""

    width: float | None = None
    height: float | None = None


class MachineLayout(DocumentModel):
    """How the machine looks; never how it runs."""

    nodes: dict[str, Box] = Field(default_factory=dict)


class StateMachineDocument(BaseDocument):
    """A statechart: what it is doing is the set of its active states."""

    kind: Literal["state_machine"]
    input_schema: dict[str, JsonValue] = Field(default_factory=dict)
    data: dict[NodeId, JsonValue] = Field(default_factory=dict)
    """The machine's own variables with their first values; expressions read `data.<name>`."""
    initial: NodeId | None = None
    states: tuple[State, ...] = ()
    layout: MachineLayout = MachineLayout()


State.model_rebuild()
StateMachineDocument.model_rebuild()
