"""From a bulk document to the graph that carries it out: start, one map node, end."""

from __future__ import annotations

from workflows_app.core.compile_graph import GraphParts, compile_parts
from workflows_app.core.document import Edge, GraphDocument, Node
from workflows_app.core.document_bulk import BulkDocument, MapConfig
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import Plan

START, ITEMS, END = "_start", "items", "_end"
"""`items` is the id under which the map node's results are found."""


def compile_bulk(document: BulkDocument, catalog: Catalog, document_hash: str) -> Plan:
    """Return the plan of a bulk document without errors."""
    graph = graph_of_bulk(document)
    return compile_parts(
        GraphParts(
            kind=document.kind,
            hash=document_hash,
            nodes=graph.nodes,
            edges=graph.edges,
            vars=document.vars,
            timeout_seconds=document.settings.timeout_seconds,
            stops_on_failure=document.settings.on_failure == "stop",
        ),
        catalog,
    )


def graph_of_bulk(document: BulkDocument) -> GraphDocument:
    """Return the graph that does what the document says. Its own nodes break the rule for ids."""
    config = {"input_schema": document.input_schema} if document.input_schema else {}
    return GraphDocument.model_construct(
        kind="graph",
        vars=document.vars,
        settings=document.settings,
        nodes=(
            Node.model_construct(id=START, type="start", title="Start", config=config),
            Node.model_construct(id=ITEMS, type="map", title="Items", config=map_config(document)),
            Node.model_construct(
                id=END, type="end", title="End", config={"output": f"${{ nodes.{ITEMS} }}"}
            ),
        ),
        edges=(
            Edge.model_construct(id="_e1", source=START, target=ITEMS),
            Edge.model_construct(id="_e2", source=ITEMS, target=END),
        ),
    )


def map_config(document: BulkDocument) -> dict[str, object]:
    """Return the config of the map node."""
    whole = document.model_dump(mode="json")
    return {name: whole[name] for name in MapConfig.model_fields if whole[name] is not None}
