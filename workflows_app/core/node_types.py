"""What the core must know of a node type: plain data, filled by the shell's registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflows_app.core.plan import Execution

PortKind = Literal["normal", "error", "timeout"]


@dataclass(frozen=True, slots=True)
class Port:
    """An output of a node. Edges on an `error` or `timeout` port catch what would fail the run."""

    id: str
    label: str = ""
    kind: PortKind = "normal"


@dataclass(frozen=True, slots=True)
class PortsFromConfig:
    """Ports that the person defines: one for each object in the list `config[field]`."""

    field: str
    id_key: str = "id"
    label_key: str = "label"


@dataclass(frozen=True, slots=True)
class NodeTypeSpec:
    """The contract of one node type."""

    name: str
    """`start`, `gate`, …, or `task:<registered name>`."""
    title: str
    description: str
    family: str
    """`flow`, `people`, `code`, `data`, `network`, `ai`, `annotation`: colour and palette group."""
    icon: str
    """Name of a Lucide icon."""
    execution: Execution | None
    """None: an annotation that never runs."""
    config_schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema (2020-12) of `Node.config`; values may be `${ }` expressions instead."""
    output_schema: Mapping[str, Any] = field(default_factory=dict)
    ports: tuple[Port, ...] = (Port("out"), Port("error", "On error", "error"))
    ports_from_config: PortsFromConfig | None = None
    category: str = ""
    """Palette group of its own; empty means the family's."""
    reruns_after_crash: bool = True
    literal_fields: frozenset[str] = frozenset()
    """Config fields in which `${` has no meaning, such as JSON Schemas."""
    deferred_fields: frozenset[str] = frozenset()
    """Config fields whose expressions are evaluated later and more than once: for each item."""

    def ports_of(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        """All output ports of a node with this config, the person's own first."""
        own: list[Port] = []
        if self.ports_from_config is not None:
            rule = self.ports_from_config
            entries = config.get(rule.field)
            for entry in entries if isinstance(entries, list | tuple) else ():
                if isinstance(entry, Mapping) and isinstance(entry.get(rule.id_key), str):
                    label = entry.get(rule.label_key)
                    own.append(Port(entry[rule.id_key], label if isinstance(label, str) else ""))
        return (*own, *self.ports)


Catalog = Mapping[str, NodeTypeSpec]
