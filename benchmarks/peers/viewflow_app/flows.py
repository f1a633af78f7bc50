"""A flow of function nodes that do nothing."""

from __future__ import annotations

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.models import Process

SIZE = 10


def begin(activation):
    """The beginning."""
    return activation.process


def noop(activation) -> None:
    """A step."""


def _nodes() -> dict:
    """So many nodes, one after the other."""
    nodes = {"start": flow.StartHandle(begin).Next(this.n0)}
    for number in range(SIZE):
        following = f"n{number + 1}" if number + 1 < SIZE else "end"
        nodes[f"n{number}"] = flow.Function(noop).Next(getattr(this, following))
    return {**nodes, "end": flow.End()}


Chain = type(flow.Flow)(
    "Chain", (flow.Flow,), {"process_class": Process, "__module__": __name__, **_nodes()}
)
