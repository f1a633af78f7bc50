"""Runs: the list, the one, and a snapshot to build on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.contracts.runs import NodeView, RunDetail, RunPage, RunSnapshot, RunSummary
from workflows_app.core.state import ACTIVE_NODE_STATUSES, CLOSED, NodeStatus, RunStatus
from workflows_app.engine import clock
from workflows_app.errors import NotFoundError
from workflows_app.models import HumanTask, NodeRun, Run, Workflow
from workflows_app.selectors.pages import Keyset, take_page
from workflows_app.selectors.run_rows import (
    NODE_VIEW_FIELDS,
    machine_view,
    node_view,
    run_summary,
    summary_fields,
)
from workflows_app.selectors.version_cache import canvas_of_version, titles_of

STUCK_AFTER = timedelta(minutes=5)
"""A run that should go on and has not for this long is stuck."""

_CURRENT_NODES = 10
_NEWEST_FIRST = Keyset("created_at")
_UNTOLD = Q(status=NodeStatus.RUNNING.value, execution__in=["engine", "human", "wait", "child"])
"""Nodes that a step is about to carry out and had no time for: the journal does not know them."""
_ACTIVE = [status.value for status in ACTIVE_NODE_STATUSES]
_MOVING = [RunStatus.RUNNING.value, RunStatus.COMPENSATING.value]
_CLOSED = [status.value for status in CLOSED]


@dataclass(frozen=True, slots=True)
class RunFilters:
    """What a run list is narrowed to; all that is set must hold."""

    workflow_id: UUID | None = None
    statuses: tuple[str, ...] = ()
    version: int | None = None
    search: str = ""
    business_key: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    is_overdue: bool = False
    is_stuck: bool = False
    parent_id: UUID | None = None
    """Only runs that a node of this one started."""
    is_top_level: bool = False
    """Only runs that no node of another one started."""


def list_runs(
    *, user: Actor, filters: RunFilters, cursor: str | None = None, limit: int = 50
) -> RunPage:
    """A page of runs, newest first: three queries at most, and one for each word searched for.

    Raises:
        PermissionDeniedError: the user may not see runs.
        InvalidInputError: the cursor is not one of this list.
    """
    require(user, "view_run")
    page, next_cursor = take_page(
        filtered_runs(filters), keyset=_NEWEST_FIRST, cursor=cursor, limit=limit
    )
    return RunPage(items=summaries_of(page), next_cursor=next_cursor)


def get_run(*, user: Actor, run_id: UUID) -> RunDetail:
    """A run with its nodes and the canvas of its version.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run.
    """
    require(user, "view_run")
    run, nodes = _read_consistently(run_id)
    return RunDetail(**_snapshot_fields(run, nodes), canvas=canvas_of_version(run.version_id))


def get_snapshot(*, run_id: UUID) -> RunSnapshot:
    """A run with its nodes, as of its `seq`; whoever calls has checked the permission.

    Raises:
        NotFoundError: there is no such run.
    """
    return RunSnapshot(**_snapshot_fields(*_read_consistently(run_id)))


def find_started_run(*, workflow_id: UUID, idempotency_key: str | None) -> UUID | None:
    """The run that was started under the key; None when there is none."""
    if idempotency_key is None:
        return None
    runs = Run.objects.filter(workflow_id=workflow_id, idempotency_key=idempotency_key)
    return runs.values_list("id", flat=True).first()


def filtered_runs(filters: RunFilters) -> QuerySet[Run]:
    """The runs that pass the filters, with what a row of the list needs."""
    runs = Run.objects.select_related("workflow", "version", "created_by").defer(
        "version__document", "state", "input", "output"
    )
    if filters.workflow_id is not None:
        runs = runs.filter(workflow=filters.workflow_id)
    if filters.statuses:
        runs = runs.filter(status__in=filters.statuses)
    if filters.version is not None:
        runs = runs.filter(version__number=filters.version)
    if filters.business_key:
        runs = runs.filter(business_key=filters.business_key)
    if filters.created_after is not None:
        runs = runs.filter(created_at__gte=filters.created_after)
    if filters.created_before is not None:
        runs = runs.filter(created_at__lt=filters.created_before)
    if filters.is_overdue:
        runs = runs.filter(Exists(_overdue_tasks()))
    if filters.is_stuck:
        runs = runs.filter(Exists(_stuck_nodes()), status__in=_MOVING)
    if filters.parent_id is not None:
        runs = runs.filter(parent=filters.parent_id)
    if filters.is_top_level:
        runs = runs.filter(parent__isnull=True)
    for word in filters.search.split()[:10]:
        runs = runs.filter(_matches(word))
    return runs


def summaries_of(runs: Sequence[Run]) -> list[RunSummary]:
    """Rows of the list, in two more queries for all of them."""
    active = _active_nodes(run.id for run in runs if run.status not in _CLOSED)
    titles = titles_of(run.version_id for run in runs if run.id in active)
    return [
        run_summary(run, active.get(run.id, ()), titles.get(run.version_id, {})) for run in runs
    ]


def _matches(word: str) -> Q:
    # In a query of its own: over columns of two tables PostgreSQL could use no index.
    named = Workflow.objects.filter(Q(title__icontains=word) | Q(name__icontains=word))
    matches = (~Q(business_key="") & Q(business_key__icontains=word)) | Q(
        workflow__in=list(named.values_list("id", flat=True))
    )
    try:
        return matches | Q(id=UUID(word))
    except ValueError:
        return matches


def _overdue_tasks() -> QuerySet[HumanTask]:
    return HumanTask.objects.filter(run=OuterRef("pk"), status="open", due_at__lt=clock.now())


def _stuck_nodes() -> QuerySet[NodeRun]:
    since = clock.now() - STUCK_AFTER
    return NodeRun.objects.filter(run=OuterRef("pk")).filter(
        Q(status="queued", execution="worker", queued_at__lt=since)
        | Q(status="running", execution="worker", lease_until__lt=since)
    )


def _active_nodes(run_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    wanted = list(run_ids)
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if not wanted:
        return found
    ranked = NodeRun.objects.filter(run__in=wanted, status__in=_ACTIVE).annotate(
        rank=Window(RowNumber(), partition_by=F("run_id"), order_by=F("id").asc())
    )
    for row in ranked.filter(rank__lte=_CURRENT_NODES).values(
        "run_id", "node_id", "status", "waiting"
    ):
        found[row["run_id"]].append({**row})
    return found


def _read_consistently(run_id: UUID) -> tuple[Run, Sequence[Mapping[str, Any]]]:
    """The run and its node runs from between two steps.

    A step may commit between the two queries. Then the node runs are newer than `seq`, which does
    no harm, since the events after `seq` lead to the same; but a second look is cheap.
    """
    run, nodes, seq = _read_once(run_id)
    if seq != run.seq:
        run, nodes, _ = _read_once(run_id)
    return run, nodes


def _read_once(run_id: UUID) -> tuple[Run, Sequence[Mapping[str, Any]], int]:
    """The run, its node runs, and the run's `seq` when they were read."""
    run = (
        Run.objects.select_related("workflow", "version", "created_by")
        .defer("version__document", "state")
        .filter(id=run_id)
        .first()
    )
    if run is None:
        raise NotFoundError("There is no such run.")
    told = NodeRun.objects.filter(run_id=run_id).exclude(_UNTOLD)
    rows = list(told.order_by("id").values(*NODE_VIEW_FIELDS, "run__seq"))
    return run, rows, rows[0]["run__seq"] if rows else run.seq


def _snapshot_fields(run: Run, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    active = [node for node in nodes if node["status"] in _ACTIVE][:_CURRENT_NODES]
    titles = titles_of([run.version_id]).get(run.version_id, {})
    views: list[NodeView] = [node_view(node) for node in nodes]
    return {
        **summary_fields(run, active, titles),
        "seq": run.seq,
        "input": run.input,
        "output": run.output,
        "parent_id": run.parent_id,
        "rerun_of": run.rerun_of_id,
        "nodes": views,
        "machine": machine_view(views) if run.workflow.kind == "state_machine" else None,
    }
