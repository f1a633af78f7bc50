"""What a canvas needs to draw a document that runs: the same shape for every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows_app.core.builtin_types import completed_config
from workflows_app.core.canvas_machine import draw_machine
from workflows_app.core.compile_bulk import graph_of_bulk
from workflows_app.core.compile_pipeline import graph_of, steps_of
from workflows_app.core.compile_saga import AnySaga, drawing_of
from workflows_app.core.document import GraphDocument, Node, PipelineDocument, Step
from workflows_app.core.document_bulk import BulkDocument, MapResult
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.node_types import Catalog
from workflows_app.core.parse import parse_document

NOT_SHOWN: Mapping[str, Any] = {"description": "", "vars": {}, "input_schema": {}, "output": None}
"""What a drawing of a saga leaves out."""
NOT_SHOWN_OF_BULK: Mapping[str, Any] = {
    "description": "",
    "vars": {},
    "input_schema": {},
    "items": None,
}
"""What a drawing of a bulk job leaves out, beside the expressions of its result."""
LOOKS: Mapping[str, Mapping[str, str]] = {
    "conditional": {"type": "conditional", "title": "Condition", "icon": "split"},
    "parallel": {"type": "parallel", "title": "In parallel", "icon": "columns"},
}
"""Steps of a pipeline that are no node types, by what they say that they are."""


def canvas_of(document: AnyDocument | Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """Return `{"kind", "nodes", "edges", "layout", …}` as plain JSON.

    Nodes are `{"id", "type", "title", "family", "icon", "ports"}`, with `"text"` for notes and
    `"parent"` for the states of a machine, which are drawn as `canvas_machine` says, and beside
    which stand `"actions"`. Other kinds have the nodes and edges of the graph that carries them
    out; in a saga, what undoes a step hangs on it. `"steps"` holds what people drew of a pipeline,
    `"saga"` of a saga and `"bulk"` of a bulk job, without configs, since whoever sees a run need
    not see them. Types that are not in the catalog any more are drawn with the ports that their
    edges use.

    Raises:
        InvalidDocument: What was given is no document.
    """
    parsed = parse_document(document)
    if isinstance(parsed, StateMachineDocument):
        layout = parsed.layout.model_dump(mode="json")
        return {"kind": parsed.kind, **draw_machine(parsed, catalog), "layout": layout}
    graph = _graph_to_draw(parsed, catalog)
    data = parsed.model_dump(mode="json")
    is_pipeline = isinstance(parsed, PipelineDocument)
    shown = _steps_shown(parsed.steps) if isinstance(parsed, PipelineDocument) else {}
    used: dict[str, dict[str, None]] = {}
    for edge in graph.edges:
        used.setdefault(edge.source, {})[edge.source_port] = None
    return {
        "kind": parsed.kind,
        "nodes": [
            _node(node, catalog, list(used.get(node.id, ()))) | shown.get(node.id, {})
            for node in graph.nodes
        ],
        "edges": [edge.model_dump(mode="json") for edge in graph.edges],
        "layout": graph.layout.model_dump(mode="json"),
        "steps": _bare(data["steps"]) if is_pipeline else None,
        "saga": _bare({**data, **NOT_SHOWN}) if parsed.kind == "saga" else None,
        "bulk": _bulk_shown(parsed) if isinstance(parsed, BulkDocument) else None,
    }


def _bulk_shown(document: BulkDocument) -> dict[str, Any]:
    """How a bulk job is drawn: its limits and what sort of result it has, but no expressions."""
    result = MapResult(mode=document.result.mode).model_dump(mode="json")
    shown = {**document.model_dump(mode="json"), **NOT_SHOWN_OF_BULK, "result": result}
    bare: dict[str, Any] = _bare(shown)
    return bare


def _bare(value: Any) -> Any:
    """Return a part of a document with all its configs left empty."""
    if isinstance(value, dict):
        return {key: {} if key == "config" else _bare(inner) for key, inner in value.items()}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


def _steps_shown(steps: Sequence[Step]) -> dict[str, dict[str, Any]]:
    """Return how the nodes of conditional and parallel steps are called, by their ids."""
    return {
        step.id: {**looks, **({"title": step.title} if step.title else {})}
        for step in steps_of(steps)
        if (looks := LOOKS.get(step.step))
    }


def _graph_to_draw(
    document: GraphDocument | PipelineDocument | AnySaga | BulkDocument, catalog: Catalog
) -> GraphDocument:
    """The document as a graph; of kinds that are no graphs, the one that carries them out."""
    match document:
        case GraphDocument():
            return document
        case PipelineDocument():
            return graph_of(document, catalog)
        case BulkDocument():
            return graph_of_bulk(document)
        case _:
            return drawing_of(document, catalog)


def _node(node: Node, catalog: Catalog, used_ports: list[str]) -> dict[str, Any]:
    spec = catalog.get(node.type)
    if spec is None:
        ports = [{"id": port, "label": "", "kind": "normal"} for port in used_ports]
    else:
        ports = [
            {"id": port.id, "label": port.label, "kind": port.kind}
            for port in spec.ports_of(completed_config(node.type, node.config))
        ]
    drawn: dict[str, Any] = {
        "id": node.id,
        "type": node.type,
        "title": node.title or (spec.title if spec else node.type),
        "family": spec.family if spec else "code",
        "icon": spec.icon if spec else "circle-help",
        "ports": ports,
    }
    if node.type == "note":
        drawn["text"] = str(node.config.get("text", ""))
    return drawn
