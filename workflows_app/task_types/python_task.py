"""Registered Python functions as node types: `task:<name>`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from workflows_app.sdk.calling import call_task
from workflows_app.sdk.definition import TaskDefinition
from workflows_app.sdk.node_types import spec_of
from workflows_app.task_types.node_type import NodeType


def node_type_of(definition: TaskDefinition) -> NodeType:
    """The node type that runs a task."""
    return NodeType(
        spec_of(definition),
        run_on_worker=partial(call_task, definition),
        default_config=_defaults(definition.input_schema),
        timeout_seconds=definition.timeout_seconds,
        retry=definition.retry,
        version=definition.version,
    )


def _defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {name: field["default"] for name, field in properties.items() if "default" in field}
