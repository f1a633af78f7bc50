"""Node types that do something: human, transform, log, http and note."""

from __future__ import annotations

from workflows_app.core.builtin_schemas import (
    ERROR_PORT,
    PORT_ID_PATTERN,
    TIMEOUT_PORT,
    choice,
    object_of,
)
from workflows_app.core.node_types import NodeTypeSpec, Port, PortsFromConfig
from workflows_app.core.plan import Execution

HUMAN = NodeTypeSpec(
    name="human",
    title="Human decision",
    description="Asks people to decide. The run waits until one of them has answered.",
    family="people",
    icon="user-check",
    execution=Execution.HUMAN,
    config_schema=object_of(
        {
            "heading": {
                "type": "string",
                "title": "Heading",
                "description": "The line that people see in their inbox. May hold ${ … }.",
                "x-widget": "template",
            },
            "instructions": {
                "type": "string",
                "title": "Instructions",
                "description": "What to look at, as plain text. May hold ${ … }.",
                "default": "",
                "x-widget": "multiline",
            },
            "data": {
                "type": "object",
                "title": "Facts to show",
                "description": "What is decided upon: a label and a value for each line.",
                "additionalProperties": {
                    "title": "Value",
                    "description": "A text or ${ … }.",
                    "x-widget": "expression",
                },
                "default": {},
            },
            "assignees": object_of(
                {
                    "users": {
                        "type": "array",
                        "title": "People",
                        "description": "User names of those who may decide.",
                        "items": {"type": "string", "minLength": 1},
                        "default": [],
                        "x-widget": "usernames",
                    },
                    "groups": {
                        "type": "array",
                        "title": "Groups",
                        "description": "Groups whose members may decide.",
                        "items": {"type": "string", "minLength": 1},
                        "default": [],
                        "x-widget": "groups",
                    },
                },
                title="Who decides",
                description="Nobody named: everybody who has the permission to decide.",
            ),
            "outcomes": {
                "type": "array",
                "title": "Answers",
                "description": "The buttons to choose from. Each one is a way on.",
                "minItems": 1,
                "maxItems": 20,
                "items": object_of(
                    {
                        "id": {
                            "type": "string",
                            "title": "Id",
                            "description": "A short name for the answer, unique in this node.",
                            "pattern": PORT_ID_PATTERN,
                        },
                        "label": {
                            "type": "string",
                            "title": "Button",
                            "description": "What the button says.",
                            "minLength": 1,
                            "maxLength": 200,
                        },
                        "style": choice(
                            "Style",
                            "How the button looks.",
                            "neutral",
                            approve="Approve",
                            reject="Reject",
                            neutral="Neutral",
                        ),
                        "comment_required": {
                            "type": "boolean",
                            "title": "Comment required",
                            "description": "The answer needs a reason.",
                            "default": False,
                        },
                    },
                    "id",
                    "label",
                ),
            },
            "form_schema": {
                "type": ["object", "null"],
                "title": "Form",
                "description": "Fields that the person fills in with the answer, as a JSON Schema.",
                "default": None,
                "x-widget": "json-schema",
            },
            "due_in_seconds": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "title": "Due after (seconds)",
                "description": "When an answer is expected. Later the task is overdue, not closed; "
                "the step's time limit ends it.",
                "default": None,
            },
            "allow_requester": {
                "type": "boolean",
                "title": "The requester may decide",
                "description": "Off: whoever started the run may not decide here.",
                "default": True,
            },
        }
    ),
    output_schema=object_of(
        {
            "outcome": {
                "type": "string",
                "title": "Outcome",
                "description": "Id of the chosen answer.",
            },
            "comment": {
                "type": "string",
                "title": "Comment",
                "description": "The person's reason.",
            },
            "data": {
                "type": "object",
                "title": "Form data",
                "description": "What the person filled in.",
            },
            "decided_by": {"type": "string", "title": "Decided by", "description": "User name."},
            "decided_at": {
                "type": "string",
                "format": "date-time",
                "title": "Decided at",
                "description": "When the answer was given.",
            },
        },
        "outcome",
        "comment",
        "data",
        "decided_by",
        "decided_at",
    ),
    ports=(Port(TIMEOUT_PORT, "On timeout", "timeout"), ERROR_PORT),
    ports_from_config=PortsFromConfig("outcomes"),
    literal_fields=frozenset({"outcomes", "form_schema"}),
)

TRANSFORM = NodeTypeSpec(
    name="transform",
    title="Transform",
    description="Makes a value from what earlier steps returned.",
    family="data",
    icon="braces",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "output": {
                "title": "Result",
                "description": "Usually an object whose values are texts or ${ … }.",
                "x-widget": "json",
            }
        },
        "output",
    ),
    ports=(Port("out"), ERROR_PORT),
)

LOG = NodeTypeSpec(
    name="log",
    title="Log",
    description="Writes a line into the step's log.",
    family="data",
    icon="scroll-text",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "message": {
                "type": "string",
                "title": "Message",
                "description": "The line to write. May hold ${ … }.",
                "x-widget": "template",
            },
            "level": choice(
                "Level",
                "How serious it is.",
                "info",
                info="Information",
                warning="Warning",
                error="Error",
            ),
        },
        "message",
    ),
    output_schema=object_of(
        {
            "message": {
                "type": "string",
                "title": "Message",
                "description": "The line that was written.",
            }
        },
        "message",
    ),
    ports=(Port("out"), ERROR_PORT),
    literal_fields=frozenset({"level"}),
)

HTTP = NodeTypeSpec(
    name="http",
    title="HTTP request",
    description="Calls a web address and returns the answer.",
    family="network",
    icon="globe",
    execution=Execution.WORKER,
    config_schema=object_of(
        {
            "method": {
                "type": "string",
                "enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"],
                "title": "Method",
                "description": "GET reads; POST, PUT, PATCH and DELETE change something there.",
                "default": "GET",
            },
            "url": {
                "type": "string",
                "minLength": 1,
                "title": "Address",
                "description": "Starts with https:// or http://. May hold ${ … }.",
                "x-widget": "template",
            },
            "headers": {
                "type": "object",
                "title": "Headers",
                "description": "A name and a value for each header.",
                "additionalProperties": {"type": "string"},
                "default": {},
            },
            "query": {
                "type": "object",
                "title": "Query parameters",
                "description": "Added to the address after the question mark.",
                "additionalProperties": {"type": ["string", "number", "boolean", "null", "array"]},
                "default": {},
            },
            "body": {
                "title": "Body",
                "description": "What is sent. A text is sent as it is, everything else as JSON.",
                "default": None,
                "x-widget": "json",
            },
            "timeout_seconds": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 3600,
                "title": "Give up after (seconds)",
                "description": "How long to wait for the answer.",
                "default": 30,
            },
        },
        "url",
    ),
    output_schema=object_of(
        {
            "status": {"type": "integer", "title": "Status", "description": "Such as 200."},
            "headers": {
                "type": "object",
                "title": "Headers",
                "description": "Names are in lower case.",
            },
            "body": {"title": "Body", "description": "JSON where the answer is JSON, else a text."},
        },
        "status",
        "headers",
        "body",
    ),
)

NOTE = NodeTypeSpec(
    name="note",
    title="Note",
    description="A remark on the canvas. It never runs.",
    family="annotation",
    icon="sticky-note",
    execution=None,
    config_schema=object_of(
        {
            "text": {
                "type": "string",
                "title": "Text",
                "description": "What the note says.",
                "default": "",
                "x-widget": "multiline",
            }
        }
    ),
    ports=(),
    literal_fields=frozenset({"text"}),
)
