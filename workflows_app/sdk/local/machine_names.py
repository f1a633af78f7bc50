"""What the expressions of a machine read in memory: its data, the event, its states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.node_results import NodeResult
from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.state import RunState, VisitKey
from workflows_app.core.statechart.state import MachineEvent


def active_states(plan: Plan, state: RunState) -> tuple[str, ...]:
    """The active states in document order; none outside of machines."""
    if plan.chart is None:
        return ()
    chart = plan.chart
    return tuple(chart.ordered(node for node, _ in state.active if node in chart.states))


def machine_names(
    plan: Plan,
    node: PlanNode,
    state: RunState,
    results: Mapping[VisitKey, NodeResult],
    payloads: Mapping[str, Any],
) -> dict[str, Any]:
    """`data`, `event` and `states`, as far as the node reads them; empty outside of machines.

    Args:
        plan: What runs.
        node: Whose expressions.
        state: The run's.
        results: Of all node runs.
        payloads: What events from outside carry, by signal id.
    """
    if plan.chart is None:
        return {}
    names: dict[str, Any] = {"data": {}}
    for read in node.reads:
        root, _, name = read.partition(".")
        if root == "data" and name in state.machine.data:
            output = results[state.machine.data[name]].output or {}
            names["data"][name] = output.get(name)
        elif root == "event":
            names["event"] = _told_event(state.machine.event, results, payloads)
        elif root == "states":
            names["states"] = list(active_states(plan, state))
    return names


def _told_event(
    event: MachineEvent | None,
    results: Mapping[VisitKey, NodeResult],
    payloads: Mapping[str, Any],
) -> dict[str, Any] | None:
    if event is None:
        return None
    if event.signal_id:
        return {"name": event.name, "data": payloads.get(event.signal_id)}
    result = results.get((event.node, event.visit))
    if result is None:
        return {"name": event.name, "data": None}
    data = result.output if result.error is None else {**result.error, "node_id": event.node}
    return {"name": event.name, "data": data}
