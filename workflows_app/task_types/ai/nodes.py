"""What the registry knows of AI nodes: each loads its packages when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from workflows_app.contracts.connections import RemoteTool
from workflows_app.errors import FatalError
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.context import TaskContext


class MissingExtraError(FatalError):
    """The packages of the extra `ai` are not installed."""


def run_llm(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Ask a language model; see `llm.run_llm`."""
    with _extra():
        from workflows_app.task_types.ai import llm
    return llm.run_llm(config, context)


def run_tool(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Call a task or a remote tool; see `tool.run_tool`."""
    with _extra():
        from workflows_app.task_types.ai import tool
    return tool.run_tool(config, context)


def run_agent(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Let a model call tools until it answers; see `agent.run_agent`."""
    with _extra():
        from workflows_app.task_types.ai import agent
    return agent.run_agent(config, context)


def list_tools(connection: Connection, *, seconds: float) -> list[RemoteTool]:
    """The tools of the server behind a connection; see `mcp.list_tools`."""
    with _extra():
        from workflows_app.task_types.ai import mcp
    return mcp.list_tools(connection, seconds=seconds)


def check_connection(connection: Connection) -> str:
    """Call the system behind a connection and tell what was found; see `check.check_connection`."""
    with _extra():
        from workflows_app.task_types.ai import check
    return check.check_connection(connection)


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(
            f"AI nodes need packages that are not installed here ({error.name}). "
            "Install them with: pip install 'flowdeck[ai]'"
        ) from error
