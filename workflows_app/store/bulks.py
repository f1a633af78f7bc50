"""Rows of bulks: opening, filling and closing them, and counting what is done.

The row of a bulk is the lock of its batches: whoever claims or reports one holds it for a moment,
since concurrency and failures have to be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from workflows_app.core.json_text import dumps
from workflows_app.core.state import VisitKey
from workflows_app.models import Batch, Bulk, NodeRun
from workflows_app.store.sql import is_postgresql, query

ACTIVE = ("open", "finishing")

Pending = list[Any]
"""[index, attempt, due] of an item that is not done; `due` in seconds since the epoch.

A fourth entry is when its run was started, for an item that is one.
"""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A bulk as it was when it was read."""

    id: int
    run_id: UUID
    node_id: str
    visit: int
    attempt: int
    status: str
    source: Mapping[str, Any]
    cursor: Mapping[str, Any]
    is_expanded: bool
    allowed_failures: int | None
    total: int
    succeeded: int
    failed: int
    broken: int
    filtered: int
    result_bytes: int
    failures_in_row: int
    breaker_until: datetime | None
    error: Mapping[str, str] | None
    created_at: datetime
    told_at: datetime
    told_done: int

    @property
    def key(self) -> VisitKey:
        """Which node run of the run it belongs to."""
        return self.node_id, self.visit

    @property
    def done(self) -> int:
        """Items that will not be tried again."""
        return self.succeeded + self.failed


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Items that were read from the source."""

    number: int
    first_index: int
    items: Sequence[Any]
    rows: Sequence[int] | None
    failures: Sequence[Mapping[str, Any]] = field(default_factory=list)
    """Rows that are broken and never become pending."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What one look into the source gave, and where the next one begins."""

    batches: Sequence[NewBatch]
    cursor: Mapping[str, Any]
    total: int
    """Items read so far."""
    is_expanded: bool
    allowed_failures: int | None


def row_of(bulk: Bulk) -> BulkRow:
    """What the engine sees of a bulk."""
    return BulkRow(**{name: getattr(bulk, name) for name in BulkRow.__slots__})


def plan_bulk(*, run_id: UUID, key: VisitKey, source: Mapping[str, Any], now: datetime) -> None:
    """Say ahead where a node's items come from, whatever its config says."""
    Bulk.objects.create(
        run_id=run_id,
        node_id=key[0],
        visit=key[1],
        attempt=1,
        status="planned",
        source=dict(source),
        created_at=now,
        told_at=now,
    )


def planned_source(run_id: UUID, key: VisitKey) -> Mapping[str, Any] | None:
    """Where the node's items come from, if that was said ahead."""
    found = Bulk.objects.filter(run_id=run_id, node_id=key[0], visit=key[1], attempt=1)
    row = found.values("status", "source").first()
    if row is None or row["source"].get("kind") != "failed":
        return None
    source: Mapping[str, Any] = row["source"]
    return source


def open_bulk(
    *,
    run_id: UUID,
    key: VisitKey,
    attempt: int,
    source: Mapping[str, Any],
    max_concurrency: int,
    allowed_failures: int | None,
    enough: int | None,
    now: datetime,
) -> None:
    """Begin an attempt of a node; the caller holds the run's lock."""
    Bulk.objects.update_or_create(
        run_id=run_id,
        node_id=key[0],
        visit=key[1],
        attempt=attempt,
        defaults={
            "status": "open",
            "source": dict(source),
            "max_concurrency": max_concurrency,
            "allowed_failures": allowed_failures,
            "enough": enough,
            "created_at": now,
            "told_at": now,
        },
    )


def close_bulks(run_id: UUID, key: VisitKey) -> None:
    """Nothing of the node's items is begun any more."""
    node, visit = key
    open_ones = Bulk.objects.filter(run_id=run_id, node_id=node, visit=visit)
    open_ones.exclude(status="closed").update(status="closed")


def read_bulk(bulk_id: int) -> BulkRow | None:
    """A bulk, unlocked."""
    bulk = Bulk.objects.filter(id=bulk_id).first()
    return row_of(bulk) if bulk is not None else None


def find_bulk_id(run_id: UUID, node_id: str) -> int | None:
    """The latest attempt of a node's latest visit."""
    found = Bulk.objects.filter(run_id=run_id, node_id=node_id).order_by("-visit", "-attempt")
    return found.values_list("id", flat=True).first()


def read_node_items(bulk: BulkRow) -> Sequence[Any]:
    """The list that the node run was started with."""
    given = NodeRun.objects.filter(run_id=bulk.run_id, node_id=bulk.node_id, visit=bulk.visit)
    config: Any = given.values_list("input", flat=True).get()
    items: Sequence[Any] = config["items"]
    return items


def add_batches(
    bulk_id: int, *, worker: str, filling: Filling, now: datetime, lease_until: datetime
) -> BulkRow | None:
    """Write batches and where to go on, all or nothing.

    Returns:
        The bulk after it; None when reading its source is the worker's no longer.
    """
    with transaction.atomic():
        is_mine = Q(status="open", worker=worker, is_expanded=False)
        bulk = Bulk.objects.select_for_update().filter(is_mine, id=bulk_id).first()
        if bulk is None:
            return None
        _insert_batches(bulk, filling.batches, now)
        bulk.cursor = dict(filling.cursor)
        bulk.total = filling.total
        broken = sum(len(batch.failures) for batch in filling.batches)
        bulk.failed += broken
        bulk.broken += broken
        bulk.allowed_failures = filling.allowed_failures
        bulk.is_expanded = filling.is_expanded
        bulk.worker, bulk.lease_until = worker, lease_until
        if filling.is_expanded:
            bulk.worker, bulk.lease_until = "", None
        settle(bulk)
        bulk.save()
        return row_of(bulk)


def _insert_batches(bulk: Bulk, batches: Sequence[NewBatch], now: datetime) -> None:
    rows = [_new_row(batch) for batch in batches]
    if is_postgresql():
        # One parameter, which the server reads: Django's own statement would quote each item.
        query(_INSERT_BATCHES, (bulk.pk, now, dumps(rows)))
        return
    Batch.objects.bulk_create([Batch(bulk=bulk, due_at=now, **row) for row in rows], batch_size=100)


_INSERT_BATCHES = """
INSERT INTO workflows_app_batch (bulk_id, due_at, number, status, first_index, items, rows, pending,
  failures, results, crashes, worker)
SELECT %s, %s, number, status, first_index, items, rows, pending, failures, '[]', 0, ''
FROM json_to_recordset(%s::json) AS x(number int, status text, first_index bigint, items json,
  rows jsonb, pending jsonb, failures jsonb)
"""


def _new_row(batch: NewBatch) -> dict[str, Any]:
    broken = {failure["index"] for failure in batch.failures}
    indexes = range(batch.first_index, batch.first_index + len(batch.items))
    pending = [[index, 1, 0] for index in indexes if index not in broken]
    return {
        "number": batch.number,
        "status": "queued" if pending else "done",
        "first_index": batch.first_index,
        "items": batch.items,
        "rows": batch.rows,
        "pending": pending,
        "failures": batch.failures,
    }


def settle(bulk: Bulk) -> None:
    """Let the bulk end when all or enough of its items are done, or too many of them failed."""
    if bulk.status != "open":
        return
    has_failed = bulk.allowed_failures is not None and bulk.failed > bulk.allowed_failures
    is_done = bulk.is_expanded and bulk.succeeded + bulk.failed == bulk.total
    has_enough = bulk.enough is not None and bulk.succeeded >= bulk.enough
    if has_failed or is_done or has_enough:
        bulk.status = "finishing"
        bulk.worker, bulk.lease_until = "", None


def append_items(
    run_id: UUID,
    node_id: str,
    items: Sequence[Any],
    *,
    batch_size: int,
    allowed: Callable[[int], int | None],
    now: datetime,
) -> BulkRow | None:
    """Add items behind those that a node works on; `allowed` says how many of so many may fail.

    Returns:
        The bulk after it; None, and nothing written, when the node takes none: it has not begun,
        still reads its source, or is over.
    """
    with transaction.atomic():
        bulk = (
            Bulk.objects.select_for_update()
            .filter(run_id=run_id, node_id=node_id, status="open", is_expanded=True)
            .order_by("-visit", "-attempt")
            .first()
        )
        if bulk is None:
            return None
        number = Batch.objects.filter(bulk=bulk).count()
        parts = [items[first : first + batch_size] for first in range(0, len(items), batch_size)]
        added = [
            NewBatch(number + at, bulk.total + at * batch_size, part, None)
            for at, part in enumerate(parts)
        ]
        _insert_batches(bulk, added, now)
        bulk.total += len(items)
        bulk.allowed_failures = allowed(bulk.total)
        bulk.save(update_fields=("total", "allowed_failures"))
        return row_of(bulk)


def fail_bulk(bulk_id: int, *, error: Mapping[str, str]) -> None:
    """There is no going on: the node is going to fail with this error."""
    Bulk.objects.filter(id=bulk_id, status__in=ACTIVE).update(
        status="finishing", error=dict(error), worker="", lease_until=None
    )


def note_told(bulk: BulkRow, now: datetime) -> bool:
    """Take the word: True for the one caller who may tell watchers of the progress now."""
    return bool(
        Bulk.objects.filter(id=bulk.id, told_at=bulk.told_at).update(
            told_at=now, told_done=bulk.done
        )
    )
