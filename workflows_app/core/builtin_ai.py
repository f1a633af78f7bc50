"""Node types that ask language models and remote tools."""

from __future__ import annotations

from typing import Any

from workflows_app.core.builtin_schemas import choice, object_of
from workflows_app.core.node_types import NodeTypeSpec
from workflows_app.core.plan import Execution

USAGE_SCHEMA = object_of(
    {
        "input_tokens": {
            "type": "integer",
            "title": "Tokens read",
            "description": "Of all calls together.",
        },
        "output_tokens": {
            "type": "integer",
            "title": "Tokens written",
            "description": "Of all calls together.",
        },
        "cost": {
            "type": ["number", "null"],
            "title": "Cost",
            "description": "By the prices on the connection; null without them.",
        },
    },
    "input_tokens",
    "output_tokens",
    "cost",
    title="Usage",
    description="What the model's maker counts.",
)


def connection_field(title: str, *kinds: str) -> dict[str, Any]:
    """Schema of a field that names a connection of one of the kinds."""
    return {
        "type": "string",
        "title": title,
        "description": "One of the page Connections.",
        "x-needed": True,
        "x-widget": "connection",
        "x-connection-kinds": list(kinds),
    }


MODEL_FIELDS: dict[str, Any] = {
    "connection": connection_field("Connection", "openai_compatible", "anthropic", "google"),
    "model": {
        "type": "string",
        "x-needed": True,
        "maxLength": 200,
        "title": "Model",
        "description": "Its name as the server calls it.",
    },
}

LLM = NodeTypeSpec(
    name="llm",
    title="Language model",
    description="Asks a language model for text, or for data of a given shape.",
    family="ai",
    icon="sparkles",
    execution=Execution.WORKER,
    config_schema=object_of(
        {
            **MODEL_FIELDS,
            "system": {
                "type": "string",
                "title": "Instructions",
                "description": "Who the model is and how it answers. May hold ${ … }.",
                "default": "",
                "x-widget": "multiline",
            },
            "prompt": {
                "type": "string",
                "x-needed": True,
                "title": "Prompt",
                "description": "What is asked. May hold ${ … }.",
                "x-widget": "multiline",
            },
            "output_schema": {
                "type": ["object", "null"],
                "title": "Shape of the answer",
                "description": "A JSON Schema that the answer has to fit. Empty: plain text.",
                "default": None,
                "x-widget": "json-schema",
            },
            "output_retries": {
                "type": "integer",
                "minimum": 0,
                "maximum": 5,
                "title": "Corrections",
                "description": "How often the model may correct data that does not fit.",
                "default": 2,
            },
            "temperature": {
                "type": ["number", "null"],
                "minimum": 0,
                "maximum": 2,
                "title": "Temperature",
                "description": "Low: the same again and again; high: varied. Empty: as the model.",
                "default": None,
            },
            "max_tokens": {
                "type": ["integer", "null"],
                "minimum": 1,
                "title": "Tokens at most",
                "description": "Limit of one answer. Empty: as the model.",
                "default": None,
            },
            "timeout_seconds": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 3600,
                "title": "Give up after (seconds)",
                "description": "How long to wait for one whole answer.",
                "default": 120,
            },
        },
        "connection",
        "model",
        "prompt",
    ),
    output_schema=object_of(
        {
            "text": {
                "type": ["string", "null"],
                "title": "Text",
                "description": "The answer, where no shape is asked for.",
            },
            "data": {"title": "Data", "description": "The answer that fits the shape."},
            "model": {"type": "string", "title": "Model", "description": "Who answered."},
            "usage": USAGE_SCHEMA,
        },
        "text",
        "data",
        "model",
        "usage",
    ),
    literal_fields=frozenset({"output_schema"}),
)

TOOL = NodeTypeSpec(
    name="tool",
    title="Tool",
    description="Calls a registered task, or a tool of an MCP server.",
    family="ai",
    icon="wrench",
    execution=Execution.WORKER,
    config_schema=object_of(
        {
            "source": choice(
                "Comes from",
                "Tasks are Python functions of this installation; servers speak MCP.",
                "task",
                task="A task",
                mcp="An MCP server",
            ),
            "connection": {
                **connection_field("Connection", "mcp_http", "mcp_stdio"),
                "default": "",
                "x-show-if": {"source": "mcp"},
            },
            "tool": {
                "type": "string",
                "x-needed": True,
                "maxLength": 200,
                "title": "Tool",
                "description": "What is called.",
                "x-widget": "tool",
            },
            "arguments": {
                "type": "object",
                "title": "Arguments",
                "description": "What the tool is called with. Values may be ${ … }.",
                "default": {},
                "x-widget": "tool-arguments",
            },
            "timeout_seconds": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 3600,
                "title": "Give up after (seconds)",
                "description": "How long to wait for a server's answer.",
                "default": 60,
                "x-show-if": {"source": "mcp"},
            },
        },
        "tool",
    ),
    output_schema=object_of(
        {
            "result": {
                "title": "Result",
                "description": "Data where the tool gives data, else its text.",
            }
        },
        "result",
    ),
    literal_fields=frozenset({"source"}),
    # Nobody knows whether a call whose worker died has happened.
    reruns_after_crash=False,
)

AGENT = NodeTypeSpec(
    name="agent",
    title="Agent",
    description="A language model that calls tools until it has an answer.",
    family="ai",
    icon="bot",
    execution=Execution.WORKER,
    config_schema=object_of(
        {
            **MODEL_FIELDS,
            "instructions": {
                "type": "string",
                "title": "Instructions",
                "description": "Who the agent is, and how it works. May hold ${ … }.",
                "default": "",
                "x-widget": "multiline",
            },
            "prompt": {
                "type": "string",
                "x-needed": True,
                "title": "Task",
                "description": "What it has to do. May hold ${ … }.",
                "x-widget": "multiline",
            },
            "tools": {
                "type": "array",
                "maxItems": 50,
                "title": "Tools",
                "description": "What it may call. With approval, people decide on each call first.",
                "default": [],
                "x-widget": "agent-tools",
                "items": object_of(
                    {
                        "source": choice(
                            "Comes from", "Where the tool is.", "task", task="Task", mcp="Server"
                        ),
                        "connection": {
                            "type": "string",
                            "title": "Connection",
                            "description": "Name of the server's connection.",
                            "default": "",
                        },
                        "tool": {
                            "type": "string",
                            "minLength": 1,
                            "title": "Tool",
                            "description": "Name of the task, or of the server's tool.",
                        },
                        "approval": {
                            "type": "boolean",
                            "title": "Needs approval",
                            "description": "People see name and arguments before each call.",
                            "default": False,
                        },
                    },
                    "tool",
                ),
            },
            "approvers": object_of(
                {
                    "users": {
                        "type": "array",
                        "title": "People",
                        "description": "User names.",
                        "items": {"type": "string", "minLength": 1},
                        "default": [],
                    },
                    "groups": {
                        "type": "array",
                        "title": "Groups",
                        "description": "Names of groups.",
                        "items": {"type": "string", "minLength": 1},
                        "default": [],
                    },
                },
                title="Who approves",
                description="Nobody named: everybody who has the permission to decide.",
            ),
            "max_turns": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "title": "Turns at most",
                "description": "How often the model may be asked.",
                "default": 10,
            },
            "max_total_tokens": {
                "type": ["integer", "null"],
                "minimum": 1,
                "title": "Tokens at most",
                "description": "Of all turns together, read and written. Empty: no limit.",
                "default": None,
            },
            "max_cost": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "title": "Cost at most",
                "description": "By the prices on the connection. Empty: no limit.",
                "default": None,
            },
            "max_seconds": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "title": "Seconds at most",
                "description": "Of work; time that people take does not count. Empty: no limit.",
                "default": None,
            },
            "temperature": LLM.config_schema["properties"]["temperature"],
            "timeout_seconds": {
                **LLM.config_schema["properties"]["timeout_seconds"],
                "description": "How long to wait for one turn, or one call of a tool.",
            },
        },
        "connection",
        "model",
        "prompt",
    ),
    output_schema=object_of(
        {
            "text": {"type": "string", "title": "Text", "description": "The answer."},
            "model": {"type": "string", "title": "Model", "description": "Who answered."},
            "usage": USAGE_SCHEMA,
            "turns": {
                "type": "integer",
                "title": "Turns",
                "description": "How often the model was asked.",
            },
        },
        "text",
        "model",
        "usage",
        "turns",
    ),
)

AI_CONFIGS: dict[str, dict[str, Any]] = {
    "llm": {
        "connection": "",
        "model": "",
        "system": "",
        "prompt": "",
        "output_schema": None,
        "output_retries": 2,
        "temperature": None,
        "max_tokens": None,
        "timeout_seconds": 120,
    },
    "tool": {
        "source": "task",
        "connection": "",
        "tool": "",
        "arguments": {},
        "timeout_seconds": 60,
    },
    "agent": {
        "connection": "",
        "model": "",
        "instructions": "",
        "prompt": "",
        "tools": [],
        "approvers": {"users": [], "groups": []},
        "max_turns": 10,
        "max_total_tokens": None,
        "max_cost": None,
        "max_seconds": None,
        "temperature": None,
        "timeout_seconds": 120,
    },
}
"""What a node dropped from the palette begins with."""
