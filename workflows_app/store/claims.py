# ruff: noqa: S608 - the statements are put together from constants of this module
"""Claims: which worker carries out which queued node, and for how long it may be silent.

A claim is a lease on a queued row. The row stays `queued` until the worker's first report arrives,
so that a worker can hand back what it has not begun.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from workflows_app.core.json_text import dumps
from workflows_app.core.state import VisitKey
from workflows_app.store.sql import (
    Row,
    as_uuid,
    immediate,
    is_postgresql,
    moment_key,
    query,
    run_key,
)


@dataclass(frozen=True, slots=True)
class ClaimedNode:
    """A queued node run that is this worker's for now."""

    run_id: UUID
    node_id: str
    visit: int
    attempt: int
    was_claimed_before: bool = False
    """True when another worker had it and fell silent before it reported anything."""

    @property
    def key(self) -> VisitKey:
        """Which node run of the run it is."""
        return self.node_id, self.visit


_CLAIMABLE = (
    "status = 'queued' AND execution = 'worker' AND (lease_until IS NULL OR lease_until < %s)"
)


def claim_nodes(
    *, worker: str, limit: int, now: datetime, lease_until: datetime
) -> list[ClaimedNode]:
    """Lease up to `limit` queued nodes, oldest first. No two workers get the same one.

    On PostgreSQL rows that another worker is about to claim are passed over (`SKIP LOCKED`).
    """
    if is_postgresql():
        rows = query(
            f"""
            WITH chosen AS MATERIALIZED (
                SELECT ctid, id, lease_until AS old_lease FROM workflows_app_noderun
                WHERE {_CLAIMABLE} ORDER BY queued_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            ), leased AS (
                UPDATE workflows_app_noderun SET worker = %s, lease_until = %s
                WHERE ctid = ANY (ARRAY(SELECT ctid FROM chosen))
                RETURNING id, run_id, node_id, visit, attempt
            )
            SELECT id, run_id, node_id, visit, attempt, old_lease FROM leased JOIN chosen USING (id)
            """,
            (now, limit, worker, lease_until),
        )
    else:
        rows = _claim_on_sqlite(worker, limit, now, lease_until)
    return [
        ClaimedNode(as_uuid(run_id), node_id, visit, attempt, was_claimed_before=old is not None)
        for _, run_id, node_id, visit, attempt, old in sorted(rows, key=lambda row: row[0])
    ]


def _claim_on_sqlite(worker: str, limit: int, now: datetime, lease_until: datetime) -> list[Row]:
    """Choose and lease under the one write lock, which is not taken where nothing waits."""
    parameters = (moment_key(now), limit)
    select = (
        "SELECT id, run_id, node_id, visit, attempt, lease_until FROM workflows_app_noderun "
        f"WHERE {_CLAIMABLE} ORDER BY queued_at, id LIMIT %s"
    )
    if not query(select, (moment_key(now), 1)):
        return []
    with immediate():
        rows = query(select, parameters)
        if rows:
            places = ", ".join(["%s"] * len(rows))
            query(
                "UPDATE workflows_app_noderun SET worker = %s, lease_until = %s "
                f"WHERE id IN ({places})",
                (worker, moment_key(lease_until), *(row[0] for row in rows)),
            )
    return rows


def hand_back(claims: Collection[ClaimedNode], *, worker: str) -> None:
    """Make nodes that were claimed but not begun claimable again."""
    _set_leases(claims, worker=worker, lease_until=None, only_queued=True)


def extend_leases(
    claims: Collection[ClaimedNode], *, worker: str, lease_until: datetime
) -> set[ClaimedNode]:
    """Extend the leases that still are the worker's.

    Rows that somebody else is writing are passed over, so that nobody waits: the next beat comes
    long before the lease ends.

    Returns:
        The claims that are the worker's no longer: cancelled, timed out or taken away.
    """
    alive = _set_leases(claims, worker=worker, lease_until=lease_until, only_queued=False)
    missing = [claim for claim in claims if claim not in alive]
    return {claim for claim in missing if not _is_held(claim, worker)}


def _is_held(claim: ClaimedNode, worker: str) -> bool:
    return bool(
        query(
            "SELECT 1 FROM workflows_app_noderun WHERE run_id = %s AND node_id = %s AND visit = %s "
            "AND attempt = %s AND worker = %s AND status IN ('queued', 'running')",
            (run_key(claim.run_id), claim.node_id, claim.visit, claim.attempt, worker),
        )
    )


def _set_leases(
    claims: Collection[ClaimedNode],
    *,
    worker: str,
    lease_until: datetime | None,
    only_queued: bool,
) -> set[ClaimedNode]:
    if not claims:
        return set()
    statuses = "('queued')" if only_queued else "('queued', 'running')"
    held: set[tuple[UUID, str, int, int]] = set()
    if is_postgresql():
        rows = query(
            f"""
            UPDATE workflows_app_noderun AS n
            SET lease_until = %s, worker = CASE WHEN %s THEN '' ELSE n.worker END
            FROM (
                SELECT m.id FROM workflows_app_noderun m JOIN jsonb_to_recordset(%s::jsonb)
                    AS x(run_id uuid, node_id text, visit int, attempt int)
                    ON m.run_id = x.run_id AND m.node_id = x.node_id AND m.visit = x.visit
                    AND m.attempt = x.attempt
                WHERE m.worker = %s AND m.status IN {statuses} FOR UPDATE OF m SKIP LOCKED
            ) AS mine
            WHERE n.id = mine.id RETURNING n.run_id, n.node_id, n.visit, n.attempt
            """,
            (lease_until, lease_until is None, dumps(_keys(claims)), worker),
        )
        held = {(as_uuid(row[0]), row[1], row[2], row[3]) for row in rows}
    else:
        for claim in claims:
            rows = query(
                "UPDATE workflows_app_noderun "
                "SET lease_until = %s, worker = CASE WHEN %s THEN '' ELSE worker END "
                "WHERE run_id = %s AND node_id = %s AND visit = %s AND attempt = %s "
                f"AND worker = %s AND status IN {statuses} RETURNING id",
                (
                    None if lease_until is None else moment_key(lease_until),
                    lease_until is None,
                    run_key(claim.run_id),
                    claim.node_id,
                    claim.visit,
                    claim.attempt,
                    worker,
                ),
            )
            if rows:
                held.add((claim.run_id, claim.node_id, claim.visit, claim.attempt))
    return {c for c in claims if (c.run_id, c.node_id, c.visit, c.attempt) in held}


def _keys(claims: Iterable[ClaimedNode]) -> list[dict[str, object]]:
    return [
        {"run_id": c.run_id, "node_id": c.node_id, "visit": c.visit, "attempt": c.attempt}
        for c in claims
    ]


def find_holder(run_id: UUID, key: VisitKey) -> str:
    """The worker that a node run was given to last; empty when its lease was taken away."""
    rows = query(
        "SELECT worker FROM workflows_app_noderun "
        "WHERE run_id = %s AND node_id = %s AND visit = %s",
        (run_key(run_id), *key),
    )
    return str(rows[0][0]) if rows else ""


def count_claimable(*, now: datetime, queued_before: datetime, limit: int) -> int:
    """How many nodes have waited for a worker since before `queued_before`; at most `limit`."""
    rows = query(
        f"SELECT count(*) FROM (SELECT 1 FROM workflows_app_noderun "
        f"WHERE {_CLAIMABLE} AND queued_at < %s LIMIT %s) AS waiting",
        (moment_key(now), moment_key(queued_before), limit),
    )
    return int(rows[0][0])


def take_lost_leases(*, now: datetime, taken_until: datetime, limit: int) -> list[ClaimedNode]:
    """Running nodes whose worker fell silent. They are nobody's until `taken_until`.

    Safe in many processes at once: each lost node is given to one of them, which must report it.
    Should that one die too, the node is found again when `taken_until` has passed.
    """
    lock = " FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
    rows = query(
        f"""
        UPDATE workflows_app_noderun SET worker = '', lease_until = %s
        WHERE id IN (
            SELECT id FROM workflows_app_noderun
            WHERE status = 'running' AND lease_until < %s ORDER BY lease_until LIMIT %s{lock}
        )
        RETURNING run_id, node_id, visit, attempt
        """,
        (moment_key(taken_until), moment_key(now), limit),
    )
    return [ClaimedNode(as_uuid(r), node, visit, attempt) for r, node, visit, attempt in rows]


def leaseholders() -> set[str]:
    """Names of the workers that hold leases."""
    rows = query(
        "SELECT DISTINCT worker FROM workflows_app_noderun "
        "WHERE lease_until IS NOT NULL AND worker <> '' AND status IN ('queued', 'running')"
    )
    return {row[0] for row in rows}


def expire_leases(*, worker: str, now: datetime) -> None:
    """End a worker's leases: its nodes are for others."""
    query(
        "UPDATE workflows_app_noderun SET lease_until = %s "
        "WHERE worker = %s AND lease_until > %s AND status IN ('queued', 'running')",
        (moment_key(now), worker, moment_key(now)),
    )
