"""Claiming, releasing and deciding human tasks, each under the lock of its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.human import DecisionView
from workflows_app.core.events import Event, NodeCompleted, NodeResumed
from workflows_app.core.plan import Execution
from workflows_app.engine.advance import LockedRun, advance
from workflows_app.errors import (
    AlreadyDecidedError,
    ConflictError,
    InvalidInputError,
    NotAssignedError,
    NotFoundError,
)
from workflows_app.sdk.shell.answers import errors_of_answer
from workflows_app.selectors.assignments import (
    Assignment,
    group_ids_of,
    reason_not_to_decide,
    requesters_of,
)
from workflows_app.services import audit
from workflows_app.store import human

Act = Callable[[LockedRun, human.HumanTaskRow], Sequence[Event]]


def claim_human_task(*, actor: Actor, task_id: UUID) -> None:
    """Take a task in hand, so that others leave it alone. Claiming it again changes nothing.

    Raises:
        NotFoundError: there is no such task.
        NotAssignedError: it is not the actor's to decide.
        AlreadyDecidedError: it was decided before; `extra["decision"]` tells by whom.
        ConflictError: it is closed, or somebody else has claimed it.
    """

    def claim(run: LockedRun, task: human.HumanTaskRow) -> Sequence[Event]:
        _refuse_closed(task)
        if task.claimed_by_id == actor.pk:
            return []
        if task.claimed_by_id is not None:
            raise ConflictError(
                f"{task.claimed_by} has claimed this task already.",
                extra={"claimed_by": task.claimed_by},
            )
        human.set_claimer(task_id=task_id, user_id=actor.pk, now=run.now)
        run.add_journal("human.claimed", task.node_id, task.visit, {"by": actor.get_username()})
        audit.record(
            actor=actor, action="task.claimed", target_type="human_task", target_id=task_id
        )
        return []

    _act(actor=actor, task_id=task_id, act=claim)


def release_human_task(*, actor: Actor, task_id: UUID) -> None:
    """Give a claimed task back. Releasing a free one changes nothing.

    Raises:
        NotFoundError: there is no such task.
        NotAssignedError: it is not the actor's to decide, or somebody else has claimed it.
        AlreadyDecidedError: it was decided before.
        ConflictError: it is closed.
    """

    def release(run: LockedRun, task: human.HumanTaskRow) -> Sequence[Event]:
        _refuse_closed(task)
        if task.claimed_by_id is None:
            return []
        if task.claimed_by_id != actor.pk and not actor.is_superuser:
            raise NotAssignedError(f"{task.claimed_by} has claimed this task, and may release it.")
        human.set_claimer(task_id=task_id, user_id=None, now=None)
        run.add_journal("human.released", task.node_id, task.visit, {"by": actor.get_username()})
        audit.record(
            actor=actor, action="task.released", target_type="human_task", target_id=task_id
        )
        return []

    _act(actor=actor, task_id=task_id, act=release)


def decide_human_task(
    *,
    actor: Actor,
    task_id: UUID,
    outcome: str,
    comment: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record a person's answer and let the run go on with it, in one transaction.

    Raises:
        NotFoundError: there is no such task.
        NotAssignedError: it is not the actor's to decide: not assigned, claimed by somebody else,
            or the actor's own request.
        AlreadyDecidedError: somebody was first; `extra["decision"]` tells who, what and when.
        ConflictError: the task is closed without a decision.
        InvalidInputError: the outcome is unknown, the comment is missing, or the form is wrong.
    """
    answer = dict(data or {})

    def decide(run: LockedRun, task: human.HumanTaskRow) -> Sequence[Event]:
        _refuse_closed(task)
        if task.claimed_by_id not in {None, actor.pk}:
            raise NotAssignedError(
                f"{task.claimed_by} has claimed this task. Ask for it to be released first.",
                extra={"claimed_by": task.claimed_by},
            )
        _check_answer(task, outcome=outcome, comment=comment, data=answer)
        human.insert_decision(
            task_id=task_id,
            outcome=outcome,
            comment=comment.strip(),
            data=answer,
            user_id=actor.pk,
            now=run.now,
        )
        is_with_worker = run.plan.nodes[task.node_id].execution is Execution.WORKER
        if not is_with_worker:
            run.set_output(
                task.node_id,
                task.visit,
                {
                    "outcome": outcome,
                    "comment": comment.strip(),
                    "data": answer,
                    "decided_by": actor.get_username(),
                    "decided_at": run.now.isoformat().replace("+00:00", "Z"),
                },
            )
        run.add_journal(
            "human.decided",
            task.node_id,
            task.visit,
            {"by": actor.get_username(), "outcome": outcome},
        )
        audit.record(
            actor=actor,
            action="task.decided",
            target_type="human_task",
            target_id=task_id,
            outcome=outcome,
            run=str(task.run_id),
        )
        key = (task.node_id, task.visit, task.attempt, run.now.timestamp())
        return [NodeResumed(*key) if is_with_worker else NodeCompleted(*key, ports=(outcome,))]

    _act(actor=actor, task_id=task_id, act=decide)


def _act(*, actor: Actor, task_id: UUID, act: Act) -> None:
    run_id = human.find_run_of_human_task(task_id)
    if run_id is None:
        raise NotFoundError("There is no such human task.")

    def prepare(run: LockedRun) -> Sequence[Event]:
        task = human.lock_human_task(task_id)
        reason = reason_not_to_decide(
            actor=actor,
            group_ids=group_ids_of(actor),
            task=Assignment(
                is_open_to_all=task.is_open_to_all,
                allow_requester=task.allow_requester,
                requester_ids=frozenset() if task.allow_requester else requesters_of(task.run_id),
                user_ids=task.assigned_user_ids,
                group_ids=task.assigned_group_ids,
                names=task.assignees,
            ),
        )
        if reason is not None:
            raise NotAssignedError(reason)
        return act(run, task)

    advance(run_id, prepare=prepare)


def _refuse_closed(task: human.HumanTaskRow) -> None:
    if task.decision is not None:
        labels = {entry["id"]: entry.get("label") or entry["id"] for entry in task.outcomes}
        decision = DecisionView(
            outcome=task.decision.outcome,
            label=labels.get(task.decision.outcome, task.decision.outcome),
            comment=task.decision.comment,
            data=dict(task.decision.data),
            decided_by=task.decision.decided_by,
            decided_at=task.decision.decided_at,
        )
        raise AlreadyDecidedError(
            f"{decision.decided_by or 'Somebody'} has decided already: {decision.label}.",
            extra={"decision": decision.model_dump(mode="json")},
        )
    if task.status == "expired":
        raise ConflictError("The time to decide has passed.")
    if task.status != "open":
        raise ConflictError("This task is no longer needed: its run went on without it.")


def _check_answer(
    task: human.HumanTaskRow, *, outcome: str, comment: str, data: Mapping[str, Any]
) -> None:
    errors = errors_of_answer(
        outcomes=task.outcomes,
        form_schema=task.form_schema,
        outcome=outcome,
        comment=comment,
        data=data,
    )
    if errors:
        raise InvalidInputError(f"{errors[0].field} {errors[0].message}.", errors=errors)
