"""What the expressions of a machine may read beside nodes: its data, the event, its states."""

from __future__ import annotations

from typing import Any

from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.state import RunState
from workflows_app.core.statechart.state import MachineEvent
from workflows_app.engine.outputs import Outputs
from workflows_app.store import signals


def machine_names(plan: Plan, node: PlanNode, state: RunState, outputs: Outputs) -> dict[str, Any]:
    """`data`, `event` and `states`, as far as the node reads them; empty outside of machines."""
    if plan.chart is None:
        return {}
    names: dict[str, Any] = {"data": {}}
    for read in node.reads:
        root, _, name = read.partition(".")
        if root == "data" and name in state.machine.data:
            names["data"][name] = (outputs.of_visit(state.machine.data[name]).output or {}).get(
                name
            )
        elif root == "event" and "event" not in names:
            names["event"] = _told_event(state.machine.event, outputs)
        elif root == "states":
            active = (key[0] for key in state.active if key[0] in plan.chart.states)
            names["states"] = plan.chart.ordered(active)
    return names


def _told_event(event: MachineEvent | None, outputs: Outputs) -> dict[str, Any] | None:
    if event is None:
        return None
    if event.signal_id:
        return {"name": event.name, "data": signals.read_payload(event.signal_id)}
    if not event.node:
        return {"name": event.name, "data": None}
    result = outputs.of_visit((event.node, event.visit))
    data = result.output if result.error is None else {**result.error, "node_id": event.node}
    return {"name": event.name, "data": data}
