"""The inbox: which human tasks wait for whom, and one with all that is needed to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.human import (
    DecisionView,
    HumanTaskDetail,
    HumanTaskPage,
    HumanTaskSummary,
    LabelledValue,
    Outcome,
    TaskProgress,
)
from workflows_app.errors import NotAssignedError, NotFoundError
from workflows_app.models import Decision, HumanTask, NodeRun
from workflows_app.selectors.assignments import (
    Assignment,
    group_ids_of,
    reason_not_to_decide,
    requesters_of,
)
from workflows_app.selectors.inbox import InboxState, tasks_for
from workflows_app.selectors.pages import Keyset, take_page
from workflows_app.selectors.people import username_of
from workflows_app.selectors.run_rows import NODE_VIEW_FIELDS, node_view
from workflows_app.selectors.task_history import history_of
from workflows_app.selectors.version_cache import canvas_of_version
from workflows_app.selectors.workflows import ref_of

_KEY_VALUES = 4
_OLDEST_FIRST = Keyset("created_at", is_descending=False)
_LATEST_FIRST = Keyset("closed_at")


def list_human_tasks(
    *,
    user: Actor,
    state: InboxState,
    workflow_id: UUID | None = None,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> HumanTaskPage:
    """A page of the person's tasks: open ones oldest first, done ones latest first.

    Raises:
        InvalidInputError: the cursor is not one of this list.
    """
    tasks = _with_context(tasks_for(user=user, state=state))
    if workflow_id is not None:
        tasks = tasks.filter(run__workflow=workflow_id)
    for word in search.split()[:10]:
        tasks = tasks.filter(
            Q(heading__icontains=word)
            | Q(run__business_key__icontains=word)
            | Q(run__workflow__title__icontains=word)
        )
    page, next_cursor = take_page(
        tasks,
        keyset=_LATEST_FIRST if state == "done" else _OLDEST_FIRST,
        cursor=cursor,
        limit=limit,
    )
    return HumanTaskPage(
        items=[HumanTaskSummary(**_summary_fields(task, user)) for task in page],
        next_cursor=next_cursor,
    )


def get_human_task(*, user: Actor, task_id: UUID) -> HumanTaskDetail:
    """A task with its data, form, progress and history. A decided one tells who decided what.

    Raises:
        NotFoundError: there is no such task.
        NotAssignedError: it is not for this person, who may not see runs either.
    """
    task = _with_context(HumanTask.objects.filter(id=task_id)).first()
    if task is None:
        raise NotFoundError("There is no such human task.")
    reason = _reason_not_to_decide(task, user)
    decision = _decision_view(task)
    is_involved = reason is None or task.run.created_by_id == user.pk or _has_decided(task, user)
    if not is_involved and not user.has_perm("workflows_app.view_run"):
        raise NotAssignedError(reason or "This task is not for you.")
    return HumanTaskDetail(
        **_summary_fields(task, user),
        instructions=task.instructions,
        data=_labelled(task.data),
        form_schema=task.form_schema,
        progress=TaskProgress(
            canvas=canvas_of_version(task.run.version_id), nodes=_nodes_of(task.run_id)
        ),
        history=history_of(task.run_id, task.run.version_id),
        may_decide=reason is None and task.status == "open" and _is_free_for(task, user),
        may_not_reason=_why_not(task, user, reason, decision),
    )


def _with_context(tasks: QuerySet[HumanTask]) -> QuerySet[HumanTask]:
    decisions = Decision.objects.select_related("decided_by")
    return (
        tasks.select_related("run__workflow", "run__created_by", "claimed_by")
        .defer("run__state", "run__input", "run__output")
        .prefetch_related(
            "assigned_users", "assigned_groups", Prefetch("decision", queryset=decisions)
        )
    )


def _summary_fields(task: HumanTask, user: Actor) -> dict[str, Any]:
    is_named = any(person.pk == user.pk for person in task.assigned_users.all())
    return {
        "id": task.id,
        "heading": task.heading,
        "workflow": ref_of(task.run.workflow),
        "run_id": task.run_id,
        "business_key": task.run.business_key,
        "node_id": task.node_id,
        "status": task.status,
        "key_values": _labelled(task.data)[:_KEY_VALUES],
        "requested_by": username_of(task.run.created_by),
        "created_at": task.created_at,
        "due_at": task.due_at,
        "claimed_by": username_of(task.claimed_by),
        "is_mine": task.claimed_by_id == user.pk or (is_named and task.claimed_by_id is None),
        "outcomes": [_outcome(entry) for entry in task.outcomes],
        "has_form": bool(task.form_schema),
        "decision": _decision_view(task),
    }


def _reason_not_to_decide(task: HumanTask, user: Actor) -> str | None:
    people = list(task.assigned_users.all())
    groups = list(task.assigned_groups.all())
    return reason_not_to_decide(
        actor=user,
        group_ids=group_ids_of(user),
        task=Assignment(
            is_open_to_all=task.is_open_to_all,
            allow_requester=task.allow_requester,
            requester_ids=frozenset() if task.allow_requester else requesters_of(task.run_id),
            user_ids=frozenset(person.pk for person in people),
            group_ids=frozenset(group.pk for group in groups),
            names=(
                *sorted(person.get_username() for person in people),
                *sorted(group.name for group in groups),
            ),
        ),
    )


def _why_not(
    task: HumanTask, user: Actor, reason: str | None, decision: DecisionView | None
) -> str | None:
    if decision is not None:
        return f"{decision.decided_by or 'Somebody'} has decided already: {decision.label}."
    if task.status == "expired":
        return "The time to decide has passed."
    if task.status != "open":
        return "This task is no longer needed: its run went on without it."
    if reason is None and not _is_free_for(task, user):
        return f"{username_of(task.claimed_by)} has claimed this task."
    return reason


def _is_free_for(task: HumanTask, user: Actor) -> bool:
    return task.claimed_by_id in {None, user.pk}


def _has_decided(task: HumanTask, user: Actor) -> bool:
    decision = getattr(task, "decision", None)
    return decision is not None and decision.decided_by_id == user.pk


def _decision_view(task: HumanTask) -> DecisionView | None:
    decision = getattr(task, "decision", None)
    if decision is None:
        return None
    labels = {entry["id"]: entry.get("label") or entry["id"] for entry in task.outcomes}
    decided_at: datetime = decision.decided_at
    return DecisionView(
        outcome=decision.outcome,
        label=labels.get(decision.outcome, decision.outcome),
        comment=decision.comment,
        data=decision.data,
        decided_by=username_of(decision.decided_by),
        decided_at=decided_at,
    )


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    return Outcome(
        id=entry["id"],
        label=entry.get("label") or entry["id"],
        style=entry.get("style") or "neutral",
        comment_required=bool(entry.get("comment_required")),
    )


def _labelled(data: Sequence[Mapping[str, Any]]) -> list[LabelledValue]:
    return [LabelledValue(label=str(entry["label"]), value=entry["value"]) for entry in data]


def _nodes_of(run_id: UUID) -> list[Any]:
    rows = NodeRun.objects.filter(run_id=run_id).order_by("id").values(*NODE_VIEW_FIELDS)
    return [node_view(row) for row in rows]
