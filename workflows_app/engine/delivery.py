"""Delivering messages of the outbox, at least once each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from workflows_app.engine import clock
from workflows_app.store import outbox

logger = logging.getLogger(__name__)

Deliver = Callable[[Mapping[str, Any]], None]

_topics: dict[str, Deliver] = {}


def register_topic(topic: str, deliver: Deliver) -> None:
    """Say who delivers the messages of a topic."""
    _topics[topic] = deliver


def deliver_due(*, limit: int = 50) -> int:
    """Deliver what is due, and put off what fails. Returns how many arrived."""
    now = clock.now()
    count = 0
    for message in outbox.take_due(now=now, retry_at=now + timedelta(minutes=5), limit=limit):
        deliver = _topics.get(message.topic)
        try:
            if deliver is None:
                raise LookupError(f"Nobody delivers messages of the topic “{message.topic}”.")
            deliver(message.payload)
        except Exception as error:  # noqa: BLE001 - deliveries fail in many ways, and are repeated
            logger.warning("Message %s was not delivered: %s", message.id, error)
            outbox.mark_failed(message, str(error), now=clock.now())
        else:
            outbox.mark_delivered(message.id, now=clock.now())
            count += 1
    return count
