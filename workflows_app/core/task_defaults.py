"""Policies that a node takes from its document or its task where it has none of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from workflows_app.core.plan import Execution, Plan, PlanNode, RetryPolicy


@dataclass(frozen=True, slots=True)
class TaskDefaults:
    """What a task's author said of all nodes that run it."""

    retry: RetryPolicy | None = None
    timeout_seconds: float | None = None


def with_task_defaults(plan: Plan, find: Callable[[str], TaskDefaults | None]) -> Plan:
    """The plan in which nodes without a time limit or retry policy have that of their type."""
    nodes = {node_id: _completed(node, find(node.type)) for node_id, node in plan.nodes.items()}
    return replace(plan, nodes=nodes)


def with_retries(plan: Plan, policy: RetryPolicy) -> Plan:
    """The plan in which the policy is that of every node on a worker that has none of its own.

    What has to succeed, such as a compensation, keeps the attempts that it has by itself.
    """
    nodes = {
        node_id: replace(node, retry=policy)
        if node.retry is None and node.execution is Execution.WORKER and not node.must_succeed
        else node
        for node_id, node in plan.nodes.items()
    }
    return replace(plan, nodes=nodes)


def _completed(node: PlanNode, defaults: TaskDefaults | None) -> PlanNode:
    if defaults is None:
        return node
    if node.retry is None and defaults.retry is not None:
        node = replace(node, retry=defaults.retry)
    if node.timeout_seconds is None and defaults.timeout_seconds is not None:
        node = replace(node, timeout_seconds=defaults.timeout_seconds)
    return node
