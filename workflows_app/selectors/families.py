"""The runs above and below a run, and what people have to decide below it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.families import ChildRunView, OpenTask, Relative, RunFamily
from workflows_app.contracts.permissions import require
from workflows_app.core.state import CLOSED
from workflows_app.errors import NotFoundError
from workflows_app.models import ChildRun, HumanTask, Run
from workflows_app.selectors.workflows import ref_of

_MAX_CHILDREN = 200
_MAX_TASKS = 50
_CLOSED = [status.value for status in CLOSED]


def get_family(*, user: Actor, run_id: UUID) -> RunFamily:
    """The relatives of a run, in a query for each generation.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run.
    """
    require(user, "view_run")
    run = Run.objects.filter(id=run_id).values("parent_id").first()
    if run is None:
        raise NotFoundError("There is no such run.")
    return RunFamily(
        ancestors=_ancestors(run["parent_id"]),
        children=_children(run_id),
        open_tasks=_open_tasks(run_id),
    )


def _ancestors(parent_id: UUID | None) -> list[Relative]:
    found: list[Relative] = []
    while parent_id is not None:
        row = Run.objects.select_related("workflow").only(*_RUN_FIELDS).get(id=parent_id)
        found.insert(0, Relative(**_relative(row)))
        parent_id = row.parent_id
    return found


def _children(run_id: UUID) -> list[ChildRunView]:
    links = (
        ChildRun.objects.filter(parent=run_id)
        .select_related("run__workflow")
        .only(*(f"run__{name}" for name in _RUN_FIELDS), *_LINK_FIELDS)
        .order_by("-run__created_at", "-run__id")
    )
    return [
        ChildRunView(**_relative(link.run), **{name: getattr(link, name) for name in _LINK_FIELDS})
        for link in reversed(links[:_MAX_CHILDREN])
    ]


def _open_tasks(run_id: UUID) -> list[OpenTask]:
    below: set[UUID] = set()
    parents = {run_id}
    while parents:
        children = Run.objects.filter(parent__in=parents).exclude(status__in=_CLOSED)
        parents = set(children.values_list("id", flat=True))
        below |= parents
    tasks = HumanTask.objects.filter(run__in=below, status="open").select_related("run__workflow")
    return [
        OpenTask(
            id=task.id,
            heading=task.heading,
            run_id=task.run_id,
            workflow=ref_of(task.run.workflow),
            due_at=task.due_at,
        )
        for task in tasks.order_by("created_at", "id")[:_MAX_TASKS]
    ]


_RUN_FIELDS = ("id", "parent_id", "status", "business_key", "workflow")
_LINK_FIELDS = ("node_id", "visit", "attempt", "is_awaited")


def _relative(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "workflow": ref_of(run.workflow),
        "status": run.status,
        "business_key": run.business_key,
    }
