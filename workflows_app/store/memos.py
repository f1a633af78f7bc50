"""Results that count again for the same work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows_app.models import StepMemo


@dataclass(frozen=True, slots=True)
class FoundMemo:
    """The output of work that was done before; it may be None."""

    output: Any


def find_memo(*, key: str, created_after: datetime, now: datetime) -> FoundMemo | None:
    """The result under the key, unless it is older than that or has expired."""
    row = (
        StepMemo.objects.filter(key=key, created_at__gt=created_after, expires_at__gt=now)
        .values("output")
        .first()
    )
    return None if row is None else FoundMemo(row["output"])


def save_memo(
    *, key: str, node_type: str, output: Any, now: datetime, expires_at: datetime
) -> None:
    """Keep a result, in place of an older one under the same key."""
    StepMemo.objects.bulk_create(
        [
            StepMemo(
                key=key, node_type=node_type, output=output, created_at=now, expires_at=expires_at
            )
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["output", "created_at", "expires_at"],
    )


def forget_expired(*, now: datetime, limit: int) -> int:
    """Delete results that count no longer, that many at most; how many it were."""
    expired = StepMemo.objects.filter(expires_at__lte=now)
    keys = list(expired.values_list("key", flat=True)[:limit])
    if not keys:
        return 0
    # Asked again with the deletion: somebody may have saved a fresh result under the key.
    return expired.filter(key__in=keys).delete()[0]
