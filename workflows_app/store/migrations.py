"""Writes that move a run to another version. The run's row is locked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from workflows_app.core.state import RunState
from workflows_app.models import ChildRun, HumanTask, NodeLog, NodeRun, Run, RunEvent, Timer
from workflows_app.store.codec import state_to_json


def read_visits(run_id: UUID) -> dict[str, int]:
    """The last visit of each node that the run has reached."""
    rows = NodeRun.objects.filter(run_id=run_id).values("node_id").annotate(last=Max("visit"))
    return {row["node_id"]: row["last"] for row in rows}


def rename_nodes(run_id: UUID, mapping: Mapping[str, str]) -> None:
    """Give the run's rows their new node ids; the journal stays as it was told.

    Timers come first: whoever fires one holds its row, so that once they are renamed every timer
    that fired before has left its report.
    """
    for old, new in mapping.items():
        for rows in (Timer.objects, NodeRun.objects, NodeLog.objects, HumanTask.objects):
            rows.filter(run_id=run_id, node_id=old).update(node_id=new)
        ChildRun.objects.filter(parent_id=run_id, node_id=old).update(node_id=new)


def pin_run(
    *,
    run_id: UUID,
    version_id: UUID,
    state: RunState,
    seq: int,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Pin the run to the version with its new state, and journal it as number `seq`."""
    Run.objects.filter(id=run_id).update(version_id=version_id, state=state_to_json(state), seq=seq)
    RunEvent.objects.create(run_id=run_id, seq=seq, type="run.migrated", data=dict(told), at=now)
