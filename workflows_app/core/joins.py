"""When the arrivals at a node that joins paths are enough."""

from __future__ import annotations

from dataclasses import replace

from workflows_app.core.plan import JoinMode, PlanNode
from workflows_app.core.state import JoinRound


def receive(
    node: PlanNode, rounds: tuple[JoinRound, ...], edge_index: int, is_live: bool
) -> tuple[tuple[JoinRound, ...], list[bool]]:
    """Work an arrival into the rounds of a node with several incoming edges.

    Returns:
        The rounds after it, and what becomes of the node, in order: True where it starts, False
        where it is skipped.
    """
    verdicts = [True] if is_live and node.join.mode is JoinMode.EACH else []
    rounds = _with_arrival(rounds, edge_index, is_live)
    while rounds:
        first = rounds[0]
        if not first.is_fired and _is_satisfied(node, first):
            rounds = (replace(first, is_fired=True), *rounds[1:])
            verdicts.append(True)
        elif len(first.live) + len(first.dead) == len(node.incoming):
            if not first.is_fired and not _has_started_each(node, first):
                verdicts.append(False)
            rounds = rounds[1:]
        else:
            break
    return rounds, verdicts


def without_live(candidate: JoinRound) -> JoinRound:
    """The round once the arrivals that wait in it are withdrawn; one that has fired stays."""
    if candidate.is_fired:
        return candidate
    return JoinRound(dead=(*candidate.dead, *candidate.live))


def _with_arrival(
    rounds: tuple[JoinRound, ...], edge_index: int, is_live: bool
) -> tuple[JoinRound, ...]:
    """The rounds after an arrival, which goes to the first round that its edge is missing from."""
    for position, candidate in enumerate(rounds):
        if edge_index not in candidate.live and edge_index not in candidate.dead:
            return (
                *rounds[:position],
                _added(candidate, edge_index, is_live),
                *rounds[position + 1 :],
            )
    return (*rounds, _added(JoinRound(), edge_index, is_live))


def _is_satisfied(node: PlanNode, candidate: JoinRound) -> bool:
    """True when the node may start."""
    match node.join.mode:
        case JoinMode.ANY:
            return bool(candidate.live)
        case JoinMode.COUNT:
            return len(candidate.live) >= node.join.count
        case JoinMode.ALL:
            return len(candidate.live) == len(node.incoming)
        case JoinMode.ACTIVE:
            is_complete = len(candidate.live) + len(candidate.dead) == len(node.incoming)
            return bool(candidate.live) and is_complete
        case JoinMode.EACH:
            return False  # It waits for nothing: every live arrival has started it already.


def _has_started_each(node: PlanNode, candidate: JoinRound) -> bool:
    return node.join.mode is JoinMode.EACH and bool(candidate.live)


def _added(candidate: JoinRound, edge_index: int, is_live: bool) -> JoinRound:
    if is_live:
        return replace(candidate, live=(*candidate.live, edge_index))
    return replace(candidate, dead=(*candidate.dead, edge_index))
