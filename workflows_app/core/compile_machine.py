"""From a state machine to a plan: a chart of states, and nodes without edges.

States and actions keep their ids. What is added begins with an underscore: `_data` gives the
variables their first values, `_guards` tells which guards hold, and `_output_<n>` makes what the
n-th state of the document carries as a final state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workflows_app.core.builtin_machine import MACHINE_TYPES
from workflows_app.core.builtin_types import completed_config
from workflows_app.core.compile_graph import retry_policy
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.expressions import names_in, references, references_of_config
from workflows_app.core.machine_parts import actions_of, parents_of, states_of, transitions_of
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import Execution, Plan, PlanNode
from workflows_app.core.statechart.chart import (
    DATA_NODE,
    GUARDS_NODE,
    ROOT,
    Chart,
    ChartState,
    ChartTransition,
    StateKind,
    done_event,
)

_READ = frozenset({"data", "event", "states"})


def compile_machine(document: StateMachineDocument, catalog: Catalog, document_hash: str) -> Plan:
    """Return the plan of a machine without errors."""
    chart = chart_of(document)
    nodes = [*_state_nodes(document), *_added_nodes(document, chart, catalog)]
    for state in states_of(document.states):
        nodes += [_action_node(action, catalog) for action in actions_of(state)]
    return Plan(
        kind=document.kind,
        hash=document_hash,
        nodes={node.id: node for node in nodes},
        edges=(),
        entries=(),
        timeout_seconds=document.settings.timeout_seconds,
        vars=document.vars,
        input_schema=document.input_schema,
        chart=chart,
    )


def chart_of(document: StateMachineDocument) -> Chart:
    """Return the tree of states."""
    found: dict[str, ChartState] = {
        ROOT: ChartState(
            id=ROOT,
            kind=StateKind.COMPOUND,
            children=_ids(document.states),
            initial=(document.initial,) if document.initial else (),
        )
    }
    pairs = zip(states_of(document.states), parents_of(document.states), strict=True)
    for order, (state, parent) in enumerate(pairs, start=1):
        above = found[parent.id if parent is not None else ROOT]
        is_output = state.type == "final" and state.output is not None
        found[state.id] = ChartState(
            id=state.id,
            kind=StateKind(state.type),
            parent=above.id,
            children=_ids(state.children),
            histories=tuple(child.id for child in state.children if child.type == "history"),
            initial=state.default or ((state.initial,) if state.initial else ()),
            transitions=tuple(_transition(state, item) for item in state.transitions),
            entry=tuple(action.id for action in state.entry),
            exit=tuple(action.id for action in state.exit),
            is_deep=state.depth == "deep",
            output=f"_output_{order}" if is_output else None,
            order=order,
            ancestors=(above.id, *above.ancestors),
        )
    return Chart(found)


def _ids(states: Iterable[State]) -> tuple[str, ...]:
    return tuple(state.id for state in states if state.type != "history")


def _transition(state: State, transition: Transition) -> ChartTransition:
    return ChartTransition(
        id=transition.id,
        source=state.id,
        targets=transition.targets,
        descriptor=done_event(state.id) if transition.done else transition.event,
        after=transition.after,
        guard=transition.guard,
        is_internal=transition.internal,
        actions=tuple(action.id for action in transition.actions),
    )


def _state_nodes(document: StateMachineDocument) -> Iterator[PlanNode]:
    for state in states_of(document.states):
        if state.type != "history":
            yield PlanNode(
                id=state.id,
                type="state",
                title=state.title or state.id,
                execution=Execution.STATE,
                is_repeatable=True,
            )


def _added_nodes(
    document: StateMachineDocument, chart: Chart, catalog: Catalog
) -> Iterator[PlanNode]:
    if document.data:
        config = {"data": document.data}
        yield _action_node(
            Action.model_construct(id=DATA_NODE, type="assign", title="Data", config=config),
            catalog,
        )
    guards = [item.guard for _, item in transitions_of(document) if item.guard is not None]
    if guards:
        yield PlanNode(
            id=GUARDS_NODE,
            type="guards",
            title="Guards",
            execution=Execution.ENGINE,
            is_repeatable=True,
            references=references(guards),
            reads=names_in(guards, _READ),
        )
    for state in states_of(document.states):
        output = chart.states[state.id].output
        if output is not None:
            yield _action_node(
                Action.model_construct(
                    id=output,
                    type="transform",
                    title=f"Output of {state.title or state.id}",
                    config={"output": state.output},
                ),
                catalog,
            )


def _action_node(action: Action, catalog: Catalog) -> PlanNode:
    spec = MACHINE_TYPES.get(action.type) or catalog[action.type]
    if spec.execution is None:
        raise ValueError(f"{action.type} never runs.")
    config = completed_config(action.type, action.config)
    expressions = {name: value for name, value in config.items() if name not in spec.literal_fields}
    waits_for_signal = action.type == "wait" and config.get("mode") == "signal"
    return PlanNode(
        id=action.id,
        type=action.type,
        title=action.title or spec.title,
        execution=spec.execution,
        config=config,
        retry=retry_policy(action.retry),
        timeout_seconds=action.timeout_seconds,
        continues_on_error=action.on_error == "continue",
        reruns_after_crash=spec.reruns_after_crash,
        is_repeatable=True,
        references=references_of_config(config, spec.literal_fields),
        signal=str(config.get("signal")) if waits_for_signal else None,
        reads=names_in(expressions, _READ),
    )
