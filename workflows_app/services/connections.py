"""Verbs of connections: create, change, delete, test. A secret goes in and never comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from pydantic import ValidationError

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.connections import DESTINATION_FIELDS, SETTINGS
from workflows_app.contracts.permissions import require
from workflows_app.engine import clock
from workflows_app.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from workflows_app.services import audit
from workflows_app.services.titles import clean_title
from workflows_app.store import connections

SHORTEST_SECRET = 8
"""Secrets are blotted out of logs and errors by their value; a shorter one would be any word."""


class ConnectionInUseError(ConflictError):
    """Workflows name the connection; `extra["used_by"]` lists them."""

    code = "connection_in_use"


@transaction.atomic
def create_connection(
    *,
    actor: Actor,
    title: str,
    kind: str,
    settings: Mapping[str, Any],
    name: str | None = None,
    secret: str = "",
) -> UUID:
    """Keep a new connection.

    Args:
        actor: Who does it; needs `add_connection`.
        title: What people call it.
        kind: One of `sdk.connection.CONNECTION_KINDS`.
        settings: What is not secret, by kind.
        name: What documents call it, for ever; by default made from the title.
        secret: An API key or a token; empty where the system needs none.

    Raises:
        PermissionDeniedError: The actor may not create connections.
        InvalidInputError: A field is wrong.
        ConflictError: The name is taken.
    """
    require(actor, "add_connection")
    cleaned = clean_title(title, thing="connection")
    chosen = name or slugify(cleaned)[:100] or "connection"
    kept = _checked_settings(kind, settings)
    connection_id = connections.insert_connection(
        name=chosen,
        title=cleaned,
        kind=kind,
        settings=kept,
        secret=_checked_secret(secret),
        actor_id=actor.pk,
        now=clock.now(),
    )
    if connection_id is None:
        raise ConflictError(
            f"There is a connection “{chosen}” already.",
            errors=[FieldError("name", "is taken", "Give it another name.", "name_taken")],
        )
    audit.record(
        actor=actor,
        action="connection.created",
        target_type="connection",
        target_id=connection_id,
        name=chosen,
        kind=kind,
        settings=kept,
        has_secret=bool(secret),
    )
    return connection_id


@transaction.atomic
def update_connection(
    *,
    actor: Actor,
    connection_id: UUID,
    title: str | None = None,
    settings: Mapping[str, Any] | None = None,
    secret: str | None = None,
) -> None:
    """Change a connection; None leaves a field as it is, an empty secret forgets it.

    Raises:
        PermissionDeniedError: The actor may not change connections.
        NotFoundError: There is no such connection.
        InvalidInputError: A field is wrong, or the secret would go to another place than the one
            that it was entered for.
    """
    require(actor, "change_connection")
    row = _lock(connection_id)
    changes: dict[str, Any] = {}
    if title is not None and (cleaned := clean_title(title, thing="connection")) != row.title:
        changes["title"] = cleaned
    if settings is not None and (kept := _checked_settings(row.kind, settings)) != row.settings:
        changes["settings"] = kept
        if row.has_secret and secret is None and _destination(kept) != _destination(row.settings):
            raise _invalid(
                "secret",
                "is needed again, since the connection would lead to another place",
                "Enter the secret, or leave the address as it is.",
                "secret_needed",
            )
    if secret is not None:
        _checked_secret(secret)
    if not changes and secret is None:
        return
    connections.change_connection(
        connection_id=connection_id,
        changes=changes,
        secret=secret,
        actor_id=actor.pk,
        now=clock.now(),
    )
    told = {} if secret is None else {"secret": "replaced" if secret else "removed"}
    audit.record(
        actor=actor,
        action="connection.updated",
        target_type="connection",
        target_id=connection_id,
        name=row.name,
        changes={**changes, **told},
    )


@transaction.atomic
def delete_connection(*, actor: Actor, connection_id: UUID) -> None:
    """Delete a connection that no workflow names.

    Raises:
        PermissionDeniedError: The actor may not delete connections.
        NotFoundError: There is no such connection.
        ConnectionInUseError: A draft, a latest version or an open run names it.
    """
    require(actor, "delete_connection")
    row = _lock(connection_id)
    using = connections.workflows_using(row.name)
    if using:
        titles = ", ".join(f"“{workflow.title}”" for workflow in using[:5])
        raise ConnectionInUseError(
            f"{row.title} is used by {titles}. Choose another connection there first.",
            extra={"used_by": [{"id": str(w.id), "title": w.title} for w in using[:50]]},
        )
    connections.delete_connection(connection_id)
    audit.record(
        actor=actor,
        action="connection.deleted",
        target_type="connection",
        target_id=connection_id,
        name=row.name,
        kind=row.kind,
    )


def encrypt_again() -> int:
    """Encrypt every secret under the first of the keys in the settings; how many there are.

    Raises:
        SecretUnreadableError: No key opens one of them; nothing is changed.
    """
    return connections.seal_again()


def _lock(connection_id: UUID) -> connections.LockedConnection:
    row = connections.lock_connection(connection_id)
    if row is None:
        raise NotFoundError("There is no such connection.")
    return row


def _destination(settings: Mapping[str, Any]) -> list[Any]:
    return [settings.get(field) for field in DESTINATION_FIELDS]


def _checked_secret(secret: str) -> str:
    if secret and len(secret) < SHORTEST_SECRET:
        raise _invalid(
            "secret",
            f"has fewer than {SHORTEST_SECRET} characters",
            "Enter the whole key, or nothing where the system needs none.",
            "too_short",
        )
    if secret != secret.strip() or not secret.isprintable():
        raise _invalid("secret", "holds white space around it", "Enter the key alone.", "invalid")
    return secret


def _checked_settings(kind: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return SETTINGS[kind].model_validate(settings).model_dump(mode="json")
    except ValidationError as error:
        found = [
            FieldError(
                ".".join(["settings", *(str(part) for part in problem["loc"])]),
                problem["msg"].removeprefix("Value error, "),
                "",
                problem["type"],
            )
            for problem in error.errors(include_url=False, include_context=False)
        ]
        raise InvalidInputError(f"{found[0].field}: {found[0].message}", errors=found) from None


def _invalid(field: str, message: str, hint: str, code: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: {message}.", errors=[FieldError(field, message, hint, code)]
    )
