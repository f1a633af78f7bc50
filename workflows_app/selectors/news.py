"""What moved, for the sockets: journal entries of runs, and changes of inboxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from workflows_app.contracts.frames import RunHead
from workflows_app.contracts.runs import Event
from workflows_app.models import HumanTask, Run, RunEvent
from workflows_app.selectors.run_rows import event_of, run_error_view

MAX_EVENTS = 500
"""Events in one frame."""


@dataclass(frozen=True, slots=True)
class RunNews:
    """Events of a run, in order and without gaps, and its head."""

    head: RunHead
    events: tuple[Event, ...]
    is_complete: bool
    """False when more events follow than fit."""


def read_news(*, run_id: UUID, since: int) -> RunNews | None:
    """The events after number `since`; None when there is no such run."""
    run = (
        Run.objects.filter(id=run_id)
        .values("id", "status", "seq", "started_at", "finished_at", "error", "output")
        .first()
    )
    if run is None:
        return None
    # A step writes its events and the run's seq together, so all up to seq are there.
    rows = RunEvent.objects.filter(run_id=run_id, seq__gt=since, seq__lte=run["seq"])
    events = tuple(event_of(row) for row in rows.order_by("seq")[:MAX_EVENTS])
    return RunNews(
        head=RunHead.model_validate({**run, "error": run_error_view(run["error"])}),
        events=events,
        is_complete=not events or events[-1].seq == run["seq"],
    )


def read_seqs(run_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Numbers of the last events; runs that do not exist are left out."""
    return dict(Run.objects.filter(id__in=list(run_ids)).values_list("id", "seq"))


def read_moved_runs(*, after_event: int, limit: int = 500) -> tuple[set[UUID], int]:
    """Runs with journal rows after that row id, and the last row id. Heals lost wake-ups."""
    rows = RunEvent.objects.filter(id__gt=after_event).order_by("-id")
    found: Collection[tuple[int, UUID]] = list(rows.values_list("id", "run_id")[:limit])
    return {run_id for _, run_id in found}, max(
        (row_id for row_id, _ in found), default=after_event
    )


def read_last_event() -> int:
    """Row id of the youngest journal entry of all runs; 0 when there is none."""
    return RunEvent.objects.aggregate(last=Max("id"))["last"] or 0


def read_inbox_mark() -> tuple[Any, ...]:
    """A value that changes whenever anybody's inbox may have changed."""
    mark = HumanTask.objects.filter(status="open").aggregate(
        count=Count("id"),
        youngest=Max("created_at"),
        claimed=Count("claimed_by"),
        last_claim=Max("claimed_at"),
    )
    return tuple(mark.values())
