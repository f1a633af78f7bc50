"""Connections, without their secrets."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.connections import ConnectionKind, ConnectionList, ConnectionView
from workflows_app.contracts.permissions import require
from workflows_app.errors import NotFoundError
from workflows_app.models import Connection


def list_connections(*, user: Actor) -> ConnectionList:
    """All connections, by title.

    Raises:
        PermissionDeniedError: The user may not see connections.
    """
    require(user, "view_connection")
    rows = Connection.objects.select_related("created_by", "updated_by").order_by("title", "id")
    return ConnectionList(items=[_view_of(row) for row in rows])


def get_connection(*, user: Actor, connection_id: UUID) -> ConnectionView:
    """One connection.

    Raises:
        PermissionDeniedError: The user may not see connections.
        NotFoundError: There is no such connection.
    """
    require(user, "view_connection")
    rows = Connection.objects.select_related("created_by", "updated_by")
    row = rows.filter(id=connection_id).first()
    if row is None:
        raise NotFoundError("There is no such connection.")
    return _view_of(row)


def _view_of(row: Connection) -> ConnectionView:
    return ConnectionView(
        id=row.id,
        name=row.name,
        title=row.title,
        kind=cast(ConnectionKind, row.kind),
        settings=row.settings,
        has_secret=bool(row.secret),
        created_at=row.created_at,
        created_by=row.created_by.get_username() if row.created_by is not None else None,
        updated_at=row.updated_at,
        updated_by=row.updated_by.get_username() if row.updated_by is not None else None,
    )
