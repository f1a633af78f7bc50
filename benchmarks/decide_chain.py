"""Does deciding a step cost more because the run is long? Time per step of 1,000 nodes over 10.

The bar is a ratio of at most 1.3.
"""

from __future__ import annotations

import json
import time

from workflows_app.core.builtin_types import BUILTIN_TYPES
from workflows_app.core.compile import compile_document
from workflows_app.core.decide import decide
from workflows_app.core.document import GraphDocument
from workflows_app.core.events import NodeCompleted, RunStarted
from workflows_app.core.plan import Plan
from workflows_app.core.state import RunState, RunStatus

CATALOG = {spec.name: spec for spec in BUILTIN_TYPES}
SHORT, LONG = 10, 1_000
STEPS_PER_SAMPLE = 2_000


def chain(length: int) -> Plan:
    """A plan of that many nodes in one line."""
    ids = ["start", *(f"step{number}" for number in range(length - 2)), "finish"]
    types = ["start", *(["transform"] * (length - 2)), "end"]
    document = GraphDocument.model_validate(
        {
            "kind": "graph",
            "nodes": [
                {"id": node, "type": kind, "config": {"output": 1} if kind == "transform" else {}}
                for node, kind in zip(ids, types, strict=True)
            ],
            "edges": [
                {"id": f"e{number}", "source": source, "target": target}
                for number, (source, target) in enumerate(zip(ids, ids[1:], strict=False))
            ],
        }
    )
    return compile_document(document, CATALOG)


def run_through(plan: Plan) -> int:
    """Decide a whole run; returns its steps."""
    state = decide(plan, RunState(), RunStarted(0.0)).state
    steps = 0
    while state.status is RunStatus.RUNNING:
        active = next(iter(state.active.values()))
        event = NodeCompleted(active.node, active.visit, active.attempt, 0.0)
        state = decide(plan, state, event).state
        steps += 1
    return steps


def seconds_per_step(plan: Plan, *, samples: int = 7) -> float:
    """The best of several samples: noise only ever adds."""
    best = float("inf")
    for _ in range(samples):
        steps = 0
        started = time.perf_counter()
        while steps < STEPS_PER_SAMPLE:
            steps += run_through(plan)
        best = min(best, (time.perf_counter() - started) / steps)
    return best


def measure() -> dict[str, float]:
    """Microseconds per step of both chains, and their ratio."""
    short, long = seconds_per_step(chain(SHORT)), seconds_per_step(chain(LONG))
    return {
        "short_us": round(short * 1e6, 2),
        "long_us": round(long * 1e6, 2),
        "ratio": round(long / short, 3),
    }


def main() -> None:
    """Print the figures as JSON."""
    print(json.dumps({"benchmark": "decide_chain", **measure()}))


if __name__ == "__main__":
    main()
