"""The runner in memory: graphs, pipelines and machines in one process, with all checks on.

A process of its own, like the peer's:

    python -m benchmarks.in_memory graph --runs 200     prints one line of JSON
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks import goals
from benchmarks.contenders import LEXIGRAM
from benchmarks.rounds import Figures, Round
from tests.support.process import ROOT
from workflows_app.sdk import (
    AbstractWorkflowNode,
    Pipeline,
    StateMachine,
    WorkflowBuilder,
    WorkflowEngine,
    step,
)


class Noop(AbstractWorkflowNode):
    """A node."""

    async def execute(self, state: Mapping[str, Any]) -> dict[str, int]:
        """Adds a number to the state."""
        return {self.name: 1}


async def noop(context: Mapping[str, Any]) -> int:
    """A step of a pipeline."""
    return 1


async def measure_graph(runs: int, size: int) -> float:
    """Runs of a line of nodes."""
    names = [f"node{number}" for number in range(size)]
    builder = WorkflowBuilder()
    for name in names:
        builder.add_node(Noop(name))
    for source, target in zip(names, names[1:], strict=False):
        builder.add_edge(source, target)
    engine = WorkflowEngine(builder.build())
    await engine.execute()
    began = time.perf_counter()
    for _ in range(runs):
        done = (await engine.execute()).unwrap()
        if len(done.path) != size + 2:
            raise RuntimeError(f"A run took {len(done.path)} nodes.")
    return time.perf_counter() - began


async def measure_pipeline(runs: int, size: int) -> float:
    """Runs of a pipeline."""
    pipeline = Pipeline([step(name=f"step{number}")(noop) for number in range(size)])
    await pipeline.execute()
    began = time.perf_counter()
    for _ in range(runs):
        if await pipeline.execute() != 1:
            raise RuntimeError("A run lost a result.")
    return time.perf_counter() - began


async def measure_machine(runs: int, size: int) -> float:
    """Transitions of machines, `size` of each."""
    ways = {"off": {"flip": "on"}, "on": {"flip": "off"}}
    began = time.perf_counter()
    for _ in range(runs):
        machine = StateMachine(initial="off", transitions=ways)
        for _ in range(size):
            await machine.transition("flip")
        if machine.state != ("on" if size % 2 else "off"):
            raise RuntimeError("A machine lost an event.")
    return time.perf_counter() - began


WORKS = {"graph": measure_graph, "pipeline": measure_pipeline, "machine": measure_machine}


RUNS = {"graph": 200, "pipeline": 400, "machine": 400}
SIZE = 10


def play(turn: Round) -> None:
    """Each work here and there, one behind the other."""
    LEXIGRAM.prepare()
    LEXIGRAM.start(turn.servers, turn.directory / LEXIGRAM.name)
    for work, theirs in LEXIGRAM.works.items():
        if work in WORKS:
            turn.note(goals.MEMORY, work, partial(_measure, work))
        rate = partial(LEXIGRAM.measure, work)
        # Runs a second of graphs and pipelines, as here; transitions of machines.
        per_run = 1 if "machine" in work else theirs.size
        turn.note(LEXIGRAM.name, work, partial(_per_run, rate, per_run))


def _measure(work: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.in_memory", work, "--runs", str(RUNS[work])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds = json.loads(done.stdout)["seconds"]
    count = RUNS[work] * (SIZE if work == "machine" else 1)
    return {"seconds": seconds, "per_s": count / seconds}


def _per_run(measure: partial[Figures], size: int) -> Figures:
    figures = measure()
    return {**figures, "per_s": figures["per_s"] / size}


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=SIZE)
    asked = parser.parse_args()
    seconds = asyncio.run(WORKS[asked.work](asked.runs, asked.size))
    print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
