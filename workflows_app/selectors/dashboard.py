"""What an operator looks at first: attention, throughput, durations, queue and workers."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Min
from django.db.models.functions import TruncHour, TruncMinute

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

MAX_MEASURED_RUNS = 20_000
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
    by_status = _count_by_status(since)
    interval = _interval_for(hours)
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
            started=sum(by_status.values()),
            succeeded=by_status.get("succeeded", 0),
            failed=by_status.get("failed", 0),
            cancelled=by_status.get("cancelled", 0),
            compensated=by_status.get("compensated", 0),
        ),
        interval_seconds=interval,
        series=_series(since, now, interval),
        durations=_durations(since),
        queue=_queue(now),
        workers=_workers(now),
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share lies, by nearest rank, of at least one sorted value."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


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


def _count_by_status(since: datetime) -> dict[str, int]:
    return dict(
        Run.objects.filter(created_at__gte=since).values_list("status").annotate(count=Count("id"))
    )


def _interval_for(hours: int) -> int:
    return next((step for step in _INTERVALS if hours * 3600 / step <= _MAX_POINTS), _INTERVALS[-1])


def _series(since: datetime, now: datetime, interval: int) -> list[SeriesPoint]:
    truncate = TruncHour if interval >= 3600 else TruncMinute

    def bucket(moment: datetime) -> int:
        return int(moment.timestamp()) // interval * interval

    started = _bucketed(
        bucket,
        Run.objects.filter(created_at__gte=since)
        .annotate(slot=truncate("created_at", tzinfo=UTC))
        .values_list("slot")
        .annotate(count=Count("id")),
    )
    ended = {
        status: _bucketed(
            bucket,
            Run.objects.filter(finished_at__gte=since, status=status)
            .annotate(slot=truncate("finished_at", tzinfo=UTC))
            .values_list("slot")
            .annotate(count=Count("id")),
        )
        for status in ("succeeded", "failed")
    }
    return [
        SeriesPoint(
            at=datetime.fromtimestamp(at, UTC),
            started=started[at],
            succeeded=ended["succeeded"][at],
            failed=ended["failed"][at],
        )
        for at in range(bucket(since), bucket(now) + 1, interval)
    ]


def _bucketed(bucket: Callable[[datetime], int], rows: Iterable[tuple[Any, int]]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for slot, count in rows:
        counts[bucket(slot)] += count
    return counts


def _durations(since: datetime) -> list[WorkflowDuration]:
    finished = (
        Run.objects.filter(finished_at__gte=since, status="succeeded")
        .order_by("-finished_at")
        .values_list("workflow_id", "created_at", "finished_at")[:MAX_MEASURED_RUNS]
    )
    seconds: dict[UUID, list[float]] = defaultdict(list)
    for workflow_id, created_at, finished_at in finished:
        if finished_at is not None:
            seconds[workflow_id].append((finished_at - created_at).total_seconds())
    workflows = Workflow.objects.in_bulk(seconds)
    measured = [
        WorkflowDuration(
            workflow=ref_of(workflows[workflow_id]),
            count=len(values),
            p50_seconds=percentile(sorted(values), 0.5),
            p95_seconds=percentile(sorted(values), 0.95),
        )
        for workflow_id, values in seconds.items()
    ]
    return sorted(measured, key=lambda item: (-item.count, item.workflow.title))


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
