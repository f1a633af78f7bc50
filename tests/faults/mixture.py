"""Workflows of all kinds for the long mix, and what each run of them leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.core.machines import final, machine, on, state
from tests.support.traces import graph

Json = dict[str, Any]

ITEMS = 12
FILE = "number\n" + "".join(f"{number}\n" for number in range(ITEMS))


@dataclass(frozen=True)
class Kind:
    """A workflow, and how its runs end."""

    document: Json
    effects: list[str]
    """Keys behind the run's id, each the name of a file in the folder."""
    child_effects: list[str] = field(default_factory=list)
    """The same of each child."""
    status: str = "succeeded"
    needs_file: bool = False
    """Runs are started with an uploaded file of `ITEMS` rows as the input `rows`."""
    events: list[tuple[str, str]] = field(default_factory=list)
    """What a person sends a machine: an event, and the state in which it is sent."""


CHILD = "Mixed child"


def effect(folder: Path, seconds: float = 0.0) -> Json:
    """What runs in a step: it makes a file of the name of its idempotency key."""
    return {"type": "task:probe.effect", "config": {"folder": str(folder), "seconds": seconds}}


def child(folder: Path) -> Json:
    """What the workflow `calling` calls."""
    return _row([("step0", effect(folder)), ("step1", effect(folder, 0.05))])


def kinds(folder: Path) -> dict[str, Kind]:
    """All of them by name; `child` is published before."""
    quick, slow = effect(folder), effect(folder, 0.05)
    steps = [f"step{number}" for number in range(4)]
    call = {"type": "subworkflow", "config": {"workflow": CHILD.lower().replace(" ", "-")}}
    outcome = {"id": "approved", "label": "Approve"}
    ask = {"type": "human", "config": {"heading": "Well?", "outcomes": [outcome]}}
    return {
        "chain": Kind(_row([(step, slow) for step in steps]), _first(*steps)),
        "fan": _fan(quick),
        "pipeline": _pipeline(quick, slow),
        "saga": _saga(quick, slow),
        "bulk": _bulk(quick, list(range(ITEMS))),
        "file": _bulk(quick, "${ input.rows }", needs_file=True),
        "machine": _machine(quick, slow),
        "human": Kind(
            _row([("before", quick), ("ask", ask), ("after", slow)], {"ask": "approved"}),
            _first("before", "after"),
        ),
        "calling": Kind(
            _row([("call", call), ("after", quick)]), _first("after"), _first("step0", "step1")
        ),
    }


def _first(*nodes: str) -> list[str]:
    """The keys of the first visits."""
    return [f"{node}:1" for node in nodes]


def _row(steps: list[tuple[str, Json]], ports: dict[str, str] | None = None) -> Json:
    """start, the steps one after the other, finish; some are left through a port."""
    nodes = [("start", "start", {}), *((s, each["type"], each["config"]) for s, each in steps)]
    nodes.append(("finish", "end", {}))
    document = graph(nodes, [(a[0], b[0]) for a, b in zip(nodes, nodes[1:], strict=False)])
    for edge in document["edges"]:
        if edge["source"] in (ports or {}):
            edge["source_port"] = (ports or {})[edge["source"]]
    return document


def _fan(quick: Json) -> Kind:
    branches = [f"branch{number}" for number in range(5)]
    document = graph(
        [("start", "start", {})]
        + [(branch, quick["type"], quick["config"]) for branch in branches]
        + [("joined", "transform", {"output": 1}), ("finish", "end", {})],
        [("start", branch) for branch in branches]
        + [(branch, "joined") for branch in branches]
        + [("joined", "finish")],
    )
    document["nodes"][-2]["join"] = {"mode": "all"}
    return Kind(document, _first(*branches))


def _pipeline(quick: Json, slow: Json) -> Kind:
    branches = [[{"id": "left", **quick}], [{"id": "right", **slow}, {"id": "right2", **quick}]]
    group = {"step": "parallel", "id": "both", "branches": branches}
    document = {
        "kind": "pipeline",
        "steps": [{"id": "begin", **quick}, group, {"id": "last", **slow}],
    }
    return Kind(document, _first("begin", "left", "right", "right2", "last"))


def _saga(quick: Json, slow: Json) -> Kind:
    fails = {"type": "transform", "config": {"output": "${ input.missing }"}}
    document = {
        "kind": "saga",
        "steps": [
            {"id": "reserve", "action": quick, "compensation": slow},
            {"id": "charge", "action": slow, "compensation": quick},
            {"id": "ship", "action": fails, "step": "pivot"},
        ],
    }
    undone = _first("reserve", "charge", "_undo_charge", "_undo_reserve")
    return Kind(document, undone, status="compensated")


def _bulk(quick: Json, items: Any, *, needs_file: bool = False) -> Kind:
    document = {
        "kind": "bulk",
        "items": items,
        "processor": quick,
        "batch_size": 4,
        "max_concurrency": 2,
    }
    if needs_file:
        document["input_schema"] = {"type": "object", "properties": {"rows": {}}}
    keys = [f"items:1:{index}" for index in range(ITEMS)]
    return Kind(document, keys, needs_file=needs_file)


def _machine(quick: Json, slow: Json) -> Kind:
    document = machine(
        state("pending", on("pay", "paid")),
        state("paid", on("pack", "packed"), entry=[{"id": "charge", **slow}]),
        state("packed", on("ship", "shipped"), entry=[{"id": "fetch", **quick}]),
        final("shipped"),
    )
    events = [("pay", "pending"), ("pack", "paid"), ("ship", "packed")]
    return Kind(document, _first("charge", "fetch"), events=events)
