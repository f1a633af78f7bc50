"""Writes of human tasks and decisions. All of them happen while the run's row is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from workflows_app.models import Decision, HumanTask
from workflows_app.models.human import HumanTaskStatus


@dataclass(frozen=True, slots=True)
class NewHumanTask:
    """A human task that was just written."""

    id: UUID
    assignees: tuple[str, ...]
    """Usernames and group names that exist."""
    unknown: tuple[str, ...]
    """Names that no account and no group has."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Who answered what."""

    outcome: str
    comment: str
    data: Mapping[str, Any]
    decided_by: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class HumanTaskRow:
    """A human task whose row is locked."""

    id: UUID
    run_id: UUID
    node_id: str
    visit: int
    attempt: int
    status: str
    outcomes: Sequence[Mapping[str, Any]]
    form_schema: Mapping[str, Any] | None
    is_open_to_all: bool
    allow_requester: bool
    claimed_by_id: Any
    claimed_by: str | None
    assigned_user_ids: frozenset[Any]
    assigned_group_ids: frozenset[Any]
    assignees: tuple[str, ...]
    decision: DecisionRow | None


def insert_human_task(
    *,
    run_id: UUID,
    node_run_id: int,
    node_id: str,
    visit: int,
    attempt: int,
    heading: str,
    instructions: str,
    data: Sequence[Mapping[str, Any]],
    outcomes: Sequence[Mapping[str, Any]],
    form_schema: Mapping[str, Any] | None,
    usernames: Sequence[str],
    group_names: Sequence[str],
    allow_requester: bool,
    due_at: datetime | None,
    now: datetime,
) -> NewHumanTask:
    """Write a human task for people and groups by name; without names it is open to all."""
    user_model = get_user_model()
    users = {
        user.get_username(): user
        for user in user_model._default_manager.filter(
            **{f"{user_model.USERNAME_FIELD}__in": list(usernames)}
        )
    }
    groups = {group.name: group for group in Group.objects.filter(name__in=list(group_names))}
    task = HumanTask.objects.create(
        run_id=run_id,
        node_run_id=node_run_id,
        node_id=node_id,
        visit=visit,
        attempt=attempt,
        heading=heading[:300],
        instructions=instructions,
        data=list(data),
        outcomes=list(outcomes),
        form_schema=form_schema,
        is_open_to_all=not usernames and not group_names,
        allow_requester=allow_requester,
        due_at=due_at,
        created_at=now,
    )
    task.assigned_users.add(*users.values())
    task.assigned_groups.add(*groups.values())
    unknown = [name for name in usernames if name not in users]
    unknown += [name for name in group_names if name not in groups]
    return NewHumanTask(
        id=task.id, assignees=(*sorted(users), *sorted(groups)), unknown=tuple(unknown)
    )


def close_human_task(*, run_id: UUID, node_id: str, visit: int, status: str, now: datetime) -> bool:
    """Close the node run's task as `cancelled` or `expired`; False when it is not open."""
    return (
        HumanTask.objects.filter(
            run_id=run_id, node_id=node_id, visit=visit, status=HumanTaskStatus.OPEN
        ).update(status=status, closed_at=now)
        > 0
    )


def close_human_tasks_of_run(*, run_id: UUID, now: datetime) -> int:
    """Cancel all open tasks of a run that closes; their number."""
    return HumanTask.objects.filter(run_id=run_id, status=HumanTaskStatus.OPEN).update(
        status=HumanTaskStatus.CANCELLED, closed_at=now
    )


def find_run_of_human_task(task_id: UUID) -> UUID | None:
    """The run to lock before the task."""
    return HumanTask.objects.filter(id=task_id).values_list("run_id", flat=True).first()


def lock_human_task(task_id: UUID) -> HumanTaskRow:
    """Lock the row of a task that exists, until the end of the transaction."""
    task = HumanTask.objects.select_for_update(of=("self",)).get(id=task_id)
    claimer = task.claimed_by
    users = list(task.assigned_users.all())
    groups = list(task.assigned_groups.all())
    return HumanTaskRow(
        id=task.id,
        run_id=task.run_id,
        node_id=task.node_id,
        visit=task.visit,
        attempt=task.attempt,
        status=task.status,
        outcomes=task.outcomes,
        form_schema=task.form_schema,
        is_open_to_all=task.is_open_to_all,
        allow_requester=task.allow_requester,
        claimed_by_id=task.claimed_by_id,
        claimed_by=claimer.get_username() if claimer is not None else None,
        assigned_user_ids=frozenset(user.pk for user in users),
        assigned_group_ids=frozenset(group.pk for group in groups),
        assignees=(
            *sorted(user.get_username() for user in users),
            *sorted(group.name for group in groups),
        ),
        decision=_decision_of(task.id),
    )


def set_claimer(*, task_id: UUID, user_id: Any, now: datetime | None) -> None:
    """Write who has the task in hand; None gives it back."""
    HumanTask.objects.filter(id=task_id).update(claimed_by_id=user_id, claimed_at=now)


def insert_decision(
    *,
    task_id: UUID,
    outcome: str,
    comment: str,
    data: Mapping[str, Any],
    user_id: Any,
    now: datetime,
) -> None:
    """Write the answer and close the task, whose row is locked and open."""
    Decision.objects.create(
        human_task_id=task_id,
        outcome=outcome,
        comment=comment,
        data=data,
        decided_by_id=user_id,
        decided_at=now,
    )
    HumanTask.objects.filter(id=task_id).update(status=HumanTaskStatus.DECIDED, closed_at=now)


def _decision_of(task_id: UUID) -> DecisionRow | None:
    decision = Decision.objects.select_related("decided_by").filter(human_task_id=task_id).first()
    if decision is None:
        return None
    person = decision.decided_by
    return DecisionRow(
        outcome=decision.outcome,
        comment=decision.comment,
        data=decision.data,
        decided_by=person.get_username() if person is not None else None,
        decided_at=decision.decided_at,
    )
