"""Work on many items: order, bounds, failures, pauses and crashes."""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.engine.actions import ACTIONS, ITEMS
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
    work,
)
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.engine.work import Worker
from workflows_app.errors import FatalError, RetryableError
from workflows_app.models import Batch, Bulk, NodeLog
from workflows_app.store import batches

pytestmark = pytest.mark.django_db(transaction=True)

ON_ITEM = {"type": "task:test.on_item", "config": {"item": "${ item }", "name": "do"}}
ON_BATCH = {
    "type": "task:test.on_batch",
    "mode": "batch",
    "config": {"items": "${ items }", "name": "do"},
}


def bulk(**fields: Any) -> dict[str, Any]:
    return {"kind": "bulk", "items": "${ input.items }", "processor": ON_ITEM, **fields}


def run(items: list[Any], **fields: Any) -> UUID:
    """Start a bulk run over a list."""
    return start(bulk(**fields), {"items": items})


def output(run_id: UUID) -> Any:
    found = run_of(run_id)
    assert found.status == "succeeded", found.error
    return found.output


def failures(run_id: UUID) -> list[tuple[int, str]]:
    rows = Batch.objects.filter(bulk__run_id=run_id).order_by("number")
    return [(f["index"], f["type"]) for row in rows for f in row.failures]


def retrying(**more: Any) -> dict[str, Any]:
    return {**ON_ITEM, "retry": {"initial_delay_seconds": 0, **more}}


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    end = real_time.monotonic() + seconds
    while not is_true():
        assert real_time.monotonic() < end, "It never came true."
        real_time.sleep(0.02)


# Results


def test_every_item_is_worked_on_and_results_keep_the_order():
    ACTIONS["do"] = lambda call: call[0] * 10
    run_id = run([5, 3, 1, 2], batch_size=3)
    work()
    assert output(run_id) == {
        "total": 4,
        "succeeded": 4,
        "failed": 0,
        "filtered": 0,
        "results": [50, 30, 10, 20],
    }
    assert ITEMS == [(0, 1), (1, 1), (2, 1), (3, 1)]


def test_no_items_are_a_result_too():
    run_id = run([])
    work()
    assert output(run_id)["results"] == []


def test_one_item():
    run_id = run(["only"])
    work()
    assert output(run_id)["results"] == ["only"]


def test_a_filter_keeps_items():
    ACTIONS["do"] = lambda call: call[0] % 2 == 0
    run_id = run([1, 2, 3, 4], batch_size=2, result={"mode": "filter"})
    work()
    assert output(run_id) == {
        "total": 4,
        "succeeded": 4,
        "failed": 0,
        "filtered": 2,
        "results": [2, 4],
    }


def test_a_filter_by_condition_may_read_item_index_and_output():
    keep = "${ output > 10 && item != 'no' && index < 3 }"
    ACTIONS["do"] = lambda call: 5 if call[0] == "small" else 50
    run_id = run(["a", "small", "no", "late"], result={"mode": "filter", "keep": keep})
    work()
    assert output(run_id)["results"] == ["a"]


def test_a_reduce_goes_through_outputs_in_order():
    combine = "${ accumulator + output + string(index) }"
    run_id = run(
        ["a", "b", "c"],
        batch_size=1,
        result={"mode": "reduce", "initial": ">", "combine": combine},
    )
    work()
    assert output(run_id)["value"] == ">a0b1c2"
    assert "results" not in output(run_id)


def test_large_results_are_not_passed_on():
    ACTIONS["do"] = lambda call: "x" * 1_000
    run_id = run(list(range(600)), batch_size=200)
    work()
    assert output(run_id)["results"] is None
    assert output(run_id)["succeeded"] == 600


def test_a_batch_processor_gets_the_items_of_a_batch():
    seen = []

    def double(call: Any) -> list[int]:
        seen.append((call[0], call[1].index))
        return [item * 2 for item in call[0]]

    ACTIONS["do"] = double
    run_id = run([1, 2, 3], batch_size=2, processor=ON_BATCH)
    work()
    assert output(run_id)["results"] == [2, 4, 6]
    assert seen == [([1, 2], 0), ([3], 2)]


def test_a_batch_processor_may_return_nothing():
    ACTIONS["do"] = lambda call: None
    run_id = run([1, 2], processor=ON_BATCH)
    work()
    assert output(run_id)["results"] == [None, None]


def test_a_batch_processor_that_returns_too_little_fails_its_items():
    ACTIONS["do"] = lambda call: [1]
    run_id = run([1, 2], processor=ON_BATCH)
    work()
    assert output(run_id)["failed"] == 2
    assert failures(run_id) == [(0, "InvalidResultError"), (1, "InvalidResultError")]


def test_a_map_node_takes_the_output_of_an_earlier_node_and_hands_on_its_own():
    document = chain(
        node("list", "task:test.echo", {"value": [1, 2, 3]}),
        node("each", "map", {"items": "${ nodes.list }", "processor": ON_ITEM}),
        node("count", "transform", {"output": "${ nodes.each.results.size() }"}),
    )
    run_id = start(document)
    work()
    assert output(run_id) == 3
    assert journal(run_id, of="each") == ["node.queued", "node.started", "node.succeeded"]
    assert node_run(run_id, "each").input["items"] == [1, 2, 3]
    assert node_run(run_id, "each").input["processor"] == ON_ITEM


def test_a_processor_may_read_input_nodes_and_vars():
    inner = {
        "type": "task:test.on_item",
        "config": {"item": "${ item + input.add + nodes.before + vars.more }"},
    }
    document = chain(
        node("before", "task:test.echo", {"value": 100}),
        node("each", "map", {"items": [1, 2], "processor": inner}),
        vars={"more": 1000},
    )
    run_id = start(document, {"add": 10})
    work()
    assert output(run_id)["results"] == [1111, 1112]


def test_items_have_keys_of_their_own():
    keys = []
    ACTIONS["do"] = lambda call: keys.append(call[1].idempotency_key)
    run_id = run(["a", "b"])
    work()
    assert keys == [f"{run_id}:items:1:0", f"{run_id}:items:1:1"]


@pytest.mark.parametrize("items", [5, "text", {"file": 1}, {"upload": "x"}, None])
def test_what_is_no_list_fails_the_node(items):
    run_id = start(bulk(), {"items": items})
    work()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "InvalidSourceError"
    assert not Bulk.objects.exists()


# Failures


def test_items_that_fail_are_recorded_and_the_others_go_on():
    def refuse(call: Any) -> int:
        if call[0] == 2:
            raise ValueError("two is wrong")
        return int(call[0])

    ACTIONS["do"] = refuse
    run_id = run([1, 2, 3], batch_size=2)
    work()
    assert output(run_id)["results"] == [1, 3]
    assert (output(run_id)["succeeded"], output(run_id)["failed"]) == (2, 1)
    row = Batch.objects.get(bulk__run_id=run_id, number=0)
    assert row.failures == [
        {"index": 1, "row": None, "attempts": 1, "type": "ValueError", "message": "two is wrong"}
    ]


def test_an_item_whose_expressions_fail_is_a_failed_item():
    inner = {"type": "task:test.on_item", "config": {"item": "${ item.name }"}}
    run_id = run([{"name": "a"}, {}], processor=inner)
    work()
    assert output(run_id)["results"] == ["a"]
    assert failures(run_id) == [(1, "ExpressionError")]


def test_an_item_is_tried_again_after_its_delay(time):
    def flaky(call: Any) -> Any:
        if call[0] == "b" and call[1].attempt < 3:
            raise ValueError("not yet")
        return call[0]

    ACTIONS["do"] = flaky
    run_id = run(
        ["a", "b", "c"],
        processor={**ON_ITEM, "retry": {"max_attempts": 3, "initial_delay_seconds": 60}},
    )
    work()
    assert ITEMS == [(0, 1), (1, 1), (2, 1)]
    assert status_of(run_id) == "running"
    time.pass_(61)
    work()
    assert ITEMS[3:] == [(1, 2)]
    time.pass_(121)
    work()
    assert output(run_id)["results"] == ["a", "b", "c"]
    assert ITEMS[4:] == [(1, 3)]


def test_a_delayed_item_is_found_by_the_sweep(time, sent):
    ACTIONS["do"] = lambda call: 1 if call[1].attempt > 1 else 1 / 0
    run_id = run([1], processor={**ON_ITEM, "retry": {"initial_delay_seconds": 60}})
    work()
    sent.hints.clear()
    sweep.sweep_once()
    assert sent.hints == []
    time.pass_(61)
    sweep.sweep_once()
    assert sent.hints == ["flowdeck.work"]
    work()
    assert output(run_id)["succeeded"] == 1


def test_retries_end_with_the_last_attempt_and_at_once_for_final_errors():
    def refuse(call: Any) -> None:
        raise FatalError("never") if call[0] == "final" else ValueError("always")

    ACTIONS["do"] = refuse
    run_id = run(["final", "other"], processor=retrying(max_attempts=3))
    work()
    assert output(run_id)["failed"] == 2
    assert ITEMS.count((0, 1)) == 1
    assert [entry for entry in ITEMS if entry[0] == 1] == [(1, 1), (1, 2), (1, 3)]


def test_an_error_that_asks_for_a_retry_gets_one_without_a_policy(time):
    def busy(call: Any) -> Any:
        if call[1].attempt == 1:
            raise RetryableError("busy", retry_after=30)
        return "ok"

    ACTIONS["do"] = busy
    run_id = run([1])
    work()
    time.pass_(29)
    work()
    assert ITEMS == [(0, 1)]
    time.pass_(2)
    work()
    assert output(run_id)["results"] == ["ok"]


def test_a_whole_batch_is_tried_again_where_the_processor_takes_batches():
    ACTIONS["do"] = lambda call: call[0] if call[1].attempt == 2 else 1 / 0
    run_id = run(
        [1, 2, 3], batch_size=2, processor={**ON_BATCH, "retry": {"initial_delay_seconds": 0}}
    )
    work()
    assert output(run_id)["results"] == [1, 2, 3]
    assert sorted(ITEMS) == [(0, 1), (0, 2), (2, 1), (2, 2)]


def test_an_item_that_takes_too_long_fails_and_is_told():
    is_told = threading.Event()

    def hang(call: Any) -> Any:
        if call[0] == "slow":
            while not call[1].is_abandoned:
                is_told.wait(0.01)
            is_told.set()
        return call[0]

    ACTIONS["do"] = hang
    run_id = run(["slow", "fast"], processor={**ON_ITEM, "timeout_seconds": 0.1})
    work()
    assert is_told.wait(10)
    assert output(run_id)["results"] == ["fast"]
    assert failures(run_id) == [(0, "Timeout")]


@pytest.mark.parametrize(
    "threshold, fails_with",
    [
        ({"count": 2}, None),
        ({"count": 1}, "2 of 10 items failed, and no more than 1 may."),
        ({"percent": 20}, None),
        ({"percent": 19.9}, "2 of 10 items failed, and no more than 1 may."),
        ({}, None),
    ],
)
def test_the_threshold_says_how_many_may_fail(threshold, fails_with):
    ACTIONS["do"] = lambda call: 1 / 0 if call[0] in (3, 4) else call[0]
    run_id = run(list(range(10)), batch_size=5, failure_threshold=threshold)
    work()
    if fails_with is None:
        assert output(run_id)["failed"] == 2
    else:
        error = run_of(run_id).error
        assert (error["type"], error["message"]) == ("TooManyFailures", fails_with)
        assert len(ITEMS) == 5


def test_too_many_failures_take_the_error_edge():
    ACTIONS["do"] = lambda call: 1 / 0
    config = {"items": [1], "processor": ON_ITEM, "failure_threshold": {"count": 0}}
    document = graph(
        [
            node("start", "start"),
            node("each", "map", config),
            node("end", "end", {"output": "fine"}),
            node("sorry", "end", {"output": "${ error.type }"}),
        ],
        [edge("start", "each"), edge("each", "end"), edge("each", "sorry", "error")],
    )
    run_id = start(document)
    work()
    assert output(run_id) == "TooManyFailures"


def test_an_unknown_processor_fails_the_node():
    document = chain(node("each", "map", {"items": [1], "processor": {"type": "task:gone"}}))
    run_id = start(document)
    work()
    error = run_of(run_id).error
    assert error["type"] == "UnknownTask"
    assert "task:gone" in error["message"]


def test_a_failed_combination_fails_the_node():
    rule = {"mode": "reduce", "initial": 0, "combine": "${ accumulator + output.amount }"}
    run_id = run([{"amount": 1}, {}], result=rule)
    work()
    assert run_of(run_id).error["type"] == "ExpressionError"


# The circuit breaker

BREAKER = {"failures": 3, "open_seconds": 60}


def test_failures_in_a_row_open_the_breaker_and_one_success_closes_it(time):
    is_up = False

    def call(call: Any) -> Any:
        if not is_up:
            raise ValueError("down")
        return call[0]

    ACTIONS["do"] = call
    run_id = run(list(range(10)), batch_size=4, circuit_breaker=BREAKER)
    work()
    assert [index for index, _ in ITEMS] == [0, 1, 2]
    assert NodeLog.objects.get(run_id=run_id, level="warning").message.startswith("Too many")
    time.pass_(30)
    assert work() == 0
    time.pass_(31)
    assert work() == 1
    assert [index for index, _ in ITEMS] == [0, 1, 2, 3], "one item is tried when it is half open"
    assert work() == 0
    is_up = True
    time.pass_(61)
    work()
    assert output(run_id)["results"] == [4, 5, 6, 7, 8, 9]
    assert output(run_id)["failed"] == 4
    assert Bulk.objects.get().breaker_until is None


def test_a_success_in_between_keeps_the_breaker_closed():
    ACTIONS["do"] = lambda call: call[0] if call[0] % 3 == 2 else 1 / 0
    run_id = run(list(range(9)), batch_size=2, circuit_breaker=BREAKER)
    work()
    assert output(run_id)["succeeded"] == 3


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


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even quick batches are claimed alone."""
    monkeypatch.setattr("workflows_app.engine.pace.LARGEST_HAND", 1)


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


# Crashes


class Killed(BaseException):
    """The worker is gone."""


def _stop() -> None:
    raise Killed


def killed_at(point: str, *, after: int = 0, name: str = "victim") -> None:
    """Let a worker die when it reaches the point once more than `after` times."""
    seen = 0

    def die() -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise Killed

    with trigger_points.at(point, die), pytest.raises(Killed):
        work(name)


def test_a_killed_worker_redoes_only_the_batch_in_flight(time, one_by_one):
    run_id = run([0, 1, 2, 3, 4, 5], batch_size=2)
    killed_at(trigger_points.BATCH_EXECUTED, after=1)
    assert [index for index, _ in ITEMS] == [0, 1, 2, 3]
    work()
    assert [index for index, _ in ITEMS[4:]] == [4, 5], "the victim's lease has not ended"
    time.pass_(31)
    work()
    assert output(run_id)["results"] == [0, 1, 2, 3, 4, 5]
    assert [index for index, _ in ITEMS[6:]] == [2, 3]


def test_the_lease_of_a_killed_worker_can_be_ended_by_name():
    run_id = run([0, 1])
    killed_at(trigger_points.BATCH_CLAIMED)
    assert "victim" in batches.leaseholders()
    Worker("victim").give_up()
    work()
    assert output(run_id)["results"] == [0, 1]


def test_a_crash_while_the_source_is_read_neither_loses_nor_doubles(time, monkeypatch):
    monkeypatch.setattr("workflows_app.engine.item_source.FILLING_ITEMS", 4)
    run_id = run(list(range(11)), batch_size=2)
    killed_at(trigger_points.BATCHES_WRITTEN, after=1)
    assert Bulk.objects.get().total == 8
    time.pass_(31)
    work()
    assert output(run_id)["results"] == list(range(11))
    assert len(ITEMS) == 11
    numbers = Batch.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(6))


def test_items_that_may_not_run_twice_fail_when_their_worker_dies(time):
    once = {"type": "task:test.on_item_once", "config": {"item": "${ item }"}}
    run_id = run([0, 1, 2], batch_size=2, processor=once)
    killed_at(trigger_points.BATCH_EXECUTED)
    time.pass_(31)
    work()
    assert output(run_id)["results"] == [2]
    assert failures(run_id) == [(0, "WorkerLost"), (1, "WorkerLost")]
    assert [index for index, _ in ITEMS] == [0, 1, 2]


def test_a_batch_that_kills_its_workers_fails_in_the_end(time):
    run_id = run([0, 1], batch_size=1)
    for _ in range(3):
        killed_at(trigger_points.BATCH_CLAIMED)
        time.pass_(31)
    work()
    assert output(run_id)["results"] == [1]
    assert failures(run_id) == [(0, "WorkerLost")]


def test_a_batch_that_kills_its_workers_takes_no_others_of_its_hand_along(time):
    def kill(call: Any) -> Any:
        if call[0] == 3:
            raise Killed
        return call[0]

    ACTIONS["do"] = kill
    run_id = run(list(range(6)), batch_size=1)
    for _ in range(3):
        with pytest.raises(Killed):
            work("victim")
        time.pass_(31)
    work()
    assert output(run_id)["results"] == [0, 1, 2, 4, 5]
    assert failures(run_id) == [(3, "WorkerLost")]


def test_a_late_report_of_a_batch_that_somebody_else_has_changes_nothing(time):
    run_id = run([0, 1], batch_size=2)

    has_waited = False

    def fall_silent() -> None:
        nonlocal has_waited
        if not has_waited:
            has_waited = True
            time.pass_(31)
            Worker("other").work()

    with trigger_points.at(trigger_points.BATCH_EXECUTED, fall_silent):
        work("slow")
    found = Bulk.objects.get()
    assert (found.succeeded, found.failed) == (2, 0)
    assert output(run_id)["results"] == [0, 1]


def test_a_crash_before_the_result_is_told_tells_it_once(time):
    run_id = run([1, 2], result={"mode": "reduce", "initial": 0, "combine": "${ output }"})
    with trigger_points.at(trigger_points.RUN_LOCKED, _stop), pytest.raises(Killed):
        work("victim")
    assert status_of(run_id) == "running"
    time.pass_(31)
    work()
    assert output(run_id)["value"] == 2
    assert len(events(run_id, "node.succeeded")) == 3


def test_the_lease_of_a_long_item_is_extended(settings):
    settings.FLOWDECK_LEASE_SECONDS = 0.9
    run_id = run(["long"])

    def hold(call: Any) -> Any:
        first = Batch.objects.get().lease_until
        until(lambda: Batch.objects.get().lease_until > first)
        return Worker("other").work()

    ACTIONS["do"] = hold
    work()
    assert output(run_id)["results"] == [0]
    assert ITEMS == [(0, 1)]


def test_an_item_learns_that_nobody_waits_for_it(settings):
    settings.FLOWDECK_LEASE_SECONDS = 0.6
    run_id = run(["long", "never"])
    seen = []

    def wait(call: Any) -> None:
        advance(run_id, CancelRequested(clock.now().timestamp()))
        until(lambda: call[1].is_abandoned)
        seen.append(call[0])

    ACTIONS["do"] = wait
    work()
    assert seen == ["long"]
    assert status_of(run_id) == "cancelled"


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
