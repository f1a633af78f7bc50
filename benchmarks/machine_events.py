"""Events of state machines: durable ones a second, beside pgbench at the same number of clients.

Two processes call the service that the API calls, with its permission, its audit entry and its
lock, on machines of two states. pgbench runs the statement of a step, which writes as much: a run,
a node run that ends, one that begins, and the journal.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks import documents, goals, pgbench
from benchmarks.clients import result_of, start_client
from benchmarks.flowdeck import Flowdeck
from benchmarks.rounds import Figures, Round

MACHINES = 200
HTTP_EVENTS = 200


def play(turn: Round) -> None:
    """Here and there."""
    with Flowdeck.running(turn) as flowdeck:
        # For pgbench, which writes steps of runs that are over. Machines never are.
        flowdeck.chain(MACHINES)
        runs = start_machines(flowdeck, MACHINES, turn.directory)
        turn.note(goals.OURS, "events", partial(measure, flowdeck, runs))
        turn.note("pgbench", "step", partial(pgbench.measure, flowdeck))
        turn.note(goals.OURS, "events over HTTP", partial(measure_http, flowdeck, runs))


def start_machines(flowdeck: Flowdeck, count: int, directory: Path) -> Path:
    """Machines that are at rest; returns a file with their runs' ids."""
    workflow = flowdeck.workflow("machine", documents.machine())
    flowdeck.start_runs(workflow, count)
    query = "SELECT id FROM workflows_app_run WHERE status = 'waiting' ORDER BY id"
    ids = [str(row[0]) for row in flowdeck.database.execute(query).fetchall()]
    if len(ids) < count:
        raise RuntimeError(f"Only {len(ids)} machines are at rest.")
    file = directory / "machines.txt"
    file.write_text("\n".join(ids))
    return file


def measure(flowdeck: Flowdeck, runs: Path) -> Figures:
    """As many processes as pgbench has clients."""
    flowdeck.database.execute("ANALYZE")
    options = {"runs": runs, "seconds": pgbench.SECONDS}
    clients = [start_client(flowdeck, "events", **options) for _ in range(pgbench.CLIENTS)]
    results = [result_of(client) for client in clients]
    return {
        "per_s": sum(result["sent"] / result["seconds"] for result in results),
        "statements": max(result["statements"] for result in results),
    }


def measure_http(flowdeck: Flowdeck, runs: Path) -> Figures:
    """One client at the API, one event after the other."""
    ids = runs.read_text().split()[:HTTP_EVENTS]

    def work() -> None:
        for run_id in ids:
            flowdeck.person.post(f"/runs/{run_id}/events", {"name": "flip"})

    return flowdeck.measured(work, len(ids))
