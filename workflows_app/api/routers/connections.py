"""Connections: credentials of other systems, whose secrets go in and never come out."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.contracts.connections import (
    ConnectionList,
    ConnectionTest,
    ConnectionView,
    RemoteToolList,
)
from workflows_app.selectors import connections as reads
from workflows_app.services import connection_calls, connections

router = Router(tags=["connections"], by_alias=True)
_writes = requires("author")


@router.get("", response=ConnectionList, operation_id="listConnections", summary="List connections")
def list_connections(request: HttpRequest) -> ConnectionList:
    """Without secrets."""
    return reads.list_connections(user=user_of(request))


@router.post(
    "",
    response={201: ConnectionView},
    operation_id="createConnection",
    summary="Create a connection",
    auth=_writes,
)
def create_connection(
    request: HttpRequest, body: schemas.CreateConnection
) -> Status[ConnectionView]:
    """The secret is kept encrypted; no answer ever holds it."""
    user = user_of(request)
    connection_id = connections.create_connection(
        actor=user,
        title=body.title,
        name=body.name,
        kind=body.kind,
        settings=body.settings,
        secret=body.secret,
    )
    return Status(201, _view(request, connection_id))


@router.get(
    "/{uuid:connection_id}",
    response=ConnectionView,
    operation_id="getConnection",
    summary="Read a connection",
)
def get_connection(request: HttpRequest, connection_id: UUID) -> ConnectionView:
    """Without its secret."""
    return _view(request, connection_id)


@router.patch(
    "/{uuid:connection_id}",
    response=ConnectionView,
    operation_id="updateConnection",
    summary="Change a connection",
    auth=_writes,
)
def update_connection(
    request: HttpRequest, connection_id: UUID, body: schemas.UpdateConnection
) -> ConnectionView:
    """Name and kind stay. A new address needs the secret again."""
    connections.update_connection(
        actor=user_of(request),
        connection_id=connection_id,
        title=body.title,
        settings=body.settings,
        secret=body.secret,
    )
    return _view(request, connection_id)


@router.delete(
    "/{uuid:connection_id}",
    response={204: None},
    operation_id="deleteConnection",
    summary="Delete a connection",
    auth=_writes,
)
def delete_connection(request: HttpRequest, connection_id: UUID) -> Status[None]:
    """Refused while a workflow names it."""
    connections.delete_connection(actor=user_of(request), connection_id=connection_id)
    return Status(204, None)


@router.post(
    "/{uuid:connection_id}/test",
    response=ConnectionTest,
    operation_id="testConnection",
    summary="Call the system behind a connection",
    auth=_writes,
)
def test_connection(request: HttpRequest, connection_id: UUID) -> ConnectionTest:
    """A failure is an answer here, not an error."""
    return connection_calls.test_connection(actor=user_of(request), connection_id=connection_id)


@router.get(
    "/{uuid:connection_id}/tools",
    response=RemoteToolList,
    operation_id="listConnectionTools",
    summary="List the tools behind a connection",
)
def list_connection_tools(request: HttpRequest, connection_id: UUID) -> RemoteToolList:
    """Asks the MCP server now."""
    return connection_calls.list_tools(actor=user_of(request), connection_id=connection_id)


def _view(request: HttpRequest, connection_id: UUID) -> ConnectionView:
    """The connection as the asking person sees it."""
    return reads.get_connection(user=user_of(request), connection_id=connection_id)
