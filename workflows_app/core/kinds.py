"""All kinds of documents together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Discriminator, Tag, TypeAdapter

from workflows_app.core.document import GraphDocument, PipelineDocument
from workflows_app.core.document_bulk import BulkDocument
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.document_saga import CompensationSaga, SagaDocument, TccSaga

AnyDocument = (
    GraphDocument
    | PipelineDocument
    | CompensationSaga
    | TccSaga
    | BulkDocument
    | StateMachineDocument
)


def _sort_of_document(value: Any) -> Any:
    """Its kind; a saga in mode `tcc` is a sort of its own."""
    is_mapping = isinstance(value, Mapping)
    kind = value.get("kind") if is_mapping else getattr(value, "kind", None)
    mode = value.get("mode") if is_mapping else getattr(value, "mode", None)
    return mode if kind == "saga" and mode == "tcc" else kind


Document = Annotated[
    Annotated[GraphDocument, Tag("graph")]
    | Annotated[PipelineDocument, Tag("pipeline")]
    | Annotated[CompensationSaga, Tag("saga")]
    | Annotated[TccSaga, Tag("tcc")]
    | Annotated[BulkDocument, Tag("bulk")]
    | Annotated[StateMachineDocument, Tag("state_machine")],
    Discriminator(_sort_of_document),
]
"""Flat, since OpenAPI's discriminators do not nest."""

ADAPTERS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        "graph": TypeAdapter(GraphDocument),
        "pipeline": TypeAdapter(PipelineDocument),
        "saga": TypeAdapter(SagaDocument),
        "bulk": TypeAdapter(BulkDocument),
        "state_machine": TypeAdapter(StateMachineDocument),
    }
)
"""What reads and describes the documents of each kind."""
