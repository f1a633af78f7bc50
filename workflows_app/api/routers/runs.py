"""Runs: the list, the one, its journal, and what an operator does to it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.contracts.families import RunFamily
from workflows_app.contracts.runs import EventList, NodeDetail, RunDetail, RunPage, RunSnapshot
from workflows_app.selectors import families, journal, nodes
from workflows_app.selectors import runs as reads
from workflows_app.services import machines, reruns, runs

router = Router(tags=["runs"], by_alias=True)
OPERATE = requires("run")

VisitNumber = Annotated[int, Query(ge=1, le=2_147_483_647)]
VersionNumber = Annotated[int, Query(ge=1, le=2_147_483_647)]


@router.get("", response=RunPage, operation_id="listRuns", summary="List runs")
def list_runs(request: HttpRequest, query: Query[schemas.RunQuery]) -> RunPage:
    """Newest first. Filters combine. Runs that other runs started are left out unless asked for."""
    return reads.list_runs(
        user=user_of(request),
        filters=reads.RunFilters(
            workflow_id=query.workflow,
            statuses=tuple(query.status),
            version=query.version,
            search=query.search,
            business_key=query.business_key,
            created_after=query.created_after,
            created_before=query.created_before,
            is_overdue=query.overdue,
            is_stuck=query.stuck,
            parent_id=query.parent,
            is_top_level=query.parent is None and not query.include_children,
        ),
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get("/{uuid:run_id}", response=RunDetail, operation_id="getRun", summary="Read a run")
def get_run(request: HttpRequest, run_id: UUID) -> RunDetail:
    """With the canvas of the version that it is pinned to."""
    return reads.get_run(user=user_of(request), run_id=run_id)


@router.get(
    "/{uuid:run_id}/family",
    response=RunFamily,
    operation_id="getRunFamily",
    summary="Read a run's relatives",
)
def get_run_family(request: HttpRequest, run_id: UUID) -> RunFamily:
    """The runs that led to it, those that it started, and what people have to decide in those."""
    return families.get_family(user=user_of(request), run_id=run_id)


@router.get(
    "/{uuid:run_id}/nodes/{node_id}",
    response=NodeDetail,
    operation_id="getRunNode",
    summary="Read a node of a run",
)
def get_run_node(
    request: HttpRequest,
    run_id: UUID,
    node_id: Path[schemas.NodeIdText],
    visit: VisitNumber | None = None,
) -> NodeDetail:
    """Input, output, attempts and logs; by default of the last visit."""
    return nodes.get_node(user=user_of(request), run_id=run_id, node_id=node_id, visit=visit)


@router.get(
    "/{uuid:run_id}/events",
    response=EventList,
    operation_id="listRunEvents",
    summary="Read a run's journal",
)
def list_run_events(
    request: HttpRequest, run_id: UUID, query: Query[schemas.EventQuery]
) -> EventList:
    """Events after `since`, in order."""
    return journal.list_events(
        user=user_of(request), run_id=run_id, since=query.since, limit=query.limit
    )


@router.post(
    "/{uuid:run_id}/cancel",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="cancelRun",
    summary="Cancel a run",
)
def cancel_run(request: HttpRequest, run_id: UUID, body: schemas.CancelRun) -> RunSnapshot:
    """What is under way is cancelled; what is done stays done, but a saga is undone first."""
    runs.cancel_run(actor=user_of(request), run_id=run_id, reason=body.reason)
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/pause",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="pauseRun",
    summary="Pause a run",
)
def pause_run(request: HttpRequest, run_id: UUID) -> RunSnapshot:
    """Nothing new starts; what is under way ends."""
    runs.pause_run(actor=user_of(request), run_id=run_id)
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/resume",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="resumeRun",
    summary="Resume a paused run",
)
def resume_run(
    request: HttpRequest, run_id: UUID, version: VersionNumber | None = None
) -> RunSnapshot:
    """Undoes `pause`. 409 `workflow_version_mismatch` when the run is on another `version`."""
    runs.resume_run(actor=user_of(request), run_id=run_id, version=version)
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/signal",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="signalRun",
    summary="Send a signal to a run",
)
def signal_run(request: HttpRequest, run_id: UUID, body: schemas.SendSignal) -> RunSnapshot:
    """A wait node of that name goes on with the payload as its output."""
    runs.send_signal(actor=user_of(request), run_id=run_id, name=body.name, payload=body.payload)
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/attention",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="resolveAttention",
    summary="Say how to go on with a node that needs attention",
)
def resolve_attention(
    request: HttpRequest, run_id: UUID, body: schemas.ResolveAttention
) -> RunSnapshot:
    """Try it again, leave it out, or count it as done because somebody has seen to it by hand."""
    runs.resolve_attention(
        actor=user_of(request),
        run_id=run_id,
        node_id=body.node_id,
        choice=body.choice,
        note=body.note,
        visit=body.visit,
    )
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/events",
    response=RunSnapshot,
    auth=OPERATE,
    operation_id="sendRunEvent",
    summary="Send an event to a state machine",
)
def send_run_event(request: HttpRequest, run_id: UUID, body: schemas.SendEvent) -> RunSnapshot:
    """Refused when no active state takes it; while actions run it waits for them."""
    machines.send_event(
        actor=user_of(request),
        run_id=run_id,
        name=body.name,
        data=body.data,
        expect_state=body.expect_state,
        expect_revision=body.expect_revision,
    )
    return reads.get_snapshot(run_id=run_id)


@router.post(
    "/{uuid:run_id}/retry",
    response={201: RunSnapshot},
    auth=OPERATE,
    operation_id="retryRun",
    summary="Retry from a node",
)
def retry_run(request: HttpRequest, run_id: UUID, body: schemas.RetryRun) -> Status[RunSnapshot]:
    """A new run that takes over what ran before the node."""
    new_id = reruns.retry_from_node(actor=user_of(request), run_id=run_id, node_id=body.node_id)
    return Status(201, reads.get_snapshot(run_id=new_id))
