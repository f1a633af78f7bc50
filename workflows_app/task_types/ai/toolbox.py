"""The tools that an agent may call: registered tasks, and tools of MCP servers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows_app.errors import FatalError
from workflows_app.sdk import registry as tasks
from workflows_app.sdk.calling import call_task
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.definition import TaskDefinition
from workflows_app.task_types.ai import mcp

MAX_NAME = 64
"""Characters of a tool's name that all makers of models take."""

LIST_SECONDS = 30.0


class UnknownToolError(FatalError):
    """There is no such tool."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, by the name that the model knows it by."""

    name: str
    title: str
    description: str
    input_schema: Mapping[str, Any]
    needs_approval: bool
    remote_name: str = ""
    connection: Connection | None = None
    definition: TaskDefinition | None = None

    def call(self, arguments: Mapping[str, Any], context: TaskContext, *, seconds: float) -> Any:
        """Its result.

        Raises:
            Exception: Whatever the tool raises.
        """
        if self.definition is not None:
            return call_task(self.definition, arguments, context)
        if self.connection is None:
            raise UnknownToolError(f"There is no tool “{self.name}”.")
        return mcp.call_tool(self.connection, self.remote_name, arguments, seconds=seconds)


def open_toolbox(chosen: Sequence[Mapping[str, Any]], context: TaskContext) -> dict[str, Tool]:
    """The tools of an agent's config, by name.

    Args:
        chosen: {source, connection, tool, approval} of each.
        context: Opens the connections.

    Raises:
        RetryableError: A server cannot be reached at the moment.
        FatalError: There is no such tool, or its server does not let us in.
    """
    found: dict[str, Tool] = {}
    offers: dict[str, dict[str, Any]] = {}
    for entry in chosen:
        wanted = str(entry["tool"])
        approval = entry.get("approval") is True
        name = _name_for(wanted, found)
        if entry.get("source", "task") == "task":
            found[name] = _task_tool(name, wanted, approval)
            continue
        connection = context.connection(str(entry.get("connection") or ""))
        if connection.name not in offers:
            listed = mcp.list_tools(connection, seconds=LIST_SECONDS)
            offers[connection.name] = {tool.name: tool for tool in listed}
        offer = offers[connection.name].get(wanted)
        if offer is None:
            raise UnknownToolError(
                f"The server behind “{connection.title}” offers no tool “{wanted}”. "
                "Choose another one in this step."
            )
        found[name] = Tool(
            name, offer.title, offer.description, offer.input_schema, approval, wanted, connection
        )
    return found


def _task_tool(name: str, wanted: str, approval: bool) -> Tool:
    definition = tasks.find(wanted)
    if definition is None:
        raise UnknownToolError(
            f"This worker knows no task “{wanted}”. Is the app that registers it installed?"
        )
    return Tool(
        name,
        definition.title,
        definition.description or definition.title,
        definition.input_schema,
        approval,
        definition=definition,
    )


def _name_for(wanted: str, taken: Mapping[str, Tool]) -> str:
    """The name in the letters that models take, and one that no other tool has."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", wanted)[:MAX_NAME]
    number = 1
    chosen = name
    while chosen in taken:
        number += 1
        chosen = f"{name[: MAX_NAME - 4]}_{number}"
    return chosen
