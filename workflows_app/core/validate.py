"""What keeps a document from running: every problem at once, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from workflows_app.core.document import GraphDocument, PipelineDocument
from workflows_app.core.document_bulk import BulkDocument
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.expressions import Names
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.node_types import Catalog
from workflows_app.core.parse import MAX_PROBLEMS, check_size, parse_document
from workflows_app.core.problems import InvalidDocument, Problem
from workflows_app.core.validate_config import check_config
from workflows_app.core.validate_graph import (
    MAX_NODES,
    Drawing,
    check_edges,
    check_ids,
    check_join_counts,
    check_loops,
    check_types,
    check_ways,
)
from workflows_app.core.validate_joins import check_joins
from workflows_app.core.validate_machine import check_machine
from workflows_app.core.validate_map import check_bulk, check_map
from workflows_app.core.validate_pipeline import check_pipeline
from workflows_app.core.validate_policies import check_policies
from workflows_app.core.validate_references import check_references
from workflows_app.core.validate_saga import check_saga

__all__ = [
    "InvalidDocument",
    "Problem",
    "check_size",
    "parse_document",
    "problems_of",
    "validate_document",
]


def validate_document(document: AnyDocument | Mapping[str, Any], catalog: Catalog) -> list[Problem]:
    """Return the problems of a document, errors first; without errors it can run.

    Raises:
        InvalidDocument: What was given is no document; see `parse_document`.
    """
    parsed = parse_document(document)
    found = list(islice(_problems(parsed, catalog), 5 * MAX_PROBLEMS))
    found.sort(key=lambda problem: problem.severity)
    return found[:MAX_PROBLEMS]


def _problems(document: AnyDocument, catalog: Catalog) -> Iterator[Problem]:
    match document:
        case GraphDocument():
            return _graph_problems(document, catalog)
        case PipelineDocument():
            return check_pipeline(document, catalog)
        case BulkDocument():
            return check_bulk(document, catalog)
        case StateMachineDocument():
            return check_machine(document, catalog)
        case _:
            return check_saga(document, catalog)


def problems_of(data: object, catalog: Catalog) -> list[Problem]:
    """Return the problems of any JSON, whether it is a document or not. Never raises."""
    try:
        return validate_document(parse_document(data), catalog)
    except InvalidDocument as error:
        return list(error.problems)


def _graph_problems(document: GraphDocument, catalog: Catalog) -> Iterator[Problem]:
    if not document.nodes:
        yield Problem(
            code="empty_document",
            message="Nothing is drawn yet.",
            hint="Add a start, a step and an end.",
            field="nodes",
        )
        return
    if len(document.nodes) > MAX_NODES:
        yield Problem(
            code="document_too_large",
            message=f"There are {len(document.nodes):,} steps; {MAX_NODES:,} are allowed.",
            hint="Split the work into several workflows.",
            field="nodes",
        )
        return
    drawing = Drawing.of(document, catalog)
    yield from check_ids(document)
    yield from check_types(document, catalog)
    yield from _config_problems(document, catalog, drawing)
    yield from check_edges(document, drawing)
    yield from check_ways(drawing)
    yield from check_loops(drawing)
    yield from check_join_counts(drawing)
    yield from check_joins(drawing)
    yield from check_policies(drawing)
    yield from check_references(drawing)


def _config_problems(
    document: GraphDocument, catalog: Catalog, drawing: Drawing
) -> Iterator[Problem]:
    nodes = frozenset(drawing.nodes)
    constants = frozenset(document.vars)
    normal = Names(nodes, constants)
    catching = Names(nodes, constants, has_error=True)
    behind_error = {
        edge.target
        for edge in drawing.edges
        if (port := drawing.ports.get(edge.source, {}).get(edge.source_port)) is not None
        and port.kind != "normal"
    }
    validators: dict[str, Any] = {}
    for node in document.nodes:
        spec = catalog.get(node.type)
        if spec is not None:
            names = catching if node.id in behind_error else normal
            title = node.title or spec.title
            yield from check_config(node.id, title, node.config, spec, names, validators)
            if spec.name == "map":
                yield from check_map(node.id, title, node.config, catalog, names, validators)
