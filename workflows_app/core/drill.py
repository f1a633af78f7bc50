"""The failure drill: what would be undone, and in which order, if a step of a saga failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workflows_app.core.decide import decide
from workflows_app.core.events import ErrorInfo, NodeCompleted, NodeFailed, RunStarted
from workflows_app.core.plan import Plan
from workflows_app.core.state import ActiveNode, RunState, RunStatus

_FAILURE = ErrorInfo(type="Drill", message="A drill", is_final=True)


@dataclass(frozen=True, slots=True)
class Drill:
    """What a failure would lead to."""

    outcome: Literal["compensated", "needs_attention"]
    groups: tuple[tuple[tuple[str, str], ...], ...]
    """Pairs of a step and the node that undoes it; those of one group run together."""


def compensations_after_failure_of(plan: Plan, node_id: str) -> Drill:
    """Return what would be undone if the node failed for good and all before it had succeeded.

    It is `decide` that tells. Steps beside the failed one in a parallel group count as done, since
    they may have been.

    Raises:
        ValueError: The plan does not undo, or the node is none that a run goes forward through.
    """
    node = plan.nodes.get(node_id)
    if not plan.undoes_on_failure or node is None or node.compensates is not None:
        raise ValueError(f"“{node_id}” is no step of a saga.")
    state = decide(plan, RunState(), RunStarted(0.0)).state
    while beside := [active for active in state.active.values() if active.node != node_id]:
        state = _after_success(plan, state, beside[0])
    (failing,) = state.active.values()
    failed = NodeFailed(failing.node, failing.visit, failing.attempt, 0.0, _FAILURE)
    state = decide(plan, state, failed).state
    if state.status is RunStatus.NEEDS_ATTENTION:
        return Drill("needs_attention", ())
    groups: list[tuple[tuple[str, str], ...]] = []
    while undoing := list(state.active.values()):
        groups.append(tuple((plan.nodes[u.node].compensates or "", u.node) for u in undoing))
        for undo in undoing:
            state = _after_success(plan, state, undo)
    return Drill("compensated", tuple(groups))


def _after_success(plan: Plan, state: RunState, active: ActiveNode) -> RunState:
    event = NodeCompleted(active.node, active.visit, active.attempt, 0.0)
    return decide(plan, state, event).state
