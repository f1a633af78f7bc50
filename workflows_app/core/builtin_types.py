"""The node types that every catalog holds, as plain data; the shell adds what carries them out.

Each field of a config schema has a title and a description, since the schema is the form. Two
annotations, which validators ignore, help the form: `x-widget` names the editor of a field
(`expression`, `template`, `multiline`, `json`, `json-schema`, `usernames`, `groups`, `workflow`,
`connection`, whose kinds `x-connection-kinds` lists) and `x-show-if` names the sibling field and
the value with which a field matters. `x-needed` marks a field that may be blank in a new node, and
in no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflows_app.core.builtin_ai import AGENT, AI_CONFIGS, LLM, TOOL
from workflows_app.core.builtin_flow import END, GATE, START, SUBWORKFLOW, WAIT
from workflows_app.core.builtin_map import MAP
from workflows_app.core.builtin_work import HTTP, HUMAN, LOG, NOTE, TRANSFORM
from workflows_app.core.document_bulk import DEFAULT_BATCH_SIZE, DEFAULT_CONCURRENCY
from workflows_app.core.node_types import NodeTypeSpec

DEFAULT_OUTCOMES: tuple[Mapping[str, Any], ...] = (
    MappingProxyType(
        {"id": "approved", "label": "Approve", "style": "approve", "comment_required": False}
    ),
    MappingProxyType(
        {"id": "rejected", "label": "Reject", "style": "reject", "comment_required": True}
    ),
)
"""The outcomes of a human node whose config names none."""

BUILTIN_TYPES: tuple[NodeTypeSpec, ...] = (
    START,
    END,
    GATE,
    HUMAN,
    WAIT,
    SUBWORKFLOW,
    TRANSFORM,
    LOG,
    HTTP,
    MAP,
    LLM,
    TOOL,
    AGENT,
    NOTE,
)
"""In the order of the palette."""

DEFAULT_CONFIGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "start": {"input_schema": {"type": "object", "properties": {}}},
        "end": {"outcome": "succeeded"},
        "gate": {
            "mode": "first",
            "branches": [{"id": "yes", "label": "Yes", "condition": "${ true }"}],
        },
        "human": {
            "heading": "Please decide",
            "instructions": "",
            "data": {},
            "assignees": {"users": [], "groups": []},
            "outcomes": [dict(outcome) for outcome in DEFAULT_OUTCOMES],
            "form_schema": None,
            "due_in_seconds": None,
            "allow_requester": True,
        },
        "wait": {"mode": "duration", "duration_seconds": 60},
        "subworkflow": {
            "workflow": "",
            "version": None,
            "input": {},
            "business_key": "",
            "wait": True,
        },
        "transform": {"output": {}},
        "log": {"message": "", "level": "info"},
        "http": {
            "method": "GET",
            "url": "https://",
            "headers": {},
            "query": {},
            "body": None,
            "timeout_seconds": 30,
        },
        "map": {
            "items": "${ input.items }",
            "processor": {"type": "", "config": {}},
            "batch_size": DEFAULT_BATCH_SIZE,
            "max_concurrency": DEFAULT_CONCURRENCY,
        },
        **AI_CONFIGS,
        "note": {"text": ""},
    }
)
"""What a node dropped from the palette begins with. Copy before changing."""


def completed_config(type_name: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the config with what the type's ports depend on: a human node's default outcomes."""
    if type_name == "human" and "outcomes" not in config:
        return {**config, "outcomes": [dict(outcome) for outcome in DEFAULT_OUTCOMES]}
    return config
