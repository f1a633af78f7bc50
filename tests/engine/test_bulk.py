"""Work on many items: results and their order, failures, the circuit breaker."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.engine.actions import ACTIONS, ITEMS
from tests.engine.build import (
    chain,
    edge,
    graph,
    journal,
    node,
    node_run,
    run_of,
    start,
    status_of,
    work,
)
from tests.engine.bulks import ON_BATCH, ON_ITEM, bulk, failures, output, retrying, run
from workflows_app.engine import sweep
from workflows_app.errors import FatalError, RetryableError
from workflows_app.models import Batch, Bulk, NodeLog

pytestmark = pytest.mark.django_db(transaction=True)


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
