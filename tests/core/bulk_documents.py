"""Bulk documents for tests, as JSON."""

from __future__ import annotations

from typing import Any

RATE_MOVIES: dict[str, Any] = {
    "format": 1,
    "kind": "bulk",
    "description": "Gives every film of an uploaded list a grade.",
    "input_schema": {
        "type": "object",
        "properties": {
            "films": {
                "type": "object",
                "title": "Films",
                "description": "A CSV, JSON or JSON Lines file.",
                "properties": {"upload": {"type": "string", "format": "uuid"}},
                "required": ["upload"],
            },
            "limit": {"type": "number", "title": "Good from", "default": 7},
        },
        "required": ["films"],
    },
    "items": "${ input.films }",
    "processor": {
        "type": "task:any",
        "mode": "item",
        "config": {"title": "${ item.Title }", "limit": "${ input.limit }", "no": "${ index }"},
        "retry": {"max_attempts": 3, "initial_delay_seconds": 1},
        "timeout_seconds": 30,
    },
    "batch_size": 200,
    "max_concurrency": 8,
    "failure_threshold": {"percent": 5},
    "circuit_breaker": {"failures": 5, "open_seconds": 30},
    "result": {"mode": "filter", "keep": "${ output.grade >= 7.0 }"},
}
"""Every field in use."""


def bulk(**fields: Any) -> dict[str, Any]:
    """A sound bulk document with these fields."""
    processor = {"type": "task:any", "config": {"value": "${ item }"}}
    return {"kind": "bulk", "items": "${ input.items }", "processor": processor, **fields}


def map_node(node_id: str = "each", **config: Any) -> dict[str, Any]:
    """A sound map node with these settings."""
    processor = {"type": "task:any", "config": {"value": "${ item }"}}
    return {
        "id": node_id,
        "type": "map",
        "config": {"items": "${ input.items }", "processor": processor, **config},
    }
