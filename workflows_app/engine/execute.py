"""Running one node on a worker."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import random
from typing import Any

from workflows_app.core.events import ErrorInfo, NodeCompleted, NodeFailed, NodeWaiting
from workflows_app.engine import clock
from workflows_app.engine.credentials import Credentials
from workflows_app.engine.durable_steps import DurableSteps
from workflows_app.engine.task_log import TaskLog
from workflows_app.errors import TaskError
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.durable_steps import PeopleNeeded
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.values import UnstorableValueError, storable
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import Report
from workflows_app.task_types import find


def execute(
    claim: ClaimedNode,
    type_name: str,
    config: Mapping[str, Any],
    log: TaskLog,
    *,
    on_progress: Callable[[float, float | None, str], None],
    is_abandoned: Callable[[], bool],
    on_heartbeat: Callable[[], None],
) -> Report:
    """Call what the node's type does, and report how it came out.

    Nothing that the task raises gets through: every exception becomes a `NodeFailed`. The traceback
    goes to the node's log at debug level, without local variables.
    """
    kind = find(type_name)
    if kind is None or kind.run_on_worker is None:
        message = f"This worker knows no “{type_name}”. Is the app that registers it installed?"
        return failed(claim, ErrorInfo("UnknownTask", message, is_final=True))
    credentials = Credentials()
    log.redact = credentials.redact
    facts: dict[str, Any] = {}
    context = TaskContext(
        run_id=claim.run_id,
        node_id=claim.node_id,
        visit=claim.visit,
        attempt=claim.attempt,
        logger=log.logger,
        on_heartbeat=on_heartbeat,
        on_progress=lambda done, total, text: on_progress(done, total, credentials.redact(text)),
        on_is_abandoned=is_abandoned,
        on_connection=credentials.open,
        on_usage=lambda usage: facts.update(usage=credentials.redact_value(dict(usage))),
        steps=DurableSteps(claim, credentials.redact_value),
    )
    try:
        result = kind.run_on_worker(config, context)
    except PeopleNeeded as needed:
        at = clock.now().timestamp()
        asked = {"ask": credentials.redact_value(storable(needed.ask, "request to people"))}
        return Report(NodeWaiting(*claim.key, claim.attempt, at), facts=asked)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a task raises is its failure
        if not isinstance(error, TaskError):
            log.add("debug", _trace(error), clock.now())
        return failed(claim, error_info(error, credentials.redact), facts)
    try:
        output = credentials.redact_value(storable(result, "result"))
    except UnstorableValueError as error:
        info = error_info(error, credentials.redact)
        return failed(claim, replace(info, is_uncertain=True), facts)
    at = clock.now().timestamp()
    return Report(NodeCompleted(*claim.key, claim.attempt, at), output=output, facts=facts)


def failed(claim: ClaimedNode, error: ErrorInfo, facts: Mapping[str, Any] | None = None) -> Report:
    """The report of a failed attempt."""
    at = clock.now().timestamp()
    return Report(NodeFailed(*claim.key, claim.attempt, at, error, random()), facts=facts or {})


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
