"""Expressions that read from a step which cannot have run before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows_app.core import graph_shape
from workflows_app.core.expressions import references_of_config
from workflows_app.core.problems import Problem
from workflows_app.core.validate_graph import Drawing


def check_references(drawing: Drawing) -> Iterator[Problem]:
    """Find references to steps that lie on no way to the step that names them.

    Such a value would always be null, or depend on the speed of parallel ways, so this is an error.
    Within a loop every step of the body counts as earlier, the step itself included.
    """
    wanted: dict[str, frozenset[str]] = {}
    for node_id, spec in drawing.specs.items():
        config = drawing.nodes[node_id].config
        named = references_of_config(config, spec.literal_fields) & drawing.nodes.keys()
        if named:
            wanted[node_id] = named
    if not wanted:
        return
    earlier = _earlier(drawing)
    position = {node: index for index, node in enumerate(drawing.nodes)}
    for node_id, named in wanted.items():
        for other in sorted(named):
            if not earlier[node_id] >> position[other] & 1:
                itself = other == node_id
                yield Problem(
                    code="reference_not_upstream",
                    message=f"“{drawing.title(node_id)}” reads from "
                    + (
                        "itself."
                        if itself
                        else f"“{drawing.title(other)}”, which does not run before it."
                    ),
                    hint="Read from a step on the way to this one, or connect the two.",
                    node_id=node_id,
                    field="config",
                    related=(other,),
                )


def _earlier(drawing: Drawing) -> Mapping[str, int]:
    """Return for each node the set of nodes that may run before it, as the bits of a number."""
    links = graph_shape.links_of(drawing.nodes, ((e.source, e.target) for e in drawing.edges))
    position = {node: index for index, node in enumerate(drawing.nodes)}
    parts = graph_shape.strong_components(links)
    part_of = {node: number for number, part in enumerate(parts) for node in part}
    members = [sum(1 << position[node] for node in part) for part in parts]
    between = graph_shape.links_of(
        (str(number) for number in range(len(parts))),
        {
            (str(part_of[edge.source]), str(part_of[edge.target])): None
            for edge in drawing.edges
            if part_of[edge.source] != part_of[edge.target]
        },
    )
    before = [0] * len(parts)
    for name in graph_shape.topological_order(between):
        number = int(name)
        for following in between[name]:
            before[int(following)] |= before[number] | members[number]
    is_cycle = [len(part) > 1 or part[0] in links[part[0]] for part in parts]
    return {
        node: before[number] | (members[number] if is_cycle[number] else 0)
        for node, number in part_of.items()
    }
