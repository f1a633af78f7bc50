"""pgbench with the statement of a step: the limit that the database itself sets."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.flowdeck import Flowdeck
from benchmarks.rounds import Figures

CLIENTS = 2
SECONDS = 4


def measure(flowdeck: Flowdeck) -> Figures:
    """Steps a second of two clients, over runs that the stack has made."""
    from workflows_app.store.statements import _step_statement

    flowdeck.database.execute(
        "CREATE TABLE IF NOT EXISTS bench_run AS SELECT row_number() OVER () AS k, id "
        "FROM (SELECT id FROM workflows_app_run WHERE status = 'succeeded' ORDER BY id LIMIT 200)"
        " AS chosen"
    )
    node = ("error", "finished_at", "lease_until", "output", "ports", "status")
    statement = _step_statement(
        ("seq", "state", "status"), node, ("changed", "events", "new"), heeds_inbox=True
    )
    # The same work whatever the run's seq is: each step adds three entries behind the last.
    statement = statement.replace("r.seq = EXCLUDED.seq", "r.seq >= EXCLUDED.seq")
    statement = statement.replace("COALESCE(x.seq, r.seq)", "r.seq + 3")
    statement = statement.replace("RETURNING r.id)", "RETURNING r.id, r.seq)")
    statement = statement.replace("SELECT x.id, x.n FROM d", "SELECT x.id, x.n, moved.seq FROM d")
    statement = statement.replace(
        "SELECT f.id, x.seq, x.type", "SELECT f.id, f.seq - x.seq, x.type"
    )
    statement = re.sub(
        r"(SELECT f\.id, x\.node_id, )x\.visit(, x\.node_type)", r"\1f.seq\2", statement
    )
    statement = statement.replace("SELECT %s::jsonb AS j", _DOCUMENT)
    with tempfile.TemporaryDirectory() as name:
        script = Path(name) / "step.sql"
        script.write_text(f"\\set k random(1, 200)\n{' '.join(statement.split())};\n")
        server = flowdeck.servers.postgresql
        command: list[str | Path] = [
            server.programs / "pgbench", "--no-vacuum", "--protocol", "prepared",
            "--file", script, "--client", str(CLIENTS), "--jobs", "1", "--time", str(SECONDS),
            "--host", "127.0.0.1", "--port", str(server.port), "--username", "flowdeck",
            flowdeck.stack.database,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench failed: {done.stdout}{done.stderr}")
    return {"per_s": float(found[1])}


_DOCUMENT = """
SELECT jsonb_build_object(
  'runs', jsonb_build_array(jsonb_build_object('n', 0, 'fence', 0,
    'id', (SELECT id FROM bench_run WHERE k = :k), 'set',
    '{"seq": 0, "status": "succeeded", "state": {"s": "running", "a": [["b", 1, 1, "queued", 0]]}}'
    ::jsonb)),
  'events', '[
    {"n": 0, "seq": 0, "type": "node.queued", "node_id": "b", "visit": 1, "data": {"attempt": 1},
     "at": "2026-01-01"},
    {"n": 0, "seq": 1, "type": "node.succeeded", "node_id": "a", "visit": 1,
     "data": {"attempt": 1, "ports": ["out"]}, "at": "2026-01-01"},
    {"n": 0, "seq": 2, "type": "node.started", "node_id": "a", "visit": 1,
     "data": {"attempt": 1, "worker": "worker"}, "at": "2026-01-01"}]'::jsonb,
  'changed', '[{"n": 0, "node_id": "step0", "visit": 1, "set": {"status": "succeeded",
    "finished_at": "2026-01-01", "lease_until": null, "ports": ["out"], "error": null,
    "output": 1}}]'::jsonb,
  'new', '[{"n": 0, "place": 0, "node_id": "b", "visit": 1, "attempt": 1, "earlier_attempts": [],
    "ports": [], "input": {}, "is_reused": false, "worker": "w",
    "lease_until": "2026-01-01", "queued_at": "2026-01-01",
    "status": "succeeded", "finished_at": "2026-01-01", "node_type": "log",
    "execution": "worker"}]'::jsonb) AS j
"""
