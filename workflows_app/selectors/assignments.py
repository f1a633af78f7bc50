"""Who may decide a human task: one rule for the inbox, the form and the decision itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group

from workflows_app.contracts.actor import Actor
from workflows_app.models import Run


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose a human task is."""

    is_open_to_all: bool
    allow_requester: bool
    requester_ids: frozenset[Any]
    user_ids: frozenset[Any]
    group_ids: frozenset[Any]
    names: Sequence[str]


def group_ids_of(actor: Actor) -> frozenset[Any]:
    """The groups that the person is in."""
    return frozenset(Group.objects.filter(user=actor.pk).values_list("pk", flat=True))


def requesters_of(run_id: UUID) -> frozenset[Any]:
    """Who asked for what the run decides upon.

    A run that tries another one again keeps the request of whoever started that one, and a run that
    another one started that one's, so that nobody comes to approve their own by having somebody
    retry it.
    """
    found: set[Any] = set()
    pending = {run_id}
    while pending:
        runs = Run.objects.filter(id__in=pending)
        rows = runs.values_list("created_by_id", "rerun_of_id", "parent_id")
        found |= {creator for creator, _, _ in rows}
        pending = {run for _, rerun_of, parent in rows for run in (rerun_of, parent) if run}
    return frozenset(found - {None})


def reason_not_to_decide(
    *, actor: Actor, group_ids: frozenset[Any], task: Assignment
) -> str | None:
    """Why the person may not decide, in plain words; None when they may.

    Who is named, alone or through a group, needs no permission. A task that names nobody is for
    everybody with `decide_humantask`. Nobody decides a request of their own where the node
    forbids it, superusers included.
    """
    if not actor.is_active:
        return "This account is closed."
    if not task.allow_requester and actor.pk in task.requester_ids:
        return "You started this run, and requests may not be decided by who made them."
    if actor.is_superuser or actor.pk in task.user_ids or group_ids & task.group_ids:
        return None
    if task.is_open_to_all:
        if actor.has_perm("workflows_app.decide_humantask"):
            return None
        return (
            "You may not decide human tasks. Ask an administrator for the permission "
            "'workflows_app.decide_humantask'."
        )
    if task.names:
        return f"This task is for {', '.join(task.names)}."
    return "This task names nobody who exists. Ask an administrator to decide it."
