"""Node types as the palette shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app import task_types
from workflows_app.contracts.definitions import NodePort, NodeType, Palette, PortsRule
from workflows_app.core.builtin_machine import ACTION_TYPES
from workflows_app.core.node_types import NodeTypeSpec


def get_palette() -> Palette:
    """All node types, built-in ones first."""
    return Palette(
        types=[_node_type(spec) for spec in task_types.catalog().values()],
        actions=[_node_type(spec) for spec in ACTION_TYPES],
    )


def plain(value: Any) -> Any:
    """The JSON value that read-only mappings and tuples stand for."""
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    return value


def _node_type(spec: NodeTypeSpec) -> NodeType:
    rule = spec.ports_from_config
    return NodeType(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        family=spec.family,
        category=spec.category or spec.family,
        icon=spec.icon,
        execution=spec.execution.value if spec.execution is not None else None,
        config_schema=plain(spec.config_schema),
        output_schema=plain(spec.output_schema),
        ports=[NodePort(id=port.id, label=port.label, kind=port.kind) for port in spec.ports],
        ports_from_config=PortsRule(field=rule.field, id_key=rule.id_key, label_key=rule.label_key)
        if rule is not None
        else None,
        default_config=task_types.default_config(spec.name),
        literal_fields=sorted(spec.literal_fields),
    )
