"""How visits of nodes came out, and what a node behind them sees of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workflows_app.core.plan import Plan

NodeResults = Mapping[str, "NodeResult | None"]
"""The result of each node's last visit that ran to its end, by node id."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How the last visit of a node that ran to its end came out."""

    ports: tuple[str, ...]
    output: Any
    error: Any = None
    """{type, message} of one that failed."""


def outputs_before(
    plan: Plan, node_id: str, results: Callable[[Collection[str]], NodeResults]
) -> dict[str, Any]:
    """Outputs of the nodes whose live edges lead to a node. Gates are looked through.

    Args:
        plan: What runs.
        node_id: Which node.
        results: Gives the results of the nodes with these ids, which may have to be loaded.
    """
    found: dict[str, Any] = {}
    pending = [node_id]
    seen: set[str] = set()
    while pending:
        edges = plan.nodes[pending.pop()].incoming
        known = results({edge.source for edge in edges})
        for edge in edges:
            result = known.get(edge.source)
            if result is None or edge.source_port not in result.ports or edge.source in seen:
                continue
            seen.add(edge.source)
            if plan.nodes[edge.source].type == "gate":
                pending.append(edge.source)
            else:
                found[edge.source] = result.output
    return found
