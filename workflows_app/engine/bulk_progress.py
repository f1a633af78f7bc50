"""Telling watchers how far a bulk is: soon at first, then less and less often."""

from __future__ import annotations

from datetime import datetime

from workflows_app.engine import clock
from workflows_app.engine.advance import advance_with
from workflows_app.store import bulks
from workflows_app.store.bulks import BulkRow
from workflows_app.store.codec import ProgressTold, Report

SHORTEST_SECONDS = 1.0
SHARE = 50
"""A word is due when a fiftieth of the time so far has passed again, so that a bulk of a day writes
some five hundred events and not one an item."""


def tell_progress(bulk: BulkRow) -> None:
    """Journal the progress, if a word is due and nobody else says it."""
    now = clock.now()
    elapsed = (now - bulk.created_at).total_seconds()
    if (now - bulk.told_at).total_seconds() < max(SHORTEST_SECONDS, elapsed / SHARE):
        return
    if bulk.status != "open" or not bulks.note_told(bulk, now):
        return
    total = bulk.total if bulk.is_expanded else None
    told = ProgressTold(
        *bulk.key, bulk.attempt, now.timestamp(), bulk.done, total, progress_text(bulk, now)
    )
    advance_with(bulk.run_id, [Report(told)])


def progress_text(bulk: BulkRow, now: datetime) -> str:
    """Failures, rate and remaining time in a few words."""
    words = []
    if bulk.failed:
        words.append(f"{bulk.failed:,} failed")
    rate = rate_of(bulk, now)
    if rate:
        words.append(f"{rate:,.1f} a second" if rate < 10 else f"{rate:,.0f} a second")
    remaining = remaining_seconds(bulk, now)
    if remaining is not None:
        words.append(f"about {_duration(remaining)} left")
    return ", ".join(words)


def rate_of(bulk: BulkRow, now: datetime) -> float | None:
    """Items a second since the last word; None where nothing can be said."""
    seconds = (now - bulk.told_at).total_seconds()
    done = bulk.done - bulk.told_done
    return done / seconds if seconds > 0 and done > 0 else None


def remaining_seconds(bulk: BulkRow, now: datetime) -> float | None:
    """How long the rest will take at this rate."""
    rate = rate_of(bulk, now)
    return (bulk.total - bulk.done) / rate if bulk.is_expanded and rate else None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.0f} h"
