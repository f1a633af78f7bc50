"""Does a step, a page or a worker's memory grow with what lies in the tables?

Two stacks stand side by side, one on empty tables and one on tables with many finished runs; they
take turns. What lies there is made by PostgreSQL itself, of the rows that one real run left: each
run has its events and its node runs, and some have a human task.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from benchmarks import documents, goals
from benchmarks.flowdeck import STEPS, Flowdeck
from benchmarks.processes import resident_mb
from benchmarks.rounds import Figures, Round
from tests.support.accounts import BOB
from tests.support.person import Person

EVENTS_A_RUN = 20
NODES_A_RUN = 5
TASK_EVERY = 20
"""One run in so many has a decided human task."""
OPEN_TASKS = 1_000
CHAINS = 200
LONG = 5_000
"""A published document may have 2 MB, which some 5,500 steps reach."""
CALLS = 40
DAYS = 30
"""Over which the runs are spread."""

FILL = f"""
WITH model AS MATERIALIZED (
  SELECT * FROM workflows_app_run WHERE workflow_id = %(workflow)s LIMIT 1
), made AS MATERIALIZED (
  SELECT n, gen_random_uuid() AS id,
    now() - interval '{DAYS} days' * ((%(runs)s::float - n) / %(runs)s) AS at
  FROM generate_series(%(first)s::int, %(last)s::int) AS n
), runs AS (
  INSERT INTO workflows_app_run (id, workflow_id, version_id, status, seq, state, business_key,
    labels, input, output, error, created_by_id, created_at, started_at, finished_at)
  SELECT made.id, workflow_id, version_id,
    CASE WHEN n %% 50 = 0 THEN 'failed' WHEN n %% 70 = 0 THEN 'cancelled' ELSE 'succeeded' END,
    {EVENTS_A_RUN}, state, 'order-' || n, '{{}}', '{{}}', output,
    CASE WHEN n %% 50 = 0 THEN '{{"type": "Failed", "message": "no"}}'::jsonb END,
    created_by_id, at, at, at + interval '3 seconds'
  FROM made, model
), events AS (
  INSERT INTO workflows_app_runevent (run_id, seq, type, node_id, visit, data, at)
  SELECT made.id, seq, 'node.succeeded', 'step0', 1, '{{"attempt": 1, "ports": ["out"]}}', at
  FROM made, generate_series(1, {EVENTS_A_RUN}) AS seq
)
INSERT INTO workflows_app_noderun (run_id, node_id, visit, node_type, execution, status, attempt,
  earlier_attempts, ports, is_reused, worker, queued_at, started_at, finished_at)
SELECT made.id, 'step' || node, 1, 'task:bench.noop', 'worker', 'succeeded', 1, '[]', '["out"]',
  false, 'worker', at, at, at
FROM made, generate_series(0, {NODES_A_RUN - 1}) AS node
"""

FILL_TASKS = f"""
WITH chosen AS MATERIALIZED (
  SELECT r.id AS run_id, n.id AS node_run_id, r.created_at AS at,
    row_number() OVER (ORDER BY r.created_at DESC) <= {OPEN_TASKS} AS is_open
  FROM workflows_app_run r JOIN workflows_app_noderun n ON n.run_id = r.id
  WHERE n.node_id = 'step0' AND r.workflow_id = %(workflow)s
    AND NULLIF(substr(r.business_key, 7), '')::int %% {TASK_EVERY} = 0
), tasks AS (
  INSERT INTO workflows_app_humantask (id, run_id, node_run_id, node_id, visit, attempt, heading,
    instructions, data, form_schema, outcomes, is_open_to_all, allow_requester, status,
    created_at, closed_at)
  SELECT gen_random_uuid(), run_id, node_run_id, 'step0', 1, 1, 'Approve it', '', '{{}}', '{{}}',
    '[{{"id": "yes", "label": "Yes"}}]', false, true,
    CASE WHEN is_open THEN 'open' ELSE 'decided' END, at, CASE WHEN is_open THEN null ELSE at END
  FROM chosen RETURNING id, status, closed_at
), groups AS (
  INSERT INTO workflows_app_humantask_assigned_groups (humantask_id, group_id)
  SELECT tasks.id, auth_group.id FROM tasks, auth_group WHERE auth_group.name = 'Approvers'
)
INSERT INTO workflows_app_decision (human_task_id, outcome, comment, data, decided_by_id,
  decided_at)
SELECT tasks.id, 'yes', '', '{{}}', auth_user.id, closed_at
FROM tasks, auth_user WHERE status = 'decided' AND auth_user.username = '{BOB}'
"""


@dataclass
class Pair:
    """The stack on empty tables, and the one on full tables."""

    empty: Flowdeck
    full: Flowdeck

    def stop(self) -> None:
        """End both."""
        self.empty.stop()
        self.full.stop()


_pairs: dict[int, Pair] = {}
"""By the servers that they stand on: they outlive the rounds, since filling takes minutes."""


def play(turn: Round) -> None:
    """The stacks take turns."""
    pair = _pair(turn)
    turn.note(goals.OURS, "chain", partial(chain, pair.empty))
    turn.note(goals.FULL, "chain", partial(chain, pair.full))
    turn.note(goals.OURS, "short_chain", partial(long_chain, pair.empty, STEPS))
    turn.note(goals.OURS, "long_chain", partial(long_chain, pair.empty, LONG))
    turn.note(goals.OURS, "pages", partial(pages, pair.empty))
    turn.note(goals.FULL, "pages", partial(pages, pair.full))
    turn.note(goals.OURS, "memory", partial(memory, turn))


def chain(flowdeck: Flowdeck) -> Figures:
    """Chains of ten, all at once."""
    figures = flowdeck.chain(CHAINS)
    return {**figures, "ms_a_step": 1_000 / figures["per_s"]}


def long_chain(flowdeck: Flowdeck, steps: int) -> Figures:
    """One chain, alone: from the end of its first step to that of its last."""
    workflow = flowdeck.workflow(f"chain of {steps}", documents.chain(steps))
    times = []
    for _ in range(1 if steps > 1_000 else 20):
        run_id = flowdeck.person.start(workflow)
        flowdeck.wait()
        row = flowdeck.database.execute(
            "SELECT extract(epoch FROM max(finished_at) - min(finished_at)), count(*)"
            " FROM workflows_app_noderun WHERE run_id = %s AND execution = 'worker'",
            (run_id,),
        ).fetchone()
        if row is None or row[1] != steps:
            raise RuntimeError(f"The chain has {row} steps.")
        times.append(float(row[0]) / (steps - 1) * 1_000)
    return {"ms_a_step": statistics.median(times)}


def pages(flowdeck: Flowdeck) -> Figures:
    """Lists over HTTP, as the pages ask for them."""
    bob = Person(flowdeck.stack.webs[0].url, BOB)
    ann = flowdeck.person
    asked: Mapping[str, tuple[Person, str]] = {
        "runs": (ann, "/runs?limit=50"),
        "failed": (ann, "/runs?limit=50&status=failed"),
        "search": (ann, "/runs?limit=50&search=order-12"),
        "dashboard": (ann, "/dashboard?hours=24"),
        "inbox": (bob, "/human-tasks?state=claimable"),
        "done": (bob, "/human-tasks?state=done"),
    }
    figures: Figures = {}
    try:
        for name, (person, path) in asked.items():
            times = [_ms(partial(person.get, path)) for _ in range(CALLS + 2)][2:]
            figures[f"{name}_p50_ms"] = statistics.median(times)
            figures[f"{name}_p95_ms"] = statistics.quantiles(times, n=20)[-1]
    finally:
        bob.close()
    return figures


def memory(turn: Round) -> Figures:
    """The larger worker's memory after a tenth of the runs, and after all."""
    with Flowdeck.running(turn, "memory") as flowdeck:
        workflow = flowdeck.workflow("chain of 1", documents.chain(1))

        def after(runs: int) -> float:
            for begin in range(0, runs, 1_000):
                flowdeck.start_runs(workflow, min(1_000, runs - begin))
                flowdeck.wait()
            return resident_mb(flowdeck.worker_groups)

        tenth = turn.memory_runs // 10
        return {
            "mb_after_a_tenth": after(tenth),
            "mb_after_all": after(turn.memory_runs - tenth),
        }


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1_000


def _pair(turn: Round) -> Pair:
    known = _pairs.get(id(turn.servers))
    if known is not None:
        return known
    pair = Pair(
        Flowdeck(turn.servers, turn.directory / "empty"),
        Flowdeck(turn.servers, turn.directory / "full"),
    )
    pair.empty.start()
    pair.full.start()
    turn.kept.callback(pair.stop)
    fill(pair.full, turn.growth_runs)
    _pairs[id(turn.servers)] = pair
    return pair


def fill(flowdeck: Flowdeck, runs: int) -> None:
    """Finished runs with their events, node runs and human tasks."""
    workflow = flowdeck.workflow("bench.noop", documents.chain(STEPS))
    for first in range(1, runs + 1, 20_000):
        last = min(runs, first + 19_999)
        values = {"workflow": workflow, "runs": runs, "first": first, "last": last}
        flowdeck.database.execute(FILL, values)
    flowdeck.database.execute(FILL_TASKS, {"workflow": workflow})
    flowdeck.database.execute("VACUUM ANALYZE")
