"""Node types that steer a run: start, end, gate, wait and subworkflow."""

from __future__ import annotations

from workflows_app.core.builtin_schemas import (
    ERROR_PORT,
    OTHERWISE_PORT,
    PORT_ID_PATTERN,
    TIMEOUT_PORT,
    choice,
    object_of,
)
from workflows_app.core.node_types import NodeTypeSpec, Port, PortsFromConfig
from workflows_app.core.plan import Execution

START = NodeTypeSpec(
    name="start",
    title="Start",
    description="Where a run begins. Its output is what the run was started with.",
    family="flow",
    icon="play",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "input_schema": {
                "type": "object",
                "title": "Start form",
                "description": "The fields to fill in to start a run, as a JSON Schema.",
                "x-widget": "json-schema",
            }
        }
    ),
    output_schema={"type": "object"},
    ports=(Port("out"),),
    literal_fields=frozenset({"input_schema"}),
)

END = NodeTypeSpec(
    name="end",
    title="End",
    description="Where a path of the run ends. The run is over when all its paths are.",
    family="flow",
    icon="flag",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "output": {
                "title": "Result",
                "description": "What the run returns. Empty: the output of the step before.",
                "x-widget": "expression",
            },
            "outcome": choice(
                "Outcome",
                "How a run that ends here is counted.",
                "succeeded",
                succeeded="Succeeded",
                failed="Failed",
            ),
            "message": {
                "type": "string",
                "title": "Message",
                "description": "Why the run ended here, shown with the run. May hold ${ … }.",
                "default": "",
                "x-widget": "template",
            },
            "terminate": {
                "type": "boolean",
                "title": "Stop everything",
                "description": "Close the run at once, whatever its other paths are doing.",
                "default": False,
            },
        }
    ),
    ports=(),
    literal_fields=frozenset({"outcome", "terminate"}),
)

GATE = NodeTypeSpec(
    name="gate",
    title="Gate",
    description="Chooses the way on: the first branch whose condition holds, or every one.",
    family="flow",
    icon="split",
    execution=Execution.ENGINE,
    config_schema=object_of(
        {
            "mode": choice(
                "Which branches to take",
                "The first branch whose condition holds, or all of them.",
                "first",
                first="The first that holds",
                every="Every one that holds",
            ),
            "branches": {
                "type": "array",
                "title": "Branches",
                "description": "Tried from top to bottom. When none holds: “Otherwise”.",
                "minItems": 1,
                "maxItems": 100,
                "items": object_of(
                    {
                        "id": {
                            "type": "string",
                            "title": "Id",
                            "description": "A short name for the branch, unique in this gate.",
                            "pattern": PORT_ID_PATTERN,
                        },
                        "label": {
                            "type": "string",
                            "title": "Label",
                            "description": "What is written on the connection.",
                            "maxLength": 200,
                            "default": "",
                        },
                        "condition": {
                            "type": "string",
                            "title": "Condition",
                            "description": "One ${ … } that is true or false.",
                            "x-widget": "expression",
                        },
                    },
                    "id",
                    "condition",
                ),
            },
        },
        "branches",
    ),
    output_schema=object_of(
        {
            "branches": {
                "type": "array",
                "title": "Branches",
                "description": "Ids of the branches that were taken.",
                "items": {"type": "string"},
            }
        }
    ),
    ports=(Port(OTHERWISE_PORT, "Otherwise"),),
    ports_from_config=PortsFromConfig("branches"),
    literal_fields=frozenset({"mode"}),
)

WAIT = NodeTypeSpec(
    name="wait",
    title="Wait",
    description="Pauses this path for a while, until a time, or until a signal arrives.",
    family="flow",
    icon="hourglass",
    execution=Execution.WAIT,
    config_schema=object_of(
        {
            "mode": choice(
                "Wait for",
                "What ends the wait.",
                "duration",
                duration="A length of time",
                until="A point in time",
                signal="A signal",
            ),
            "duration_seconds": {
                "type": "number",
                "minimum": 0,
                "maximum": 316_224_000,
                "title": "Seconds",
                "description": "How long to wait.",
                "x-show-if": {"mode": "duration"},
            },
            "until": {
                "type": "string",
                "format": "date-time",
                "title": "Until",
                "description": "A date and time such as 2030-01-31T09:00:00Z, or ${ … }. "
                "A time in the past ends the wait at once.",
                "x-widget": "expression",
                "x-show-if": {"mode": "until"},
            },
            "signal": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "title": "Signal",
                "description": "The name of the message that ends the wait.",
                "x-show-if": {"mode": "signal"},
            },
            "early": {
                **choice(
                    "A signal that comes too early",
                    "What becomes of a signal that arrives before the run waits here.",
                    "keep",
                    keep="Counts when the run gets here",
                    ignore="Is lost",
                ),
                "x-show-if": {"mode": "signal"},
            },
        },
        "mode",
        allOf=[
            {
                "if": {"properties": {"mode": {"const": mode}}, "required": ["mode"]},
                "then": {"required": [needed]},
            }
            for mode, needed in (
                ("duration", "duration_seconds"),
                ("until", "until"),
                ("signal", "signal"),
            )
        ],
    ),
    output_schema={
        "title": "Signal",
        "description": "What the signal carried; else an empty object.",
    },
    ports=(Port("out"), Port(TIMEOUT_PORT, "On timeout", "timeout"), ERROR_PORT),
    literal_fields=frozenset({"mode", "signal", "early"}),
)

SUBWORKFLOW = NodeTypeSpec(
    name="subworkflow",
    title="Subworkflow",
    description="Runs another workflow as a step of this one.",
    family="flow",
    icon="workflow",
    execution=Execution.CHILD,
    config_schema=object_of(
        {
            "workflow": {
                "type": "string",
                "maxLength": 100,
                "title": "Workflow",
                "description": "Which workflow to run. It may be this one.",
                "x-widget": "workflow",
            },
            "version": {
                "type": ["integer", "null"],
                "minimum": 1,
                "title": "Version",
                "description": "Empty: the latest that is published when the step starts.",
                "default": None,
            },
            "input": {
                "type": "object",
                "title": "Input",
                "description": "What the other workflow starts with: a value for each field of its "
                "start form.",
                "additionalProperties": {
                    "title": "Value",
                    "description": "A text or ${ … }.",
                    "x-widget": "expression",
                },
                "default": {},
            },
            "business_key": {
                "type": "string",
                "title": "Business key",
                "description": "What people call the run that is started. May hold ${ … }.",
                "default": "",
                "x-widget": "template",
            },
            "wait": {
                "type": "boolean",
                "title": "Wait for its result",
                "description": "Off: this run goes on at once, and the other one lives by itself.",
                "default": True,
            },
        },
        "workflow",
    ),
    output_schema={
        "title": "Result",
        "description": "What the other run returned; without waiting, an object with its `run_id`.",
    },
    ports=(Port("out"), Port(TIMEOUT_PORT, "On timeout", "timeout"), ERROR_PORT),
    literal_fields=frozenset({"workflow", "version", "wait"}),
)
