"""What keeps a state machine from running: its parts, one by one.

How the states hang together is looked at by `validate_machine_ways`, once every part is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from workflows_app.core.builtin_machine import ACTION_TYPES
from workflows_app.core.compile_machine import chart_of
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.expressions import Names
from workflows_app.core.machine_parts import actions_of, parents_of, states_of, transitions_of
from workflows_app.core.node_types import Catalog
from workflows_app.core.problems import Problem, did_you_mean
from workflows_app.core.statechart.chart import Chart, StateKind
from workflows_app.core.validate_config import (
    check_condition,
    check_config,
    check_expressions,
    check_object_schema,
)
from workflows_app.core.validate_graph import MAX_NODES, unknown_type_problem
from workflows_app.core.validate_machine_ways import check_ways

FLOW_TYPES = frozenset({"start", "end", "gate", "note"})
"""Types whose work the states and transitions of a machine do."""


def check_machine(document: StateMachineDocument, catalog: Catalog) -> Iterator[Problem]:
    """Find everything that is wrong with a machine."""
    states = list(states_of(document.states))
    if not states:
        yield Problem(
            code="empty_document",
            message="The machine has no states.",
            hint="Add a state, and say that it is the initial one.",
            field="states",
        )
        return
    size = len(states) + sum(1 for state in states for _ in actions_of(state))
    if size > MAX_NODES:
        yield Problem(
            code="document_too_large",
            message=f"There are {size:,} states and actions; {MAX_NODES:,} are allowed.",
            hint="Split the work into several workflows.",
            field="states",
        )
        return
    if document.input_schema:
        yield from check_object_schema(document.input_schema, None, "Input", "input_schema")
    structure = list(_structure_problems(document, states))
    yield from structure
    yield from _value_problems(document, states, catalog)
    if not any(problem.is_error for problem in structure):
        yield from check_ways(document, chart_of(document))


# Structure


def _structure_problems(document: StateMachineDocument, states: list[State]) -> Iterator[Problem]:
    duplicates = list(_check_ids(document, states))
    yield from duplicates
    if duplicates:
        return
    chart = chart_of(document)
    yield from _check_initial(chart, None, document.initial)
    for state, parent in zip(states, parents_of(document.states), strict=True):
        yield from _check_shape(state, parent)
        if state.type == "compound" and state.children:
            yield from _check_initial(chart, state, state.initial)
        if state.type == "history":
            yield from _check_default(chart, state)
        for transition in state.transitions:
            yield from _check_trigger(state, transition)
            yield from _check_targets(chart, state, transition)


def _check_ids(document: StateMachineDocument, states: list[State]) -> Iterator[Problem]:
    ids = Counter(state.id for state in states)
    ids.update(transition.id for _, transition in transitions_of(document))
    ids.update(action.id for state in states for action in actions_of(state))
    known = {state.id for state in states}
    for found, count in ids.items():
        if count > 1:
            yield Problem(
                code="duplicate_id",
                message=f"{count} states, transitions or actions have the id “{found}”.",
                hint="Give each one its own id.",
                node_id=found if found in known else None,
                field="id",
            )


def _check_initial(chart: Chart, state: State | None, initial: str | None) -> Iterator[Problem]:
    """The state to begin in lies within, and is a state."""
    where = f"“{state.title or state.id}”" if state is not None else "The machine"
    owner = state.id if state is not None else None
    if initial is None:
        yield Problem(
            code="initial_missing",
            message=f"{where} does not say in which state it begins.",
            hint="Choose its initial state.",
            node_id=owner,
            field="initial",
        )
        return
    inside = [
        other.id
        for other in chart.states.values()
        if (owner or "") in other.ancestors and other.kind is not StateKind.HISTORY
    ]
    if initial not in inside:
        near = did_you_mean(initial, inside)
        yield Problem(
            code="unknown_state",
            message=f"{where} begins in “{initial}”, which is no state within it.",
            hint=f"Did you mean “{near}”?" if near else "Choose a state within it.",
            node_id=owner,
            field="initial",
        )


_HAS_CHILDREN = frozenset({"compound", "parallel"})
_MISPLACED = {
    "final": ("transitions",),
    "history": ("transitions", "entry", "exit"),
}


def _check_shape(state: State, parent: State | None) -> Iterator[Problem]:
    """Fields that a state of this type cannot have, and those that it must."""
    title = state.title or state.id
    if state.type in _HAS_CHILDREN and not any(c.type != "history" for c in state.children):
        yield Problem(
            code="children_missing",
            message=f"“{title}” is {state.type} but holds no states.",
            hint="Put states into it, or make it atomic.",
            node_id=state.id,
            field="children",
        )
    forbidden = [name for name in _MISPLACED.get(state.type, ()) if getattr(state, name)]
    if state.type not in _HAS_CHILDREN and state.children:
        forbidden.append("children")
    for name in forbidden:
        yield Problem(
            code="not_in_this_state",
            message=f"“{title}” is {state.type}, and so cannot have “{name}”.",
            hint="Remove it, or choose another type of state.",
            node_id=state.id,
            field=name,
        )
    if state.type == "history" and parent is None:
        yield Problem(
            code="history_outside",
            message=f"“{title}” remembers nothing: it lies in no state.",
            hint="Move it into the state whose children it shall remember.",
            node_id=state.id,
            field="type",
        )
    if state.type == "final" and parent is not None and parent.type == "parallel":
        yield Problem(
            code="final_in_parallel",
            message=f"“{title}” lies directly in a parallel state, which it cannot complete.",
            hint="Put it into one of the parallel state's compound children.",
            node_id=state.id,
            field="type",
        )


def _check_default(chart: Chart, state: State) -> Iterator[Problem]:
    title = state.title or state.id
    if not state.default:
        yield Problem(
            code="history_without_default",
            message=f"“{title}” does not say where it leads when there is nothing to remember.",
            hint="Choose its default state.",
            node_id=state.id,
            field="default",
        )
    parent = chart.states[state.id].parent
    for index, target in enumerate(state.default):
        found = chart.states.get(target)
        is_beside = found is not None and parent in found.ancestors
        if found is None or not is_beside or found.kind is StateKind.HISTORY:
            yield Problem(
                code="unknown_state",
                message=f"“{title}” leads to “{target}”, which is no state beside it.",
                hint="Choose a state within the same state.",
                node_id=state.id,
                field=f"default.{index}",
            )


def _check_trigger(state: State, transition: Transition) -> Iterator[Problem]:
    given = [
        name
        for name, is_given in (
            ("event", transition.event is not None),
            ("done", transition.done),
            ("after", transition.after is not None),
        )
        if is_given
    ]
    if len(given) > 1:
        yield Problem(
            code="several_triggers",
            message=f"A transition of “{state.title or state.id}” waits for {' and '.join(given)}.",
            hint="Keep one, and draw another transition for the other.",
            node_id=state.id,
            edge_id=transition.id,
            field=given[1],
        )
    if transition.done and state.type not in _HAS_CHILDREN:
        yield Problem(
            code="never_done",
            message=f"“{state.title or state.id}” holds no states, and so is never complete.",
            hint="Wait for an event, or leave the trigger empty to go on at once.",
            node_id=state.id,
            edge_id=transition.id,
            field="done",
        )
    if not given and not transition.targets and transition.guard is None:
        yield Problem(
            code="endless_transition",
            message=f"A transition of “{state.title or state.id}” leads nowhere and waits for "
            "nothing: it would be taken again and again.",
            hint="Give it an event or a target.",
            node_id=state.id,
            edge_id=transition.id,
            field="targets",
        )


def _check_targets(chart: Chart, state: State, transition: Transition) -> Iterator[Problem]:
    unknown = [target for target in transition.targets if not chart.states.get(target)]
    for target in unknown:
        near = did_you_mean(target, [other for other in chart.states if other])
        yield Problem(
            code="unknown_state",
            message=f"A transition of “{state.title or state.id}” leads to “{target}”, "
            "which does not exist.",
            hint=f"Did you mean “{near}”?" if near else "Choose a state of this machine.",
            node_id=state.id,
            edge_id=transition.id,
            field=f"targets.{transition.targets.index(target)}",
        )
    if not unknown:
        for one, other in combinations(transition.targets, 2):
            if not _can_be_active_together(chart, one, other):
                yield Problem(
                    code="targets_exclude_each_other",
                    message=f"A transition of “{state.title or state.id}” leads to “{one}” and "
                    f"“{other}”, which cannot be active at once.",
                    hint="Lead to states in different children of one parallel state.",
                    node_id=state.id,
                    edge_id=transition.id,
                    field="targets",
                    related=(one, other),
                )


def _can_be_active_together(chart: Chart, one: str, other: str) -> bool:
    if one == other or chart.is_within(one, other) or chart.is_within(other, one):
        return False
    common = next(a for a in chart.states[one].ancestors if chart.is_within(other, a))
    return chart.states[common].kind is StateKind.PARALLEL


# Values


def _value_problems(
    document: StateMachineDocument, states: list[State], catalog: Catalog
) -> Iterator[Problem]:
    actions = frozenset(action.id for state in states for action in actions_of(state))
    constants = frozenset(document.vars)
    names = Names(actions, constants, data=frozenset(document.data))
    first = Names(frozenset(), constants, data=frozenset())
    for problem in check_expressions("", {"data": document.data}, frozenset(), first):
        field = (problem.field or "").removeprefix("config.")
        yield replace(problem, node_id=None, field=field)
    known = {**catalog, **{spec.name: spec for spec in ACTION_TYPES}}
    validators: dict[str, Any] = {}
    for state in states:
        title = state.title or state.id
        if state.type == "final" and state.output is not None:
            found = check_expressions(state.id, {"output": state.output}, frozenset(), names)
            yield from (replace(problem, field="output") for problem in found)
        for transition in state.transitions:
            yield from _check_guard(state.id, title, transition, names)
        for action in actions_of(state):
            yield from _check_action(action, known, names, validators)
    sends = frozenset(a.id for state in states for a in actions_of(state) if a.type == "send")
    for state in states:
        for action in actions_of(state):
            if action.type == "cancel" and action.config.get("send") not in sends:
                yield Problem(
                    code="unknown_name",
                    message=f"“{action.title or action.id}” cancels what no action sends.",
                    hint="Name the id of a “send” action.",
                    node_id=action.id,
                    field="config.send",
                )


def _check_guard(
    state_id: str, title: str, transition: Transition, names: Names
) -> Iterator[Problem]:
    if transition.guard is None:
        return
    found = [
        *check_expressions(state_id, {"guard": transition.guard}, frozenset(), names),
        *check_condition(state_id, title, transition.guard, "guard"),
    ]
    yield from (replace(problem, edge_id=transition.id, field="guard") for problem in found)


def _check_action(
    action: Action, catalog: Catalog, names: Names, validators: dict[str, Any]
) -> Iterator[Problem]:
    spec = catalog.get(action.type)
    if spec is None:
        yield unknown_type_problem(action.id, action.title, action.type, catalog)
        return
    title = action.title or spec.title
    if action.type in FLOW_TYPES:
        yield Problem(
            code="type_not_in_machine",
            message=f"“{title}” is of the type “{action.type}”, which no action can be.",
            hint="Use states and transitions, or draw a graph.",
            node_id=action.id,
            field="type",
        )
        return
    yield from check_config(action.id, title, action.config, spec, names, validators)
    if action.type == "assign":
        yield from _check_variables(action, title, names.data or frozenset())


def _check_variables(action: Action, title: str, known: frozenset[str]) -> Iterator[Problem]:
    assigned = action.config.get("data")
    if isinstance(assigned, str):
        yield Problem(
            code="config_invalid",
            message=f"{title}: the variables stand in one expression, so nobody can tell which.",
            hint="Name each variable, with a value or an expression for it.",
            node_id=action.id,
            field="config.data",
        )
    for name in assigned if isinstance(assigned, dict) else ():
        if name not in known:
            near = did_you_mean(name, known)
            yield Problem(
                code="unknown_name",
                message=f"{title}: the machine has no variable “{name}”.",
                hint=f"Did you mean “{near}”?" if near else "Add it to the machine's data.",
                node_id=action.id,
                field=f"config.data.{name}",
            )
