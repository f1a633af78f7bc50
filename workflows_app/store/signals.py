"""Payloads of signals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from workflows_app.models import Signal


def insert_signal(*, signal_id: UUID, run_id: UUID, name: str, payload: Any, now: datetime) -> None:
    """Keep a signal's payload, unless its id is known already."""
    signal = Signal(id=signal_id, run_id=run_id, name=name, payload=payload, received_at=now)
    Signal.objects.bulk_create([signal], ignore_conflicts=True)


def read_payload(signal_id: str) -> Any:
    """The payload of a signal; None where it has none."""
    return Signal.objects.filter(id=UUID(signal_id)).values_list("payload", flat=True).first()
