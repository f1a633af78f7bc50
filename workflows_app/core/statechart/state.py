"""What a machine remembers between two events, beside its active states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """An event in a queue. What it carries is stored with a signal, or is a node run's output."""

    name: str
    signal_id: str = ""
    node: str = ""
    visit: int = 0


class Doing(StrEnum):
    """What an item of the agenda asks for."""

    EXIT = "exit"
    """Leave the state; its exit actions are done."""
    ENTER = "enter"
    """Enter the state; its entry actions come next."""
    RUN = "run"
    """Run the action, and wait until it is done."""
    COMPLETE = "complete"
    """The final state was entered: tell its parent."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One thing to do before the next transition is chosen."""

    doing: Doing
    id: str
    """A state's, or an action's."""
    via: str = ""
    """Exit: the state's own transition that leaves it. Run: the block, which an error ends."""


@dataclass(frozen=True, slots=True)
class Question:
    """Guards that the shell is asked for before transitions can be chosen."""

    is_for_event: bool
    """False: for transitions that need no event."""
    transitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MachineState:
    """Everything but the active states, which are the active nodes of the run's state."""

    agenda: tuple[AgendaItem, ...] = ()
    internal: tuple[MachineEvent, ...] = ()
    """Events of the machine's own, heard before any other."""
    external: tuple[MachineEvent, ...] = ()
    """Events from outside that wait until the machine has come to rest."""
    event: MachineEvent | None = None
    """The last one that was heard."""
    question: Question | None = None
    is_stable: bool = False
    """True when no transition without event is enabled, as far as the last event goes."""
    is_done: bool = False
    """True when a final state at the top was entered."""
    history: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each history state remembers."""
    data: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """The node run in whose output each variable's value lies."""
    delays: tuple[tuple[str, int], ...] = ()
    """Timers that are set: a transition with its state's visit, or a node run of a sent event."""
    block: str = ""
    """The block of the action that is under way."""
    steps: int = 0
    """Microsteps since something happened outside."""
