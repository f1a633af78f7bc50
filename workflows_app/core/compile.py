"""From a document to the plan that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.canonical import hash_document
from workflows_app.core.compile_bulk import compile_bulk
from workflows_app.core.compile_graph import compile_graph, retry_policy
from workflows_app.core.compile_machine import compile_machine
from workflows_app.core.compile_pipeline import compile_pipeline
from workflows_app.core.compile_saga import compile_saga
from workflows_app.core.document import GraphDocument, PipelineDocument
from workflows_app.core.document_bulk import BulkDocument
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.node_types import Catalog
from workflows_app.core.parse import parse_document
from workflows_app.core.plan import Plan
from workflows_app.core.task_defaults import with_retries
from workflows_app.core.validate import InvalidDocument, validate_document


def compile_document(document: AnyDocument | Mapping[str, Any], catalog: Catalog) -> Plan:
    """Return the plan of a document.

    Raises:
        InvalidDocument: The document cannot be read or cannot run; its problems say why.
    """
    parsed = parse_document(document)
    problems = validate_document(parsed, catalog)
    if any(problem.is_error for problem in problems):
        raise InvalidDocument(problems)
    return compile_checked(parsed, catalog)


def compile_checked(document: AnyDocument, catalog: Catalog) -> Plan:
    """Return the plan of a document that is known to have no errors."""
    plan = _compiled(document, catalog, hash_document(document))
    policy = retry_policy(document.settings.retry)
    return plan if policy is None else with_retries(plan, policy)


def _compiled(document: AnyDocument, catalog: Catalog, document_hash: str) -> Plan:
    match document:
        case GraphDocument():
            return compile_graph(document, catalog, document_hash)
        case PipelineDocument():
            return compile_pipeline(document, catalog, document_hash)
        case BulkDocument():
            return compile_bulk(document, catalog, document_hash)
        case StateMachineDocument():
            return compile_machine(document, catalog, document_hash)
        case _:
            return compile_saga(document, catalog, document_hash)
