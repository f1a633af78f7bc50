"""The interpreter against python-statemachine, an implementation of the same algorithm by others.

Random machines hear the same events on both sides, and must be in the same states after each.
Where the oracle itself departs from SCXML it is put right, as told at `Oracle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from statemachine.engines.sync import SyncEngine
from statemachine.io import load
from statemachine.orderedset import OrderedSet

from tests.core.charts import EVENTS, charts
from tests.core.machine_world import MachineWorld
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.machine_parts import states_of
from workflows_app.core.replay import replay
from workflows_app.core.scxml.write import write_scxml
from workflows_app.core.state import RunStatus
from workflows_app.core.statechart.chart import ROOT, StateKind

ROUNDS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


class Oracle(SyncEngine):
    """The oracle's engine, with transitions chosen in document order.

    Release 3.2 looks at the active states in the order of their entry (“TODO: sorted by document
    order”), and counts that order for each level of nesting anew.
    """

    def _select_transitions(self, trigger_data: Any, predicate: Any) -> OrderedSet[Any]:
        enabled: OrderedSet[Any] = OrderedSet()
        active = sorted(self.sm.configuration, key=lambda state: state.document_order)
        for state in active:
            if state.is_atomic:
                found = self._first_transition_that_matches(state, trigger_data, predicate)
                if found is not None:
                    enabled.add(found)
        return self._filter_conflicting_transitions(enabled)


def oracle_of(chart: dict[str, Any]) -> Any:
    """The same machine on the other side, started."""
    document = StateMachineDocument.model_validate(chart)
    loaded = load(write_scxml(document), format="scxml")
    order = {state.id: number for number, state in enumerate(states_of(document.states))}
    for state in loaded.states_map.values():
        state.document_order = order[state.id]
    loaded._get_engine = lambda self: Oracle(self)
    return loaded()


def returns_to_history_beside(states: list[dict[str, Any]]) -> bool:
    """True when a state of a region leads to a history of its parallel state.

    What such a transition leaves depends on what the history leads to, by getTransitionDomain. The
    oracle leaves the parallel state whatever that is, and so remembers something else.
    """
    return any(
        state["type"] == "parallel"
        and {child["id"] for child in children if child["type"] == "history"}
        & {target for way in ways_within(children) for target in way["targets"]}
        or returns_to_history_beside(children)
        for state in states
        if (children := state.get("children", []))
    )


def ways_within(states: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The transitions of the states and of those in them."""
    for state in states:
        yield from state.get("transitions", [])
        yield from ways_within(state.get("children", []))


def has_looped(world: MachineWorld) -> bool:
    error = world.closed.error if world.closed is not None else None
    return error is not None and error.type == "MachineLoop"


def found_states(world: MachineWorld) -> set[str]:
    """The active states; of a machine that is done, the final state that ended it."""
    if world.state.status is RunStatus.SUCCEEDED:
        return {node for node, _ in world.state.ends}
    return set(world.states)


@ROUNDS
@given(chart=charts(), events=st.lists(st.sampled_from(EVENTS), max_size=8))
def test_random_machines_are_in_the_same_states_as_those_of_the_oracle(
    chart: dict[str, Any], events: list[str]
):
    assume(not returns_to_history_beside(chart["states"]))
    world = MachineWorld.of(chart)
    assume(not has_looped(world))
    oracle = oracle_of(chart)
    assert found_states(world) == {state.id for state in oracle.configuration}
    for event in events:
        if not oracle._engine.running and world.state.status is RunStatus.WAITING:
            # It ends a machine when a parallel state at the top is complete; SCXML does not.
            assert has_complete_parallel_state_at_the_top(world)
            break
        world.hear(event)
        assume(not has_looped(world))
        if world.state.status is RunStatus.SUCCEEDED:
            # Ours stops there; the oracle still has to be in the final state.
            oracle.send(event)
            assert found_states(world) <= {state.id for state in oracle.configuration}
            break
        oracle.send(event)
        assert found_states(world) == {state.id for state in oracle.configuration}


def has_complete_parallel_state_at_the_top(world: MachineWorld) -> bool:
    assert world.plan.chart is not None
    active = frozenset(world.states)
    top = [state for state in world.plan.chart.states.values() if state.parent == ROOT]
    return any(
        state.kind is StateKind.PARALLEL and world.plan.chart.is_complete(state.id, active)
        for state in top
    )


@ROUNDS
@given(chart=charts(), events=st.lists(st.sampled_from(EVENTS), max_size=8))
def test_laws_of_random_machines(chart: dict[str, Any], events: list[str]):
    """Configurations are legal, the journal replays, and repeated events change nothing."""
    world = MachineWorld.of(chart)
    for number, event in enumerate(events):
        world.hear(event, f"s{number}")
        assert world.hear(event, f"s{number}").is_empty
        assert_is_legal(world)
    assert replay(world.plan, world.journal) == world.state


def assert_is_legal(world: MachineWorld) -> None:
    """SCXML 3.11: one child of each active compound state, every child of each parallel one."""
    active = set(world.states)
    if world.state.status is not RunStatus.WAITING:
        assert active == set()
        return
    assert world.plan.chart is not None
    for state in world.plan.chart.states.values():
        if state.id and state.id not in active:
            assert not active & set(state.children), f"{state.id} is left, its children are not"
            continue
        inside = [child for child in state.children if child in active]
        match state.kind:
            case "compound":
                assert len(inside) == 1, f"{state.id} is in {inside}"
            case "parallel":
                assert inside == list(state.children)
