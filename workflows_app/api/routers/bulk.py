"""Items of map nodes: how far they are, their results and failures, and another try."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from ninja import Path, Query, Router, Status

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.api.streams import attachment
from workflows_app.contracts.bulk import BulkView
from workflows_app.contracts.runs import RunSnapshot
from workflows_app.selectors import bulk
from workflows_app.selectors import runs as reads
from workflows_app.services import items, reruns

router = Router(tags=["runs"], by_alias=True)

_FILE = {
    "responses": {
        200: {
            "description": "One line for each item",
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    }
}


@router.get(
    "/{uuid:run_id}/nodes/{node_id}/items",
    response=BulkView,
    operation_id="getRunItems",
    summary="Read how far the items of a map node are",
)
def get_items(request: HttpRequest, run_id: UUID, node_id: Path[schemas.NodeIdText]) -> BulkView:
    """Counts of the last visit, rate and remaining time."""
    return bulk.get_bulk(user=user_of(request), run_id=run_id, node_id=node_id)


@router.post(
    "/{uuid:run_id}/nodes/{node_id}/items",
    response=BulkView,
    auth=requires("run"),
    operation_id="addRunItems",
    summary="Add items to a map node that is at work",
)
def add_items(
    request: HttpRequest, run_id: UUID, node_id: Path[schemas.NodeIdText], body: schemas.NewItems
) -> BulkView:
    """They come behind those that it has, and the node is done when all are."""
    user = user_of(request)
    items.add_items(actor=user, run_id=run_id, node_id=node_id, items=body.items)
    return bulk.get_bulk(user=user, run_id=run_id, node_id=node_id)


@router.get(
    "/{uuid:run_id}/nodes/{node_id}/items/results",
    operation_id="downloadRunResults",
    summary="Download the results of a map node",
    openapi_extra=_FILE,
)
def download_results(
    request: HttpRequest,
    run_id: UUID,
    node_id: Path[schemas.NodeIdText],
    query: Query[schemas.LinesQuery],
) -> HttpResponseBase:
    """In the order of the items, as JSON Lines or CSV."""
    lines = bulk.stream_results(
        user=user_of(request), run_id=run_id, node_id=node_id, line_format=query.format
    )
    return attachment(request, lines, name=f"{node_id}-results", suffix=query.format)


@router.get(
    "/{uuid:run_id}/nodes/{node_id}/items/failures",
    operation_id="downloadRunFailures",
    summary="Download the failed items of a map node",
    openapi_extra=_FILE,
)
def download_failures(
    request: HttpRequest,
    run_id: UUID,
    node_id: Path[schemas.NodeIdText],
    query: Query[schemas.LinesQuery],
) -> HttpResponseBase:
    """Index, row number, attempts, error and the item itself, as JSON Lines or CSV."""
    lines = bulk.stream_failures(
        user=user_of(request), run_id=run_id, node_id=node_id, line_format=query.format
    )
    return attachment(request, lines, name=f"{node_id}-failures", suffix=query.format)


@router.post(
    "/{uuid:run_id}/retry-failed",
    response={201: RunSnapshot},
    auth=requires("run"),
    operation_id="retryFailedItems",
    summary="Retry the failed items",
)
def retry_failed_items(
    request: HttpRequest, run_id: UUID, body: schemas.RetryFailedItems
) -> Status[RunSnapshot]:
    """A new run that works on nothing but the failed items, and takes over what ran before."""
    new_id = reruns.retry_failed_items(actor=user_of(request), run_id=run_id, node_id=body.node_id)
    return Status(201, reads.get_snapshot(run_id=new_id))
