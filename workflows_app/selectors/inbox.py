"""Which human tasks are whose, as queries. The rule is that of `assignments`."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from workflows_app.contracts.actor import Actor
from workflows_app.models import HumanTask

InboxState = Literal["mine", "claimable", "done"]

_Users = HumanTask.assigned_users.through
_Groups = HumanTask.assigned_groups.through


def tasks_for(*, user: Actor, state: InboxState) -> QuerySet[HumanTask]:
    """The person's tasks: `mine` (claimed, or assigned by name), `claimable`, or `done`."""
    tasks = HumanTask.objects.all()
    if state == "done":
        return tasks.exclude(status="open").filter(
            Q(decision__decided_by=user.pk)
            | Q(claimed_by=user.pk)
            | Exists(_named(user))
            | Exists(_grouped(user))
        )
    is_mine = Q(claimed_by=user.pk) | (Q(claimed_by__isnull=True) & Exists(_named(user)))
    open_tasks = tasks.filter(status="open")
    if state == "mine":
        return open_tasks.filter(is_mine)
    may_take = Q(Exists(_grouped(user)))
    if user.has_perm("workflows_app.decide_humantask"):
        may_take |= Q(is_open_to_all=True)
    return (
        open_tasks.filter(may_take, claimed_by__isnull=True)
        .exclude(Exists(_named(user)))
        .exclude(allow_requester=False, run__created_by=user.pk)
        .exclude(allow_requester=False, run__rerun_of__created_by=user.pk)
    )


def count_inbox(*, user: Actor) -> int:
    """How many open tasks wait for the person: theirs, and those that they could take."""
    return (
        tasks_for(user=user, state="mine").count() + tasks_for(user=user, state="claimable").count()
    )


def _named(user: Actor) -> QuerySet[Any]:
    return _Users.objects.filter(humantask_id=OuterRef("pk"), **{f"{_user_column()}_id": user.pk})


def _grouped(user: Actor) -> QuerySet[Any]:
    return _Groups.objects.filter(humantask_id=OuterRef("pk"), group__user=user.pk)


def _user_column() -> str:
    """The column's name depends on the project's user model."""
    return HumanTask.assigned_users.field.m2m_reverse_field_name()
