"""Payloads of signals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from workflows_app.models import Signal


def insert_signal(*, signal_id: UUID, run_id: UUID, name: str, payload: Any, now: datetime) -> bool:
    """Keep a signal's payload; False when the id is known already."""
    _, is_new = Signal.objects.get_or_create(
        id=signal_id,
        defaults={"run_id": run_id, "name": name, "payload": payload, "received_at": now},
    )
    return is_new


def read_payload(signal_id: str) -> Any:
    """The payload of a signal; None where it has none."""
    return Signal.objects.filter(id=UUID(signal_id)).values_list("payload", flat=True).first()
