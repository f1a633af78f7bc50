"""Batches under way: paused, cancelled, bounded, claimed together; what watchers see of them."""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.actions import ACTIONS, ITEMS
from tests.engine.build import (
    chain,
    events,
    node,
    node_run,
    run_of,
    start,
    status_of,
    work,
)
from tests.engine.bulks import ON_ITEM, output, run
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.engine.work import Worker
from workflows_app.errors import FatalError
from workflows_app.models import Batch, Bulk
from workflows_app.store import batches

pytestmark = pytest.mark.django_db(transaction=True)


# Steering


def test_a_paused_run_begins_no_batch_until_it_resumes(sent):
    run_id = run([1, 2, 3], batch_size=1)

    def pause(call: Any) -> Any:
        if call[0] == 1:
            advance(run_id, PauseRequested(clock.now().timestamp()))
        return call[0]

    ACTIONS["do"] = pause
    work()
    assert [index for index, _ in ITEMS] == [0]
    assert (status_of(run_id), node_run(run_id, "items").status) == ("paused", "running")
    sweep.sweep_once()
    assert work() == 0
    sent.hints.clear()
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    assert sent.hints == ["flowdeck.work"]
    work()
    assert output(run_id)["results"] == [1, 2, 3]


def test_a_run_that_is_paused_before_its_source_is_read_reads_it_later():
    run_id = run([1])
    advance(run_id, PauseRequested(clock.now().timestamp()))
    assert work() == 0
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    work()
    assert output(run_id)["results"] == [1]


def test_a_cancelled_run_begins_nothing_more_and_late_results_change_nothing():
    run_id = run([1, 2, 3], batch_size=2)

    def cancel(call: Any) -> Any:
        advance(run_id, CancelRequested(clock.now().timestamp()))
        return call[0]

    ACTIONS["do"] = cancel
    work()
    assert status_of(run_id) == "cancelled"
    assert node_run(run_id, "items").status == "cancelled"
    found = Bulk.objects.get()
    assert (found.status, found.succeeded) == ("closed", 0)
    assert {index for index, _ in ITEMS} == {0, 1}


def test_a_node_that_takes_too_long_fails_with_its_bulk(time):
    config = {"items": [1, 2], "batch_size": 1, "processor": ON_ITEM}
    run_id = start(chain(node("each", "map", config, timeout_seconds=10)))
    time.pass_(11)
    sweep.sweep_once()
    assert run_of(run_id).error["type"] == "Timeout"
    assert Bulk.objects.get().status == "closed"
    assert work() == 0
    assert ITEMS == []


def test_a_node_that_is_tried_again_begins_with_a_new_bulk(time):
    config = {"items": [1], "processor": ON_ITEM, "result": {"mode": "filter"}}
    retry = {"max_attempts": 2, "initial_delay_seconds": 5}
    document = chain(node("each", "map", config, timeout_seconds=10, retry=retry))
    run_id = start(document)
    time.pass_(11)
    sweep.sweep_once()
    time.pass_(6)
    sweep.sweep_once()
    ACTIONS["do"] = lambda call: True
    work()
    assert output(run_id)["results"] == [1]
    assert list(Bulk.objects.order_by("attempt").values_list("attempt", "status")) == [
        (1, "closed"),
        (2, "closed"),
    ]


# Concurrency


def test_batches_at_once_are_bounded_over_all_workers(threads):
    guard = threading.Lock()
    together = threading.Barrier(2, timeout=20)
    now = most = 0

    def count(call: Any) -> Any:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        if call[0] < 2:
            together.wait()
        with guard:
            now -= 1
        return call[0]

    ACTIONS["do"] = count
    run_id = run(list(range(20)), batch_size=1, max_concurrency=2)
    is_read = threading.Event()
    with trigger_points.at(trigger_points.BATCHES_WRITTEN, is_read.set):
        threads.start(Worker("worker-0").work)
        assert is_read.wait(20)
        for number in range(1, 4):
            threads.start(Worker(f"worker-{number}").work)
        threads.join(60)
    assert most == 2
    assert output(run_id)["results"] == list(range(20))
    assert len(ITEMS) == 20


def test_no_more_than_max_concurrency_batches_are_leased():
    run_id = run([1, 2, 3, 4], batch_size=1, max_concurrency=2)
    claimed: list[Any] = []

    def claim_others() -> None:
        now = clock.now()
        for _ in range(0 if claimed else 3):
            found = batches.claim(worker="w", now=now, lease_until=now + timedelta(hours=1))
            claimed.append(found)

    with trigger_points.at(trigger_points.BATCH_CLAIMED, claim_others):
        work()
    assert [hand and [batch.number for batch in hand] for hand in claimed] == [[1], None, None]
    assert Batch.objects.filter(status="done").count() == 3
    assert status_of(run_id) == "running"


# Hands


@contextmanager
def hands() -> Iterator[list[list[int]]]:
    """The numbers of the batches that are claimed together, in their order."""
    seen: list[list[int]] = []

    def look() -> None:
        numbers = Batch.objects.filter(status="running").order_by("number")
        seen.append(list(numbers.values_list("number", flat=True)))

    with trigger_points.at(trigger_points.BATCH_CLAIMED, look):
        yield seen


def test_quick_batches_are_claimed_together_and_count_as_one_under_way():
    with hands() as seen:
        run_id = run(list(range(12)), batch_size=2, max_concurrency=1)
        work()
    assert output(run_id)["results"] == list(range(12))
    assert seen == [[0], [1, 2, 3, 4, 5]]


def test_the_rest_of_a_hand_goes_back_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr("workflows_app.engine.bulk_work.HAND_SECONDS", 0.05)
    ACTIONS["do"] = lambda call: real_time.sleep(0.06) if call[0] == 2 else call[0]
    with hands() as seen:
        run_id = run(list(range(5)), batch_size=1)
        work()
    assert output(run_id)["results"] == [0, 1, None, 3, 4]
    assert seen[:2] == [[0], [1, 2, 3, 4]]
    assert seen[2][0] == 3
    assert [index for index, _ in ITEMS] == list(range(5))


def test_a_failed_item_ends_the_hand():
    def fail(call: Any) -> Any:
        if call[0] == 2:
            raise FatalError("No.")
        return call[0]

    ACTIONS["do"] = fail
    run_id = run(list(range(8)), batch_size=1, failure_threshold={"count": 0})
    work()
    assert status_of(run_id) == "failed"
    assert [index for index, _ in ITEMS] == [0, 1, 2]


@pytest.mark.parametrize(
    "fields",
    [
        {"enough": 5},
        {"circuit_breaker": {"failures": 2}},
        {"processor": {"type": "task:test.on_item_once", "config": {"item": "${ item }"}}},
    ],
)
def test_batches_are_claimed_alone_where_each_may_end_the_work_or_must_not_run_twice(fields):
    with hands() as seen:
        run(list(range(5)), batch_size=1, max_concurrency=1, **fields)
        work()
    assert seen == [[0], [1], [2], [3], [4]]


def test_a_long_turn_ends_and_the_batch_goes_on(monkeypatch):
    monkeypatch.setattr("workflows_app.engine.batch_turn.TURN_SECONDS", 0.0)
    with hands() as seen:
        run_id = run([0, 1, 2])
        work()
    assert output(run_id)["results"] == [0, 1, 2]
    assert seen == [[0], [0], [0]]


# Watching


def test_progress_is_told_now_and_then_and_not_for_each_item(time, one_by_one):
    ACTIONS["do"] = lambda call: time.pass_(0.3)
    run_id = run(list(range(40)), batch_size=1)
    work()
    told = events(run_id, "node.progress")
    assert 5 <= len(told) <= 12
    assert told[0].data["total"] == 40
    assert told[0].data["done"] < told[-1].data["done"] < 40
    assert told[0].data["text"].startswith("3.3 a second, about ")


def test_the_state_of_the_run_does_not_grow_with_its_items(time):
    run_id = run(list(range(500)), batch_size=10)
    work(seconds=600)
    assert output(run_id)["total"] == 500
    assert run_of(run_id).seq < 20
    assert len(str(run_of(run_id).state)) < 200
