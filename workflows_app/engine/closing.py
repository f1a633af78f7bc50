"""What a run that is over returns, or why it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows_app.core import closing
from workflows_app.core.events import ErrorInfo
from workflows_app.engine.node_rows import error_to_json
from workflows_app.store.logs import last_message

if TYPE_CHECKING:
    from workflows_app.engine.step import Step


def run_output(step: Step) -> Any:
    """The output of the end that was reached; of several, an object by their ids."""
    ends = step.state.ends
    return closing.output_of(ends, step.outputs.results({node for node, _ in ends}))


def run_error(
    step: Step, error: ErrorInfo | None, failed_node: str | None
) -> dict[str, str | None]:
    """{type, message, node_id} of what made the run fail."""
    if error is None and failed_node is not None:
        error = _error_of(step, failed_node)
    if error is None:
        error = ErrorInfo("Failed", "The run failed.")
    return {**error_to_json(error), "node_id": failed_node}


def _error_of(step: Step, node_id: str) -> ErrorInfo:
    node = step.plan.nodes[node_id]
    message = ""
    if node.fails_run:
        key = step.state.failure or (node_id, 1)
        message = step.logged_message(key) or last_message(step.run.id, *key)
    return closing.error_of(node, step.outputs.result(node_id), message)
