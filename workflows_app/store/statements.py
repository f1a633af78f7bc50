# ruff: noqa: S608 - the statements are put together from constants of this module
"""The step: everything that a decision changes, in one statement on PostgreSQL.

Both forms stand side by side and write the same. On PostgreSQL a data-modifying CTE takes ONE JSON
parameter (`jsonb_to_recordset`) through a cursor with prepared statements: 4 times the ORM, 2.6
times five statements. SQLite has no such CTE; there the same is plain statements in one IMMEDIATE
transaction. The steps of several runs share a statement and its commit, which is most of what a
small step costs. Each run's row is fenced by its `seq`: when somebody else has moved the run, or
left a report in its inbox that must be worked in first, nothing of that run is written at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from workflows_app.core.json_text import dumps
from workflows_app.store.changes import NODE_RUN_DEFAULTS, StepChange, TimerKey
from workflows_app.store.sql import as_uuid, immediate, is_postgresql, query, to_sqlite

_NODE_RUN_TYPES: Mapping[str, str] = {
    "node_type": "text",
    "execution": "text",
    "status": "text",
    "attempt": "int",
    "earlier_attempts": "jsonb",
    "ports": "jsonb",
    "input": "jsonb",
    "output": "jsonb",
    "error": "jsonb",
    "waiting": "jsonb",
    "progress": "jsonb",
    "is_reused": "bool",
    "worker": "text",
    "lease_until": "timestamptz",
    "queued_at": "timestamptz",
    "retry_at": "timestamptz",
    "started_at": "timestamptz",
    "finished_at": "timestamptz",
}
_RUN_TYPES: Mapping[str, str] = {
    "seq": "bigint",
    "status": "text",
    "state": "jsonb",
    "output": "jsonb",
    "error": "jsonb",
    "started_at": "timestamptz",
    "finished_at": "timestamptz",
}
_JSON_COLUMNS = frozenset(
    name
    for types in (_NODE_RUN_TYPES, _RUN_TYPES)
    for name, kind in types.items()
    if kind == "jsonb"
)


def write_steps(changes: Sequence[StepChange], *, heeds_inbox: bool = False) -> set[UUID]:
    """Write steps of different runs together.

    Args:
        changes: What to write, one for each run.
        heeds_inbox: Refuse also when reports wait in a run's inbox. For steps decided without the
            run's lock; whoever holds the lock has drained the inbox.

    Returns:
        The runs whose step was written. Nothing is written of the others, which have moved on.
    """
    # All writers take rows in this order, so that no two of them deadlock.
    ordered = sorted(changes, key=lambda change: change.run_id)
    if is_postgresql():
        return _write_on_postgresql(ordered, heeds_inbox)
    with immediate():
        return {change.run_id for change in ordered if _write_on_sqlite(change, heeds_inbox)}


# PostgreSQL


def _write_on_postgresql(changes: Sequence[StepChange], heeds_inbox: bool) -> set[UUID]:
    document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for n, change in enumerate(changes):
        document["runs"].append(
            {"n": n, "id": change.run_id, "fence": change.fence, "set": change.run}
        )
        for event in change.events:
            document["events"].append(
                {
                    "n": n,
                    "seq": event.seq,
                    "type": event.type,
                    "node_id": event.node_id,
                    "visit": event.visit,
                    "data": event.data,
                    "at": event.at,
                }
            )
        for node in change.nodes:
            key = {"n": n, "node_id": node.node_id, "visit": node.visit}
            if node.is_new:
                # Claimed in the order in which they were queued.
                place = len(document["new"])
                new = {**key, "place": place, **NODE_RUN_DEFAULTS, **node.values}
                document["new"].append(new)
            elif node.values:
                document["changed"].append({**key, "set": node.values})
        for timer in change.timers:
            document["timers"].append(
                {"n": n, **_key(timer.key), "attempt": timer.attempt, "due_at": timer.due_at}
            )
        if change.drops_all_timers:
            document["closed"].append({"n": n})
        else:
            document["dropped"] += [{"n": n, **_key(key)} for key in change.dropped_timers]
        for line in change.logs:
            document["logs"].append(
                {
                    "n": n,
                    "place": len(document["logs"]),
                    "node_id": line.node_id,
                    "visit": line.visit,
                    "attempt": line.attempt,
                    "level": line.level,
                    "message": line.message,
                    "at": line.at,
                }
            )
    told = {name: rows for name, rows in document.items() if rows}
    run_columns = tuple(sorted({name for change in changes for name in change.run}))
    node_columns = tuple(sorted({name for row in told.get("changed", ()) for name in row["set"]}))
    parts = tuple(sorted(told.keys() - {"runs"}))
    statement = _step_statement(run_columns, node_columns, parts, heeds_inbox)
    return {as_uuid(row[0]) for row in query(statement, (dumps(told),))}


def _key(key: TimerKey) -> dict[str, Any]:
    return {"kind": key.kind, "node_id": key.node_id, "visit": key.visit}


@lru_cache(maxsize=256)
def _step_statement(
    run_columns: tuple[str, ...],
    node_columns: tuple[str, ...],
    parts: tuple[str, ...],
    heeds_inbox: bool,
) -> str:
    """The CTE for these columns and parts. All names come from the tables above."""
    # Steps that end a run write more columns than others: what a step leaves out stays.
    values = ", ".join(f"COALESCE(x.{c}, r.{c})" for c in run_columns)
    types = ", ".join(f"{c} {_RUN_TYPES[c]}" for c in run_columns)
    inbox = (
        " AND NOT EXISTS (SELECT 1 FROM workflows_app_inboxitem i WHERE i.run_id = r.id)"
        if heeds_inbox
        else ""
    )
    names = ", ".join(run_columns)
    # Known rows are found as conflicts with a unique key, since that goes through its index
    # whatever the planner thinks of the table's size; a join may become a full scan. What is to be
    # set rides in a column of the row that is proposed and never inserted.
    clauses = [
        "d AS MATERIALIZED (SELECT %s::jsonb AS j)",
        f"""moved AS (
            INSERT INTO workflows_app_run AS r (id, seq, labels, workflow_id, version_id, status,
                state, business_key, input, created_at)
            SELECT x.id, x.fence, x.set, x.id, x.id, 'running', '{{}}', '', '{{}}', now()
            FROM d, jsonb_to_recordset(d.j->'runs') AS x(id uuid, fence bigint, set jsonb)
            ON CONFLICT (id) DO UPDATE SET ({names}) =
                (SELECT {values} FROM jsonb_to_record(EXCLUDED.labels) AS x({types}))
                WHERE r.seq = EXCLUDED.seq{inbox}
            RETURNING r.id)""",
        """fenced AS MATERIALIZED (
            SELECT x.id, x.n FROM d, jsonb_to_recordset(d.j->'runs') AS x(n int, id uuid)
            JOIN moved USING (id))""",
    ]
    if "events" in parts:
        clauses.append(
            """events AS (
            INSERT INTO workflows_app_runevent (run_id, seq, type, node_id, visit, data, at)
            SELECT f.id, x.seq, x.type, x.node_id, x.visit, x.data, x.at
            FROM d, jsonb_to_recordset(d.j->'events')
                AS x(n int, seq bigint, type text, node_id text, visit int, data jsonb,
                    at timestamptz) JOIN fenced f USING (n)
            ORDER BY n, x.seq)"""
        )
    if "changed" in parts:
        names = ", ".join(node_columns)
        values = ", ".join(f"p.{c}" for c in node_columns)
        clauses.append(
            f"""changed AS (
            INSERT INTO workflows_app_noderun AS n (run_id, node_id, visit, progress, node_type,
                execution, status, attempt, earlier_attempts, ports, is_reused, worker, queued_at)
            SELECT f.id, x.node_id, x.visit, x.set,
                '', '', 'queued', 1, '[]', '[]', false, '', now()
            FROM d, jsonb_to_recordset(d.j->'changed')
                AS x(n int, node_id text, visit int, set jsonb) JOIN fenced f USING (n)
            ORDER BY n, node_id, visit
            ON CONFLICT (run_id, node_id, visit) DO UPDATE SET ({names}) =
                (SELECT {values} FROM jsonb_populate_record(n, EXCLUDED.progress) p))"""
        )
    if "new" in parts:
        names = ", ".join(_NODE_RUN_TYPES)
        types = ", ".join(f"{c} {kind}" for c, kind in _NODE_RUN_TYPES.items())
        values = ", ".join(f"x.{c}" for c in _NODE_RUN_TYPES)
        clauses.append(
            f"""new AS (
            INSERT INTO workflows_app_noderun (run_id, node_id, visit, {names})
            SELECT f.id, x.node_id, x.visit, {values}
            FROM d, jsonb_to_recordset(d.j->'new')
                AS x(n int, place int, node_id text, visit int, {types}) JOIN fenced f USING (n)
            ORDER BY x.place)"""
        )
    if "timers" in parts:
        clauses.append(
            """timers AS (
            INSERT INTO workflows_app_timer (run_id, kind, node_id, visit, attempt, due_at)
            SELECT f.id, x.kind, x.node_id, x.visit, x.attempt, x.due_at
            FROM d, jsonb_to_recordset(d.j->'timers')
                AS x(n int, kind text, node_id text, visit int, attempt int, due_at timestamptz)
                JOIN fenced f USING (n)
            ON CONFLICT (run_id, kind, node_id, visit)
                DO UPDATE SET attempt = EXCLUDED.attempt, due_at = EXCLUDED.due_at)"""
        )
    if "closed" in parts:
        clauses.append(
            """closed AS (
            DELETE FROM workflows_app_timer t
            USING d, jsonb_to_recordset(d.j->'closed') AS x(n int) JOIN fenced f USING (n)
            WHERE t.run_id = f.id)"""
        )
    if "dropped" in parts:
        clauses.append(
            """dropped AS (
            DELETE FROM workflows_app_timer t
            USING d, jsonb_to_recordset(d.j->'dropped')
                AS x(n int, kind text, node_id text, visit int) JOIN fenced f USING (n)
            WHERE t.run_id = f.id AND t.kind = x.kind AND t.node_id = x.node_id
                AND t.visit = x.visit)"""
        )
    if "logs" in parts:
        clauses.append(
            """logs AS (
            INSERT INTO workflows_app_nodelog (run_id, node_id, visit, attempt, level, message, at)
            SELECT f.id, x.node_id, x.visit, x.attempt, x.level, x.message, x.at
            FROM d, jsonb_to_recordset(d.j->'logs')
                AS x(n int, place int, node_id text, visit int, attempt int, level text,
                    message text, at timestamptz) JOIN fenced f USING (n)
            ORDER BY x.place)"""
        )
    return "WITH " + ",\n".join(clauses) + "\nSELECT id FROM fenced"


# SQLite


def _write_on_sqlite(change: StepChange, heeds_inbox: bool) -> bool:
    run_id = change.run_id.hex
    with connection.cursor() as cursor:
        names, values = _columns(change.run)
        inbox = (
            " AND NOT EXISTS (SELECT 1 FROM workflows_app_inboxitem i WHERE i.run_id = %s)"
            if heeds_inbox
            else ""
        )
        cursor.execute(
            f"UPDATE workflows_app_run SET {_assignments(names)} WHERE id = %s AND seq = %s{inbox}",
            [*values, run_id, change.fence, *([run_id] if heeds_inbox else [])],
        )
        if cursor.rowcount == 0:
            return False
        for node in change.nodes:
            if node.is_new or not node.values:
                continue
            names, values = _columns(node.values)
            cursor.execute(
                f"UPDATE workflows_app_noderun SET {_assignments(names)} "
                "WHERE run_id = %s AND node_id = %s AND visit = %s",
                [*values, run_id, node.node_id, node.visit],
            )
        new = [n for n in change.nodes if n.is_new]
        if new:
            _insert(
                cursor,
                "workflows_app_noderun",
                ("run_id", "node_id", "visit", *_NODE_RUN_TYPES),
                [
                    (
                        run_id,
                        n.node_id,
                        n.visit,
                        *_columns({**NODE_RUN_DEFAULTS, **n.values}, _NODE_RUN_TYPES)[1],
                    )
                    for n in new
                ],
            )
        if change.drops_all_timers:
            cursor.execute("DELETE FROM workflows_app_timer WHERE run_id = %s", [run_id])
        else:
            for key in change.dropped_timers:
                cursor.execute(
                    "DELETE FROM workflows_app_timer "
                    "WHERE run_id = %s AND kind = %s AND node_id = %s AND visit = %s",
                    [run_id, key.kind.value, key.node_id, key.visit],
                )
        for timer in change.timers:
            cursor.execute(
                "INSERT INTO workflows_app_timer (run_id, kind, node_id, visit, attempt, due_at) "
                "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (run_id, kind, node_id, visit) "
                "DO UPDATE SET attempt = excluded.attempt, due_at = excluded.due_at",
                [
                    run_id,
                    timer.key.kind.value,
                    timer.key.node_id,
                    timer.key.visit,
                    timer.attempt,
                    to_sqlite(timer.due_at),
                ],
            )
        _insert(
            cursor,
            "workflows_app_runevent",
            ("run_id", "seq", "type", "node_id", "visit", "data", "at"),
            [
                (run_id, e.seq, e.type, e.node_id, e.visit, dumps(e.data), to_sqlite(e.at))
                for e in change.events
            ],
        )
        if change.logs:
            _insert(
                cursor,
                "workflows_app_nodelog",
                ("run_id", "node_id", "visit", "attempt", "level", "message", "at"),
                [
                    (run_id, x.node_id, x.visit, x.attempt, x.level, x.message, to_sqlite(x.at))
                    for x in change.logs
                ],
            )
    return True


def _columns(
    values: Mapping[str, Any], names: Sequence[str] | Mapping[str, str] = ()
) -> tuple[list[str], list[Any]]:
    """Names and SQLite values; JSON columns as text, None as NULL."""
    chosen = list(names) or list(values)
    return chosen, [
        dumps(values[name])
        if name in _JSON_COLUMNS and values[name] is not None
        else to_sqlite(values[name])
        for name in chosen
    ]


def _assignments(names: Sequence[str]) -> str:
    return ", ".join(f"{name} = %s" for name in names)


def _insert(cursor: Any, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    places = ", ".join(["%s"] * len(names))
    cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)
