"""All node types by name."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from workflows_app.core.builtin_machine import ACTION_CONFIGS, MACHINE_TYPES
from workflows_app.core.builtin_types import BUILTIN_TYPES, DEFAULT_CONFIGS
from workflows_app.core.inline_machine import MACHINE_NODES
from workflows_app.core.inline_nodes import INLINE_NODES
from workflows_app.core.node_types import Catalog
from workflows_app.errors import NotFoundError
from workflows_app.sdk import registry as tasks
from workflows_app.sdk.definition import TaskDefinition
from workflows_app.task_types import http
from workflows_app.task_types.ai import nodes as ai
from workflows_app.task_types.node_type import NodeType, RunOnWorker
from workflows_app.task_types.python_task import node_type_of

_ON_WORKER: Mapping[str, RunOnWorker] = {
    "http": http.run_http,
    "llm": ai.run_llm,
    "tool": ai.run_tool,
    "agent": ai.run_agent,
}

_builtin: Mapping[str, NodeType] = {
    spec.name: NodeType(
        spec,
        run_inline=INLINE_NODES.get(spec.name),
        run_on_worker=_ON_WORKER.get(spec.name),
        default_config=DEFAULT_CONFIGS[spec.name],
    )
    for spec in BUILTIN_TYPES
}
_machine: Mapping[str, NodeType] = {
    name: NodeType(
        MACHINE_TYPES[name], run_inline=run_inline, default_config=ACTION_CONFIGS.get(name, {})
    )
    for name, run_inline in MACHINE_NODES.items()
}
"""Types that only state machines hold, and that are not in the catalog."""
_tasks: dict[str, tuple[TaskDefinition, NodeType]] = {}


def find(name: str) -> NodeType | None:
    """The node type of that name; None when nobody registered it."""
    if not name.startswith("task:"):
        return _builtin.get(name) or _machine.get(name)
    definition = tasks.find(name.removeprefix("task:"))
    if definition is None:
        return None
    known = _tasks.get(name)
    if known is None or known[0] is not definition:
        known = (definition, node_type_of(definition))
        _tasks[name] = known
    return known[1]


def catalog() -> Catalog:
    """The specs of all node types, built-in ones first."""
    specs = {name: kind.spec for name, kind in _builtin.items()}
    for name in sorted(tasks.registered()):
        kind = find(f"task:{name}")
        if kind is not None:
            specs[kind.spec.name] = kind.spec
    return specs


def default_config(name: str) -> dict[str, Any]:
    """What a new node of the type begins with; a copy of its own.

    Raises:
        NotFoundError: There is no such type.
    """
    kind = find(name)
    if kind is None:
        raise NotFoundError(f"There is no node type “{name}”.")
    return copy.deepcopy(dict(kind.default_config or {}))
