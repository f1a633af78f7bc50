"""Making runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from workflows_app.core.events import RunStarted
from workflows_app.core.state import VisitKey
from workflows_app.engine import clock
from workflows_app.engine.advance import start_locked
from workflows_app.engine.plans import plan_of
from workflows_app.engine.step import Step
from workflows_app.errors import FieldError, RunInputError
from workflows_app.sdk.shell.values import UnstorableValueError, storable
from workflows_app.store import runs
from workflows_app.store.codec import Report


def create_run(
    *,
    workflow_id: UUID,
    version_id: UUID,
    input: Any,
    business_key: str = "",
    idempotency_key: str | None = None,
    labels: Mapping[str, Any] | None = None,
    created_by_id: Any = None,
    parent_id: UUID | None = None,
    rerun_of_id: UUID | None = None,
    reusable: Mapping[VisitKey, tuple[str, ...]] | None = None,
    prepare: Callable[[UUID], None] | None = None,
) -> tuple[UUID, bool]:
    """Make a run and start it, in one transaction.

    Args:
        workflow_id: The workflow.
        version_id: The version that the run is pinned to.
        input: What it starts with; already checked against the start node's schema.
        business_key: What people call it.
        idempotency_key: A second call with the same key and workflow returns the first run.
        labels: Free labels.
        created_by_id: The account that asked for it.
        parent_id: The run that started it.
        rerun_of_id: The run that it repeats.
        reusable: Node runs of that run, with their ports, whose results are taken over.
        prepare: Called with the run's id when its row is written and nothing of it has begun.

    Returns:
        The run's id, and whether the call made it.

    Raises:
        RunInputError: The input is too large, or holds what no database takes.
    """
    try:
        checked = storable(input, "run's input")
    except UnstorableValueError as error:
        field = FieldError("input", error.message, "Send less, or plain JSON.", "unstorable")
        raise RunInputError(error.message, errors=[field]) from error
    plan = plan_of(version_id)
    run_id = uuid4()
    now = clock.now()
    with transaction.atomic():
        is_new = runs.insert_run(
            run_id=run_id,
            workflow_id=workflow_id,
            version_id=version_id,
            input=checked,
            business_key=business_key,
            idempotency_key=idempotency_key,
            labels=labels or {},
            created_by_id=created_by_id,
            parent_id=parent_id,
            rerun_of_id=rerun_of_id,
            now=now,
        )
        if is_new:
            row = runs.lock_run(run_id)
            if row is None:
                raise RuntimeError(f"The run {run_id} is gone although it was just written.")
            if prepare is not None:
                prepare(run_id)
            step = Step(row, plan, now, is_locked=True)
            start_locked(step, [Report(RunStarted(now.timestamp(), dict(reusable or {})))])
            return run_id, True
    known = runs.find_by_idempotency_key(workflow_id, str(idempotency_key))
    if known is None:
        raise RuntimeError("The run that had the idempotency key is gone.")
    return known, False
