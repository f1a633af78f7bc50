"""Workflows whose steps leave traces, and reading these."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.process import wait_until

APP = "tests.support.probe"
"""For `FLOWDECK_APPS`."""


@dataclass(frozen=True)
class Trace:
    """A line that an execution left."""

    what: str
    pid: int
    run_id: str
    node_id: str
    attempt: int


def read_traces(file: Path) -> list[Trace]:
    """All lines so far."""
    if not file.exists():
        return []
    rows = (line.split() for line in file.read_text().splitlines())
    return [Trace(what, int(pid), run, node, int(n)) for what, pid, run, node, n in rows]


def executions(file: Path) -> Counter[tuple[str, str]]:
    """How often each node of each run was begun."""
    begun = (trace for trace in read_traces(file) if trace.what == "begin")
    return Counter((trace.run_id, trace.node_id) for trace in begun)


def wait_for_begin(file: Path, node_id: str, *, count: int = 1) -> Trace:
    """Wait until a node was begun that often; its last begin."""

    def begins() -> list[Trace]:
        found = read_traces(file)
        return [trace for trace in found if (trace.what, trace.node_id) == ("begin", node_id)]

    wait_until(lambda: len(begins()) >= count, what=f"begin {count} of {node_id}")
    return begins()[-1]


def gate_of(file: Path) -> Path:
    """While it is missing, held executions do not end."""
    return file.with_name(f"{file.name}.released")


def release(file: Path) -> None:
    """Let held executions end."""
    gate_of(file).touch()


def probe(file: Path, **config: Any) -> dict[str, Any]:
    """What runs in a step of a saga or for an item: `trace` with its config."""
    return {"type": "task:probe.trace", "config": {"file": str(file), **config}}


def chain(file: Path, *, steps: int, seconds: float = 0, held: str = "") -> dict[str, Any]:
    """start, `step1` … `stepN`, finish; each step takes that long, and one of them is held."""
    tasks = [f"step{number}" for number in range(1, steps + 1)]
    config = {"file": str(file), "seconds": seconds}
    return graph(
        [("start", "start", {})]
        + [(task, "task:probe.trace", {**config, "held": task == held}) for task in tasks]
        + [("finish", "end", {})],
        [("start", tasks[0]), *zip(tasks, tasks[1:], strict=False), (tasks[-1], "finish")],
    )


def fan_out(file: Path, *, branches: int, seconds: float) -> dict[str, Any]:
    """start, `branch1` … `branchN` side by side, a join of all, finish."""
    tasks = [f"branch{number}" for number in range(1, branches + 1)]
    config = {"file": str(file), "seconds": seconds}
    document = graph(
        [("start", "start", {})]
        + [(task, "task:probe.trace", config) for task in tasks]
        + [("joined", "transform", {"output": {"branches": branches}}), ("finish", "end", {})],
        [("start", task) for task in tasks]
        + [(task, "joined") for task in tasks]
        + [("joined", "finish")],
    )
    document["nodes"][-2]["join"] = {"mode": "all"}
    return document


def graph(
    nodes: list[tuple[str, str, dict[str, Any]]], edges: list[tuple[str, str]]
) -> dict[str, Any]:
    """A document from ids, types, configs, and pairs to connect."""
    return {
        "format": 1,
        "kind": "graph",
        "nodes": [{"id": node, "type": kind, "config": config} for node, kind, config in nodes],
        "edges": [
            {"id": f"e{number}", "source": source, "target": target}
            for number, (source, target) in enumerate(edges)
        ],
    }
