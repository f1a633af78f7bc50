"""Messages to the world, decided in a transaction and delivered after it, at least once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from workflows_app.core.json_text import plain_text
from workflows_app.models import OutboxMessage

_LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message to deliver."""

    id: int
    topic: str
    payload: Mapping[str, Any]
    attempts: int


def add_message(topic: str, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Put a message into the outbox, as part of the caller's transaction."""
    OutboxMessage.objects.create(
        topic=topic, payload=dict(payload), created_at=now, next_attempt_at=now
    )


def has_due(*, now: datetime) -> bool:
    """True when a message waits to be delivered."""
    return OutboxMessage.objects.filter(
        delivered_at__isnull=True, next_attempt_at__lte=now
    ).exists()


def take_due(*, now: datetime, retry_at: datetime, limit: int) -> list[DueMessage]:
    """Due messages, each to one caller only. Unless delivered they come again at `retry_at`."""
    with transaction.atomic():
        due = OutboxMessage.objects.filter(
            delivered_at__isnull=True, next_attempt_at__lte=now
        ).order_by("next_attempt_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        messages = list(due[:limit])
        OutboxMessage.objects.filter(id__in=[m.id for m in messages]).update(
            next_attempt_at=retry_at
        )
    return [DueMessage(m.id, m.topic, m.payload, m.attempts) for m in messages]


def mark_delivered(message_id: int, *, now: datetime) -> None:
    """The message arrived."""
    OutboxMessage.objects.filter(id=message_id).update(delivered_at=now, last_error="")


def mark_failed(message: DueMessage, error: str, *, now: datetime) -> None:
    """Try again later: after 2, 4, 8 … seconds, at most every hour."""
    attempts = message.attempts + 1
    delay = min(timedelta(seconds=2 ** min(attempts, 12)), _LONGEST_DELAY)
    OutboxMessage.objects.filter(id=message.id).update(
        attempts=attempts, last_error=plain_text(error, 2_000), next_attempt_at=now + delay
    )
