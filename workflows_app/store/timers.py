# ruff: noqa: S608 - the statements are put together from constants of this module
"""Timers that are due."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from random import random
from uuid import UUID

from workflows_app.core.events import TimerFired, TimerKind
from workflows_app.store import inbox
from workflows_app.store.codec import Report
from workflows_app.store.sql import as_moment, as_uuid, immediate, is_postgresql, moment_key, query


def fire_due_timers(*, now: datetime, limit: int) -> list[UUID]:
    """Turn due timers into reports in their runs' inboxes, and return those runs.

    Each timer fires once, also when many processes do this at the same time.
    """
    lock = " FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
    due = "SELECT id FROM workflows_app_timer WHERE due_at <= %s ORDER BY due_at LIMIT %s"
    if not query(due, (moment_key(now), 1)):
        return []
    with immediate():
        rows = query(
            f"DELETE FROM workflows_app_timer WHERE id IN ({due}{lock}) "
            "RETURNING run_id, kind, node_id, visit, attempt",
            (moment_key(now), limit),
        )
        reports: dict[UUID, list[Report]] = defaultdict(list)
        for run_id, kind, node, visit, attempt in rows:
            event = TimerFired(TimerKind(kind), now.timestamp(), node, visit, attempt, random())
            reports[as_uuid(run_id)].append(Report(event))
        for run, fired in reports.items():
            inbox.add_reports(run, fired, now)
    return list(reports)


def next_due() -> datetime | None:
    """When the next timer is due."""
    rows = query("SELECT min(due_at) FROM workflows_app_timer")
    return as_moment(rows[0][0])
