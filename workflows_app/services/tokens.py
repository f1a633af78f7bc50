"""API tokens: made once, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.engine import clock
from workflows_app.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
)
from workflows_app.services import audit
from workflows_app.store import access

SCOPES = ("read", "author", "run", "decide")
PREFIX = "fdk_"
_SHOWN_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, which exists nowhere else."""

    token_id: UUID
    secret: str


@transaction.atomic
def create_token(
    *, actor: Actor, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> NewToken:
    """Make a token that acts as its owner, within its scopes.

    Raises:
        PermissionDeniedError: the account is closed.
        InvalidInputError: the name is blank, a scope is unknown, or the expiry is past.
    """
    if not actor.is_active:
        raise PermissionDeniedError("This account is closed.")
    cleaned = " ".join(name.split())[:100]
    if not cleaned:
        raise _invalid("name", "is blank", "Say what the token is for.")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise _invalid(
            "scopes",
            f"holds {', '.join(unknown)}" if unknown else "is empty",
            f"Use one or more of: {', '.join(SCOPES)}.",
        )
    now = clock.now()
    if expires_at is not None and expires_at <= now:
        raise _invalid("expires_at", "is in the past", "Give a time to come, or none.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token_id = access.insert_token(
        user_id=actor.pk,
        name=cleaned,
        prefix=secret[:_SHOWN_CHARACTERS],
        digest=_digest(secret),
        scopes=sorted(set(scopes), key=SCOPES.index),
        expires_at=expires_at,
        now=now,
    )
    audit.record(
        actor=actor,
        action="token.created",
        target_type="token",
        target_id=token_id,
        name=cleaned,
        scopes=sorted(set(scopes)),
    )
    return NewToken(token_id=token_id, secret=secret)


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: UUID) -> None:
    """Make one of the actor's own tokens stop working. Revoking it again changes nothing.

    Raises:
        NotFoundError: the actor has no such token.
    """
    name = access.revoke_token(user_id=actor.pk, token_id=token_id, now=clock.now())
    if name is None:
        raise NotFoundError("You have no such token.")
    audit.record(
        actor=actor, action="token.revoked", target_type="token", target_id=token_id, name=name
    )


@transaction.atomic
def revoke_token_of_anybody(*, actor: Actor, token_id: UUID) -> None:
    """Make any token stop working, for administrators with `change_apitoken`.

    Raises:
        PermissionDeniedError: the actor lacks that permission.
        NotFoundError: there is no such token.
    """
    if not actor.is_active or not actor.has_perm("workflows_app.change_apitoken"):
        raise PermissionDeniedError("You may not revoke the tokens of others.")
    name = access.revoke_token(user_id=None, token_id=token_id, now=clock.now())
    if name is None:
        raise NotFoundError("There is no such token.")
    audit.record(
        actor=actor, action="token.revoked", target_type="token", target_id=token_id, name=name
    )


def authenticate_token(*, secret: str) -> tuple[Any, tuple[str, ...]] | None:
    """The owner and the scopes of a living token; None for any other text."""
    if not secret.startswith(PREFIX) or len(secret) > 200:
        return None
    row = access.use_token(digest=_digest(secret), now=clock.now())
    return (row.user, row.scopes) if row is not None else None


def _digest(secret: str) -> str:
    """The secret is 256 bits of chance, so that a plain hash withstands guessing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _invalid(field: str, message: str, hint: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: {message}", errors=[FieldError(field, message, hint, "invalid")]
    )
