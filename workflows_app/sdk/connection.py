"""A connection as a task gets it: where another system is, and the secret to use it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

CONNECTION_KINDS: Final = ("openai_compatible", "anthropic", "google", "mcp_http", "mcp_stdio")

MODEL_KINDS: Final = frozenset({"openai_compatible", "anthropic", "google"})
"""Kinds that language models are asked through."""

MCP_KINDS: Final = frozenset({"mcp_http", "mcp_stdio"})
"""Kinds that lead to a server of tools."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One opened connection. Its secret does not show in its text form."""

    name: str
    title: str
    kind: str
    """One of `CONNECTION_KINDS`."""
    settings: Mapping[str, Any]
    """What is not secret, such as `base_url`."""
    secret: str = field(default="", repr=False)
    """Empty where the system needs none."""
