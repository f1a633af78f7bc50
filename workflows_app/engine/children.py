"""Runs that a node starts: making one, passing orders on to it, and telling its parent of its end.

Two runs never lock each other. Whatever one wants of the other it leaves in the other's inbox, in
the transaction that decides it; after the commit its process moves the other run, holding nothing,
and should it die before, the sweep does. So a child's start, an order to it and its end are each
decided once and worked in at least once, and what comes late changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from referencing.exceptions import Unresolvable

from workflows_app.conf import max_depth
from workflows_app.core.commands import ChildOrder, OrderChild
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    PauseRequested,
    ResumeRequested,
    RunStarted,
)
from workflows_app.core.json_schema import PatternRefusedError, UncheckableError, errors_of
from workflows_app.core.plan import Execution
from workflows_app.core.state import RunStatus, VisitKey
from workflows_app.engine import clock
from workflows_app.engine.plans import plan_of
from workflows_app.errors import FatalError
from workflows_app.store import batches, children, definitions, inbox, runs
from workflows_app.store.children import ChildLink, child_id
from workflows_app.store.codec import Report
from workflows_app.store.definitions import WorkflowRow
from workflows_app.store.runs import NewRun, RunRow

if TYPE_CHECKING:
    from workflows_app.engine.step import Step

_LONGEST_BUSINESS_KEY = 200
_NOT_NEEDED = "The run that started it no longer waits for it."


class ChildNotStartedError(FatalError):
    """The workflow to run is missing, archived or not published, or its input does not fit."""


class DepthLimitError(FatalError):
    """Runs have started each other too deep."""


@dataclass(frozen=True, slots=True)
class StartedChild:
    """A run that will start once the step is committed."""

    run_id: UUID
    title: str
    """The title of its workflow."""


def start_child(
    step: Step, key: VisitKey, attempt: int, config: Mapping[str, Any], *, is_awaited: bool
) -> StartedChild:
    """Make the run that a subworkflow node asks for, as part of the step; the step is locked.

    Raises:
        ChildNotStartedError: There is no such workflow or version, or it does not take the input.
        DepthLimitError: The step's run is as deep as runs may be.
    """
    order = order_of(step.run, config)
    run_id = child_id(step.run.id, key, attempt)
    link = ChildLink(step.run.id, *key, attempt, is_awaited, order.depth)
    now = insert_child(step.run, run_id, order, link)
    _leave(step, run_id, Report(RunStarted(now.timestamp())))
    return StartedChild(run_id, order.workflow.title)


@dataclass(frozen=True, slots=True)
class ChildToStart:
    """What a subworkflow node asks for, checked."""

    workflow: WorkflowRow
    version_id: UUID
    input: Mapping[str, Any]
    business_key: str
    depth: int


def order_of(run: RunRow, config: Mapping[str, Any]) -> ChildToStart:
    """What a run's subworkflow node, or an item of it, asks for.

    Raises:
        ChildNotStartedError: There is no such workflow or version, or it does not take the input.
        DepthLimitError: The run is as deep as runs may be.
    """
    workflow, version_id = _version_to_run(config)
    value = dict(config.get("input") or {})
    _check_input(workflow, plan_of(version_id).input_schema, value)
    link = children.find_link(run.id) if run.parent_id is not None else None
    depth = link.depth + 1 if link is not None else 1
    if depth >= max_depth():
        raise DepthLimitError(
            f"Runs may start each other {max_depth()} deep, and this one is the last. "
            "Does a workflow run itself without end? FLOWDECK_MAX_DEPTH sets the limit."
        )
    return ChildToStart(workflow, version_id, value, _business_key(config), depth)


def insert_child(run: RunRow, run_id: UUID, order: ChildToStart, link: ChildLink) -> datetime:
    """Write a run's child, which has not started; returns when that was."""
    # Later than the parent, whose step may have begun with its own start.
    now = clock.now()
    child = NewRun(
        id=run_id,
        workflow_id=order.workflow.id,
        version_id=order.version_id,
        input=order.input,
        created_at=now,
        business_key=order.business_key,
        labels=children.read_labels(run.id),
        created_by_id=run.created_by_id,
        parent_id=run.id,
    )
    runs.insert_runs([child])
    children.insert_link(run_id, link)
    return now


def pass_on(step: Step, command: OrderChild, at: datetime) -> None:
    """Hand an order on to a child, or to all those of a map node's items."""
    step.require_lock()
    key = (command.node, command.visit)
    moment = at.timestamp()
    event: CancelRequested | PauseRequested | ResumeRequested
    match command.order:
        case ChildOrder.CANCEL:
            event = CancelRequested(moment, _NOT_NEEDED)
        case ChildOrder.PAUSE:
            event = PauseRequested(moment)
        case ChildOrder.RESUME:
            event = ResumeRequested(moment)
    if step.plan.nodes[command.node].execution is Execution.ITEMS:
        for run_id in children.open_item_runs(step.run.id, key):
            _leave(step, run_id, Report(event))
        return
    _leave(step, child_id(step.run.id, key, command.attempt), Report(event))


def cancel_items(step: Step, key: VisitKey) -> None:
    """Cancel the runs of a map node's items that are not over: nobody waits for them any more."""
    event = CancelRequested(step.now.timestamp(), _NOT_NEEDED)
    for run_id in children.open_item_runs(step.run.id, key):
        _leave(step, run_id, Report(event))


def report_end(
    step: Step, status: RunStatus, error: Mapping[str, Any] | None, at: datetime
) -> None:
    """Tell the parent, if there is one that waits, how the step's run came out."""
    if step.run.parent_id is None:
        return
    step.require_lock()
    link = children.find_link(step.run.id)
    if link is None or not link.is_awaited:
        return
    key = (link.node_id, link.visit)
    if link.item is not None:
        step.opened_bulks += batches.tell_item_is_over(
            link.parent_id, key, link.attempt, link.item.index, step.now
        )
        return
    failure = failure_of(status, step.run.workflow, error)
    event: NodeCompleted | NodeFailed
    if failure is None:
        event = NodeCompleted(*key, link.attempt, at.timestamp())
    else:
        event = NodeFailed(*key, link.attempt, at.timestamp(), failure, random())
    _leave(step, link.parent_id, Report(event))


def failure_of(status: str, workflow: str, error: Mapping[str, Any] | None) -> ErrorInfo | None:
    """Why the step or item that waited for a run, which is over, has failed; None if it has not."""
    if status == RunStatus.SUCCEEDED:
        return None
    if status == RunStatus.CANCELLED:
        # Somebody decided it; no policy should start the run anew.
        message = f"The run of “{workflow}” was cancelled."
        return ErrorInfo("ChildCancelled", message, is_final=True)
    # The error of a run that was undone is known since before that.
    reason = error["message"] if error else "what it had done is undone."
    return ErrorInfo("ChildFailed", f"The run of “{workflow}” failed: {reason}")


def output_of_child(parent_id: UUID, key: VisitKey, attempt: int) -> Any:
    """What the child that an attempt waited for returned."""
    return children.read_output(child_id(parent_id, key, attempt))


def _leave(step: Step, run_id: UUID, report: Report) -> None:
    inbox.add_reports(run_id, [report], step.now)
    step.called.append(run_id)


def _version_to_run(config: Mapping[str, Any]) -> tuple[WorkflowRow, UUID]:
    name, number = str(config.get("workflow") or ""), config.get("version")
    workflow = definitions.find_workflow_by_name(name)
    if workflow is None:
        raise ChildNotStartedError(f"There is no workflow “{name}”.")
    if workflow.is_archived:
        raise ChildNotStartedError(f"The workflow “{name}” is archived and starts no runs.")
    if number is not None:
        version = definitions.find_version(workflow_id=workflow.id, number=number)
        if version is None:
            raise ChildNotStartedError(f"The workflow “{name}” has no version {number}.")
        return workflow, version.id
    if workflow.latest_version_id is None:
        raise ChildNotStartedError(f"The workflow “{name}” has no published version yet.")
    return workflow, workflow.latest_version_id


def _check_input(
    workflow: WorkflowRow, schema: Mapping[str, Any], value: Mapping[str, Any]
) -> None:
    """Let pass what the start form of the workflow takes."""
    try:
        found = errors_of(schema, value, 1) if schema else []
    except (UncheckableError, PatternRefusedError, Unresolvable, RecursionError) as error:
        raise ChildNotStartedError(
            f"The input for “{workflow.name}” cannot be checked against its start form."
        ) from error
    if found:
        path = ".".join(["input", *(str(part) for part in found[0].absolute_path)])
        raise ChildNotStartedError(
            f"“{workflow.name}” does not take this input: in {path}, {found[0].message[:300]}."
        )


def _business_key(config: Mapping[str, Any]) -> str:
    value = config.get("business_key")
    text = "" if value is None else str(value)
    if len(text) > _LONGEST_BUSINESS_KEY:
        raise ChildNotStartedError(
            f"The business key has {len(text)} characters; at most {_LONGEST_BUSINESS_KEY} fit."
        )
    return text
