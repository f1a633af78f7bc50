"""Servers of tools that speak the Model Context Protocol, behind connections.

A server is reached over streamable HTTP, under the rules for addresses, or is a program that the
operator allowed and that lives for one call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from workflows_app.conf import mcp_commands
from workflows_app.contracts.connections import RemoteTool
from workflows_app.errors import FatalError, TaskError
from workflows_app.sdk.connection import MCP_KINDS, Connection
from workflows_app.task_types.ai.client import checked_client
from workflows_app.task_types.ai.failures import (
    BadKeyError,
    ServerUnavailableError,
    causes_of,
    task_error_in,
)

if TYPE_CHECKING:
    from mcp.client._transport import Transport

T = TypeVar("T")

MAX_PAGES = 20
"""Pages of tools that are asked for; a server that has more is broken."""

WORDS_OF_PROGRAM = 500
"""Characters of what a program wrote before it failed."""


class NoToolServerError(FatalError):
    """The connection leads to something else than a server of tools."""


class CommandRefusedError(FatalError):
    """The operator does not allow the connection's program, or it cannot be started."""


class ToolFailedError(FatalError):
    """The tool says that it failed, or the server refused the call."""


class ToolTimeoutError(FatalError):
    """The tool did not answer in time; whether it did its work is not known."""


def list_tools(connection: Connection, *, seconds: float) -> list[RemoteTool]:
    """What the server behind a connection offers.

    Raises:
        RetryableError: It cannot be reached at the moment.
        FatalError: It does not speak MCP, or does not accept the secret.
    """
    return asyncio.run(_within(connection, seconds, _all_tools))


def call_tool(
    connection: Connection, name: str, arguments: Mapping[str, Any], *, seconds: float
) -> Any:
    """The result of a tool: what it gives as data, else its texts, one a line.

    Raises:
        RetryableError: The server cannot be reached at the moment.
        FatalError: The tool failed, or did not answer in time.
    """

    async def call(client: Client) -> CallToolResult:
        return await client.call_tool(name, dict(arguments))

    result = asyncio.run(_within(connection, seconds, call))
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    if result.is_error:
        raise ToolFailedError(text or f"The tool {name} failed without a message.")
    return text if result.structured_content is None else result.structured_content


async def _all_tools(client: Client) -> list[RemoteTool]:
    found: list[RemoteTool] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += [
            RemoteTool(
                name=tool.name,
                title=tool.title or tool.name,
                description=tool.description or "",
                input_schema=tool.input_schema,
                output_schema=tool.output_schema,
            )
            for tool in page.tools
        ]
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _within(
    connection: Connection, seconds: float, use: Callable[[Client], Awaitable[T]]
) -> T:
    """Open the server, use it, close it, all in so much time."""
    try:
        async with (
            asyncio.timeout(seconds),
            _transport(connection, seconds) as transport,
            Client(transport, read_timeout_seconds=seconds, cache=None) as client,
        ):
            return await use(client)
    except Exception as error:
        raise _failure_of(error, connection, seconds) from error


@asynccontextmanager
async def _transport(connection: Connection, seconds: float) -> AsyncIterator[Transport]:
    if connection.kind not in MCP_KINDS:
        raise NoToolServerError(
            f"The connection “{connection.title}” leads to no server of tools. Choose another one."
        )
    settings = connection.settings
    if connection.kind == "mcp_http":
        headers = {"Authorization": f"Bearer {connection.secret}"} if connection.secret else {}
        async with checked_client(seconds=seconds, headers=headers) as client:
            client.event_hooks = {"response": [_check_admission]}
            yield streamable_http_client(settings["url"], http_client=client)
        return
    command = settings["command"]
    if command not in mcp_commands():
        raise CommandRefusedError(
            f"The program “{command}” is not allowed here. "
            "The operator can allow it in FLOWDECK_MCP_COMMANDS."
        )
    secret = {settings["secret_variable"]: connection.secret} if connection.secret else {}
    program = StdioServerParameters(command=command, args=settings.get("args", []), env=secret)
    with TemporaryFile("w+", errors="replace") as words:
        try:
            yield stdio_client(program, errlog=words)
        except Exception as error:
            words.seek(0)
            error.add_note(words.read()[-WORDS_OF_PROGRAM:])
            raise


async def _check_admission(response: httpx2.Response) -> None:
    """Say that the secret is wrong: the client tells of no statuses.

    Raises:
        BadKeyError: The server lets nobody in with it.
    """
    if response.status_code in {401, 403}:
        raise BadKeyError("The server does not accept the connection's secret. Enter a valid one.")


def _failure_of(error: Exception, connection: Connection, seconds: float) -> TaskError:
    own = task_error_in(error)
    if own is not None:
        return own
    where = f"the connection “{connection.title}”"
    for cause in causes_of(error):
        match cause:
            case httpx2.TransportError():
                return ServerUnavailableError(f"The server behind {where} could not be reached.")
            case TimeoutError():
                return ToolTimeoutError(f"No answer through {where} within {seconds:g} seconds.")
            case OSError():
                return CommandRefusedError(f"The program of {where} cannot be started: {cause}")
            case MCPError():
                said = " ".join(getattr(error, "__notes__", ()))
                return ToolFailedError(f"The server behind {where} refused: {cause} {said}".strip())
    return ToolFailedError(f"The server behind {where} does not speak MCP: {error}")
