"""Nodes that the engine carries out at once, within the step that reached them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from random import random
from typing import TYPE_CHECKING, Any

from workflows_app.core.events import ErrorInfo, NodeCompleted, NodeFailed
from workflows_app.core.expressions import evaluate
from workflows_app.core.plan import Execution, Plan, PlanNode
from workflows_app.core.state import NodeStatus, RunState, VisitKey
from workflows_app.engine.scope import node_scope
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.values import storable
from workflows_app.store.codec import Report
from workflows_app.task_types import find

if TYPE_CHECKING:
    from workflows_app.engine.step import Step


STEP_SECONDS = 0.3
"""How long one step carries out such nodes. It holds the run, and on SQLite all writers, for that
long; loops of gates and expressions can turn for hours."""


class InlineQueue:
    """Nodes that a step has to carry out itself, in the order in which they became ready.

    When the step's time is over the rest stays in the state as it is, for the next step to take up.
    """

    def __init__(self, plan: Plan, state: RunState) -> None:
        self._nodes = deque(_left_over(plan, state))
        self._ends_at: float | None = None

    @property
    def is_empty(self) -> bool:
        """True when nothing is left to do."""
        return not self._nodes

    def add(self, key: VisitKey, attempt: int) -> None:
        """The node became ready."""
        self._nodes.append((key, attempt))

    def take(self) -> tuple[VisitKey, int] | None:
        """The next node; None when there is none, or when time is over: never before the first."""
        now = time.monotonic()
        if self._ends_at is None:
            self._ends_at = now + STEP_SECONDS
        elif now >= self._ends_at:
            return None
        return self._nodes.popleft() if self._nodes else None

    def clear(self) -> None:
        """The run is over."""
        self._nodes.clear()


def _left_over(plan: Plan, state: RunState) -> Iterator[tuple[VisitKey, int]]:
    """What the step before had no time for: one with time leaves nothing like it."""
    for active in state.active.values():
        execution = plan.nodes[active.node].execution
        begins_as = NodeStatus.RUNNING if execution is Execution.ENGINE else NodeStatus.QUEUED
        if execution is not Execution.WORKER and active.status is begins_as:
            yield (active.node, active.visit), active.attempt


class _Call:
    """What the node may ask for; its scope is loaded when the first expression needs it."""

    def __init__(self, step: Step, node: PlanNode) -> None:
        self._step = step
        self._node = node
        self._scope: dict[str, Any] | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        return self._node.config

    @property
    def run_input(self) -> Any:
        return self._step.run.input

    def resolve(self, value: Any) -> Any:
        if self._scope is None:
            step = self._step
            self._scope = node_scope(step.run_now, step.plan, self._node, step.outputs)
        return evaluate(value, self._scope)

    def asked_guards(self) -> Mapping[str, str]:
        chart, question = self._step.plan.chart, self._step.state.machine.question
        if chart is None or question is None:
            return {}
        found = (chart.transitions[transition] for transition in question.transitions)
        return {transition.id: transition.guard or "" for transition in found}

    def predecessors(self) -> Mapping[str, Any]:
        return self._step.outputs.before(self._step.plan, self._node.id)


def carry_out(step: Step, node: PlanNode, key: VisitKey, attempt: int) -> Report:
    """Run a start, end, gate, transform or log node."""
    at = step.now.timestamp()
    kind = find(node.type)
    if kind is None or kind.run_inline is None:
        error = ErrorInfo("UnknownType", f"Nothing can run “{node.type}” here.", is_final=True)
        return Report(NodeFailed(*key, attempt, at, error))
    try:
        result = kind.run_inline(_Call(step, node))
        output = storable(result.output, "output")
    except Exception as failure:  # noqa: BLE001 - whatever it is, it is the node's failure
        return Report(NodeFailed(*key, attempt, at, error_info(failure), random()))
    if result.log is not None:
        step.log(key, attempt, *result.log)
    return Report(NodeCompleted(*key, attempt, at, result.ports), output=output)
