"""Nodes that wait for people, for time, for a signal or for another run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workflows_app.core.builtin_types import DEFAULT_OUTCOMES
from workflows_app.core.events import NodeCompleted, NodeFailed, NodeWaiting
from workflows_app.core.plan import Execution, PlanNode
from workflows_app.core.state import NodeStatus, VisitKey
from workflows_app.engine import children, clock
from workflows_app.engine.scope import resolved_config
from workflows_app.errors import FatalError
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.waits import end_of_wait, seconds_of
from workflows_app.store import agent_steps, human, node_runs
from workflows_app.store.codec import Report

if TYPE_CHECKING:
    from workflows_app.engine.step import Step


class UnknownAssigneeError(FatalError):
    """Nobody of those who should decide has an account."""


def set_up(step: Step, node: PlanNode, key: VisitKey, attempt: int) -> Report:
    """Ask the people, start the run, or set the time, and report that the node waits.

    Raises:
        LockNeededError: A row of its own has to be written, and the caller does not hold the lock.
    """
    if node.execution is not Execution.WAIT:
        step.require_lock()
    at = step.now.timestamp()
    try:
        config = resolved_config(step.run_now, step.plan, node, step.outputs)
        if node.execution is Execution.CHILD and config.get("wait") is False:
            return _start_and_go_on(step, key, attempt, config)
        match node.execution:
            case Execution.HUMAN:
                facts, until = _ask_people(step, node, key, attempt, config), None
            case Execution.CHILD:
                facts, until = _wait_for_run(step, node, key, attempt, config), None
            case _:
                facts, until = _wait(step, node, config)
    except (FatalError, ValueError) as error:
        return Report(NodeFailed(*key, attempt, at, error_info(error), random()))
    return Report(NodeWaiting(*key, attempt, at, until), input=config, facts=facts)


def _wait_for_run(
    step: Step, node: PlanNode, key: VisitKey, attempt: int, config: Mapping[str, Any]
) -> dict[str, Any]:
    deadline = _deadline(step, node, None)
    child = children.start_child(step, key, attempt, config, is_awaited=True)
    return {
        "kind": "run",
        "for": [child.title],
        "until": clock.told(deadline.timestamp()) if deadline else None,
        "human_task_id": None,
        "run_id": str(child.run_id),
    }


def _start_and_go_on(step: Step, key: VisitKey, attempt: int, config: Mapping[str, Any]) -> Report:
    child = children.start_child(step, key, attempt, config, is_awaited=False)
    step.rows.touch(key, is_known=True).values["input"] = config
    done = NodeCompleted(*key, attempt, step.now.timestamp())
    return Report(done, output={"run_id": str(child.run_id)})


def ask_for_worker(step: Step, event: NodeWaiting, report: Report) -> Report:
    """Ask the people whom a worker's node wants to be asked, unless the report is late.

    Raises:
        LockNeededError: The caller does not hold the run's lock.
    """
    key = (event.node, event.visit)
    active = step.state.active.get(key)
    if active is None or (active.attempt, active.status) != (event.attempt, NodeStatus.RUNNING):
        return Report(event)
    step.require_lock()
    ask = report.facts["ask"]
    try:
        facts = _ask_people(step, step.plan.nodes[event.node], key, event.attempt, ask)
    except (FatalError, ValueError) as error:
        human.close_human_task(
            run_id=step.run.id, node_id=key[0], visit=key[1], status="cancelled", now=step.now
        )
        failed = NodeFailed(*key, event.attempt, event.at, error_info(error), random())
        return Report(failed, worker=report.worker)
    agent_steps.attach_human_task(
        run_id=step.run.id,
        key=key,
        number=ask["step"],
        human_task_id=UUID(facts["human_task_id"]),
    )
    return Report(event, worker=report.worker, facts=facts)


def _wait(
    step: Step, node: PlanNode, config: Mapping[str, Any]
) -> tuple[dict[str, Any], float | None]:
    until = end_of_wait(config, step.now.timestamp())
    if until is None:
        deadline = _deadline(step, node, None)
        return {
            "kind": "signal",
            "for": [str(node.signal or config.get("signal"))],
            "until": clock.told(deadline.timestamp()) if deadline else None,
            "human_task_id": None,
            "run_id": None,
        }, None
    return {"kind": "time", "for": [], "human_task_id": None, "run_id": None}, until


def _ask_people(
    step: Step, node: PlanNode, key: VisitKey, attempt: int, config: Mapping[str, Any]
) -> dict[str, Any]:
    assignees = config.get("assignees") or {}
    # It has a row already where the step before had no time left to ask.
    step.rows.touch(key, is_known=True)
    node_run_id = _write_ahead(step, key)[key]
    step.has_human_news = True
    due_at = _deadline(step, node, config.get("due_in_seconds"))
    task = human.insert_human_task(
        run_id=step.run.id,
        node_run_id=node_run_id,
        node_id=key[0],
        visit=key[1],
        attempt=attempt,
        heading=str(config.get("heading") or node.title or node.id),
        instructions=str(config.get("instructions") or ""),
        data=[{"label": k, "value": v} for k, v in (config.get("data") or {}).items()],
        outcomes=[dict(o) for o in config.get("outcomes") or DEFAULT_OUTCOMES],
        form_schema=config.get("form_schema"),
        usernames=_names(assignees.get("users")),
        group_names=_names(assignees.get("groups")),
        allow_requester=config.get("allow_requester", True) is not False,
        due_at=due_at,
        now=step.now,
    )
    if task.unknown:
        unknown = ", ".join(task.unknown)
        if not task.assignees:
            raise UnknownAssigneeError(
                f"Nobody can decide: there is no account or group {unknown}."
            )
        step.log(key, attempt, "warning", f"There is no account or group {unknown}.")
    return {
        "kind": "human",
        "for": list(task.assignees),
        "until": clock.told(due_at.timestamp()) if due_at else None,
        "human_task_id": str(task.id),
        "run_id": None,
    }


def _write_ahead(step: Step, asking: VisitKey) -> dict[VisitKey, int]:
    """Insert the step's new node runs, since a human task refers to one of them; their ids.

    All of them, so that ids keep telling the order in which nodes were reached.
    """
    ids: dict[VisitKey, int] = {}
    for change in step.rows.changes:
        key = (change.node_id, change.visit)
        node = step.plan.nodes[change.node_id]
        if change.is_new or key == asking:
            ids[key] = node_runs.insert_ahead(
                run_id=step.run.id,
                key=key,
                node_type=node.type,
                execution=node.execution,
                now=step.now,
            )
            change.is_new = False
    return ids


def _names(value: Any) -> list[str]:
    """User or group names: a list, or one name, without empty ones."""
    names = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(name) for name in names if name not in (None, "")))


def _deadline(step: Step, node: PlanNode, due_in_seconds: Any) -> datetime | None:
    """When an answer is expected: the due time, else the node's time limit."""
    seconds = due_in_seconds if due_in_seconds is not None else node.timeout_seconds
    return None if seconds is None else step.now + timedelta(seconds=seconds_of(seconds))
