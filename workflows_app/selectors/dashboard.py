"""What an operator looks at first: attention, throughput, durations, queue and workers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Min, Q, Window
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber, TruncHour, TruncMinute

from workflows_app import conf
from workflows_app.contracts.actor import Actor
from workflows_app.contracts.base import to_rfc3339
from workflows_app.contracts.operations import (
    Attention,
    AttentionKind,
    Dashboard,
    QueueState,
    SeriesPoint,
    Totals,
    WorkerView,
    WorkflowDuration,
)
from workflows_app.contracts.permissions import require
from workflows_app.engine import clock
from workflows_app.models import NodeRun, Run, WorkerHeartbeat, Workflow
from workflows_app.selectors.runs import RunFilters, filtered_runs, summaries_of
from workflows_app.selectors.workflows import ref_of

MAX_MEASURED_RUNS = 10_000
"""Durations are taken of at most this many of the latest finished runs."""

_SHOWN = 5
_INTERVALS = (60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600)
_MAX_POINTS = 48
_FORGOTTEN_AFTER = timedelta(hours=24)


def get_dashboard(*, user: Actor, hours: int) -> Dashboard:
    """Figures over the last hours, in a fixed number of queries.

    Raises:
        PermissionDeniedError: the user may not see runs.
    """
    require(user, "view_run")
    now = clock.now()
    since = now - timedelta(hours=hours)
    interval = _interval_for(hours)
    started = _count(since, "created_at", interval)
    by_status: Counter[str] = Counter()
    for (_, status), count in started.items():
        by_status[status] += count
    open_runs = dict(
        Run.objects.filter(status__in=("running", "compensating", "waiting"))
        .values_list("status")
        .annotate(count=Count("id"))
    )
    return Dashboard(
        hours=hours,
        attention=_attention(since),
        running_now=open_runs.get("running", 0) + open_runs.get("compensating", 0),
        waiting_now=open_runs.get("waiting", 0),
        started_today=Run.objects.filter(
            created_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0)
        ).count(),
        totals=Totals(
            started=by_status.total(),
            succeeded=by_status["succeeded"],
            failed=by_status["failed"],
            cancelled=by_status["cancelled"],
            compensated=by_status["compensated"],
        ),
        interval_seconds=interval,
        series=_series(started, since, now, interval),
        durations=_durations(since),
        queue=_queue(now),
        workers=_workers(now),
    )


_WITH_CHILDREN = {"include_children": "true"}
"""What needs attention counts wherever it happens."""


def _attention(since: datetime) -> list[Attention]:
    kinds: list[tuple[AttentionKind, RunFilters, dict[str, str]]] = [
        (
            "needs_attention",
            RunFilters(statuses=("needs_attention",)),
            {"status": "needs_attention"},
        ),
        (
            "failed",
            RunFilters(statuses=("failed",), created_after=since),
            {"status": "failed", "created_after": to_rfc3339(since), **_WITH_CHILDREN},
        ),
        ("stuck", RunFilters(is_stuck=True), {"stuck": "true", **_WITH_CHILDREN}),
        ("overdue", RunFilters(is_overdue=True), {"overdue": "true", **_WITH_CHILDREN}),
    ]
    found: list[Attention] = []
    for kind, filters, query in kinds:
        runs = filtered_runs(filters)
        count = runs.count()
        shown = list(runs.order_by("-created_at", "-id")[:_SHOWN]) if count else []
        found.append(
            Attention(
                kind=kind,
                count=count,
                link=f"/runs?{urlencode(query)}",
                items=summaries_of(shown),
            )
        )
    return found


def _interval_for(hours: int) -> int:
    return next((step for step in _INTERVALS if hours * 3600 / step <= _MAX_POINTS), _INTERVALS[-1])


Counts = Counter[tuple[int, str]]
"""Of runs, by the second that an interval begins at, and status."""


def _series(started: Counts, since: datetime, now: datetime, interval: int) -> list[SeriesPoint]:
    ended = _count(since, "finished_at", interval)
    begun: Counter[int] = Counter()
    for (at, _), count in started.items():
        begun[at] += count
    first, last = (_begin_of(moment, interval) for moment in (since, now))
    return [
        SeriesPoint(
            at=datetime.fromtimestamp(at, UTC),
            started=begun[at],
            succeeded=ended[at, "succeeded"],
            failed=ended[at, "failed"],
        )
        for at in range(first, last + 1, interval)
    ]


def _count(since: datetime, moment: str, interval: int) -> Counts:
    """The database counts by the hour or minute, which is as fine as any interval."""
    truncate = TruncHour if interval >= 3600 else TruncMinute
    rows = (
        Run.objects.filter(**{f"{moment}__gte": since})
        .annotate(slot=truncate(moment, tzinfo=UTC))
        .values_list("slot", "status")
        .annotate(count=Count("id"))
    )
    counts: Counts = Counter()
    for slot, status, count in rows:
        counts[_begin_of(slot, interval), status] += count
    return counts


def _begin_of(moment: datetime, interval: int) -> int:
    return int(moment.timestamp()) // interval * interval


def _durations(since: datetime) -> list[WorkflowDuration]:
    """Percentiles by nearest rank: the smallest value with so many of them at or below it."""
    finished = Run.objects.filter(status="succeeded", finished_at__gte=since)
    latest = finished.order_by("-finished_at").values_list("finished_at", flat=True)
    oldest_measured = latest[MAX_MEASURED_RUNS - 1 : MAX_MEASURED_RUNS].first()
    of_workflow = partial(Window, partition_by="workflow_id")
    ranked = (
        finished.filter(finished_at__gte=oldest_measured or since)
        .annotate(lasted=F("finished_at") - F("created_at"))
        .annotate(rank=of_workflow(RowNumber(), order_by="lasted"), count=of_workflow(Count("*")))
        .filter(Q(rank=_nearest_rank(50)) | Q(rank=_nearest_rank(95)))
        .order_by("rank")
        .values_list("workflow_id", "count", "lasted")
    )
    found: dict[UUID, tuple[int, list[float]]] = {}
    for workflow_id, count, lasted in ranked:
        found.setdefault(workflow_id, (count, []))[1].append(lasted.total_seconds())
    workflows = Workflow.objects.in_bulk(found)
    durations = [
        # One value where both have the same rank.
        WorkflowDuration(
            workflow=ref_of(workflows[workflow_id]),
            count=count,
            p50_seconds=seconds[0],
            p95_seconds=seconds[-1],
        )
        for workflow_id, (count, seconds) in found.items()
    ]
    return sorted(durations, key=lambda item: (-item.count, item.workflow.title))


def _nearest_rank(percent: int) -> CombinedExpression:
    """In whole numbers, which both databases divide downwards."""
    return (F("count") * percent + 99) / 100


def _queue(now: datetime) -> QueueState:
    found = NodeRun.objects.filter(status="queued", execution="worker").aggregate(
        depth=Count("id"), oldest=Min("queued_at")
    )
    oldest = found["oldest"]
    return QueueState(
        depth=found["depth"],
        oldest_seconds=max(0.0, (now - oldest).total_seconds()) if oldest is not None else None,
    )


def _workers(now: datetime) -> list[WorkerView]:
    alive_since = now - timedelta(seconds=alive_seconds())
    rows = WorkerHeartbeat.objects.filter(last_seen_at__gte=now - _FORGOTTEN_AFTER)
    return [
        WorkerView(
            name=row.name,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            is_alive=row.last_seen_at >= alive_since,
            threads=row.slots,
            active=row.active,
        )
        for row in rows.order_by("name")
    ]


def alive_seconds() -> float:
    """How long after its last sign of life a worker counts as alive."""
    return max(conf.lease_seconds(), 5 * conf.sweep_seconds())
