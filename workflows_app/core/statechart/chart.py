"""The chart: the tree of states that a machine's plan holds, and questions about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ROOT = ""
"""Id of what encloses all states. No state can have it."""

DATA_NODE = "_data"
"""The node that gives the machine's variables their first values."""

GUARDS_NODE = "_guards"
"""The node that tells which guards hold."""


class StateKind(StrEnum):
    """What a state is."""

    ATOMIC = "atomic"
    COMPOUND = "compound"
    PARALLEL = "parallel"
    FINAL = "final"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class ChartTransition:
    """A transition. Without descriptor and delay it needs no event."""

    id: str
    source: str
    targets: tuple[str, ...] = ()
    descriptor: str | None = None
    """Which events it is for; `done.state.<source>` for a completion."""
    after: float | None = None
    guard: str | None = None
    is_internal: bool = False
    actions: tuple[str, ...] = ()

    def is_for(self, event: str | None) -> bool:
        """True when the event of that name, or none, may trigger it."""
        if self.after is not None:
            return event == timeout_event(self.id)
        if self.descriptor is None or event is None:
            return self.descriptor is None and event is None
        return matches(self.descriptor, event)


@dataclass(frozen=True, slots=True)
class ChartState:
    """One state. Actions are ids of the plan's nodes."""

    id: str
    kind: StateKind
    parent: str = ROOT
    children: tuple[str, ...] = ()
    """Without history states."""
    histories: tuple[str, ...] = ()
    initial: tuple[str, ...] = ()
    """What a compound state enters, or a history state that remembers nothing leads to."""
    transitions: tuple[ChartTransition, ...] = ()
    entry: tuple[str, ...] = ()
    exit: tuple[str, ...] = ()
    is_deep: bool = False
    output: str | None = None
    """Final: the node that makes what its completion carries."""
    order: int = 0
    """Position in the document."""
    ancestors: tuple[str, ...] = ()
    """The nearest first, the root last."""

    @property
    def is_atomic(self) -> bool:
        """True when no state lies within it."""
        return self.kind in {StateKind.ATOMIC, StateKind.FINAL}

    @property
    def delayed(self) -> tuple[ChartTransition, ...]:
        """Its transitions that wait for time."""
        return tuple(item for item in self.transitions if item.after is not None)

    @property
    def events(self) -> tuple[str, ...]:
        """Descriptors of the events from outside that it has transitions for."""
        found = (item.descriptor for item in self.transitions if item.descriptor is not None)
        return tuple(dict.fromkeys(name for name in found if not is_inner(name)))


@dataclass(frozen=True, slots=True)
class Chart:
    """All states by id, in document order, the root included."""

    states: Mapping[str, ChartState]
    transitions: Mapping[str, ChartTransition] = field(init=False)

    def __post_init__(self) -> None:
        found = (item for state in self.states.values() for item in state.transitions)
        object.__setattr__(self, "transitions", {item.id: item for item in found})

    def is_within(self, state: str, ancestor: str) -> bool:
        """True when the state lies in the other one, at any depth, and is not it."""
        return ancestor in self.states[state].ancestors

    def ordered(self, states: Iterable[str]) -> list[str]:
        """The states in document order, without doubles."""
        return sorted(set(states), key=lambda state: self.states[state].order)

    def ancestors_below(self, state: str, limit: str) -> Iterator[str]:
        """What encloses the state, the nearest first, as far as `limit`, which is left out."""
        for ancestor in self.states[state].ancestors:
            if ancestor == limit:
                return
            yield ancestor

    def common_compound(self, states: list[str]) -> str:
        """The nearest compound state, or the root, that holds all of them (LCCA)."""
        for ancestor in self.states[states[0]].ancestors:
            is_candidate = ancestor == ROOT or self.states[ancestor].kind is StateKind.COMPOUND
            if is_candidate and all(self.is_within(state, ancestor) for state in states[1:]):
                return ancestor
        return ROOT

    def is_complete(self, state: str, active: frozenset[str]) -> bool:
        """True when a compound state is in a final child, or every child of a parallel one is."""
        found = self.states[state]
        if found.kind is StateKind.COMPOUND:
            return any(
                child in active and self.states[child].kind is StateKind.FINAL
                for child in found.children
            )
        if found.kind is StateKind.PARALLEL:
            return all(self.is_complete(child, active) for child in found.children)
        return False


def matches(descriptor: str, event: str) -> bool:
    """True when the descriptor is `*`, the event's name, or a beginning of it at a dot.

    Events of a delay are heard only by the transition whose delay it is.
    """
    if event.startswith("after."):
        return False
    stem = descriptor.removesuffix("*").removesuffix(".")
    return not stem or event == stem or event.startswith(f"{stem}.")


def is_inner(descriptor: str) -> bool:
    """True for the names of events that only the machine itself raises."""
    return descriptor.split(".")[0] in {"done", "error", "after"}


def done_event(state: str) -> str:
    """The event that tells that a state is complete."""
    return f"done.state.{state}"


def timeout_event(transition: str) -> str:
    """The event that tells that a transition's delay is over."""
    return f"after.{transition}"


def error_event(node: str) -> str:
    """The event that tells that an action, or a transition's guard, has failed."""
    return f"error.{node}"
