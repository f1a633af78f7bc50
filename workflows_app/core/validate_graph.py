"""The shape of a graph: ids, connections, ways in and out, and loops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows_app.core import graph_shape
from workflows_app.core.builtin_types import completed_config
from workflows_app.core.document import Edge, GraphDocument, Node
from workflows_app.core.node_types import Catalog, NodeTypeSpec, Port
from workflows_app.core.problems import Problem, did_you_mean

MAX_NODES = 10_000
"""Nodes in one graph."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph with what the checks keep asking: sound edges by node, ports, and reachability."""

    nodes: Mapping[str, Node]
    """Nodes that run, by id; the first of several with one id."""
    specs: Mapping[str, NodeTypeSpec]
    """Types by node id; nodes of unknown types are missing here."""
    edges: Sequence[Edge]
    """Edges between nodes that run."""
    ports: Mapping[str, Mapping[str, Port]]
    """Output ports by node id; nodes of unknown types are missing here."""
    forward: Mapping[str, Sequence[str]]
    """Successors over all but loop edges."""

    @classmethod
    def of(cls, document: GraphDocument, catalog: Catalog) -> Drawing:
        """Prepare a graph for the checks."""
        nodes: dict[str, Node] = {}
        specs: dict[str, NodeTypeSpec] = {}
        ports: dict[str, dict[str, Port]] = {}
        for node in document.nodes:
            spec = catalog.get(node.type)
            if node.id in nodes or (spec is not None and spec.execution is None):
                continue
            nodes[node.id] = node
            if spec is not None:
                specs[node.id] = spec
                found = spec.ports_of(completed_config(node.type, node.config))
                own = ports.setdefault(node.id, {})
                for port in found:
                    own.setdefault(port.id, port)
        edges = [edge for edge in document.edges if edge.source in nodes and edge.target in nodes]
        pairs = ((edge.source, edge.target) for edge in edges if not edge.loop)
        return cls(nodes, specs, edges, ports, graph_shape.links_of(nodes, pairs))

    def title(self, node_id: str) -> str:
        """Return what people call the node."""
        node = self.nodes[node_id]
        spec = self.specs.get(node_id)
        return node.title or (spec.title if spec else "") or node_id


def check_ids(document: GraphDocument) -> Iterator[Problem]:
    """Find ids that stand twice."""
    for node_id, count in Counter(node.id for node in document.nodes).items():
        if count > 1:
            yield Problem(
                code="duplicate_id",
                message=f"{count} steps have the id “{node_id}”.",
                hint="Give each step its own id.",
                node_id=node_id,
                field="id",
            )
    for edge_id, count in Counter(edge.id for edge in document.edges).items():
        if count > 1:
            yield Problem(
                code="duplicate_id",
                message=f"{count} connections have the id “{edge_id}”.",
                hint="Give each connection its own id.",
                edge_id=edge_id,
                field="id",
            )


def check_types(document: GraphDocument, catalog: Catalog) -> Iterator[Problem]:
    """Find nodes of unknown types."""
    for node in document.nodes:
        if node.type not in catalog:
            yield unknown_type_problem(node.id, node.title, node.type, catalog)


def unknown_type_problem(node_id: str, title: str, type_name: str, catalog: Catalog) -> Problem:
    """Say that a type does not exist, and which one may have been meant."""
    near = did_you_mean(type_name, catalog)
    if near:
        hint = f"Did you mean “{near}”?"
    elif type_name.startswith("task:"):
        hint = "Is the app that registers this task installed?"
    else:
        hint = "Choose a type from the palette."
    return Problem(
        code="unknown_node_type",
        message=f"“{title or node_id}” is of the type “{type_name}”, which does not exist here.",
        hint=hint,
        node_id=node_id,
        field="type",
    )


def check_edges(document: GraphDocument, drawing: Drawing) -> Iterator[Problem]:
    """Find edges that begin or end where none can."""
    known = {node.id for node in document.nodes}
    for edge in document.edges:
        for field, end in (("source", edge.source), ("target", edge.target)):
            if end not in known:
                near = did_you_mean(end, known)
                yield Problem(
                    code="edge_to_unknown_node",
                    message=f"A connection {'begins' if field == 'source' else 'ends'} at "
                    f"“{end}”, which does not exist.",
                    hint=f"Did you mean “{near}”?" if near else "Delete the connection.",
                    edge_id=edge.id,
                    field=field,
                )
            elif end not in drawing.nodes:
                yield Problem(
                    code="edge_on_note",
                    message="A connection leads to or from a note, which never runs.",
                    hint="Delete the connection.",
                    edge_id=edge.id,
                    field=field,
                    related=(end,),
                )
        target = drawing.nodes.get(edge.target)
        if target is not None and target.type == "start":
            yield Problem(
                code="edge_into_start",
                message="A connection leads into the start.",
                hint="Lead it to the step behind the start.",
                edge_id=edge.id,
                field="target",
                related=(edge.target,),
            )
        source = drawing.nodes.get(edge.source)
        if source is not None and source.type == "end":
            yield Problem(
                code="edge_out_of_end",
                message="A connection leaves an end.",
                hint="Delete it, or use another step instead of the end.",
                edge_id=edge.id,
                field="source",
                related=(edge.source,),
            )
        elif edge.source in drawing.ports and edge.source_port not in drawing.ports[edge.source]:
            offered = list(drawing.ports[edge.source])
            near = did_you_mean(edge.source_port, offered)
            yield Problem(
                code="unknown_port",
                message=f"“{drawing.title(edge.source)}” has no way out named "
                f"“{edge.source_port}”.",
                hint=f"Did you mean “{near}”?" if near else f"It has: {', '.join(offered)}.",
                edge_id=edge.id,
                field="source_port",
                related=(edge.source,),
            )


def check_ways(drawing: Drawing) -> Iterator[Problem]:
    """Find missing starts and ends, steps that nothing reaches, and ways to nowhere."""
    starts = [node.id for node in drawing.nodes.values() if node.type == "start"]
    ends = [node.id for node in drawing.nodes.values() if node.type == "end"]
    if not starts:
        yield Problem("no_start", "There is no start.", "Add a start before the first step.")
    for extra in starts[1:]:
        yield Problem(
            code="multiple_starts",
            message="There is more than one start.",
            hint="Keep one, and delete the others.",
            node_id=extra,
            related=tuple(starts),
        )
    if not ends:
        yield Problem("no_end", "There is no end.", "Add an end behind the last step.")
    if starts:
        yield from _check_reachability(drawing, starts)
    leaving: defaultdict[str, set[str]] = defaultdict(set)
    for edge in drawing.edges:
        leaving[edge.source].add(edge.source_port)
    for node in drawing.nodes.values():
        if node.type == "end":
            continue
        if not leaving[node.id]:
            yield Problem(
                code="dead_end",
                message=f"Nothing follows “{drawing.title(node.id)}”.",
                hint="Connect it to the next step or to an end.",
                node_id=node.id,
            )
            continue
        for port in drawing.ports.get(node.id, {}).values():
            if port.kind == "normal" and port.id not in leaving[node.id]:
                yield Problem(
                    code="port_unwired",
                    message=f"The way “{port.label or port.id}” out of “{drawing.title(node.id)}” "
                    "leads nowhere.",
                    hint="Connect it to the next step or to an end.",
                    node_id=node.id,
                    field=f"ports.{port.id}",
                )
            elif (
                port.kind == "timeout" and port.id in leaving[node.id] and not node.timeout_seconds
            ):
                yield Problem(
                    code="timeout_port_without_timeout",
                    message=f"“{drawing.title(node.id)}” has a way for a timeout but no limit.",
                    hint="Set a time limit on the step.",
                    severity="warning",
                    node_id=node.id,
                    field="timeout_seconds",
                )


def _check_reachability(drawing: Drawing, starts: Sequence[str]) -> Iterator[Problem]:
    every = graph_shape.links_of(drawing.nodes, ((e.source, e.target) for e in drawing.edges))
    reached = graph_shape.reachable(every, starts)
    reached_forward = graph_shape.reachable(drawing.forward, starts)
    for node_id in drawing.nodes:
        if node_id not in reached:
            yield Problem(
                code="unreachable_node",
                message=f"“{drawing.title(node_id)}” can never run: no way leads to it.",
                hint="Connect it to a step that runs before, or delete it.",
                node_id=node_id,
            )
    for edge in drawing.edges:
        if edge.loop and edge.source in reached_forward and edge.target not in reached_forward:
            yield Problem(
                code="loop_to_side_path",
                message=f"The loop leads to “{drawing.title(edge.target)}”, which nothing else "
                "reaches.",
                hint="Connect the steps that run only when repeating as usual, and mark the last "
                "connection, the one that leads back to an earlier step, as the loop.",
                edge_id=edge.id,
                related=(edge.target,),
            )


def check_loops(drawing: Drawing) -> Iterator[Problem]:
    """Find cycles that no loop edge closes, and loop edges that close none."""
    for part in graph_shape.cycles(drawing.forward):
        members = set(part)
        closing = next(
            edge
            for edge in reversed(drawing.edges)
            if not edge.loop and edge.source in members and edge.target in members
        )
        yield Problem(
            code="cycle_without_loop",
            message="These steps lead back to themselves without a loop: "
            f"{', '.join(drawing.title(node) for node in part[:10])}.",
            hint="Mark the connection that leads back as a loop.",
            edge_id=closing.id,
            field="loop",
            related=tuple(part[:100]),
        )
    loops = [edge for edge in drawing.edges if edge.loop]
    if not loops:
        return
    back = graph_shape.reversed_links(drawing.forward)
    behind: dict[str, set[str]] = {}
    for edge in loops:
        if edge.target not in behind:
            behind[edge.target] = graph_shape.reachable(drawing.forward, [edge.target])
        if edge.source not in behind[edge.target]:
            yield Problem(
                code="loop_edge_without_cycle",
                message=f"A loop leads to “{drawing.title(edge.target)}”, from where no way leads "
                "back to where it leaves.",
                hint="Make it a normal connection, or lead it back to an earlier step.",
                edge_id=edge.id,
                field="loop",
                related=(edge.source, edge.target),
            )
        elif not _can_end(
            edge, drawing, behind[edge.target] & graph_shape.reachable(back, [edge.source])
        ):
            yield Problem(
                code="loop_without_way_out",
                message=f"The loop back to “{drawing.title(edge.target)}” can never end: no step "
                "in it chooses between going on and going round.",
                hint="Put a gate or a decision into the circle, with a branch that leads out.",
                edge_id=edge.id,
                field="loop",
                related=(edge.source, edge.target),
            )


def _can_end(loop: Edge, drawing: Drawing, body: set[str]) -> bool:
    """Tell whether a step of the loop's body has one port that stays and another that leaves.

    An error port is no way to end a loop.
    """
    staying: set[tuple[str, str]] = {(loop.source, loop.source_port)}
    leaving: set[tuple[str, str]] = set()
    for edge in drawing.edges:
        if edge.source in body and edge is not loop and not edge.loop:
            ports = staying if edge.target in body else leaving
            if edge.source_port != "error":
                ports.add((edge.source, edge.source_port))
    return any(
        source == other and port != other_port
        for source, port in leaving
        for other, other_port in staying
    )


def check_join_counts(drawing: Drawing) -> Iterator[Problem]:
    """Find joins that wait for more ways than lead to them."""
    incoming = Counter(edge.target for edge in drawing.edges if not edge.loop)
    for node in drawing.nodes.values():
        if node.join.mode != "count":
            continue
        if node.join.count is None:
            yield Problem(
                code="join_count_missing",
                message=f"“{drawing.title(node.id)}” waits for a number of ways that is not given.",
                hint="Say how many ways must arrive.",
                node_id=node.id,
                field="join.count",
            )
        elif node.join.count > incoming[node.id]:
            yield Problem(
                code="join_count_too_large",
                message=f"“{drawing.title(node.id)}” waits for {node.join.count} ways, but "
                f"{incoming[node.id]} lead to it.",
                hint=f"Wait for {max(1, incoming[node.id])} at most.",
                node_id=node.id,
                field="join.count",
            )
