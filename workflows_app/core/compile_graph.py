"""From a graph, as drawn, to a plan. Takes documents without errors only; see `validate`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows_app.core import graph_shape
from workflows_app.core.builtin_types import completed_config
from workflows_app.core.document import Edge, GraphDocument, Join, Node, Retry
from workflows_app.core.expressions import references_of_config
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import (
    JoinMode,
    JoinPolicy,
    Lane,
    Plan,
    PlanEdge,
    PlanNode,
    RetryPolicy,
)


@dataclass(frozen=True, slots=True)
class GraphParts:
    """What a plan is made from, whichever kind of document it came from."""

    kind: str
    hash: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    vars: Mapping[str, Any]
    timeout_seconds: float | None
    stops_on_failure: bool
    lanes: Mapping[str, tuple[Lane, ...]] = field(default_factory=dict)
    """Of the nodes that are on bounded ways."""


def compile_graph(document: GraphDocument, catalog: Catalog, document_hash: str) -> Plan:
    """Return the plan of a graph."""
    return compile_parts(
        GraphParts(
            kind=document.kind,
            hash=document_hash,
            nodes=document.nodes,
            edges=document.edges,
            vars=document.vars,
            timeout_seconds=document.settings.timeout_seconds,
            stops_on_failure=document.settings.on_failure == "stop",
        ),
        catalog,
    )


def compile_parts(parts: GraphParts, catalog: Catalog) -> Plan:
    """Return the plan. Takes time linear in nodes and edges, plus the size of `cancels`."""
    nodes = [node for node in parts.nodes if catalog[node.type].execution is not None]
    ids = [node.id for node in nodes]
    drawn = _between(parts.edges, frozenset(ids))
    every_link = graph_shape.links_of(ids, ((edge.source, edge.target) for edge in drawn))
    repeating = [node for part in graph_shape.cycles(every_link) for node in part]
    repeating += [node.id for node in nodes if node.join.mode == "each"]
    repeatable = graph_shape.reachable(every_link, repeating)
    edges = tuple(_plan_edge(edge, index) for index, edge in enumerate(drawn))
    incoming: defaultdict[str, list[PlanEdge]] = defaultdict(list)
    outgoing: defaultdict[str, list[PlanEdge]] = defaultdict(list)
    for edge in edges:
        outgoing[edge.source].append(edge)
        if not edge.is_loop:
            incoming[edge.target].append(edge)
    cancels = _cancels(nodes, edges)
    plan_nodes = {
        node.id: _plan_node(
            node,
            catalog,
            incoming=tuple(incoming[node.id]),
            outgoing=tuple(outgoing[node.id]),
            is_repeatable=node.id in repeatable,
            cancels=cancels.get(node.id, frozenset()),
            lanes=parts.lanes.get(node.id, ()),
        )
        for node in nodes
    }
    return Plan(
        kind=parts.kind,
        hash=parts.hash,
        nodes=plan_nodes,
        edges=edges,
        entries=tuple(node.id for node in plan_nodes.values() if not node.incoming),
        timeout_seconds=parts.timeout_seconds,
        stops_on_failure=parts.stops_on_failure,
        vars=parts.vars,
        input_schema=_input_schema(nodes),
    )


def _between(edges: Iterable[Edge], ids: frozenset[str]) -> list[Edge]:
    return [edge for edge in edges if edge.source in ids and edge.target in ids]


def _plan_edge(edge: Edge, index: int) -> PlanEdge:
    return PlanEdge(
        id=edge.id,
        index=index,
        source=edge.source,
        source_port=edge.source_port,
        target=edge.target,
        is_loop=edge.loop,
        max_iterations=edge.max_iterations,
    )


def _plan_node(
    node: Node,
    catalog: Catalog,
    *,
    incoming: tuple[PlanEdge, ...],
    outgoing: tuple[PlanEdge, ...],
    is_repeatable: bool,
    cancels: frozenset[str],
    lanes: tuple[Lane, ...],
) -> PlanNode:
    spec = catalog[node.type]
    if spec.execution is None:
        raise ValueError(f"{node.type} never runs.")
    config = completed_config(node.type, node.config)
    references = references_of_config(config, spec.literal_fields)
    is_end = node.type == "end"
    if is_end and "output" not in config:
        references |= {edge.source for edge in incoming}
    waits_for_signal = node.type == "wait" and config.get("mode") == "signal"
    return PlanNode(
        id=node.id,
        type=node.type,
        title=node.title or spec.title,
        execution=spec.execution,
        config=config,
        incoming=incoming,
        outgoing=outgoing,
        join=_join_policy(node.join),
        retry=retry_policy(node.retry),
        timeout_seconds=node.timeout_seconds,
        continues_on_error=node.on_error == "continue",
        memo_seconds=node.memo.ttl_seconds if node.memo is not None else None,
        reruns_after_crash=spec.reruns_after_crash,
        is_repeatable=is_repeatable,
        cancels=cancels,
        cancels_when_done=frozenset(node.cancels),
        exclusive=node.exclusive,
        only_while=node.only_while,
        lanes=lanes,
        references=references,
        is_end=is_end,
        terminates=is_end and config.get("terminate") is True,
        fails_run=is_end and config.get("outcome") == "failed",
        signal=str(config.get("signal")) if waits_for_signal else None,
        takes_early_signal=config.get("early", "keep") == "keep",
    )


def _join_policy(join: Join) -> JoinPolicy:
    return JoinPolicy(JoinMode(join.mode), join.count or 1, join.rest == "cancel")


def retry_policy(retry: Retry | None) -> RetryPolicy | None:
    """Return the policy; None where the node leaves it to its type."""
    if retry is None:
        return None
    return RetryPolicy(
        max_attempts=retry.max_attempts,
        initial_delay=retry.initial_delay_seconds,
        backoff=retry.backoff,
        max_delay=retry.max_delay_seconds,
        jitter=retry.jitter,
        on=frozenset(retry.on),
    )


def _cancels(nodes: Sequence[Node], edges: Sequence[PlanEdge]) -> dict[str, frozenset[str]]:
    joins = [node.id for node in nodes if node.join.rest == "cancel"]
    if not joins:
        return {}
    ids = [node.id for node in nodes]
    forward = graph_shape.links_of(ids, ((e.source, e.target) for e in edges if not e.is_loop))
    loops = graph_shape.links_of(ids, ((e.source, e.target) for e in edges if e.is_loop))
    back = graph_shape.reversed_links(forward)
    return {join: graph_shape.only_leading_to(join, forward, back, loops) for join in joins}


def _input_schema(nodes: Iterable[Node]) -> Mapping[str, Any]:
    for node in nodes:
        schema = node.config.get("input_schema")
        if node.type == "start" and isinstance(schema, Mapping):
            return schema
    return {}
