"""Reads and writes of agents' steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from workflows_app.core.state import VisitKey
from workflows_app.models import AgentStep
from workflows_app.models.human import HumanTaskStatus
from workflows_app.sdk.durable_steps import Answer, Step


def read_steps(*, run_id: UUID, key: VisitKey) -> list[Step]:
    """All steps of a visit, in order."""
    rows = _of_visit(run_id, key).select_related("human_task__decision__decided_by")
    return [_step_of(row) for row in rows.order_by("number")]


def insert_step(
    *,
    run_id: UUID,
    key: VisitKey,
    number: int,
    attempt: int,
    kind: str,
    name: str,
    status: str,
    request: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write a new step.

    Raises:
        IntegrityError: Another worker has written it.
    """
    AgentStep.objects.create(
        run_id=run_id,
        node_id=key[0],
        visit=key[1],
        number=number,
        attempt=attempt,
        kind=kind,
        name=name[:200],
        status=status,
        request=request,
        started_at=now,
    )


def restart_step(
    *, run_id: UUID, key: VisitKey, number: int, attempt: int, values: Mapping[str, Any]
) -> None:
    """Hand an unfinished step to an attempt."""
    _of_visit(run_id, key).filter(number=number, finished_at=None).update(
        attempt=attempt, status="started", **values
    )


def finish_step(
    *, run_id: UUID, key: VisitKey, number: int, attempt: int, values: Mapping[str, Any]
) -> bool:
    """Write how a step came out; False when another attempt has it."""
    rows = _of_visit(run_id, key).filter(number=number, attempt=attempt, finished_at=None)
    return rows.update(**values) > 0


def attach_human_task(*, run_id: UUID, key: VisitKey, number: int, human_task_id: UUID) -> None:
    """Remember where people are asked about a step."""
    _of_visit(run_id, key).filter(number=number).update(human_task=human_task_id)


def _of_visit(run_id: UUID, key: VisitKey) -> QuerySet[AgentStep]:
    return AgentStep.objects.filter(run_id=run_id, node_id=key[0], visit=key[1])


def _step_of(row: AgentStep) -> Step:
    answer = None
    task = row.human_task
    if task is not None and task.status == HumanTaskStatus.DECIDED:
        decision = task.decision
        by = decision.decided_by.get_username() if decision.decided_by is not None else "somebody"
        answer = Answer(decision.outcome, decision.comment, decision.data, by)
    took = row.finished_at - row.started_at if row.finished_at is not None else None
    return Step(
        number=row.number,
        kind=row.kind,
        name=row.name,
        status=row.status,
        request=row.request,
        response=row.response,
        usage=row.usage,
        seconds=took.total_seconds() if took is not None else 0.0,
        answer=answer,
    )
