"""Branches side by side: claims, joins, and reports that come while a run is held."""

from __future__ import annotations

import threading
import time as real_time

import pytest
from django.db import connection

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import (
    edge,
    events,
    fan,
    graph,
    node,
    node_run,
    run_of,
    start,
    status_of,
    work,
)
from workflows_app.engine import clock, trigger_points
from workflows_app.engine.advance import try_advance
from workflows_app.engine.work import Worker
from workflows_app.models import InboxItem, NodeRun, RunEvent
from workflows_app.store import claims, inbox

pytestmark = pytest.mark.django_db(transaction=True)

needs_row_locks = pytest.mark.skipif(
    "not config.getoption('--database') == 'postgresql'",
    reason="SQLite has one write lock: nobody can hold a run beside others.",
)


def test_a_thousand_branches_and_their_join(sent):
    run_id = start(fan(1000))
    assert 1 <= len(sent.hints) <= 16
    assert work(seconds=60) == 1000
    run = run_of(run_id)
    assert (run.status, run.output) == ("succeeded", [1, 1])
    seqs = list(
        RunEvent.objects.filter(run_id=run_id).order_by("seq").values_list("seq", flat=True)
    )
    assert seqs == list(range(1, run.seq + 1))
    assert len(events(run_id, "node.started")) == 1000
    assert not InboxItem.objects.exists()


def test_two_workers_never_claim_the_same_node(threads):
    start(fan(400))
    claimed: list[tuple[str, str]] = []
    guard = threading.Lock()

    def claim_all(name: str) -> None:
        while True:
            found = claims.claim_nodes(worker=name, limit=7, now=clock.now(), lease_until=_in(60))
            if not found:
                return
            with guard:
                claimed.extend((name, c.node_id) for c in found)

    for name in ("worker-1", "worker-2", "worker-3", "worker-4"):
        threads.start(claim_all, name)
    threads.join()
    assert len(claimed) == 400
    assert len({node_id for _, node_id in claimed}) == 400
    for name, node_id in claimed[:20]:
        assert NodeRun.objects.get(node_id=node_id).worker == name


def test_several_workers_finish_a_fan_together(threads):
    run_id = start(fan(200))
    for name in ("worker-1", "worker-2", "worker-3"):
        threads.start(work, name, seconds=30)
    threads.join(60)
    run = run_of(run_id)
    assert (run.status, run.output) == ("succeeded", [1, 1])
    assert len(events(run_id, "node.started")) == 200
    assert len(events(run_id, "node.succeeded")) == 203
    assert not InboxItem.objects.exists()


def test_exactly_one_ready_node_is_taken_by_the_worker_without_a_hint(sent):
    run_id = start(fan(2))
    sent.hints.clear()
    work()
    assert status_of(run_id) == "succeeded"
    assert sent.hints == []


def test_several_ready_nodes_are_left_for_all_with_few_hints(sent):
    many = [node(f"n{i}", "task:test.echo") for i in range(50)]
    document = graph(
        [node("start", "start"), node("a"), *many, node("end", "end", {"output": 1})],
        [
            edge("start", "a"),
            *[edge("a", n["id"]) for n in many],
            *[edge(n["id"], "end") for n in many],
        ],
    )
    run_id = start(document)
    assert len(sent.hints) == 1
    work()
    assert status_of(run_id) == "succeeded"
    assert len(sent.hints) <= 1 + 16 + 16


def test_chunks_grow_while_nodes_are_quick_and_shrink_when_they_are_not():
    start(fan(300))
    worker = Worker("worker-1")
    worker.work(seconds=60)
    assert worker.pace.chunk == 50
    ACTIONS["slow"] = lambda context: real_time.sleep(0.06)
    start(
        graph(
            [node("start", "start"), node("a", config={"name": "slow"}), node("end", "end")],
            [edge("start", "a"), edge("a", "end")],
        )
    )
    worker.work()
    assert worker.pace.chunk == 1


def test_nodes_behind_a_slow_one_go_to_others(threads):
    is_free = threading.Event()
    ACTIONS["stuck"] = lambda context: is_free.wait(20) and None
    names = [f"n{i}" for i in range(6)]
    document = graph(
        [
            node("start", "start"),
            *[node(n, config={"name": "stuck" if n == "n0" else ""}) for n in names],
            node("end", "end", {"output": 1}),
        ],
        [*[edge("start", n) for n in names], *[edge(n, "end") for n in names]],
    )
    run_id = start(document)
    worker = Worker("worker-1")
    worker.pace.learn(1, 0.0)
    worker.pace.learn(2, 0.0)
    worker.pace.learn(4, 0.0)
    threads.start(worker.work)
    _until(lambda: node_run(run_id, "n0").status == "running")
    behind = NodeRun.objects.filter(run_id=run_id, status="queued", worker="")
    _until(lambda: behind.count() == 5)
    assert work("worker-2") == 5
    is_free.set()
    threads.join()
    assert status_of(run_id) == "succeeded"
    assert sorted(CALLS) == [(n, 1) for n in names]


def test_the_start_of_a_slow_node_is_told_while_it_runs(threads):
    is_free = threading.Event()
    ACTIONS["slow"] = lambda context: is_free.wait(20) and None
    document = graph(
        [node("start", "start"), node("a", config={"name": "slow"}), node("end", "end")],
        [edge("start", "a"), edge("a", "end")],
    )
    run_id = start(document)
    threads.start(work)
    _until(lambda: node_run(run_id, "a").status == "running")
    row = node_run(run_id, "a")
    assert (row.worker, row.input, row.lease_until is not None) == (
        "worker-1",
        {"name": "slow"},
        True,
    )
    is_free.set()
    threads.join()
    assert status_of(run_id) == "succeeded"


@needs_row_locks
def test_a_result_that_finds_the_run_held_waits_in_its_inbox(threads):
    """The holder has drained its inbox when the result comes; it must look again."""
    run_id = start(fan(2))
    is_held, may_commit = threading.Event(), threading.Event()

    def hold() -> None:
        is_held.set()
        assert may_commit.wait(20)

    with trigger_points.at(trigger_points.RUN_LOCKED, _once(hold)):
        threads.start(try_advance, run_id, ())
        assert is_held.wait(10)
        assert work("worker-2") == 2
        assert InboxItem.objects.filter(run_id=run_id).exists()
        assert status_of(run_id) == "running"
        may_commit.set()
        threads.join()
    assert status_of(run_id) == "succeeded"
    assert not InboxItem.objects.exists()


@needs_row_locks
def test_a_report_left_between_commit_and_second_look_is_found(threads):
    """The result comes behind the holder's commit, before its second look, and misses the lock."""
    run_id = start(fan(2))
    held = threading.Event()
    go_on = threading.Event()

    def come_late() -> None:
        held.set()
        assert go_on.wait(20)

    with trigger_points.at(trigger_points.STEP_COMMITTED, _once(come_late)):
        threads.start(try_advance, run_id, ())
        assert held.wait(10)
        claimed = claims.claim_nodes(
            worker="worker-2", limit=2, now=clock.now(), lease_until=_in(60)
        )
        inbox.store_results(_results(claimed), worker="worker-2", now=clock.now())
        assert status_of(run_id) == "running"
        go_on.set()
        threads.join()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", ["late", "late"])


def test_stored_results_of_a_worker_that_lost_its_lease_change_nothing():
    run_id = start(fan(2))
    claimed = claims.claim_nodes(worker="worker-1", limit=2, now=clock.now(), lease_until=_in(60))
    assert inbox.store_results(_results(claimed), worker="worker-2", now=clock.now()) == set()
    assert not InboxItem.objects.exists()
    assert node_run(run_id, "n0").output is None
    assert inbox.store_results(_results(claimed), worker="worker-1", now=clock.now()) == {run_id}
    try_advance(run_id, ())
    assert run_of(run_id).output == ["late", "late"]


def test_results_left_twice_count_once():
    run_id = start(fan(2))
    claimed = claims.claim_nodes(worker="worker-1", limit=2, now=clock.now(), lease_until=_in(60))
    for _ in range(2):
        inbox.store_results(_results(claimed), worker="worker-1", now=clock.now())
    try_advance(run_id, ())
    try_advance(run_id, ())
    assert status_of(run_id) == "succeeded"
    assert len(events(run_id, "node.succeeded")) == 5
    assert not InboxItem.objects.exists()


def _results(claimed):
    from workflows_app.core.events import NodeCompleted, NodeStarted
    from workflows_app.store.codec import Report

    at = clock.now().timestamp()
    return [
        inbox.NodeReports(
            claim,
            [
                Report(
                    NodeStarted(claim.node_id, claim.visit, claim.attempt, at), worker="worker-1"
                ),
                Report(NodeCompleted(claim.node_id, claim.visit, claim.attempt, at), output="late"),
            ],
        )
        for claim in claimed
    ]


def _in(seconds: float):
    from datetime import timedelta

    return clock.now() + timedelta(seconds=seconds)


def _once(action):
    """The action, the first time only."""
    is_done = threading.Event()

    def act() -> None:
        if not is_done.is_set():
            is_done.set()
            action()

    return act


def _until(is_true, seconds: float = 10) -> None:
    end = real_time.monotonic() + seconds
    while not is_true():
        assert real_time.monotonic() < end, "It never came true."
        real_time.sleep(0.02)
    connection.close()


def test_many_second_looks_do_not_pile_up(monkeypatch):
    """Reports that keep coming are worked in one behind the other, not one within the other."""
    run_id = start(fan(300))
    claimed = claims.claim_nodes(worker="worker-1", limit=300, now=clock.now(), lease_until=_in(60))
    waiting = list(_results(claimed))

    def leave_one_more() -> None:
        if waiting:
            inbox.store_results([waiting.pop()], worker="worker-1", now=clock.now())

    with trigger_points.at(trigger_points.STEP_COMMITTED, leave_one_more):
        try_advance(run_id, ())
    assert waiting == []
    assert status_of(run_id) == "succeeded"
