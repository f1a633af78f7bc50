"""How long a fan-out with a join takes, from the start of the run to its end, on both stacks.

Embedded: one process on SQLite. Production: PostgreSQL, Redis, one web and two worker processes.
Each branch is a Python task that does next to nothing, so that the figure is the engine's own.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.accounts import ANN
from tests.support.embedded import EmbeddedServer, MigratedDatabase
from tests.support.person import Person
from tests.support.production import ProductionServers
from tests.support.traces import graph

BRANCHES = (100, 1_000)
ROUNDS = 3


def fan_out(branches: int) -> dict[str, Any]:
    """start, that many tasks side by side, a join of all, finish."""
    tasks = [f"branch{number}" for number in range(branches)]
    document = graph(
        [("start", "start", {})]
        + [(task, "task:examples.count_words", {"text": "one two three"}) for task in tasks]
        + [("joined", "transform", {"output": branches}), ("finish", "end", {})],
        [("start", task) for task in tasks]
        + [(task, "joined") for task in tasks]
        + [("joined", "finish")],
    )
    document["nodes"][-2]["join"] = {"mode": "all"}
    return document


def seconds_of(run: dict[str, Any]) -> float:
    """From the creation of a run to its end."""
    begin, end = (datetime.fromisoformat(run[key]) for key in ("created_at", "finished_at"))
    return (end - begin).total_seconds()


def measure(url: str, stack: str) -> list[dict[str, Any]]:
    """Run each size several times on a running stack."""
    person = Person(url, ANN)
    figures = []
    for branches in BRANCHES:
        workflow = person.publish(f"Fan-out {branches}", fan_out(branches))
        runs = []
        for _ in range(ROUNDS + 1):
            run = person.wait_for_run(person.start(workflow), "succeeded", seconds=300)
            runs.append(seconds_of(run))
        # The first one compiles the plan in each process.
        median = statistics.median(runs[1:])
        figures.append(
            {
                "benchmark": "fan_out",
                "stack": stack,
                "branches": branches,
                "first_s": round(runs[0], 3),
                "median_s": round(median, 3),
                "branches_per_s": round(branches / median),
            }
        )
    person.close()
    return figures


def measure_embedded(directory: Path) -> list[dict[str, Any]]:
    """On SQLite."""
    MigratedDatabase(directory / "template").copy_to(directory / "var")
    server = EmbeddedServer(directory / "var").start()
    try:
        return measure(server.url, "embedded")
    finally:
        server.process.stop()


def measure_production(directory: Path) -> list[dict[str, Any]]:
    """On PostgreSQL and Redis."""
    servers = ProductionServers.start(directory / "servers")
    try:
        stack = servers.stack(directory / "stack").start(webs=1, workers=2)
        try:
            return measure(stack.webs[0].url, "production")
        finally:
            stack.stop()
    finally:
        servers.stop()


def main() -> None:
    """Print the figures as JSON, one line each."""
    with tempfile.TemporaryDirectory(prefix="flowdeck-benchmark-") as name:
        for figures in (measure_embedded(Path(name)), measure_production(Path(name))):
            for figure in figures:
                print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
