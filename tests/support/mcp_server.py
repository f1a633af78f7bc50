"""A real MCP server for tests: over HTTP on loopback, and as a program over its pipes.

python tests/support/mcp_server.py      # speaks over standard input and output
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "mcp-token-77e0d4a1"
"""The only bearer token that the HTTP server accepts."""


@dataclass
class ToolServer:
    """Where the server is, and what its tools were called with."""

    url: str
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    """The tool `wait` answers when it is set."""

    @property
    def host(self) -> str:
        """As FLOWDECK_HTTP_ALLOWED_HOSTS names it."""
        return self.url.removeprefix("http://").removesuffix("/mcp")


def tools_of(server: ToolServer) -> MCPServer:
    """The tools of tests."""
    mcp = MCPServer("tests")

    @mcp.tool(title="Add numbers")
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        server.calls.append(("add", {"a": a, "b": b}))
        return a + b

    @mcp.tool(structured_output=False)
    def greet(name: str) -> str:
        """Say hello."""
        server.calls.append(("greet", {"name": name}))
        return f"Hello {name}"

    @mcp.tool(structured_output=False)
    def secret() -> str:
        """Tell the secret that the program was given."""
        return f"It is {os.environ.get('MCP_SECRET', TOKEN)}."

    @mcp.tool(structured_output=False)
    def fail() -> str:
        """Fail."""
        raise ToolError("The stock is empty.")

    @mcp.tool(structured_output=False)
    def wait() -> str:
        """Wait until the test says so."""
        server.calls.append(("wait", {}))
        server.gate.wait(30)
        return "done"

    return mcp


class _Guarded:
    """Lets in who has the token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            if headers.get(b"authorization") != f"Bearer {TOKEN}".encode():
                await PlainTextResponse("no", status_code=401)(scope, receive, send)
                return
        await self._app(scope, receive, send)


@contextmanager
def mcp_server() -> Iterator[ToolServer]:
    """The server over HTTP, on a free port of loopback, until the end of the block."""
    told = ToolServer("")
    config = uvicorn.Config(
        _Guarded(tools_of(told).streamable_http_app()),
        host="127.0.0.1",
        port=0,
        log_level="critical",
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    socket = config.bind_socket()
    # Whoever calls before the server's loop runs is kept waiting.
    socket.listen(100)
    told.url = f"http://127.0.0.1:{socket.getsockname()[1]}/mcp"
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.gate.set()
        server.should_exit = True
        thread.join(10)
        socket.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["broken"]:
        sys.exit("The data base is missing.")
    tools_of(ToolServer("")).run("stdio")
