"""Connections as the API tells them, and what may stand in the settings of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field

from workflows_app.contracts.base import Contract, JsonMap, Moment

ConnectionKind = Literal["openai_compatible", "anthropic", "google", "mcp_http", "mcp_stdio"]


def _check_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must begin with https:// or http:// and name a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold no user, password, query or fragment; secrets go into `secret`")
    return address.rstrip("/")


Address = Annotated[str, Field(max_length=500), AfterValidator(_check_address)]
"""Where a server is, such as https://api.openai.com/v1; never with a credential in it."""


class ModelPrice(Contract):
    """What a model costs, in the account's currency for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class ModelSettings(Contract):
    """Settings of `openai_compatible`, `anthropic` and `google`."""

    base_url: Address | None = None
    """Null: the maker's own address."""
    prices: dict[Annotated[str, Field(min_length=1, max_length=200)], ModelPrice] = Field(
        default_factory=dict, max_length=200
    )
    """By model name; a model without a price has no cost."""


class McpHttpSettings(Contract):
    """Settings of `mcp_http`: the secret is sent as a bearer token."""

    url: Address


class McpStdioSettings(Contract):
    """Settings of `mcp_stdio`: a command that the operator allowed."""

    command: str = Field(min_length=1, max_length=500)
    """One of those in FLOWDECK_MCP_COMMANDS."""
    args: list[Annotated[str, Field(max_length=1_000)]] = Field(default_factory=list, max_length=50)
    secret_variable: str = Field(
        default="MCP_SECRET", pattern=r"^[A-Z][A-Z0-9_]{0,99}$", max_length=100
    )
    """The environment variable that hands the secret over."""


SETTINGS: Mapping[str, type[ModelSettings | McpHttpSettings | McpStdioSettings]] = {
    "openai_compatible": ModelSettings,
    "anthropic": ModelSettings,
    "google": ModelSettings,
    "mcp_http": McpHttpSettings,
    "mcp_stdio": McpStdioSettings,
}
"""What may stand in the settings of each kind."""

DESTINATION_FIELDS = ("base_url", "url", "command", "args", "secret_variable")
"""Settings that say where a secret goes."""


class ConnectionView(Contract):
    """A connection without its secret, which nothing ever tells."""

    id: UUID
    name: str
    title: str
    kind: ConnectionKind
    settings: JsonMap
    has_secret: bool
    created_at: Moment
    created_by: str | None
    """User name."""
    updated_at: Moment
    updated_by: str | None


class ConnectionList(Contract):
    """All connections, by title."""

    items: list[ConnectionView]


class ConnectionTest(Contract):
    """How a call through a connection came out."""

    ok: bool
    message: str
    """What was found, or what is wrong and how to mend it."""
    seconds: float


class RemoteTool(Contract):
    """A tool that the server behind a connection offers."""

    name: str
    title: str
    description: str
    input_schema: JsonMap
    output_schema: JsonMap | None


class RemoteToolList(Contract):
    """The tools of one connection, in the server's order."""

    items: list[RemoteTool]
