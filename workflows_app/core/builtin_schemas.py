"""Building blocks of the built-in node types: fields of a config schema, and ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.node_types import Port

PORT_ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
"""Ids of gate branches and human outcomes, which are port ids."""

OTHERWISE_PORT = "otherwise"
"""The port of a gate that is taken when no branch holds."""

TIMEOUT_PORT = "timeout"
"""The port that is taken when the node's time limit is reached."""

ERROR_PORT = Port("error", "On error", "error")


def choice(title: str, description: str, default: str, **choices: str) -> dict[str, Any]:
    """Schema of a field with a few values, each with a title."""
    return {
        "type": "string",
        "title": title,
        "description": description,
        "default": default,
        "oneOf": [{"const": value, "title": label} for value, label in choices.items()],
    }


def object_of(properties: Mapping[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    """Schema of an object that has these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }
