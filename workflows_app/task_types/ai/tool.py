"""The `tool` node: calls one registered task, or one tool of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.errors import FatalError
from workflows_app.sdk import registry as tasks
from workflows_app.sdk.calling import call_task
from workflows_app.sdk.context import TaskContext
from workflows_app.task_types.ai import mcp


class UnknownToolError(FatalError):
    """There is no such tool on this worker."""


def run_tool(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Call the tool and return {result}.

    Raises:
        FatalError: There is no such tool, it failed, or its arguments do not fit.
        RetryableError: Its server cannot be reached at the moment.
    """
    name = str(config["tool"])
    arguments = config.get("arguments") or {}
    if config.get("source", "task") == "mcp":
        connection = context.connection(str(config.get("connection") or ""))
        seconds = float(config.get("timeout_seconds") or 60)
        return {"result": mcp.call_tool(connection, name, arguments, seconds=seconds)}
    definition = tasks.find(name)
    if definition is None:
        raise UnknownToolError(
            f"This worker knows no task “{name}”. Is the app that registers it installed?"
        )
    return {"result": call_task(definition, arguments, context)}
