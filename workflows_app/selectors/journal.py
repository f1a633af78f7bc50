"""A run's journal."""

from __future__ import annotations

from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.contracts.runs import EventList
from workflows_app.errors import NotFoundError
from workflows_app.models import Run, RunEvent
from workflows_app.selectors.run_rows import event_of


def list_events(*, user: Actor, run_id: UUID, since: int = 0, limit: int = 500) -> EventList:
    """Events after number `since`, in order, at most `limit`.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run.
    """
    require(user, "view_run")
    seq = Run.objects.filter(id=run_id).values_list("seq", flat=True).first()
    if seq is None:
        raise NotFoundError("There is no such run.")
    rows = RunEvent.objects.filter(run_id=run_id, seq__gt=since).order_by("seq")[:limit]
    return EventList(events=[event_of(row) for row in rows], seq=seq)
