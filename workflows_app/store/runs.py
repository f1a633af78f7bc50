# ruff: noqa: S608 - the statements are put together from constants of this module
"""Rows of runs: making them, locking them, reading what a step needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from workflows_app.core.json_text import dumps, loads
from workflows_app.core.state import RunState, RunStatus
from workflows_app.models import Run, Version
from workflows_app.store.codec import state_from_json
from workflows_app.store.sql import (
    Row,
    as_moment,
    as_uuid,
    immediate,
    is_postgresql,
    query,
    run_key,
    to_sqlite,
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """What does not change in a run, and what its last step left."""

    id: UUID
    workflow_id: UUID
    workflow: str
    """The workflow's name."""
    version_id: UUID
    input: Any
    business_key: str
    created_at: datetime
    started_at: datetime | None
    created_by_id: Any
    parent_id: UUID | None
    rerun_of_id: UUID | None
    status: str
    seq: int
    state: RunState
    has_reports: bool
    """True when reports lay in the run's inbox as the statement that read the row began."""


_COLUMNS = (
    "r.id, r.workflow_id, w.name, r.version_id, r.input, r.business_key, r.created_at, "
    "r.started_at, r.created_by_id, r.parent_id, r.rerun_of_id, r.status, r.seq, r.state, "
    "EXISTS (SELECT 1 FROM workflows_app_inboxitem i WHERE i.run_id = r.id)"
)
_FROM = "FROM workflows_app_run r JOIN workflows_app_workflow w ON w.id = r.workflow_id"


def lock_run(run_id: UUID, *, waits: bool = True) -> RunRow | None:
    """The run's row, locked until the end of the transaction; None where there is none.

    The lock (`FOR NO KEY UPDATE`) lets others write rows that refer to the run, like inbox items.
    On SQLite the transaction has locked everything already.

    Args:
        run_id: Which run.
        waits: False: None when somebody else holds the lock.
    """
    lock = ""
    if is_postgresql():
        lock = " FOR NO KEY UPDATE OF r" + ("" if waits else " SKIP LOCKED")
    rows = query(f"SELECT {_COLUMNS} {_FROM} WHERE r.id = %s{lock}", (run_key(run_id),))
    return _run_row(rows[0]) if rows else None


def read_runs(run_ids: Iterable[UUID]) -> dict[UUID, RunRow]:
    """Rows of these runs, unlocked."""
    keys = [run_key(run_id) for run_id in run_ids]
    if is_postgresql():
        rows = query(f"SELECT {_COLUMNS} {_FROM} WHERE r.id = ANY(%s)", (keys,))
    else:
        places = ", ".join(["%s"] * len(keys))
        rows = query(f"SELECT {_COLUMNS} {_FROM} WHERE r.id IN ({places})", keys)
    found = (_run_row(row) for row in rows)
    return {row.id: row for row in found}


def _run_row(row: Row) -> RunRow:
    created_at = as_moment(row[6])
    if created_at is None:
        raise ValueError("A run has no time of creation.")
    return RunRow(
        id=as_uuid(row[0]),
        workflow_id=as_uuid(row[1]),
        workflow=row[2],
        version_id=as_uuid(row[3]),
        input=loads(row[4]),
        business_key=row[5],
        created_at=created_at,
        started_at=as_moment(row[7]),
        created_by_id=row[8],
        parent_id=None if row[9] is None else as_uuid(row[9]),
        rerun_of_id=None if row[10] is None else as_uuid(row[10]),
        status=row[11],
        seq=row[12],
        state=state_from_json(loads(row[13])),
        has_reports=bool(row[14]),
    )


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be written, that has not started."""

    id: UUID
    workflow_id: UUID
    version_id: UUID
    input: Any
    created_at: datetime
    business_key: str = ""
    idempotency_key: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    created_by_id: Any = None
    parent_id: UUID | None = None
    rerun_of_id: UUID | None = None


_BORN = RunStatus.RUNNING
_NEW_TYPES: Mapping[str, str] = {
    "id": "uuid",
    "workflow_id": "uuid",
    "version_id": "uuid",
    "status": "text",
    "seq": "bigint",
    "state": "jsonb",
    "business_key": "text",
    "idempotency_key": "text",
    "labels": "jsonb",
    "input": "jsonb",
    "created_by_id": "text",
    "parent_id": "uuid",
    "rerun_of_id": "uuid",
    "created_at": "timestamptz",
}


def insert_runs(new: Sequence[NewRun]) -> dict[UUID, RunRow]:
    """Write runs. Those whose idempotency key is taken already are passed over.

    Returns:
        The rows that were written, by their ids.
    """
    names = ", ".join(_NEW_TYPES)
    conflict = (
        "ON CONFLICT (workflow_id, idempotency_key) WHERE idempotency_key IS NOT NULL "
        "DO NOTHING RETURNING id, "
        "(SELECT w.name FROM workflows_app_workflow w WHERE w.id = workflows_app_run.workflow_id)"
    )
    documents = [_new_row(run) for run in new]
    if is_postgresql():
        types = ", ".join(f"{name} {kind}" for name, kind in _NEW_TYPES.items())
        account = Run._meta.get_field("created_by").db_type(connection)
        values = names.replace("created_by_id", f"created_by_id::{account}").replace(
            "input", "COALESCE(input, 'null')"
        )
        rows = query(
            f"INSERT INTO workflows_app_run ({names}) SELECT {values} "
            f"FROM jsonb_to_recordset(%s::jsonb) AS x({types}) {conflict}",
            (dumps(documents),),
        )
        return _rows_of_new(new, rows)
    places = ", ".join(["%s"] * len(_NEW_TYPES))
    rows = []
    with immediate():
        for document in documents:
            row = [
                dumps(value) if _NEW_TYPES[name] == "jsonb" else to_sqlite(value)
                for name, value in document.items()
            ]
            rows += query(
                f"INSERT INTO workflows_app_run ({names}) VALUES ({places}) {conflict}", row
            )
    return _rows_of_new(new, rows)


def _rows_of_new(new: Sequence[NewRun], written: Iterable[Row]) -> dict[UUID, RunRow]:
    names = {as_uuid(key): name for key, name in written}
    return {
        run.id: RunRow(
            id=run.id,
            workflow_id=run.workflow_id,
            workflow=names[run.id],
            version_id=run.version_id,
            input=run.input,
            business_key=run.business_key,
            created_at=run.created_at,
            started_at=None,
            created_by_id=run.created_by_id,
            parent_id=run.parent_id,
            rerun_of_id=run.rerun_of_id,
            status=_BORN.value,
            seq=0,
            state=RunState(),
            has_reports=False,
        )
        for run in new
        if run.id in names
    }


def _new_row(run: NewRun) -> dict[str, Any]:
    told = {name: getattr(run, name, None) for name in _NEW_TYPES}
    return {**told, "status": _BORN.value, "seq": 0, "state": {}}


def find_by_idempotency_key(workflow_id: UUID, idempotency_key: str) -> UUID | None:
    """The run that was started under the key."""
    found = Run.objects.filter(workflow_id=workflow_id, idempotency_key=idempotency_key)
    return found.values_list("id", flat=True).first()


def read_document(version_id: UUID) -> Mapping[str, Any] | None:
    """The document of a version; None where there is none."""
    return Version.objects.filter(id=version_id).values_list("document", flat=True).first()
