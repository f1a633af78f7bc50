"""The bodies of loops, and which of them an edge leaves.

The body of a loop edge is every node on a forward path from its target to its source. Loops nest
when one body lies within another. A dead edge out of a body waits for the loop's own gate: as long
as the loop turns, the edge may still be taken. Inner loops end before the loops around them.

A body may be entered beside the loop's target. Such an entrance brings its arrival once, while the
nodes in the body expect one in every turn, so that each further turn counts it as dead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Edge(Protocol):
    """What an edge must tell."""

    @property
    def index(self) -> int:
        """Its position among all edges."""

    @property
    def source(self) -> str:
        """Where it comes from."""

    @property
    def source_port(self) -> str:
        """The output that it leaves from."""

    @property
    def target(self) -> str:
        """Where it leads."""

    @property
    def is_loop(self) -> bool:
        """True when it closes a circle."""


@dataclass(frozen=True, slots=True)
class LoopNesting:
    """How loops nest. All numbers are edge indexes."""

    innermost_first: tuple[int, ...] = ()
    """The loop edges by the size of their bodies."""
    left_by: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """For each forward edge that leaves loop bodies: their loop edges, innermost first."""
    entered_beside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """For each loop edge whose body has other entrances than its target: their forward edges."""


def nesting_of(edges: Sequence[Edge]) -> LoopNesting:
    """The nesting of a graph's loops, in time linear in the edges for each loop edge."""
    forward: dict[str, list[str]] = {}
    backward: dict[str, list[str]] = {}
    for edge in edges:
        if not edge.is_loop:
            forward.setdefault(edge.source, []).append(edge.target)
            backward.setdefault(edge.target, []).append(edge.source)
    bodies = {
        edge.index: _reachable(forward, edge.target) & _reachable(backward, edge.source)
        for edge in edges
        if edge.is_loop
    }
    innermost_first = tuple(sorted(bodies, key=lambda index: (len(bodies[index]), index)))
    left: dict[int, tuple[int, ...]] = {}
    for edge in edges if bodies else ():
        if not edge.is_loop:
            loops = tuple(
                index
                for index in innermost_first
                if edge.source in bodies[index] and edge.target not in bodies[index]
            )
            if loops:
                left[edge.index] = loops
    beside = {
        loop.index: tuple(
            edge.index
            for edge in edges
            if not edge.is_loop
            and edge.source not in bodies[loop.index]
            and edge.target in bodies[loop.index] - {loop.target}
        )
        for loop in edges
        if loop.is_loop
    }
    return LoopNesting(innermost_first, left, {k: found for k, found in beside.items() if found})


@dataclass(frozen=True, slots=True)
class LoopExits:
    """Edges out of loop bodies, as the turns so far left them. All numbers are edge indexes."""

    withheld: tuple[tuple[int, int], ...] = ()
    """(loop, edge): not taken in this turn. Forgotten when the loop is taken, dead when it ends."""
    taken: tuple[int, ...] = ()
    """Taken in any turn; they never die."""


def resolve_dead_edges(
    nesting: LoopNesting, exits: LoopExits, outgoing: Sequence[Edge], ports: Sequence[str]
) -> tuple[LoopExits, list[int]]:
    """What becomes of the edges that a node does not take when it leaves by `ports`.

    Returns:
        The exits after it, and the indexes of the edges that die now.
    """
    live = [edge for edge in outgoing if edge.source_port in ports]
    taken_loops = {edge.index for edge in live if edge.is_loop}
    ended_loops = _ended_loops(nesting, outgoing, taken_loops)
    new_exits = (e.index for e in live if e.index in nesting.left_by)
    taken = tuple(dict.fromkeys((*exits.taken, *new_exits)))
    dying = [e.index for e in outgoing if not e.is_loop and e.source_port not in ports]
    dying += [edge for loop, edge in exits.withheld if loop in ended_loops]
    decided = taken_loops | ended_loops
    withheld = [pair for pair in exits.withheld if pair[0] not in decided]
    dead: list[int] = []
    for edge in dying:
        if edge in taken:
            continue
        loops = (loop for loop in nesting.left_by.get(edge, ()) if loop not in ended_loops)
        loop = next(loops, None)
        if loop is None:
            dead.append(edge)
        elif loop not in taken_loops and (loop, edge) not in withheld:
            withheld.append((loop, edge))
    return LoopExits(tuple(withheld), taken), dead


def _ended_loops(nesting: LoopNesting, outgoing: Sequence[Edge], taken: set[int]) -> set[int]:
    """The node's loops that will not turn again: all, or those within the one it takes."""
    ended: set[int] = set()
    own = {edge.index for edge in outgoing if edge.is_loop}
    for index in nesting.innermost_first if own else ():
        if index in taken:
            break
        if index in own:
            ended.add(index)
    return ended


def _reachable(links: Mapping[str, Iterable[str]], start: str) -> set[str]:
    seen = {start}
    pending = [start]
    while pending:
        for target in links.get(pending.pop(), ()):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return seen
