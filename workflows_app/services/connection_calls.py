"""Calls through a connection on behalf of a person, outside of any run."""

from __future__ import annotations

import time
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.connections import ConnectionTest, RemoteToolList
from workflows_app.contracts.permissions import require
from workflows_app.engine.credentials import Credentials
from workflows_app.errors import ConflictError, NotFoundError, TaskError
from workflows_app.services import audit
from workflows_app.store.connections import name_of
from workflows_app.task_types.ai import nodes

LIST_SECONDS = 15.0


class ConnectionFailedError(ConflictError):
    """A call through the connection failed; the message says why."""

    code = "connection_failed"


def test_connection(*, actor: Actor, connection_id: UUID) -> ConnectionTest:
    """Call the system behind a connection. A failure is an answer here, not an error.

    Raises:
        PermissionDeniedError: The actor may not change connections.
        NotFoundError: There is no such connection.
    """
    require(actor, "change_connection")
    name = _name(connection_id)
    credentials = Credentials()
    began = time.monotonic()
    try:
        message, is_ok = nodes.check_connection(credentials.open(name)), True
    except TaskError as error:
        message, is_ok = error.message, False
    audit.record(
        actor=actor,
        action="connection.tested",
        target_type="connection",
        target_id=connection_id,
        name=name,
        ok=is_ok,
    )
    return ConnectionTest(
        ok=is_ok,
        message=credentials.redact(message),
        seconds=round(time.monotonic() - began, 3),
    )


def list_tools(*, actor: Actor, connection_id: UUID) -> RemoteToolList:
    """The tools that the server behind a connection offers.

    Raises:
        PermissionDeniedError: The actor may not see connections.
        NotFoundError: There is no such connection.
        ConnectionFailedError: The server cannot be reached, or speaks no MCP.
    """
    require(actor, "view_connection")
    credentials = Credentials()
    try:
        connection = credentials.open(_name(connection_id))
        return RemoteToolList(items=nodes.list_tools(connection, seconds=LIST_SECONDS))
    except TaskError as error:
        raise ConnectionFailedError(credentials.redact(error.message)) from None


def _name(connection_id: UUID) -> str:
    name = name_of(connection_id)
    if name is None:
        raise NotFoundError("There is no such connection.")
    return name
