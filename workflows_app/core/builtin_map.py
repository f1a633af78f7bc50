"""The node type `map`: work on many items."""

from __future__ import annotations

from typing import Any

from workflows_app.core.builtin_schemas import ERROR_PORT, TIMEOUT_PORT, choice, object_of
from workflows_app.core.document_bulk import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_CONCURRENCY,
    MAX_BATCH_SIZE,
    MAX_CONCURRENCY,
)
from workflows_app.core.node_types import NodeTypeSpec, Port
from workflows_app.core.plan import Execution

_SECONDS = {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 316_224_000}

_RETRY: dict[str, Any] = {
    **object_of(
        {
            "max_attempts": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "title": "Attempts",
                "description": "In all, the first one included.",
                "default": 3,
            },
            "initial_delay_seconds": {
                "type": "number",
                "minimum": 0,
                "maximum": 86_400,
                "title": "First delay (seconds)",
                "description": "Between the first attempt and the second.",
                "default": 1,
            },
            "backoff": {
                "type": "number",
                "minimum": 1,
                "maximum": 10,
                "title": "Backoff",
                "description": "Factor between two delays.",
                "default": 2,
            },
            "max_delay_seconds": {
                "type": "number",
                "minimum": 0,
                "maximum": 86_400,
                "title": "Longest delay (seconds)",
                "description": "No delay grows beyond it.",
                "default": 300,
            },
            "jitter": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "title": "Jitter",
                "description": "Share of the delay that chance may take away.",
                "default": 0.1,
            },
            "on": {
                "type": "array",
                "items": {"type": "string"},
                "title": "Only on these errors",
                "description": "Error types; empty means every error that is not final.",
                "default": [],
            },
        }
    ),
    "type": ["object", "null"],
    "title": "Retry",
    "description": "When and how often an item that failed is tried again.",
    "default": None,
}

_PROCESSOR = object_of(
    {
        "type": {
            "type": "string",
            "title": "Processor",
            "description": "A task, an HTTP request, or a workflow that runs for each item.",
            "x-widget": "node-type",
        },
        "config": {
            "type": "object",
            "title": "Settings",
            "description": "As for a step of that type. May hold ${ item } and ${ index }.",
            "default": {},
            "x-widget": "json",
        },
        "mode": choice(
            "Called",
            "Once for each item with ${ item }, or once for each batch with ${ items }.",
            "item",
            item="For each item",
            batch="For each batch",
        ),
        "retry": _RETRY,
        "timeout_seconds": {
            **_SECONDS,
            "title": "Time limit (seconds)",
            "description": "For one item, or for one batch.",
            "default": None,
        },
    },
    "type",
    title="Processor",
    description="What is done with the items.",
)

_RESULT = object_of(
    {
        "mode": choice(
            "Result",
            "What becomes of the outputs.",
            "map",
            map="Keep every output",
            filter="Keep the items for which a condition holds",
            reduce="Combine all outputs into one value",
        ),
        "keep": {
            "type": "string",
            "title": "Keep when",
            "description": "One ${ … } that is true or false. May read item, index and output.",
            "default": "${ output }",
            "x-widget": "expression",
            "x-show-if": {"mode": "filter"},
        },
        "initial": {
            "title": "First value",
            "description": "What the accumulator begins with.",
            "default": None,
            "x-widget": "json",
            "x-show-if": {"mode": "reduce"},
        },
        "combine": {
            "title": "Combined value",
            "description": "The next value of the accumulator, such as "
            "${ accumulator + output.amount }. May read item and index, too.",
            "default": None,
            "x-widget": "expression",
            "x-show-if": {"mode": "reduce"},
        },
    },
    title="Result",
    description="What the step returns.",
)

MAP = NodeTypeSpec(
    name="map",
    title="Map",
    description="Does the same with every item of a list or of an uploaded file.",
    family="data",
    icon="layers",
    execution=Execution.ITEMS,
    config_schema=object_of(
        {
            "items": {
                "title": "Items",
                "description": "A list such as ${ input.orders }, or an uploaded file: "
                '{"upload": id}.',
                "x-widget": "expression",
            },
            "processor": _PROCESSOR,
            "batch_size": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_BATCH_SIZE,
                "title": "Batch size",
                "description": "Items that a worker takes at once.",
                "default": DEFAULT_BATCH_SIZE,
            },
            "max_concurrency": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_CONCURRENCY,
                "title": "Batches at once",
                "description": "How many batches may be under way at the same time.",
                "default": DEFAULT_CONCURRENCY,
            },
            "failure_threshold": object_of(
                {
                    "count": {
                        "type": ["integer", "null"],
                        "minimum": 0,
                        "title": "Failed items allowed",
                        "description": "One more, and the step fails.",
                        "default": None,
                    },
                    "percent": {
                        "type": ["number", "null"],
                        "minimum": 0,
                        "maximum": 100,
                        "title": "Percentage allowed",
                        "description": "Share of all items that may fail.",
                        "default": None,
                    },
                },
                title="Failure threshold",
                description="How many items may fail. Empty: any number.",
            ),
            "circuit_breaker": {
                **object_of(
                    {
                        "failures": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 100_000,
                            "title": "Failures in a row",
                            "description": "After so many the work pauses.",
                            "default": 5,
                        },
                        "open_seconds": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 316_224_000,
                            "title": "Pause (seconds)",
                            "description": "Then one item is tried.",
                            "default": 30,
                        },
                    }
                ),
                "type": ["object", "null"],
                "title": "Circuit breaker",
                "description": "Pauses the work after failures in a row.",
                "default": None,
            },
            "enough": {
                "type": ["integer", "null"],
                "minimum": 1,
                "title": "Enough",
                "description": "Done as soon as so many items have succeeded; the rest is "
                "cancelled. Empty: all of them.",
                "default": None,
            },
            "result": _RESULT,
        },
        "items",
        "processor",
    ),
    output_schema=object_of(
        {
            "total": {"type": "integer", "title": "Total", "description": "Items in all."},
            "succeeded": {
                "type": "integer",
                "title": "Succeeded",
                "description": "Items that were worked on.",
            },
            "failed": {
                "type": "integer",
                "title": "Failed",
                "description": "Items that failed, broken rows included.",
            },
            "filtered": {
                "type": "integer",
                "title": "Filtered",
                "description": "Items that a filter dropped.",
            },
            "results": {
                "type": ["array", "null"],
                "title": "Results",
                "description": "In the order of the items; null when there are too many to pass "
                "on. The run's page offers all of them.",
            },
            "value": {"title": "Value", "description": "Of a reduce: the combined value."},
        },
        "total",
        "succeeded",
        "failed",
        "filtered",
    ),
    ports=(Port("out"), Port(TIMEOUT_PORT, "On timeout", "timeout"), ERROR_PORT),
    literal_fields=frozenset(
        {"batch_size", "max_concurrency", "failure_threshold", "circuit_breaker", "enough"}
    ),
    deferred_fields=frozenset({"processor", "result"}),
)
