"""What the expressions of a node may read, loaded only as far as they name it."""

from __future__ import annotations

from typing import Any

from workflows_app.core.expressions import resolve_config
from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.scope import scope_of, sources_of
from workflows_app.engine.machine_scope import machine_names
from workflows_app.engine.outputs import Outputs
from workflows_app.sdk.shell.values import storable
from workflows_app.store.runs import RunRow
from workflows_app.task_types import find


def node_scope(run: RunRow, plan: Plan, node: PlanNode, outputs: Outputs) -> dict[str, Any]:
    """The names of a node's expressions and their values."""
    told = {
        "id": str(run.id),
        "workflow": run.workflow,
        "business_key": run.business_key,
        "started_at": (run.started_at or run.created_at).isoformat(),
    }
    results = outputs.results(sources_of(node))
    scope = scope_of(plan, node, input=run.input, run=told, results=results)
    return {**scope, **machine_names(plan, node, run.state, outputs)}


def resolved_config(run: RunRow, plan: Plan, node: PlanNode, outputs: Outputs) -> dict[str, Any]:
    """A node's config with its expressions evaluated.

    Raises:
        ExpressionError: One of them has no result.
        UnstorableValueError: The result is too large.
    """
    kind = find(node.type)
    literal: frozenset[str] = frozenset()
    if kind is not None:
        literal = kind.spec.literal_fields | kind.spec.deferred_fields
    config = resolve_config(node.config, node_scope(run, plan, node, outputs), literal)
    resolved: dict[str, Any] = storable(config, "resolved input")
    return resolved
