"""Registered tasks as node types: `task:<name>`."""

from __future__ import annotations

from workflows_app.core.builtin_types import BUILTIN_TYPES
from workflows_app.core.node_types import Catalog, NodeTypeSpec
from workflows_app.core.plan import Execution
from workflows_app.core.task_defaults import TaskDefaults
from workflows_app.sdk import registry
from workflows_app.sdk.definition import TaskDefinition

TASK_PREFIX = "task:"


def spec_of(definition: TaskDefinition) -> NodeTypeSpec:
    """What the core must know of the node type that runs a task."""
    return NodeTypeSpec(
        name=definition.type_name,
        title=definition.title,
        description=definition.description,
        family="code",
        icon=definition.icon,
        execution=Execution.WORKER,
        config_schema=definition.input_schema,
        output_schema=definition.output_schema,
        category=definition.category,
        reruns_after_crash=definition.retry_on_crash,
    )


def find_task(type_name: str) -> TaskDefinition | None:
    """The task that nodes of this type run; None where nobody registered it."""
    if not type_name.startswith(TASK_PREFIX):
        return None
    return registry.find(type_name.removeprefix(TASK_PREFIX))


def defaults_of(type_name: str) -> TaskDefaults | None:
    """What the task's author said of all nodes that run it."""
    task = find_task(type_name)
    return None if task is None else TaskDefaults(task.retry, task.timeout_seconds)


def local_catalog() -> Catalog:
    """The built-in node types and the tasks that this process has registered."""
    tasks = (spec_of(definition) for definition in registry.registered().values())
    return {spec.name: spec for spec in (*BUILTIN_TYPES, *tasks)}
