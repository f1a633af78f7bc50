"""The inbox."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.contracts.human import HumanTaskDetail, HumanTaskPage
from workflows_app.selectors import human_tasks as reads
from workflows_app.services import human_tasks

router = Router(tags=["human tasks"], by_alias=True)
DECIDE = requires("decide")


@router.get("", response=HumanTaskPage, operation_id="listHumanTasks", summary="List human tasks")
def list_human_tasks(request: HttpRequest, query: Query[schemas.HumanTaskQuery]) -> HumanTaskPage:
    """Open ones oldest first, done ones latest first."""
    return reads.list_human_tasks(
        user=user_of(request),
        state=query.state,
        workflow_id=query.workflow,
        search=query.search,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get(
    "/{uuid:task_id}",
    response=HumanTaskDetail,
    operation_id="getHumanTask",
    summary="Read a human task",
)
def get_human_task(request: HttpRequest, task_id: UUID) -> HumanTaskDetail:
    """With the data decided upon, the run's progress and who decided what."""
    return reads.get_human_task(user=user_of(request), task_id=task_id)


@router.post(
    "/{uuid:task_id}/claim",
    response=HumanTaskDetail,
    auth=DECIDE,
    operation_id="claimHumanTask",
    summary="Claim a human task",
)
def claim_human_task(request: HttpRequest, task_id: UUID) -> HumanTaskDetail:
    """Others see that it is in hand."""
    user = user_of(request)
    human_tasks.claim_human_task(actor=user, task_id=task_id)
    return reads.get_human_task(user=user, task_id=task_id)


@router.post(
    "/{uuid:task_id}/release",
    response=HumanTaskDetail,
    auth=DECIDE,
    operation_id="releaseHumanTask",
    summary="Give a claimed task back",
)
def release_human_task(request: HttpRequest, task_id: UUID) -> HumanTaskDetail:
    """Undoes `claim`."""
    user = user_of(request)
    human_tasks.release_human_task(actor=user, task_id=task_id)
    return reads.get_human_task(user=user, task_id=task_id)


@router.post(
    "/{uuid:task_id}/decide",
    response=HumanTaskDetail,
    auth=DECIDE,
    operation_id="decideHumanTask",
    summary="Decide",
)
def decide_human_task(
    request: HttpRequest, task_id: UUID, body: schemas.DecideHumanTask
) -> HumanTaskDetail:
    """409 `already_decided` with `decision` when somebody was first; 403 `not_assigned`."""
    user = user_of(request)
    human_tasks.decide_human_task(
        actor=user,
        task_id=task_id,
        outcome=body.outcome,
        comment=body.comment,
        data=body.data,
    )
    return reads.get_human_task(user=user, task_id=task_id)
