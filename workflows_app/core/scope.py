"""What the expressions of a node may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.node_results import NodeResults
from workflows_app.core.plan import Plan, PlanNode

CATCHING_PORTS = frozenset({"error", "timeout"})


def sources_of(node: PlanNode) -> set[str]:
    """The nodes whose results the node's expressions may need."""
    return {*node.references, *_catching(node)}


def scope_of(
    plan: Plan, node: PlanNode, *, input: Any, run: Mapping[str, Any], results: NodeResults
) -> dict[str, Any]:
    """The names of a node's expressions and their values.

    Args:
        plan: What runs.
        node: Whose expressions.
        input: What the run was started with.
        run: {id, workflow, business_key, started_at}.
        results: At least those of `sources_of(node)`.
    """
    known = ((name, results.get(name)) for name in node.references)
    scope: dict[str, Any] = {
        "input": input,
        "nodes": {name: result.output for name, result in known if result is not None},
        "vars": plan.vars,
        "run": run,
    }
    for source in _catching(node):
        caught = results.get(source)
        if caught is not None and caught.error is not None:
            scope["error"] = {**caught.error, "node_id": source}
            break
    return scope


def _catching(node: PlanNode) -> list[str]:
    """Where the error or timeout edges that lead to the node come from."""
    return [edge.source for edge in node.incoming if edge.source_port in CATCHING_PORTS]
