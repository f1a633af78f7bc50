"""How the states of a machine hang together: what cannot be reached, left or told apart.

Takes machines whose parts are right. What can happen is overestimated: guards may hold, events may
come, and history may remember anything; so what is told here is certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows_app.core import graph_shape
from workflows_app.core.document_machine import StateMachineDocument, Transition
from workflows_app.core.machine_parts import states_of
from workflows_app.core.problems import Problem
from workflows_app.core.statechart.chart import ROOT, Chart, StateKind
from workflows_app.core.statechart.transitions import entry_set, initial_set


def check_ways(document: StateMachineDocument, chart: Chart) -> Iterator[Problem]:
    """Find states and transitions that are of no use, or cannot be left."""
    titles = {state.id: state.title or state.id for state in states_of(document.states)}
    reached = _reached(chart)
    for state in chart.states.values():
        if state.id != ROOT and state.kind is not StateKind.HISTORY and state.id not in reached:
            yield Problem(
                code="unreachable_state",
                message=f"“{titles[state.id]}” can never be active: no transition leads to it.",
                hint="Lead a transition to it, or remove it.",
                node_id=state.id,
            )
    yield from _check_traps(chart, reached, titles)
    yield from _check_order(document)
    yield from _check_endless(chart, titles)


def _reached(chart: Chart) -> frozenset[str]:
    """States that can become active."""
    reached = set(initial_set(chart))
    waiting = list(reached)
    while waiting:
        for transition in chart.states[waiting.pop()].transitions:
            new = entry_set(chart, [transition], {}) - reached
            reached |= new
            waiting += new
    return frozenset(reached)


def _check_traps(
    chart: Chart, reached: frozenset[str], titles: dict[str, str]
) -> Iterator[Problem]:
    """Warn of states from which no final state can be reached, where there are any."""
    ends = [
        state
        for state in reached
        if chart.states[state].kind is StateKind.FINAL and chart.states[state].parent == ROOT
    ]
    if not ends:
        return
    back = graph_shape.reversed_links(graph_shape.links_of(reached, _links(chart, reached)))
    ending = graph_shape.reachable(back, ends)
    for state in chart.ordered(reached - ending):
        if chart.states[state].is_atomic:
            yield Problem(
                code="trapping_state",
                message=f"From “{titles[state]}” no final state can be reached.",
                hint="Lead a transition out of it, or make it final.",
                severity="warning",
                node_id=state,
            )


def _links(chart: Chart, reached: frozenset[str]) -> Iterator[tuple[str, str]]:
    """From each state to those that can be active with it or after it."""
    for state_id in reached:
        state = chart.states[state_id]
        if state.parent != ROOT:
            yield state_id, state.parent
        if state.kind is StateKind.PARALLEL:
            yield from ((state_id, child) for child in state.children if child in reached)
            inner = (s for s in reached if chart.is_within(s, state_id))
            yield from ((state_id, other) for other in inner)
        for transition in state.transitions:
            yield from ((state_id, target) for target in entry_set(chart, [transition], {}))


def _check_order(document: StateMachineDocument) -> Iterator[Problem]:
    """Warn of transitions that are never taken, because one before them always is."""
    for state in states_of(document.states):
        certain: dict[tuple[str | None, bool], Transition] = {}
        for transition in state.transitions:
            if transition.after is not None:
                continue
            trigger = (transition.event, transition.done)
            first = certain.get(trigger) or certain.get(("*", False))
            if first is not None and (trigger in certain or transition.event is not None):
                yield Problem(
                    code="never_taken",
                    message=f"A transition of “{state.title or state.id}” is never taken: one "
                    "before it is for the same event and has no guard.",
                    hint="Give the first one a guard, or remove one of them.",
                    severity="warning",
                    node_id=state.id,
                    edge_id=transition.id,
                    related=(first.id,),
                )
            if transition.guard is None:
                certain.setdefault(trigger, transition)


def _check_endless(chart: Chart, titles: dict[str, str]) -> Iterator[Problem]:
    """Warn of circles of transitions that wait for nothing."""
    pairs: list[tuple[str, str]] = []
    for state in chart.states.values():
        first = next((t for t in state.transitions if t.is_for(None)), None)
        if first is not None and first.guard is None:
            pairs += [(state.id, target) for target in entry_set(chart, [first], {})]
    for circle in graph_shape.cycles(graph_shape.links_of(chart.states, pairs)):
        names = ", ".join(f"“{titles[state]}”" for state in circle[:5])
        yield Problem(
            code="endless_transitions",
            message=f"The machine would not come to rest: {names} lead to each other at once."
            if len(circle) > 1
            else f"The machine would not come to rest: {names} leads to itself at once.",
            hint="Give one of the transitions an event, a delay or a guard.",
            severity="warning",
            node_id=circle[0],
            related=tuple(circle[1:]),
        )
