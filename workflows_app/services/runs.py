"""What people do to runs: start, cancel, pause, resume, signal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.compensation import only_goes_forward
from workflows_app.core.events import (
    AttentionResolved,
    CancelRequested,
    Choice,
    Event,
    PauseRequested,
    ResumeRequested,
)
from workflows_app.core.plan import Plan
from workflows_app.core.state import NodeStatus, RunStatus
from workflows_app.engine.advance import LockedRun, advance_with
from workflows_app.engine.plans import plan_of
from workflows_app.engine.start import AskedRun, create_run, create_runs
from workflows_app.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    NotPublishedError,
    RunClosedError,
    RunInputError,
    UnknownSignalError,
    WorkflowVersionMismatchError,
)
from workflows_app.sdk.shell.json_schemas import check_value
from workflows_app.sdk.shell.values import UnstorableValueError, storable
from workflows_app.selectors.runs import find_started_run
from workflows_app.services import audit
from workflows_app.services.run_sources import check_sources
from workflows_app.store import definitions


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run, and whether this call made it."""

    run_id: UUID
    is_new: bool


@transaction.atomic
def start_run(
    *,
    actor: Actor,
    workflow_id: UUID,
    input: Mapping[str, Any],
    business_key: str = "",
    idempotency_key: str | None = None,
    labels: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> StartedRun:
    """Start a run of the latest or a named version; once only for each idempotency key.

    Raises:
        PermissionDeniedError: the actor may not start runs.
        NotFoundError: there is no such workflow or version.
        ConflictError: the workflow is archived.
        NotPublishedError: it has no version yet.
        RunInputError: the input breaks the start node's schema; `errors` names each field.
    """
    require(actor, "start_run")
    # Whoever asks again is told of the run, whatever has become of the workflow meanwhile.
    known = find_started_run(workflow_id=workflow_id, idempotency_key=idempotency_key)
    if known is not None:
        return StartedRun(run_id=known, is_new=False)
    version_id = _startable_version(workflow_id, version)
    _refuse(_input_errors(plan_of(version_id), input))
    run_id, is_new = create_run(
        workflow_id=workflow_id,
        version_id=version_id,
        input=dict(input),
        business_key=business_key,
        idempotency_key=idempotency_key,
        labels=dict(labels or {}),
        created_by_id=actor.pk,
    )
    if is_new:
        audit.record(
            actor=actor,
            action="run.started",
            target_type="run",
            target_id=run_id,
            workflow=str(workflow_id),
            business_key=business_key,
        )
    return StartedRun(run_id=run_id, is_new=is_new)


@transaction.atomic
def start_runs(
    *, actor: Actor, workflow_id: UUID, asked: Sequence[AskedRun], version: int | None = None
) -> list[StartedRun]:
    """Start many runs of the latest or a named version: all of them, or none.

    Raises:
        PermissionDeniedError: the actor may not start runs.
        NotFoundError: there is no such workflow or version.
        ConflictError: the workflow is archived.
        NotPublishedError: it has no version yet.
        RunInputError: an input breaks the start node's schema, or two of the runs have the same
            idempotency key; `errors` names each field.
    """
    require(actor, "start_run")
    version_id = _startable_version(workflow_id, version)
    plan = plan_of(version_id)
    errors: list[FieldError] = []
    keys: set[str] = set()
    for number, run in enumerate(asked):
        found = _input_errors(plan, run.input)
        errors += [replace(error, field=f"runs.{number}.{error.field}") for error in found]
        if run.idempotency_key is not None and run.idempotency_key in keys:
            field, hint = f"runs.{number}.idempotency_key", "Give each run a key of its own."
            errors.append(FieldError(field, "is the key of an earlier run of these", hint, "twice"))
        keys.add(run.idempotency_key or "")
    _refuse(errors)
    started = create_runs(
        workflow_id=workflow_id, version_id=version_id, asked=asked, created_by_id=actor.pk
    )
    count = sum(is_new for _, is_new in started)
    if count:
        audit.record(
            actor=actor,
            action="runs.started",
            target_type="workflow",
            target_id=workflow_id,
            count=count,
        )
    return [StartedRun(run_id=run_id, is_new=is_new) for run_id, is_new in started]


def cancel_run(*, actor: Actor, run_id: UUID, reason: str = "") -> None:
    """Stop a run: what is under way is cancelled, what is done stays done; a saga is undone first.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
        ConflictError: the run is being undone already, or cannot be undone any more.
    """

    def cancel(run: LockedRun) -> Sequence[Event]:
        if run.state.undo_outcome is not None:
            raise ConflictError("The run is being undone already.")
        if only_goes_forward(run.plan, run.state):
            raise ConflictError(
                "The run has passed the point after which nothing is undone; it only goes forward."
            )
        audit.record(
            actor=actor, action="run.cancelled", target_type="run", target_id=run_id, reason=reason
        )
        return [CancelRequested(at=run.now.timestamp(), reason=reason)]

    operate_run(actor=actor, run_id=run_id, prepare=cancel)


def pause_run(*, actor: Actor, run_id: UUID) -> None:
    """Start nothing new in a run until it resumes; pausing it again changes nothing.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
    """

    def pause(run: LockedRun) -> Sequence[Event]:
        if run.state.status is RunStatus.PAUSED:
            return []
        audit.record(actor=actor, action="run.paused", target_type="run", target_id=run_id)
        return [PauseRequested(at=run.now.timestamp())]

    operate_run(actor=actor, run_id=run_id, prepare=pause)


def resume_run(*, actor: Actor, run_id: UUID, version: int | None = None) -> None:
    """Go on with a paused run, on the version that it is pinned to.

    Args:
        actor: Who resumes it.
        run_id: Which run.
        version: The version that the caller believes it to be on; None for whichever it is.

    Raises:
        WorkflowVersionMismatchError: the run is on another version than `version`.
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
        ConflictError: the run is not paused.
    """

    def resume(run: LockedRun) -> Sequence[Event]:
        if run.state.status is not RunStatus.PAUSED:
            raise ConflictError(f"The run is not paused; it is {_status_word(run)}.")
        _refuse_other_version(run, version)
        audit.record(actor=actor, action="run.resumed", target_type="run", target_id=run_id)
        return [ResumeRequested(at=run.now.timestamp())]

    operate_run(actor=actor, run_id=run_id, prepare=resume)


def resolve_attention(
    *,
    actor: Actor,
    run_id: UUID,
    node_id: str,
    choice: str,
    note: str = "",
    visit: int = 1,
) -> None:
    """Say how to go on with a node that needs attention.

    Args:
        actor: Who says so.
        run_id: Which run.
        node_id: The node whose attempts are used up.
        choice: `retry` it, `skip` it and go on, or `resolve`: it was seen to by hand.
        note: What was done; `resolve` needs one.
        visit: Which visit of the node.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
        InvalidInputError: there is no such choice, or the note is missing.
        ConflictError: the node does not need attention; the message names those that do.
    """
    require(actor, "operate_run")
    chosen = _choice_of(choice, note)

    def resolve(run: LockedRun) -> Sequence[Event]:
        active = run.state.active.get((node_id, visit))
        if active is None or active.status is not NodeStatus.NEEDS_ATTENTION:
            raise _no_attention_needed(run, node_id)
        audit.record(
            actor=actor,
            action="run.attention_resolved",
            target_type="run",
            target_id=run_id,
            node=node_id,
            choice=chosen.value,
            note=note,
        )
        at = run.now.timestamp()
        by = actor.get_username()
        return [AttentionResolved(node_id, visit, active.attempt, at, chosen, note.strip(), by)]

    operate_run(actor=actor, run_id=run_id, prepare=resolve)


def _choice_of(choice: str, note: str) -> Choice:
    known = [each.value for each in Choice]
    if choice not in known:
        message = f"'{choice}' is no way to go on."
        hint = f"Use one of: {', '.join(known)}."
        problem = FieldError("choice", message, hint, "unknown_choice")
        raise InvalidInputError(message, errors=[problem])
    if choice == Choice.RESOLVE and not note.strip():
        message = "Say in a note what was done by hand."
        problem = FieldError("note", "is missing", message, "note_missing")
        raise InvalidInputError(message, errors=[problem])
    return Choice(choice)


def _no_attention_needed(run: LockedRun, node_id: str) -> ConflictError:
    stuck = sorted(
        active.node
        for active in run.state.active.values()
        if active.status is NodeStatus.NEEDS_ATTENTION
    )
    those = f"These do: {', '.join(stuck)}." if stuck else "No node of the run does."
    return ConflictError(f"The node '{node_id}' does not need attention. {those}")


def send_signal(*, actor: Actor, run_id: UUID, name: str, payload: Any = None) -> None:
    """Send a named message. A wait for it ends with the payload; one to come finds it waiting.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
        InvalidInputError: the payload is too large.
        UnknownSignalError: no node of the run waits for that name; the error lists those there are.
    """
    checked = storable_payload(payload, "signal's payload", "payload")

    def signal(run: LockedRun) -> Sequence[Event]:
        names = sorted({node.signal for node in run.plan.nodes.values() if node.signal})
        if name not in names:
            raise _unknown_signal(name, names)
        audit.record(
            actor=actor, action="run.signalled", target_type="run", target_id=run_id, name=name
        )
        return [run.add_signal(name, checked)]

    operate_run(actor=actor, run_id=run_id, prepare=signal)


def storable_payload(value: Any, what: str, field: str) -> Any:
    """What a signal or an event carries, as it is kept.

    Raises:
        InvalidInputError: it is too large, or holds what no database takes.
    """
    try:
        return storable(value, what)
    except UnstorableValueError as error:
        problem = FieldError(field, error.message, "Send less.", f"{field}_invalid")
        raise InvalidInputError(error.message, errors=[problem]) from error


def operate_run(
    *, actor: Actor, run_id: UUID, prepare: Callable[[LockedRun], Sequence[Event]]
) -> None:
    """Do something to a run that is not over, under its lock.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
    """
    require(actor, "operate_run")

    def prepare_open(run: LockedRun) -> Sequence[Event]:
        if run.state.status is not None and run.state.status.is_closed:
            raise RunClosedError(f"The run is over: it {_status_word(run)}.")
        return prepare(run)

    if advance_with(run_id, (), prepare=prepare_open) is None:
        raise NotFoundError("There is no such run.")


def _refuse_other_version(run: LockedRun, number: int | None) -> None:
    pinned = definitions.find_version_by_id(run.run.version_id)
    if number is not None and pinned is not None and pinned.number != number:
        raise WorkflowVersionMismatchError(
            f"The run is on version {pinned.number}, not {number}. "
            f"Move it to version {number} first, or resume it on its own.",
            extra={"version": pinned.number},
        )


def _status_word(run: LockedRun) -> str:
    status = run.state.status
    if status is None:
        return "not started"
    return "was cancelled" if status is RunStatus.CANCELLED else status.value


def _startable_version(workflow_id: UUID, number: int | None) -> UUID:
    # Unlocked, so that starts do not queue behind each other.
    row = definitions.find_workflow(workflow_id)
    if row is None:
        raise NotFoundError("There is no such workflow.")
    version_id = _version_to_run(row, number)
    refuse_start_of_archived(row)
    return version_id


def refuse_start_of_archived(row: definitions.WorkflowRow) -> None:
    """Let pass a workflow that is not archived.

    Raises:
        ConflictError: it is.
    """
    if row.is_archived:
        raise ConflictError("This workflow is archived and starts no runs. Restore it first.")


def _input_errors(plan: Plan, run_input: Mapping[str, Any]) -> list[FieldError]:
    errors = check_value(schema=plan.input_schema, value=dict(run_input), prefix="input")
    return errors or check_sources(plan, run_input)


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise RunInputError(f"{first.field} {first.message}{more}.", errors=errors)


def _version_to_run(row: definitions.WorkflowRow, number: int | None) -> UUID:
    if number is not None:
        version = definitions.find_version(workflow_id=row.id, number=number)
        if version is None:
            raise NotFoundError(f"The workflow has no version {number}.")
        return version.id
    if row.latest_version_id is None:
        raise NotPublishedError("The workflow has no published version yet. Publish it first.")
    return row.latest_version_id


def _unknown_signal(name: str, names: Sequence[str]) -> UnknownSignalError:
    known = ", ".join(names)
    return UnknownSignalError(
        f"No node of this run waits for a signal '{name}'.",
        errors=[
            FieldError(
                "name",
                f"'{name}' is not a signal of this workflow",
                f"Use one of: {known}." if names else "This workflow waits for no signals.",
                "unknown_signal",
            )
        ],
        extra={"names": list(names)},
    )
