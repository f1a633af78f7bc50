"""Signs of life of worker processes."""

from __future__ import annotations

from datetime import datetime, timedelta

from workflows_app.models import WorkerHeartbeat

_KEPT = timedelta(days=1)


def beat(*, name: str, started_at: datetime, slots: int, active: int, now: datetime) -> None:
    """Say that a worker process is alive, and forget those silent for a day."""
    WorkerHeartbeat.objects.update_or_create(
        name=name,
        defaults={
            "started_at": started_at,
            "last_seen_at": now,
            "slots": slots,
            "active": active,
        },
    )
    WorkerHeartbeat.objects.filter(last_seen_at__lt=now - _KEPT).delete()


def remove(name: str) -> None:
    """A worker process ended in order."""
    WorkerHeartbeat.objects.filter(name=name).delete()
