"""What a pattern of the catalogue is here: a drawing, what happens from outside, what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any

ITSELF = "itself"
"""The name of the workflow that a drawing is."""


class Support(StrEnum):
    """How far the drawing is what the catalogue defines."""

    FULL = "full"
    PARTIAL = "partial"


# What happens from outside


@dataclass(frozen=True, slots=True)
class Finish:
    """A worker ends the task: its oldest visit that is under way, or the one named."""

    node: str
    output: Json = None
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """A worker begins the task."""

    node: str


@dataclass(frozen=True, slots=True)
class FinishLate:
    """A worker ends a task that was withdrawn meanwhile; nothing may come of it."""

    node: str


@dataclass(frozen=True, slots=True)
class Add:
    """A map node gets further items."""

    node: str
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """A message arrives."""

    name: str


@dataclass(frozen=True, slots=True)
class Decide:
    """A person answers."""

    node: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Pass:
    """Time goes by."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cancel:
    """Somebody cancels the run."""


@dataclass(frozen=True, slots=True)
class Sees:
    """A look at the run: exactly these nodes may be worked on now, as often as they are named."""

    nodes: str


Move = Finish | Begin | FinishLate | Add | Signal | Decide | Pass | Cancel | Sees


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way through a drawing. Nodes that the engine carries out itself are not told."""

    title: str
    moves: tuple[Move, ...]
    ran: str = ""
    """Nodes that succeeded, in that order, separated by spaces."""
    cancelled: str = ""
    skipped: str = ""
    status: str = "succeeded"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph as lines (`gate.big > a`, `gate.again > a loop`) and what its nodes say.

    Nodes whose ids begin with start, end, gate, every, human, wait, pause, each or call are of
    those types (`every` is a gate that takes every branch that holds, `pause` a wait for time,
    `each` a map node whose visits are its items, `call` runs the drawing itself); all others are
    tasks.
    """

    lines: tuple[str, ...]
    nodes: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)

    def document(self) -> dict[str, Json]:
        """The graph document."""
        edges = [_edge(number, line) for number, line in enumerate(self.lines)]
        ids = dict.fromkeys(end for e in edges for end in (e["source"], e["target"]))
        return {
            "kind": "graph",
            "nodes": [_node(node_id, self.nodes.get(node_id, {})) for node_id in ids],
            "edges": edges,
        }


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the catalogue."""

    number: int
    name: str
    definition: str
    drawing: Drawing
    scenarios: tuple[Scenario, ...]
    support: Support = Support.FULL
    note: str = ""
    """What is special here; for partial support, what is missing."""
    is_engine_only: bool = False
    """True where what is drawn needs rows of the database: there is nothing of it in memory."""


def draw(lines: str, **nodes: Mapping[str, Json]) -> Drawing:
    """A drawing from lines separated by commas or new lines."""
    parts = (line.strip() for line in lines.replace("\n", ",").split(","))
    return Drawing(tuple(line for line in parts if line), nodes)


def gate(**conditions: str) -> dict[str, Json]:
    """What a gate says: for each branch its condition."""
    branches = [{"id": name, "condition": f"${{ {text} }}"} for name, text in conditions.items()]
    return {"config": {"branches": branches}}


def joins(mode: str, **more: Json) -> dict[str, Json]:
    """How a node joins its ways."""
    return {"join": {"mode": mode, **more}}


def signal(name: str, **config: Json) -> dict[str, Json]:
    """What a wait for a signal says."""
    return {"config": {"mode": "signal", "signal": name, **config}}


_TYPES = {
    "start": ("start", {}),
    "end": ("end", {}),
    "gate": ("gate", {}),
    "every": ("gate", {"mode": "every"}),
    "human": ("human", {"heading": "Well?"}),
    "wait": ("wait", {"mode": "signal", "signal": "go"}),
    "each": (
        "map",
        {"items": [1, 2, 3], "batch_size": 1, "processor": {"type": "task:conformance.work"}},
    ),
    "call": ("subworkflow", {"workflow": ITSELF}),
    "pause": ("wait", {"mode": "duration", "duration_seconds": 60}),
}


def _node(node_id: str, said: Mapping[str, Json]) -> dict[str, Json]:
    kind, config = next(
        (found for prefix, found in _TYPES.items() if node_id.startswith(prefix)),
        ("task:conformance.work", {}),
    )
    return {"id": node_id, "type": kind, **said, "config": {**config, **said.get("config", {})}}


def _edge(number: int, line: str) -> dict[str, Json]:
    left, right = (part.strip() for part in line.split(">"))
    source, _, port = left.partition(".")
    target, _, loop = right.partition(" ")
    return {
        "id": f"e{number}",
        "source": source,
        "source_port": port or "out",
        "target": target,
        "loop": loop == "loop",
    }
