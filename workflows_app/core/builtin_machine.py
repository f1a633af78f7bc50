"""Node types that only state machines hold: their own actions, and what the compiler adds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workflows_app.core.builtin_schemas import object_of
from workflows_app.core.document import NODE_ID_PATTERN
from workflows_app.core.document_machine import EVENT_NAME_PATTERN
from workflows_app.core.node_types import NodeTypeSpec, Port
from workflows_app.core.plan import Execution

_EVENT = {
    "type": "string",
    "pattern": EVENT_NAME_PATTERN,
    "maxLength": 200,
    "title": "Event",
    "description": "The event's name: words with dots between them.",
}
_CARRIED = {
    "title": "Data",
    "description": "What the event carries; expressions read it as event.data.",
    "x-widget": "expression",
}

ASSIGN = NodeTypeSpec(
    name="assign",
    title="Assign",
    description="Gives variables of the machine new values.",
    family="data",
    icon="variable",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "data": {
                "type": "object",
                "minProperties": 1,
                "title": "Values",
                "description": "The new value of each variable. All are worked out before any is "
                "changed.",
                "additionalProperties": {
                    "title": "Value",
                    "description": "A value or ${ … }.",
                    "x-widget": "expression",
                },
            }
        },
        "data",
    ),
    output_schema={"type": "object"},
    ports=(Port("out"),),
)

RAISE = NodeTypeSpec(
    name="raise",
    title="Raise event",
    description="Raises an event that the machine hears before any event from outside.",
    family="flow",
    icon="zap",
    execution=Execution.ENGINE,
    config_schema=object_of({"event": _EVENT, "data": _CARRIED}, "event"),
    ports=(Port("out"),),
    literal_fields=frozenset({"event"}),
)

SEND = NodeTypeSpec(
    name="send",
    title="Send event",
    description="Sends the machine an event, now or later, as if it came from outside.",
    family="flow",
    icon="send",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "event": _EVENT,
            "data": _CARRIED,
            "delay_seconds": {
                "type": "number",
                "minimum": 0,
                "maximum": 316_224_000,
                "title": "Delay",
                "description": "Seconds until it is sent.",
                "default": 0,
            },
        },
        "event",
    ),
    ports=(Port("out"),),
    literal_fields=frozenset({"event", "delay_seconds"}),
)

CANCEL = NodeTypeSpec(
    name="cancel",
    title="Cancel event",
    description="Gives up events that were to be sent later.",
    family="flow",
    icon="circle-slash",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "send": {
                "type": "string",
                "pattern": NODE_ID_PATTERN,
                "title": "Action",
                "description": "The id of the action that was to send them.",
            }
        },
        "send",
    ),
    ports=(Port("out"),),
    literal_fields=frozenset({"send"}),
)

GUARDS = NodeTypeSpec(
    name="guards",
    title="Guards",
    description="Tells which of the guards hold that stand before the next transition.",
    family="flow",
    icon="split",
    execution=Execution.ENGINE,
    ports=(),
)

ACTION_TYPES: tuple[NodeTypeSpec, ...] = (ASSIGN, RAISE, SEND, CANCEL)
"""What the actions of a machine may be beside the types of the catalog, in the palette's order."""

MACHINE_TYPES: Mapping[str, NodeTypeSpec] = MappingProxyType(
    {spec.name: spec for spec in (*ACTION_TYPES, GUARDS)}
)

ACTION_CONFIGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "assign": {"data": {}},
        "raise": {"event": ""},
        "send": {"event": "", "delay_seconds": 0},
        "cancel": {"send": ""},
    }
)
"""What an action dropped from the palette begins with. Copy before changing."""
