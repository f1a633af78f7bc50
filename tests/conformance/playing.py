"""Playing a scenario on a run, and comparing what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from tests.conformance.pattern import (
    Add,
    Begin,
    Cancel,
    Decide,
    Finish,
    FinishLate,
    Move,
    Pass,
    Pattern,
    Scenario,
    Sees,
    Signal,
)

Visit = tuple[str, int]


class Run(Protocol):
    """A run of a drawing, in memory or on the engine. What needs nobody happens by itself."""

    def finish(self, visit: Visit, output: Any) -> None:
        """A worker ends the visit."""

    def begin(self, visit: Visit) -> None:
        """A worker begins the visit."""

    def finish_late(self, visit: Visit) -> None:
        """A worker reports a visit that is over."""

    def add(self, node: str, items: Sequence[Any]) -> None:
        """A map node gets further items."""

    def signal(self, name: str) -> None:
        """A message arrives."""

    def decide(self, visit: Visit, outcome: str) -> None:
        """A person answers."""

    def pass_time(self, seconds: float) -> None:
        """Time goes by, and what is due happens."""

    def cancel(self) -> None:
        """Somebody cancels the run."""

    def under_way(self) -> list[Visit]:
        """Visits that somebody works on or may begin; not those that are held back."""

    def journal(self) -> list[tuple[str, str, int]]:
        """Type, node and visit of each entry."""

    def status(self) -> str:
        """The run's status."""


def play(pattern: Pattern, scenario: Scenario, run: Run) -> None:
    """Let the scenario happen.

    Raises:
        AssertionError: Something came out otherwise than told.
    """
    for number, move in enumerate(scenario.moves, start=1):
        before = len(run.journal())
        _make(run, move, f"move {number} of “{scenario.title}”")
        if isinstance(move, FinishLate):
            assert len(run.journal()) == before, f"the late result of {move.node} counted"
    ours = _nodes_told(pattern)
    assert _of(run, "node.succeeded", ours) == scenario.ran.split()
    assert sorted(_of(run, "node.cancelled", ours)) == sorted(scenario.cancelled.split())
    assert sorted(_of(run, "node.skipped", ours)) == sorted(scenario.skipped.split())
    assert run.status() == scenario.status


def _make(run: Run, move: Move, where: str) -> None:
    match move:
        case Finish(node, output, visit):
            run.finish((node, visit) if visit else _oldest(run, node, where), output)
        case Begin(node):
            run.begin(_oldest(run, node, where))
        case FinishLate(node):
            run.finish_late(_last_withdrawn(run, node))
        case Add(node, items):
            run.add(node, items)
        case Signal(name):
            run.signal(name)
        case Decide(node, outcome):
            run.decide(_oldest(run, node, where), outcome)
        case Pass(seconds):
            run.pass_time(seconds)
        case Cancel():
            run.cancel()
        case Sees(nodes):
            seen = sorted(node for node, _ in run.under_way())
            assert seen == sorted(nodes.split()), where


def _oldest(run: Run, node: str, where: str) -> Visit:
    visits = sorted(visit for visit in run.under_way() if visit[0] == node)
    assert visits, f"{node} is not under way at {where}"
    return visits[0]


def _last_withdrawn(run: Run, node: str) -> Visit:
    """The visit that the journal tells last; of the items of a map node it tells none."""
    entries = reversed(run.journal())
    told = ((n, visit) for type_, n, visit in entries if (type_, n) == ("node.cancelled", node))
    return next(told, (node, 0))


def _nodes_told(pattern: Pattern) -> set[str]:
    return {
        node["id"]
        for node in pattern.drawing.document()["nodes"]
        if node["type"] not in {"start", "end", "gate"}
    }


def _of(run: Run, type_: str, nodes: Iterable[str]) -> list[str]:
    return [node for kind, node, _ in run.journal() if kind == type_ and node in nodes]
