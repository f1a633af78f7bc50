# ruff: noqa: S608 - the statements are put together from constants of this module
"""The inbox of runs: reports that wait for whoever holds the run.

Finished parallel branches do not queue behind the run's lock: they leave their result in their own
row and a report in the inbox, in one statement. See `workflows_app.engine.advance` for why none is
ever left lying.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from workflows_app.core.json_text import dumps, loads
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import (
    Absent,
    Report,
    report_from_json,
    report_to_json,
)
from workflows_app.store.sql import (
    as_uuid,
    immediate,
    is_postgresql,
    moment_key,
    query,
    run_key,
)

MAX_DRAINED = 500
"""Items that one step works in."""


@dataclass(frozen=True, slots=True)
class NodeReports:
    """What a worker has to say of one node that it claimed; the last one may carry the output."""

    claim: ClaimedNode
    reports: Sequence[Report]

    @property
    def output(self) -> Any:
        """The output to store, or ABSENT."""
        return self.reports[-1].output


def add_reports(run_id: UUID, reports: Sequence[Report], now: datetime) -> None:
    """Leave reports that carry no output."""
    if reports:
        _insert([(run_id, reports)], now)


def leave_reminder(run_id: UUID, now: datetime) -> None:
    """Have the sweep move the run with its next round. It gives others time to see to reports."""
    _insert([(run_id, ())], now - timedelta(seconds=1))


def store_results(results: Sequence[NodeReports], *, worker: str, now: datetime) -> set[UUID]:
    """Write outputs into their node runs and reports into the inboxes, all or nothing.

    A result whose node run is no longer the worker's (cancelled, timed out, its lease lost) is
    passed over.

    Returns:
        The runs that got a report.
    """
    if not results:
        return set()
    if is_postgresql():
        return _store_on_postgresql(results, worker, now)
    with immediate():
        return _store_on_sqlite(results, worker, now)


def _store_on_postgresql(results: Sequence[NodeReports], worker: str, now: datetime) -> set[UUID]:
    document = [
        {
            "run_id": r.claim.run_id,
            "node_id": r.claim.node_id,
            "visit": r.claim.visit,
            "attempt": r.claim.attempt,
            "has_output": not isinstance(r.output, Absent),
            "output": None if isinstance(r.output, Absent) else r.output,
            "event": [report_to_json(report) for report in r.reports],
        }
        for r in sorted(results, key=lambda r: (r.claim.run_id, r.claim.node_id, r.claim.visit))
    ]
    # Rows are found as conflicts with the unique key; see `store.statements`. In the row that is
    # proposed, and never inserted, `is_reused` tells whether there is an output.
    rows = query(
        """
        WITH told AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x(
                run_id uuid, node_id text, visit int, attempt int,
                has_output bool, output jsonb, event jsonb)
        ), hit AS (
            INSERT INTO workflows_app_noderun AS n (run_id, node_id, visit, attempt, output,
                is_reused, worker, node_type, execution, status, earlier_attempts, ports, queued_at)
            SELECT run_id, node_id, visit, attempt, output, has_output, %s,
                '', '', 'queued', '[]', '[]', now() FROM told
            ON CONFLICT (run_id, node_id, visit) DO UPDATE
                SET output = CASE WHEN EXCLUDED.is_reused THEN EXCLUDED.output ELSE n.output END
                WHERE n.attempt = EXCLUDED.attempt AND n.worker = EXCLUDED.worker
                    AND n.status IN ('queued', 'running')
            RETURNING n.run_id, n.node_id, n.visit
        )
        INSERT INTO workflows_app_inboxitem (run_id, event, created_at)
        SELECT told.run_id, told.event, %s FROM hit JOIN told USING (run_id, node_id, visit)
        RETURNING run_id
        """,
        (dumps(document), worker, now),
    )
    return {as_uuid(row[0]) for row in rows}


def _store_on_sqlite(results: Sequence[NodeReports], worker: str, now: datetime) -> set[UUID]:
    kept: dict[UUID, list[Report]] = defaultdict(list)
    for result in results:
        claim = result.claim
        output = None if isinstance(result.output, Absent) else result.output
        rows = query(
            "UPDATE workflows_app_noderun SET output = CASE WHEN %s THEN %s ELSE output END "
            "WHERE run_id = %s AND node_id = %s AND visit = %s AND attempt = %s AND worker = %s "
            "AND status IN ('queued', 'running') RETURNING id",
            (
                not isinstance(result.output, Absent),
                None if output is None else dumps(output),
                run_key(claim.run_id),
                claim.node_id,
                claim.visit,
                claim.attempt,
                worker,
            ),
        )
        if rows:
            kept[claim.run_id].extend(result.reports)
    _insert(list(kept.items()), now)
    return set(kept)


def _insert(items: Iterable[tuple[UUID, Sequence[Report]]], now: datetime) -> None:
    for run_id, reports in items:
        query(
            "INSERT INTO workflows_app_inboxitem (run_id, event, created_at) VALUES (%s, %s, %s)",
            (run_key(run_id), dumps([report_to_json(r) for r in reports]), moment_key(now)),
        )


def drain(run_id: UUID) -> list[Report]:
    """Take the oldest reports out of the inbox. The caller holds the run's lock."""
    rows = query(
        "DELETE FROM workflows_app_inboxitem WHERE id IN ("
        "SELECT id FROM workflows_app_inboxitem WHERE run_id = %s ORDER BY id LIMIT %s"
        ") RETURNING id, event",
        (run_key(run_id), MAX_DRAINED),
    )
    return [
        report_from_json(told)
        for _, event in sorted(rows, key=lambda row: row[0])
        for told in loads(event)
    ]


def has_reports(run_id: UUID) -> bool:
    """True when somebody left a report that nobody has worked in."""
    return bool(
        query("SELECT 1 FROM workflows_app_inboxitem WHERE run_id = %s LIMIT 1", (run_key(run_id),))
    )


def unread_runs(*, left_before: datetime, limit: int) -> list[UUID]:
    """Runs whose reports have been lying since before `left_before`."""
    rows = query(
        "SELECT DISTINCT run_id FROM workflows_app_inboxitem WHERE created_at <= %s LIMIT %s",
        (moment_key(left_before), limit),
    )
    return [as_uuid(row[0]) for row in rows]
