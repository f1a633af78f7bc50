"""Named points in the engine at which a test can stop it, so that races repeat.

Outside of tests nothing is registered and reaching a point costs one look into an empty dict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

RUN_LOCKED = "run locked"
"""A step holds the run's lock and has drained its inbox."""

STEP_COMMITTED = "step committed"
"""A step has committed and not yet looked for reports that came in the meantime."""

RESULTS_STORED = "results stored"
"""A worker has left results and reports, and not yet tried the run's lock."""

NODES_CLAIMED = "nodes claimed"
"""A worker has leased nodes and not begun any."""

NODE_EXECUTED = "node executed"
"""A node has run, and nothing of it is written."""

AGENT_STEP_BEGUN = "agent step begun"
"""A step of an agent is written as begun, and nothing of it is done."""

AGENT_STEP_FINISHED = "agent step finished"
"""A step of an agent is written as finished, and the next one not begun."""

TIMERS_FIRED = "timers fired"
"""A sweep has turned due timers into reports, and not yet advanced their runs."""

BATCHES_WRITTEN = "batches written"
"""A worker has read items of a bulk and committed their batches, and not yet read on."""

BATCH_CLAIMED = "batch claimed"
"""A worker has leased a batch and not begun it."""

BATCH_EXECUTED = "batch executed"
"""A worker's turn with a batch is over, and nothing of it is written."""

_actions: dict[str, Callable[[], None]] = {}


def reach(point: str) -> None:
    """Do what a test wants done at this point."""
    if _actions:
        action = _actions.get(point)
        if action is not None:
            action()


@contextmanager
def at(point: str, action: Callable[[], None]) -> Iterator[None]:
    """Do `action` whenever the point is reached, in the thread that reaches it."""
    _actions[point] = action
    try:
        yield
    finally:
        del _actions[point]
