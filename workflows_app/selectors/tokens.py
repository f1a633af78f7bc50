"""API tokens, without their secrets."""

from __future__ import annotations

from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.operations import Token, TokenList
from workflows_app.errors import NotFoundError
from workflows_app.models import ApiToken


def list_tokens(*, user: Actor) -> TokenList:
    """The user's own tokens, newest first."""
    rows = ApiToken.objects.filter(user=user.pk).order_by("-created_at", "-id")[:200]
    return TokenList(items=[_token_of(row) for row in rows])


def get_token(*, user: Actor, token_id: UUID) -> Token:
    """One of the user's own tokens.

    Raises:
        NotFoundError: the user has no such token.
    """
    row = ApiToken.objects.filter(id=token_id, user=user.pk).first()
    if row is None:
        raise NotFoundError("You have no such token.")
    return _token_of(row)


def _token_of(row: ApiToken) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
