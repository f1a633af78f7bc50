"""Going through the states, transitions and actions of a machine's document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition


def states_of(states: Iterable[State]) -> Iterator[State]:
    """Yield the states and all states within them, in document order."""
    for state in states:
        yield state
        yield from states_of(state.children)


def parents_of(states: Iterable[State], parent: State | None = None) -> Iterator[State | None]:
    """Yield for each state of `states_of` the state that it lies in."""
    for state in states:
        yield parent
        yield from parents_of(state.children, state)


def transitions_of(document: StateMachineDocument) -> Iterator[tuple[State, Transition]]:
    """Yield all transitions with the states that they leave."""
    for state in states_of(document.states):
        for transition in state.transitions:
            yield state, transition


def actions_of(state: State) -> Iterator[Action]:
    """Yield the actions of a state and of its transitions."""
    yield from state.entry
    yield from state.exit
    for transition in state.transitions:
        yield from transition.actions
