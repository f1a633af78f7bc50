"""Joins that wait for ways which exclude each other.

For each edge the analysis keeps the choices that must have been made for it to be taken: for a step
with exclusive ways out, the set of ways that lead here. Behind a join of all ways the choices are
intersected, behind any other join they are united and kept only where every way knows them. A join
of all ways for which a choice is left with the empty set can never complete. What is found is
certain; some conflicts that depend on combinations of choices are not found. Time is linear in
edges times the exclusive steps before them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from workflows_app.core import graph_shape
from workflows_app.core.builtin_schemas import OTHERWISE_PORT
from workflows_app.core.document import Edge
from workflows_app.core.problems import Problem
from workflows_app.core.validate_graph import Drawing

Choices = Mapping[str, frozenset[str]]
"""For each exclusive step the alternatives that lead here."""

NOTHING: Choices = {}


def check_joins(drawing: Drawing) -> Iterator[Problem]:
    """Find strict joins that can never complete. Cycles without loops are left out."""
    incoming: defaultdict[str, list[Edge]] = defaultdict(list)
    outgoing: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in drawing.edges:
        if not edge.loop:
            incoming[edge.target].append(edge)
            outgoing[edge.source].append(edge)
    strict = [
        node.id
        for node in drawing.nodes.values()
        if node.join.mode == "all" and len(incoming[node.id]) > 1
    ]
    if not strict:
        return
    back = graph_shape.reversed_links(drawing.forward)
    relevant = graph_shape.reachable(back, strict)
    bodies = _loop_bodies(drawing, back)
    exclusive = {node for node in relevant if _is_exclusive(drawing, node, outgoing[node])}
    choices: dict[str, Choices] = {}
    for node_id in graph_shape.topological_order(drawing.forward):
        if node_id not in relevant:
            continue
        arriving = [
            _behind(drawing, edge, choices.get(edge.source, NOTHING), exclusive)
            for edge in incoming[node_id]
        ]
        if drawing.nodes[node_id].join.mode == "all":
            merged = _all_of(arriving)
            conflicts = [
                split
                for split, ways in merged.items()
                if not ways and all(node_id in body for body in bodies if split in body)
            ]
            if conflicts:
                yield _conflict(drawing, conflicts[-1], node_id)
            choices[node_id] = {split: ways for split, ways in merged.items() if ways}
        else:
            choices[node_id] = _any_of(arriving)


def _is_exclusive(drawing: Drawing, node_id: str, edges: Sequence[Edge]) -> bool:
    return len({_alternative(drawing, edge) for edge in edges}) > 1


def _alternative(drawing: Drawing, edge: Edge) -> str:
    """Return which of the exclusive outcomes of its source an edge stands for."""
    node = drawing.nodes[edge.source]
    if node.type == "gate" and node.config.get("mode") == "every":
        return OTHERWISE_PORT if edge.source_port == OTHERWISE_PORT else "some"
    if node.type in ("gate", "human"):
        return edge.source_port
    port = drawing.ports.get(edge.source, {}).get(edge.source_port)
    return port.kind if port is not None else "normal"


def _behind(drawing: Drawing, edge: Edge, before: Choices, exclusive: set[str]) -> Choices:
    if edge.source not in exclusive:
        return before
    return {**before, edge.source: frozenset({_alternative(drawing, edge)})}


def _all_of(arriving: Sequence[Choices]) -> Choices:
    merged: dict[str, frozenset[str]] = {}
    for choices in arriving:
        for split, ways in choices.items():
            merged[split] = merged[split] & ways if split in merged else ways
    return merged


def _any_of(arriving: Sequence[Choices]) -> Choices:
    if len(arriving) <= 1:
        return arriving[0] if arriving else NOTHING
    smallest = min(arriving, key=len)
    return {
        split: frozenset().union(*(choices[split] for choices in arriving))
        for split in smallest
        if all(split in choices for choices in arriving)
    }


def _loop_bodies(drawing: Drawing, back: graph_shape.Links) -> list[set[str]]:
    """Return for each loop edge the nodes that it repeats.

    A step may choose differently in each turn, and all its choices may reach a join behind it.
    """
    return [
        graph_shape.reachable(drawing.forward, [edge.target])
        & graph_shape.reachable(back, [edge.source])
        for edge in drawing.edges
        if edge.loop
    ]


def _conflict(drawing: Drawing, split: str, join: str) -> Problem:
    return Problem(
        code="join_never_completes",
        message=f"“{drawing.title(join)}” waits for all ways, but “{drawing.title(split)}” takes "
        "only one of those that lead to it.",
        hint="Let it wait for the ways that are under way (“active”), or split without a choice.",
        node_id=join,
        field="join.mode",
        related=(split, join),
    )
