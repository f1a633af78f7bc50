"""Writes of API tokens and the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from workflows_app.models import ApiToken, AuditEntry

_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_SITTING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that may be used now."""

    user: Any
    scopes: tuple[str, ...]


def insert_audit_entry(
    *,
    at: datetime,
    actor_id: Any,
    actor_name: str,
    action: str,
    target_type: str,
    target_id: str,
    detail: Mapping[str, Any],
) -> None:
    """Write who did what to what."""
    AuditEntry.objects.create(
        at=at,
        actor_id=actor_id,
        actor_name=actor_name[:150],
        action=action,
        target_type=target_type,
        target_id=target_id,
        detail=detail,
    )


def extend_audit_entry(
    *,
    at: datetime,
    actor_id: Any,
    actor_name: str,
    action: str,
    target_type: str,
    target_id: str,
    detail: Mapping[str, Any],
) -> None:
    """Move the same person's latest entry of this kind on, or write a new one after a while."""
    latest = (
        AuditEntry.objects.filter(target_type=target_type, target_id=target_id)
        .order_by("-at", "-id")
        .first()
    )
    if (
        latest is not None
        and latest.action == action
        and latest.actor_id == actor_id
        and at - latest.at < _SITTING
    ):
        AuditEntry.objects.filter(id=latest.id).update(at=at, detail=detail)
        return
    insert_audit_entry(
        at=at,
        actor_id=actor_id,
        actor_name=actor_name,
        action=action,
        target_type=target_type,
        target_id=target_id,
        detail=detail,
    )


def insert_token(
    *,
    user_id: Any,
    name: str,
    prefix: str,
    digest: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    now: datetime,
) -> UUID:
    """Write a token; the secret itself never comes here."""
    return ApiToken.objects.create(
        user_id=user_id,
        name=name,
        prefix=prefix,
        digest=digest,
        scopes=list(scopes),
        created_at=now,
        expires_at=expires_at,
    ).id


def revoke_token(*, user_id: Any, token_id: UUID, now: datetime) -> str | None:
    """Revoke one of a user's tokens; its name, or None when there is no such token.

    Without a user it may be anybody's.
    """
    tokens = ApiToken.objects.filter(id=token_id)
    token = (tokens if user_id is None else tokens.filter(user_id=user_id)).first()
    if token is None:
        return None
    ApiToken.objects.filter(id=token_id, revoked_at__isnull=True).update(revoked_at=now)
    return token.name


def use_token(*, digest: str, now: datetime) -> TokenRow | None:
    """The living token with this digest of an active user; notes its use once a minute."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            digest=digest,
            revoked_at__isnull=True,
            user__is_active=True,
        )
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(id=token.id).update(last_used_at=now)
    return TokenRow(user=token.user, scopes=tuple(token.scopes))
