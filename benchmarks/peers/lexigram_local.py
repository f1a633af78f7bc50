"""lexigram-workflow in memory: a graph, a pipeline and a state machine that do nothing.

It has nothing durable to measure. Its log is filtered at `warning`; as it comes it writes several
lines a node, which is what works with `logged_` before their names measure.

    python lexigram_local.py graph --runs 200     prints one line of JSON
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time

import structlog
from lexigram.primitives.pipeline import PipelineContext
from lexigram.result import Ok
from lexigram.workflow.graph.builder import WorkflowBuilder
from lexigram.workflow.graph.node import AbstractWorkflowNode
from lexigram.workflow.pipeline.executor import Pipeline
from lexigram.workflow.pipeline.steps import FunctionStep
from lexigram.workflow.state import State, StateMachine, Transition


class Noop(AbstractWorkflowNode):
    """A node."""

    async def execute(self, state):
        """Adds a number to the state."""
        return {self.name: 1}


async def step(context):
    """A step of a pipeline."""
    return Ok(1)


async def measure_graph(runs: int, size: int) -> float:
    """Runs of a line of nodes."""
    names = [f"node{number}" for number in range(size)]
    builder = WorkflowBuilder("bench")
    for name in names:
        builder.add_node(name, node=Noop(name))
    for source, target in zip(names, names[1:], strict=False):
        builder.add_edge(source, target)
    engine = builder.set_entry(names[0]).set_terminal(names[-1]).build()
    await engine.execute("")
    began = time.perf_counter()
    for _ in range(runs):
        done = (await engine.execute("")).unwrap()
        if done.iterations != size:
            raise RuntimeError(f"A run took {done.iterations} nodes.")
    return time.perf_counter() - began


async def measure_pipeline(runs: int, size: int) -> float:
    """Runs of a pipeline."""
    pipeline = Pipeline("bench", [FunctionStep(f"step{number}", step) for number in range(size)])
    await pipeline.execute(PipelineContext("bench"))
    began = time.perf_counter()
    for _ in range(runs):
        context = (await pipeline.execute(PipelineContext("bench"))).unwrap()
        if context.get_step_result(f"step{size - 1}") != 1:
            raise RuntimeError("A run lost a result.")
    return time.perf_counter() - began


async def measure_machine(runs: int, size: int) -> float:
    """Transitions of machines, `size` of each."""
    states = [
        State("off", {"flip": Transition("flip", "on")}),
        State("on", {"flip": Transition("flip", "off")}),
    ]
    began = time.perf_counter()
    for _ in range(runs):
        machine = StateMachine(states, "off")
        for _ in range(size):
            await machine.transition("flip")
        if machine.version != size:
            raise RuntimeError("A machine lost an event.")
    return time.perf_counter() - began


def main() -> None:
    """Measure one thing."""
    works = {"graph": measure_graph, "pipeline": measure_pipeline, "machine": measure_machine}
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=[*works, *(f"logged_{work}" for work in works)])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=10)
    asked = parser.parse_args()
    if not asked.work.startswith("logged_"):
        level = structlog.make_filtering_bound_logger(logging.WARNING)
        structlog.configure(wrapper_class=level)
    work = works[asked.work.removeprefix("logged_")]
    seconds = asyncio.run(work(asked.runs, asked.size))
    print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
