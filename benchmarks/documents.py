"""The workflows that are measured."""

from __future__ import annotations

from typing import Any


def chain(steps: int, task: str = "bench.noop") -> dict[str, Any]:
    """So many tasks, one after the other."""
    return _line([(f"step{number}", f"task:{task}", {}) for number in range(steps)])


def pure(steps: int) -> dict[str, Any]:
    """So many transforms: the engine carries them out itself."""
    return _line(
        [(f"step{number}", "transform", {"output": "${ 1 + 1 }"}) for number in range(steps)]
    )


def fan_out(branches: int) -> dict[str, Any]:
    """Tasks side by side, and a join of all."""
    tasks = [f"branch{number}" for number in range(branches)]
    nodes = [
        {"id": "start", "type": "start", "config": {}},
        *({"id": task, "type": "task:bench.noop", "config": {}} for task in tasks),
        {
            "id": "joined",
            "type": "transform",
            "config": {"output": branches},
            "join": {"mode": "all"},
        },
        {"id": "finish", "type": "end", "config": {}},
    ]
    pairs = [
        *(("start", task) for task in tasks),
        *((task, "joined") for task in tasks),
        ("joined", "finish"),
    ]
    return {"format": 1, "kind": "graph", "nodes": nodes, "edges": [_edge(*pair) for pair in pairs]}


def bulk(size: int, concurrency: int = 8) -> dict[str, Any]:
    """One task over many items."""
    return {
        "format": 1,
        "kind": "bulk",
        "items": "${ input.rows }",
        "processor": {"type": "task:bench.count_words", "config": {"text": "${ item.text }"}},
        "batch_size": size,
        "max_concurrency": concurrency,
    }


def machine() -> dict[str, Any]:
    """Two states, and an event that leads from each to the other."""
    there, back = ("off", "on"), ("on", "off")
    states = [
        {"id": here, "transitions": [{"id": f"from_{here}", "event": "flip", "targets": [other]}]}
        for here, other in (there, back)
    ]
    return {"format": 1, "kind": "state_machine", "initial": "off", "states": states}


def _line(nodes: list[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    row = [("start", "start", {}), *nodes, ("finish", "end", {})]
    return {
        "format": 1,
        "kind": "graph",
        "nodes": [{"id": id_, "type": type_, "config": config} for id_, type_, config in row],
        "edges": [_edge(a[0], b[0]) for a, b in zip(row, row[1:], strict=False)],
    }


def _edge(source: str, target: str) -> dict[str, str]:
    return {"id": f"{source}.{target}", "source": source, "source_port": "out", "target": target}
