"""Claims of batches: who works on which items, for how long, and what came out.

Claims and reports of one bulk come one after the other, since both lock its row; those of
different bulks do not meet. On SQLite the transaction is the lock.

Quick batches are claimed by the handful and reported together. A hand is worked on one batch after
the other, so that it counts as one batch under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from workflows_app.core.state import VisitKey
from workflows_app.models import Batch, Bulk
from workflows_app.store.bulks import ACTIVE, BulkRow, Pending, row_of, settle
from workflows_app.store.children import are_all_open
from workflows_app.store.sql import query

_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """The reading of a bulk's source, or the making of its result, is this worker's for now."""

    bulk: BulkRow


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """A batch that is this worker's for now."""

    id: int
    number: int
    hand: UUID
    """Batches that were claimed together have one; a report with another one is late."""
    bulk: BulkRow
    first_index: int
    items: Sequence[Any]
    rows: Sequence[int] | None
    pending: Sequence[Pending]
    results: Sequence[Any]
    failures: Sequence[Any]
    crashes: int
    is_probe: bool
    """True when the circuit breaker is half open."""

    def item(self, index: int) -> Any:
        """The item of an index."""
        return self.items[index - self.first_index]

    def row(self, index: int) -> int | None:
        """The item's row in its file."""
        return None if self.rows is None else self.rows[index - self.first_index]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a worker has to say of a batch: all of it so far, and what this turn added."""

    results: Sequence[Any]
    failures: Sequence[Any]
    pending: Sequence[Pending]
    due_at: datetime
    """When the first of the pending items is due."""
    succeeded: int
    failed: int
    filtered: int
    result_bytes: int
    failures_in_row: int
    """Failed attempts since the last that succeeded."""
    has_success: bool
    breaker_until: datetime | None
    """Set when the turn opened the circuit breaker."""
    open_runs: Sequence[UUID] = ()
    """Runs of items that were not over when the turn looked at them."""


def claim(
    *,
    worker: str,
    now: datetime,
    lease_until: datetime,
    hand_size: Callable[[BulkRow], int] = lambda bulk: 1,
) -> ClaimedPart | Sequence[ClaimedBatch] | None:
    """Lease what comes next of the oldest bulk that has something to do; None where none has.

    Args:
        worker: Whose it is.
        now: The time.
        lease_until: Until when, unless the lease is extended.
        hand_size: How many batches of a bulk to lease at most.
    """
    # Workers look here whenever they look for nodes, and most of the time there are no bulks.
    if not query("SELECT 1 FROM workflows_app_bulk WHERE status IN ('open', 'finishing') LIMIT 1"):
        return None
    for bulk_id in list(_claimable(now).values_list("id", flat=True)[:_CANDIDATES]):
        with transaction.atomic():
            claimed = _claim_of(bulk_id, worker, now, lease_until, hand_size)
        if claimed is not None:
            return claimed
    return None


def count_claimable(*, now: datetime, limit: int) -> int:
    """How many workers could find something to do; at most `limit`."""
    count = 0
    for bulk in _claimable(now)[:_CANDIDATES]:
        if _has_free_part(bulk, now):
            count += 1
        else:
            count += Batch.objects.filter(_has_news(now), bulk=bulk)[:limit].count()
            if (room := _room(bulk, now)) > 0:
                count += Batch.objects.filter(_is_left(now), bulk=bulk)[:room].count()
    return min(count, limit)


def report_hand(
    reports: Sequence[tuple[ClaimedBatch, BatchReport]], *, now: datetime
) -> BulkRow | None:
    """Write what became of batches that were claimed together, and count it.

    Returns:
        The bulk after it; None, and nothing written, when the bulk is closed. Batches that are the
        worker's no longer are left out, and so are those behind the one that ends the bulk.
    """
    with transaction.atomic():
        first = reports[0][0]
        bulk = Bulk.objects.select_for_update().filter(id=first.bulk.id, status="open").first()
        if bulk is None:
            return None
        mine = set(_in_hand(first).values_list("id", flat=True))
        kept = []
        for batch, report in reports:
            if batch.id in mine and bulk.status == "open":
                kept.append((batch, report))
                _count(bulk, batch, report)
                settle(bulk)
        if not kept:
            return None
        _write(kept, now)
        bulk.save()
        return row_of(bulk)


def hand_back(batches: Sequence[ClaimedBatch]) -> None:
    """Let others have batches of a hand that nobody has begun."""
    begun_by_nobody = _in_hand(batches[0]).filter(id__in=[batch.id for batch in batches])
    begun_by_nobody.update(status="queued", worker="", hand=None, lease_until=None)


def _in_hand(batch: ClaimedBatch) -> QuerySet[Batch]:
    """The batches that are still the worker's, of those that it claimed together with this one."""
    return Batch.objects.filter(bulk_id=batch.bulk.id, status="running", hand=batch.hand)


def _count(bulk: Bulk, batch: ClaimedBatch, report: BatchReport) -> None:
    bulk.succeeded += report.succeeded
    bulk.failed += report.failed
    bulk.filtered += report.filtered
    bulk.result_bytes += report.result_bytes
    before = 0 if report.has_success else bulk.failures_in_row
    bulk.failures_in_row = before + report.failures_in_row
    if report.breaker_until is not None:
        bulk.breaker_until = report.breaker_until
    elif batch.is_probe and report.has_success:
        bulk.breaker_until = None


def _write(reports: Sequence[tuple[ClaimedBatch, BatchReport]], now: datetime) -> None:
    fields = {field.name: field for field in Batch._meta.concrete_fields}
    rows = []
    for batch, report in reports:
        status, due_at = "queued" if report.pending else "done", report.due_at
        if report.open_runs:
            # One that ended after the look, and before the batch waits, told nobody of it.
            status, due_at = "waiting", due_at if are_all_open(report.open_runs) else now
        values = {
            "status": status,
            "pending": list(report.pending),
            "results": list(report.results),
            "failures": list(report.failures),
            "due_at": due_at,
            "id": batch.id,
        }
        rows.append(
            [fields[name].get_db_prep_save(value, connection) for name, value in values.items()]
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE workflows_app_batch SET status = %s, pending = %s, results = %s,"
            " failures = %s, due_at = %s, worker = '', hand = NULL, lease_until = NULL,"
            " crashes = 0 WHERE id = %s",
            rows,
        )


@contextmanager
def held(batch: ClaimedBatch) -> Iterator[bool]:
    """Hold the bulk for a moment; False when it is closed, or the batch is the worker's no longer.

    What the caller writes meanwhile is written only while somebody wants the batch done: whoever
    closes the bulk does so before or after it.
    """
    with transaction.atomic():
        bulk = Bulk.objects.select_for_update().filter(id=batch.bulk.id, status="open").first()
        yield bulk is not None and _in_hand(batch).filter(id=batch.id).exists()


def tell_item_is_over(run_id: UUID, key: VisitKey, attempt: int, index: int, now: datetime) -> bool:
    """Let the batch look at the run of one of its items; True when somebody should.

    The bulk is held, so that a batch that is just about to wait looks again.
    """
    with transaction.atomic():
        bulk = (
            Bulk.objects.select_for_update()
            .filter(run_id=run_id, node_id=key[0], visit=key[1], attempt=attempt, status="open")
            .first()
        )
        if bulk is None:
            return False
        mine = Batch.objects.filter(bulk=bulk, status="waiting", first_index__lte=index)
        last = mine.order_by("-first_index").values_list("id", flat=True).first()
        return bool(Batch.objects.filter(id=last).update(due_at=now)) if last else False


def extend_hand(batch: ClaimedBatch, *, lease_until: datetime) -> bool:
    """Extend the lease; False when the hand is the worker's no longer, or its bulk is closed."""
    is_open = Exists(Bulk.objects.filter(id=batch.bulk.id, status="open"))
    return bool(_in_hand(batch).filter(is_open).update(lease_until=lease_until))


def extend_part(part: ClaimedPart, *, worker: str, lease_until: datetime) -> bool:
    """Extend the lease; False when the part is the worker's no longer."""
    return bool(
        Bulk.objects.filter(id=part.bulk.id, worker=worker, status=part.bulk.status).update(
            lease_until=lease_until
        )
    )


def release_part(part: ClaimedPart, *, worker: str) -> None:
    """Somebody else may go on with it."""
    Bulk.objects.filter(id=part.bulk.id, worker=worker, status__in=ACTIVE).update(
        worker="", lease_until=None
    )


def leaseholders() -> set[str]:
    """Names of the workers that hold leases here."""
    batches = Batch.objects.filter(status="running").values_list("worker", flat=True)
    parts = Bulk.objects.filter(status__in=ACTIVE).exclude(worker="")
    return {*batches.distinct(), *parts.values_list("worker", flat=True).distinct()}


def expire_leases(*, worker: str, now: datetime) -> None:
    """End a worker's leases: what it held is for others."""
    Batch.objects.filter(status="running", worker=worker).update(lease_until=now)
    Bulk.objects.filter(status__in=ACTIVE, worker=worker).update(lease_until=now)


def iter_batches(bulk_id: int, *, chunk: int = 20) -> Iterator[Batch]:
    """All batches in order, a few at a time: they may be many more than memory holds."""
    number = -1
    while True:
        rows = list(
            Batch.objects.filter(bulk_id=bulk_id, number__gt=number).order_by("number")[:chunk]
        )
        if not rows:
            return
        yield from rows
        number = rows[-1].number


def _claimable(now: datetime) -> QuerySet[Bulk]:
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    has_part = (Q(status="finishing") | Q(status="open", is_expanded=False)) & is_free
    is_closed = Q(breaker_until__isnull=True) | Q(breaker_until__lte=now)
    due = Batch.objects.filter(_is_left(now) | _has_news(now), bulk_id=OuterRef("id"))
    return (
        Bulk.objects.filter(status__in=ACTIVE)
        .filter(has_part | (Q(status="open") & is_closed & Exists(due)))
        .exclude(run__status="paused")
        .order_by("id")
    )


def _is_left(now: datetime) -> Q:
    return Q(status="queued", due_at__lte=now) | Q(status="running", lease_until__lt=now)


def _has_news(now: datetime) -> Q:
    """Batches that wait for runs of their items, and should look at them."""
    return Q(status="waiting", due_at__lte=now)


def _due(bulk: Bulk, now: datetime, limit: int) -> list[Batch]:
    """The next batches: what a worker left behind is somebody's alone, and is seen to first."""
    of_bulk = Batch.objects.filter(bulk=bulk).order_by("number")
    left = list(of_bulk.filter(status="running", lease_until__lt=now)[:1])
    if left:
        return left
    queued = list(of_bulk.filter(status="queued", due_at__lte=now)[:limit])
    return list(takewhile(lambda batch: not batch.crashes, queued)) or queued[:1]


def _has_free_part(bulk: Bulk, now: datetime) -> bool:
    is_free = bulk.lease_until is None or bulk.lease_until < now
    return is_free and (bulk.status == "finishing" or not bulk.is_expanded)


def _room(bulk: Bulk, now: datetime) -> int:
    """How many more batches may be under way: one while the circuit breaker is half open."""
    if bulk.status != "open" or (bulk.breaker_until is not None and bulk.breaker_until > now):
        return 0
    limit = bulk.max_concurrency if bulk.breaker_until is None else 1
    of_bulk = Batch.objects.filter(bulk=bulk)
    running = of_bulk.filter(status="running", lease_until__gte=now)
    hands = running.values("hand").distinct().count()
    return limit - hands - of_bulk.filter(status="waiting").count()


def _claim_of(
    bulk_id: int,
    worker: str,
    now: datetime,
    lease_until: datetime,
    hand_size: Callable[[BulkRow], int],
) -> ClaimedPart | Sequence[ClaimedBatch] | None:
    bulk = Bulk.objects.select_for_update().filter(id=bulk_id, status__in=ACTIVE).first()
    if bulk is None:
        return None
    if _has_free_part(bulk, now):
        bulk.worker, bulk.lease_until = worker, lease_until
        bulk.save(update_fields=("worker", "lease_until"))
        return ClaimedPart(row_of(bulk))
    # A batch that waits is under way already, and needs no room.
    found = list(Batch.objects.filter(_has_news(now), bulk=bulk).order_by("number")[:1])
    row = row_of(bulk)
    if not found and _room(bulk, now) > 0:
        found = _due(bulk, now, hand_size(row))
    if not found:
        return None
    hand = uuid4()
    crashes = int(found[0].status == "running")
    Batch.objects.filter(id__in=[batch.id for batch in found]).update(
        status="running",
        hand=hand,
        worker=worker,
        lease_until=lease_until,
        crashes=F("crashes") + crashes,
    )
    return [
        ClaimedBatch(
            id=batch.id,
            number=batch.number,
            hand=hand,
            bulk=row,
            first_index=batch.first_index,
            items=batch.items,
            rows=batch.rows,
            pending=batch.pending,
            results=batch.results,
            failures=batch.failures,
            crashes=batch.crashes + crashes,
            is_probe=bulk.breaker_until is not None,
        )
        for batch in found
    ]
