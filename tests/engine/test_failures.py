"""Retries, time limits, error edges, lost workers and late results."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import (
    chain,
    edge,
    events,
    graph,
    journal,
    node,
    node_run,
    run_of,
    start,
    status_of,
    statuses,
    work,
)
from workflows_app.core.events import CancelRequested, PauseRequested
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.models import NodeLog, NodeRun, Timer
from workflows_app.sdk import FatalError, RetryableError
from workflows_app.store import claims, inbox

pytestmark = pytest.mark.django_db(transaction=True)


class CardRefused(Exception):
    pass


def _raise(error):
    def act(context):
        raise error

    return act


def _fail_until(attempt, error):
    def act(context):
        if context.attempt < attempt:
            raise error
        return f"attempt {context.attempt}"

    return act


RETRY = {"max_attempts": 3, "initial_delay_seconds": 10, "backoff": 2, "jitter": 0}


def test_a_database_that_goes_away_behind_a_commit_does_not_undo_the_step(monkeypatch):
    def be_away(run_id):
        raise OperationalError("terminating connection due to administrator command")

    run_id = start(chain(node("a", config={"name": "x"})))
    monkeypatch.setattr(inbox, "has_reports", be_away)

    advance(run_id, PauseRequested(clock.now().timestamp()))

    assert status_of(run_id) == "paused"


def test_an_error_fails_the_run_with_type_message_and_node():
    ACTIONS["x"] = _raise(CardRefused("No funds"))
    run_id = start(chain(node("pay", config={"name": "x"})))
    work()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error == {"type": "CardRefused", "message": "No funds", "node_id": "pay"}
    assert node_run(run_id, "pay").error == {"type": "CardRefused", "message": "No funds"}
    failed = events(run_id, "run.failed")[0]
    assert failed.data == {
        "node": "pay",
        "error": {"type": "CardRefused", "message": "No funds"},
    }


def test_the_traceback_is_in_the_nodes_log_without_values_of_variables():
    def act(context):
        password = "hunter2"
        assert password
        raise CardRefused("No funds")

    ACTIONS["x"] = act
    run_id = start(chain(node("pay", config={"name": "x"})))
    work()
    line = NodeLog.objects.get(run_id=run_id)
    assert line.level == "debug"
    assert "CardRefused: No funds" in line.message


def test_an_error_edge_catches_and_sees_the_error():
    ACTIONS["x"] = _raise(CardRefused("No funds"))
    document = graph(
        [
            node("start", "start"),
            node("pay", config={"name": "x"}),
            node("end", "end"),
            node("sorry", "end", {"output": "${ error.type + ': ' + error.message }"}),
        ],
        [edge("start", "pay"), edge("pay", "end"), edge("pay", "sorry", "error")],
    )
    run_id = start(document)
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "CardRefused: No funds")
    assert statuses(run_id)["end"] == "skipped"


def test_continue_on_error_counts_as_done_with_null():
    ACTIONS["x"] = _raise(CardRefused("No funds"))
    document = chain(
        node("pay", config={"name": "x"}, on_error="continue"),
        node("t", "transform", {"output": {"paid": "${ nodes.pay }"}}),
    )
    run_id = start(document)
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", {"paid": None})


def test_retries_wait_for_their_timers_and_grow(time):
    ACTIONS["x"] = _fail_until(3, CardRefused("No funds"))
    run_id = start(chain(node("pay", config={"name": "x"}, retry=RETRY)))
    work()
    row = node_run(run_id, "pay")
    assert (row.status, row.attempt) == ("retrying", 1)
    assert (row.retry_at - time.now()).total_seconds() == pytest.approx(10)
    assert Timer.objects.filter(run_id=run_id, kind="retry").count() == 1
    sweep.sweep_once()
    assert work() == 0
    time.pass_(10.1)
    sweep.sweep_once()
    assert work() == 1
    row = node_run(run_id, "pay")
    assert (row.status, row.attempt) == ("retrying", 2)
    assert (row.retry_at - time.now()).total_seconds() == pytest.approx(20)
    time.pass_(20.1)
    sweep.sweep_once()
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "attempt 3")
    earlier = node_run(run_id, "pay").earlier_attempts
    assert [(e["number"], e["status"], e["error"]["message"]) for e in earlier] == [
        (1, "failed", "No funds"),
        (2, "failed", "No funds"),
    ]
    assert all(e["started_at"] < e["finished_at"] or e["started_at"] for e in earlier)
    assert earlier[0]["worker"] == "worker-1"
    assert not Timer.objects.exists()
    assert CALLS == [("pay", 1), ("pay", 2), ("pay", 3)]


def test_a_retryable_error_is_tried_again_when_it_asks(time):
    ACTIONS["x"] = _fail_until(2, RetryableError("Busy", retry_after=120))
    run_id = start(chain(node("pay", config={"name": "x"})))
    work()
    assert (node_run(run_id, "pay").retry_at - time.now()).total_seconds() == pytest.approx(120)
    time.pass_(121)
    sweep.sweep_once()
    work()
    assert status_of(run_id) == "succeeded"


def test_a_fatal_error_is_not_tried_again():
    ACTIONS["x"] = _raise(FatalError("Never"))
    run_id = start(chain(node("pay", config={"name": "x"}, retry=RETRY)))
    work()
    assert status_of(run_id) == "failed"
    assert CALLS == [("pay", 1)]


def test_a_task_that_ends_the_process_politely_is_a_failure_of_its_node():
    ACTIONS["x"] = _raise(SystemExit(3))
    run_id = start(chain(node("pay", config={"name": "x"})))
    work()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "SystemExit"


@pytest.mark.parametrize(
    "result, text",
    [
        (object(), "not JSON"),
        ("x" * 1_000_001, "1,000,000"),
        ("a\x00b", "U+0000"),
        ("\ud800", "not JSON"),
    ],
)
def test_results_that_cannot_be_kept_fail_the_node(result, text):
    ACTIONS["x"] = lambda context: result
    run_id = start(chain(node("a", config={"name": "x"})))
    work()
    assert status_of(run_id) == "failed"
    assert text in run_of(run_id).error["message"]


def test_an_error_message_that_no_database_takes_is_cleaned():
    ACTIONS["x"] = _raise(CardRefused("a\x00b\ud800"))
    run_id = start(chain(node("a", config={"name": "x"})))
    work()
    assert run_of(run_id).error["message"] == "a\ufffdb?"


def test_a_node_that_exceeds_its_time_takes_the_timeout_edge_and_its_result_is_late(time):
    document = graph(
        [
            node("start", "start"),
            node("slow", config={"name": "x"}, timeout_seconds=5),
            node("end", "end"),
            node("late", "end", {"output": "${ error.type }"}),
        ],
        [edge("start", "slow"), edge("slow", "end"), edge("slow", "late", "timeout")],
    )

    def act(context):
        _told(run_id, context)
        time.pass_(6)
        sweep.sweep_once()
        return "too late"

    ACTIONS["x"] = act
    run_id = start(document)
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "Timeout")
    slow = node_run(run_id, "slow")
    assert (slow.status, slow.output, slow.ports) == ("failed", None, ["timeout"])


def test_the_result_of_a_cancelled_run_changes_nothing():
    def act(context):
        advance(run_id, CancelRequested(clock.now().timestamp(), "enough"))
        return "too late"

    ACTIONS["x"] = act
    run_id = start(chain(node("a", config={"name": "x"}), node("b")))
    work()
    assert status_of(run_id) == "cancelled"
    assert statuses(run_id) == {"start": "succeeded", "a": "cancelled"}
    assert node_run(run_id, "a").output is None
    assert journal(run_id)[-1] == "run.cancelled"


def test_a_lost_worker_is_noticed_and_its_node_runs_again(time):
    def die(context):
        if context.attempt == 1:
            _told(run_id, context)
            raise KeyboardInterrupt
        return context.idempotency_key

    ACTIONS["x"] = die
    run_id = start(chain(node("a", config={"name": "x"})))
    with pytest.raises(KeyboardInterrupt):
        work("worker-1")
    assert node_run(run_id, "a").status == "running"
    sweep.sweep_once()
    assert work("worker-2") == 0
    time.pass_(31)
    sweep.sweep_once()
    row = node_run(run_id, "a")
    assert (row.status, row.attempt) == ("queued", 2)
    assert journal(run_id, of="a")[-2:] == ["node.lost", "node.queued"]
    assert work("worker-2") == 1
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", f"{run_id}:a:1")
    earlier = node_run(run_id, "a").earlier_attempts
    assert [(e["number"], e["status"], e["worker"]) for e in earlier] == [(1, "lost", None)]


def test_a_claim_whose_worker_died_before_it_began_is_claimed_again(time):
    run_id = start(chain(node("a")))
    lease = clock.now()
    claimed = claims.claim_nodes(worker="gone", limit=5, now=clock.now(), lease_until=lease)
    assert [c.was_claimed_before for c in claimed] == [False]
    time.pass_(1)
    assert work() == 1
    assert status_of(run_id) == "succeeded"
    assert journal(run_id, of="a") == ["node.queued", "node.started", "node.succeeded"]
    assert node_run(run_id, "a").attempt == 1


def test_a_node_that_kills_its_workers_fails_in_the_end(time):
    def die(context):
        raise KeyboardInterrupt

    ACTIONS["x"] = die
    run_id = start(chain(node("a", config={"name": "x"})))
    for _ in range(6):
        try:
            work()
        except KeyboardInterrupt:
            time.pass_(31)
            sweep.sweep_once()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "WorkerLost"
    assert len(CALLS) <= 4


def test_a_node_that_must_not_run_twice_fails_when_its_worker_is_lost(time):
    def die(context):
        raise KeyboardInterrupt

    ACTIONS["x"] = die
    run_id = start(chain(node("a", "task:test.once", {"name": "x"})))
    with pytest.raises(KeyboardInterrupt):
        work()
    assert node_run(run_id, "a").status == "running"
    time.pass_(31)
    sweep.sweep_once()
    work()
    assert status_of(run_id) == "failed"
    assert CALLS == [("a", 1)]


def test_the_result_of_a_worker_that_lost_its_lease_changes_nothing(time):
    def act(context):
        if context.attempt == 1:
            _told(run_id, context)
            time.pass_(31)
            sweep.sweep_once()
            assert work("worker-2") == 1
            return "from the first"
        return "from the second"

    ACTIONS["x"] = act
    run_id = start(chain(node("a", config={"name": "x"})))
    work("worker-1")
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "from the second")
    assert len(events(run_id, "node.succeeded")) == 3
    assert node_run(run_id, "a").worker == "worker-2"


def test_a_crash_after_the_work_and_before_the_write_runs_it_again(time):
    run_id = start(chain(node("a"), node("b")))
    count = [0]

    def crash() -> None:
        count[0] += 1
        if count[0] == 2:
            raise KeyboardInterrupt

    with trigger_points.at(trigger_points.NODE_EXECUTED, crash), pytest.raises(KeyboardInterrupt):
        work("worker-1")
    assert statuses(run_id) == {"start": "succeeded", "a": "succeeded", "b": "queued"}
    assert work("worker-2") == 0
    time.pass_(31)
    work("worker-2")
    assert status_of(run_id) == "succeeded"
    assert CALLS == [("a", 1), ("b", 1), ("b", 1)]


def test_a_run_has_a_time_limit(time):
    document = chain(
        node("w", "wait", {"mode": "signal", "signal": "go"}),
        settings={"timeout_seconds": 60, "on_failure": "stop"},
    )
    run_id = start(document)
    time.pass_(61)
    sweep.sweep_once()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error == {
        "type": "Timeout",
        "message": "The run took longer than 60 seconds.",
        "node_id": None,
    }
    assert not Timer.objects.exists()


def test_a_task_that_nobody_registers_fails_its_node():
    run_id = start(chain(node("a", "task:gone.away")))
    work()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "UnknownTask"
    assert NodeRun.objects.filter(status="queued").count() == 0


def _told(run_id, context):
    """Write the start, as the keeper does after a moment."""
    from workflows_app.core.events import NodeStarted
    from workflows_app.engine.advance import advance_with
    from workflows_app.store.codec import Report

    row = node_run(run_id, context.node_id)
    started = NodeStarted(context.node_id, context.visit, context.attempt, clock.now().timestamp())
    advance_with(run_id, [Report(started, worker=row.worker)])
