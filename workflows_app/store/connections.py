"""Reads and writes of connections. Secrets come in and go out in plain, and are kept encrypted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from workflows_app.models import Connection as ConnectionRow
from workflows_app.models import Draft, Run, Version, Workflow
from workflows_app.sdk.connection import Connection
from workflows_app.store import secret_box


@dataclass(frozen=True, slots=True)
class LockedConnection:
    """A connection whose row is locked until the end of the transaction."""

    id: UUID
    name: str
    title: str
    kind: str
    settings: dict[str, Any]
    has_secret: bool


def open_connection(name: str) -> Connection | None:
    """The connection of that name with its secret; None when there is none.

    Raises:
        SecretUnreadableError: No key opens its secret.
    """
    row = ConnectionRow.objects.filter(name=name).first()
    if row is None:
        return None
    return Connection(row.name, row.title, row.kind, row.settings, secret_box.unseal(row.secret))


def name_of(connection_id: UUID) -> str | None:
    """The name of a connection; None when there is none."""
    return ConnectionRow.objects.filter(id=connection_id).values_list("name", flat=True).first()


def lock_connection(connection_id: UUID) -> LockedConnection | None:
    """Lock a connection's row; None when there is none."""
    row = ConnectionRow.objects.select_for_update().filter(id=connection_id).first()
    if row is None:
        return None
    return LockedConnection(
        row.id, row.name, row.title, row.kind, dict(row.settings), bool(row.secret)
    )


def insert_connection(
    *,
    name: str,
    title: str,
    kind: str,
    settings: Mapping[str, Any],
    secret: str,
    actor_id: Any,
    now: datetime,
) -> UUID | None:
    """Write a connection; None when the name is taken."""
    try:
        with transaction.atomic():
            return ConnectionRow.objects.create(
                name=name,
                title=title,
                kind=kind,
                settings=settings,
                secret=secret_box.seal(secret),
                created_at=now,
                created_by_id=actor_id,
                updated_at=now,
                updated_by_id=actor_id,
            ).id
    except IntegrityError:
        return None


def change_connection(
    *,
    connection_id: UUID,
    changes: Mapping[str, Any],
    secret: str | None,
    actor_id: Any,
    now: datetime,
) -> None:
    """Write changed columns; a secret of None stays, an empty one is forgotten."""
    sealed = {} if secret is None else {"secret": secret_box.seal(secret)}
    ConnectionRow.objects.filter(id=connection_id).update(
        **changes, **sealed, updated_at=now, updated_by_id=actor_id
    )


def delete_connection(connection_id: UUID) -> None:
    """Delete a connection with its secret."""
    ConnectionRow.objects.filter(id=connection_id).delete()


def seal_again() -> int:
    """Encrypt every secret under the first key; how many there are.

    Raises:
        SecretUnreadableError: No key opens one of them; nothing is changed.
    """
    with transaction.atomic():
        rows = list(ConnectionRow.objects.select_for_update().exclude(secret="").order_by("id"))
        for row in rows:
            row.secret = secret_box.seal(secret_box.unseal(row.secret))
        ConnectionRow.objects.bulk_update(rows, ["secret"])
    return len(rows)


@dataclass(frozen=True, slots=True)
class UsingWorkflow:
    """A workflow whose draft or living version names a connection."""

    id: UUID
    title: str


def workflows_using(name: str) -> list[UsingWorkflow]:
    """Workflows that name the connection in their draft, latest version, or one with open runs."""
    versions = Version.objects.filter(
        Q(id__in=Workflow.objects.filter(latest_version__isnull=False).values("latest_version"))
        | Q(id__in=Run.objects.filter(finished_at__isnull=True).values("version"))
    )
    found: dict[UUID, str] = {}
    for documents in (Draft.objects.all(), versions):
        rows = documents.annotate(text=Cast("document", TextField())).filter(
            text__contains=json.dumps(name)
        )
        for row in rows.select_related("workflow").iterator(chunk_size=50):
            if row.workflow_id not in found and _names_connection(row.document, name):
                found[row.workflow_id] = row.workflow.title
    return [UsingWorkflow(*item) for item in sorted(found.items(), key=lambda item: item[1])]


def _names_connection(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return value.get("connection") == name or any(
            _names_connection(child, name) for child in value.values()
        )
    return isinstance(value, list) and any(_names_connection(child, name) for child in value)
