"""What a run that is over returns, or why it failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflows_app.core.events import ErrorInfo
from workflows_app.core.node_results import NodeResult, NodeResults
from workflows_app.core.plan import PlanNode
from workflows_app.core.state import VisitKey


def output_of(ends: Iterable[VisitKey], results: NodeResults) -> Any:
    """The output of the end that was reached; of several, an object by their ids."""
    reached = list(dict.fromkeys(node for node, _ in ends))
    outputs = {
        node: result.output if (result := results.get(node)) is not None else None
        for node in reached
    }
    return outputs[reached[0]] if len(reached) == 1 else outputs


def error_of(node: PlanNode, result: NodeResult | None, message: str) -> ErrorInfo:
    """Why the run failed at this node.

    Args:
        node: The node that failed, or the end that counts as a failure.
        result: How it came out.
        message: The last line of the end's log.
    """
    if node.fails_run:
        return ErrorInfo("EndedAsFailed", message or f"The run ended at “{node.title or node.id}”.")
    told = result.error if result is not None and result.error else {}
    return ErrorInfo(told.get("type", "Failed"), told.get("message", "The node failed."))
