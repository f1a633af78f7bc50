"""Making runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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
from workflows_app.store.ids import new_id
from workflows_app.store.runs import NewRun


@dataclass(frozen=True, slots=True)
class AskedRun:
    """One of several runs that are asked for together."""

    input: Any
    """Already checked against the start node's schema."""
    business_key: str = ""
    idempotency_key: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)


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
    new = NewRun(
        id=new_id(),
        workflow_id=workflow_id,
        version_id=version_id,
        input=_storable(input, "input"),
        created_at=clock.now(),
        business_key=business_key,
        idempotency_key=idempotency_key,
        labels=labels or {},
        created_by_id=created_by_id,
        parent_id=parent_id,
        rerun_of_id=rerun_of_id,
    )
    return _create([new], reusable or {}, prepare)[0]


def create_runs(
    *, workflow_id: UUID, version_id: UUID, asked: Sequence[AskedRun], created_by_id: Any = None
) -> list[tuple[UUID, bool]]:
    """Make and start several runs of one version, all or none of them.

    Args:
        workflow_id: The workflow.
        version_id: The version that the runs are pinned to.
        asked: What they are to be; no two with the same idempotency key.
        created_by_id: The account that asked for them.

    Returns:
        For each run that was asked for its id, and whether the call made it.

    Raises:
        RunInputError: An input is too large, or holds what no database takes.
    """
    now = clock.now()
    new = [
        NewRun(
            id=new_id(),
            workflow_id=workflow_id,
            version_id=version_id,
            input=_storable(run.input, f"runs.{number}.input"),
            created_at=now,
            business_key=run.business_key,
            idempotency_key=run.idempotency_key,
            labels=run.labels,
            created_by_id=created_by_id,
        )
        for number, run in enumerate(asked)
    ]
    return _create(new, {}, None)


def _create(
    new: Sequence[NewRun],
    reusable: Mapping[VisitKey, tuple[str, ...]],
    prepare: Callable[[UUID], None] | None,
) -> list[tuple[UUID, bool]]:
    plans = [plan_of(run.version_id) for run in new]
    # What fails here fails the caller's transaction, if it has one: a savepoint is not needed.
    with transaction.atomic(savepoint=False):
        # Nobody else sees these rows before the commit, so that they need no lock.
        rows = runs.insert_runs(new)
        steps = []
        for run, plan in zip(new, plans, strict=True):
            if run.id in rows:
                if prepare is not None:
                    prepare(run.id)
                steps.append(Step(rows[run.id], plan, run.created_at, is_locked=True))
        if steps:
            at = new[0].created_at.timestamp()
            start_locked(steps, RunStarted(at, dict(reusable)))
    return [(run.id, True) if run.id in rows else (_known(run), False) for run in new]


def _known(run: NewRun) -> UUID:
    known = runs.find_by_idempotency_key(run.workflow_id, str(run.idempotency_key))
    if known is None:
        raise RuntimeError("The run that had the idempotency key is gone.")
    return known


def _storable(input: Any, field: str) -> Any:
    try:
        return storable(input, "run's input")
    except UnstorableValueError as error:
        problem = FieldError(field, error.message, "Send less, or plain JSON.", "unstorable")
        raise RunInputError(error.message, errors=[problem]) from error
