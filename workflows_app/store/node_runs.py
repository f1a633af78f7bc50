# ruff: noqa: S608 - the statements are put together from constants of this module
"""Reads of node runs that a step needs: outputs, earlier attempts, results to take over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from workflows_app.core.json_text import loads
from workflows_app.core.state import VisitKey
from workflows_app.models import NodeRun, RunEvent
from workflows_app.store.sql import Row, as_uuid, is_postgresql, query, run_key


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What a node run left."""

    run_id: UUID
    node_id: str
    visit: int
    status: str
    ports: tuple[str, ...]
    output: Any
    error: Any


def read_results(run_nodes: Mapping[UUID, Collection[str]]) -> list[StoredResult]:
    """All visits of these nodes that ran, in the order of their visits."""
    columns = "run_id, node_id, visit, status, ports, output, error"
    rows: list[Row] = []
    for run_id, node_ids in run_nodes.items():
        names = list(node_ids)
        if not names:
            continue
        if is_postgresql():
            condition, parameters = "node_id = ANY (%s)", [run_key(run_id), names]
        else:
            places = ", ".join(["%s"] * len(names))
            condition, parameters = f"node_id IN ({places})", [run_key(run_id), *names]
        rows += query(
            f"SELECT {columns} FROM workflows_app_noderun "
            f"WHERE run_id = %s AND {condition} ORDER BY visit",
            parameters,
        )
    return [
        StoredResult(
            as_uuid(run), node, visit, status, tuple(loads(ports)), loads(output), loads(error)
        )
        for run, node, visit, status, ports, output, error in rows
    ]


def read_result(run_id: UUID, key: VisitKey) -> StoredResult | None:
    """What one visit of a node left; None where it has no row yet."""
    row = (
        NodeRun.objects.filter(run_id=run_id, node_id=key[0], visit=key[1])
        .values("status", "ports", "output", "error")
        .first()
    )
    if row is None:
        return None
    return StoredResult(
        run_id, *key, row["status"], tuple(row["ports"]), row["output"], row["error"]
    )


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """The attempt that a node run is on, and those before it."""

    number: int
    started_at: datetime | None
    first_started_at: datetime | None
    error: Any
    worker: str
    earlier: list[dict[str, Any]]


def read_attempt(run_id: UUID, key: VisitKey) -> AttemptRow | None:
    """The current attempt of a node run; None where it has no row yet."""
    node, visit = key
    row = (
        NodeRun.objects.filter(run_id=run_id, node_id=node, visit=visit)
        .values("attempt", "started_at", "error", "worker", "earlier_attempts")
        .first()
    )
    if row is None:
        return None
    started_at = row["started_at"]
    if row["attempt"] > 1:
        # The row keeps the first start; the journal knows them all.
        started = RunEvent.objects.filter(
            run_id=run_id, node_id=node, visit=visit, type="node.started"
        ).order_by("-seq")
        started_at = next(
            (e.at for e in started[:1] if e.data.get("attempt") == row["attempt"]), None
        )
    return AttemptRow(
        number=row["attempt"],
        started_at=started_at,
        first_started_at=row["started_at"],
        error=row["error"],
        worker=row["worker"],
        earlier=list(row["earlier_attempts"]),
    )


@dataclass(frozen=True, slots=True)
class ReusableResult:
    """Input and output of a node run of an earlier run."""

    input: Any
    output: Any


def read_reusable(run_id: UUID, keys: Collection[VisitKey]) -> dict[VisitKey, ReusableResult]:
    """What these node runs of an earlier run got and gave."""
    if not keys:
        return {}
    condition = Q()
    for node, visit in keys:
        condition |= Q(node_id=node, visit=visit)
    rows = NodeRun.objects.filter(condition, run_id=run_id, status="succeeded")
    return {
        (row["node_id"], row["visit"]): ReusableResult(row["input"], row["output"])
        for row in rows.values("node_id", "visit", "input", "output")
    }


def insert_ahead(
    *, run_id: UUID, key: VisitKey, node_type: str, execution: str, now: datetime
) -> int:
    """Write a queued node run ahead of its step, for rows that refer to it; its id.

    One that is there already is left as it is.
    """
    row, _ = NodeRun.objects.get_or_create(
        run_id=run_id,
        node_id=key[0],
        visit=key[1],
        defaults={
            "node_type": node_type,
            "execution": execution,
            "status": "queued",
            "queued_at": now,
        },
    )
    return int(row.id)
