"""Bulk operations and map nodes in memory: order, retries, thresholds, breakers."""

from __future__ import annotations

import asyncio

import pytest

from tests.core.documents import chain, node
from workflows_app.core.problems import InvalidDocument
from workflows_app.sdk import (
    BulkOperation,
    BulkOperationConfig,
    CircuitBreaker,
    Err,
    FatalError,
    MapResult,
    Ok,
    Processor,
    Result,
    Retry,
    TaskContext,
    TaskDefinitionError,
    VirtualClock,
    run_document,
)
from workflows_app.testing import play

under_way: set[int] = set()
most: list[int] = []
tried: list[tuple[int, int]] = []


@pytest.fixture(autouse=True)
def _forget() -> None:
    under_way.clear()
    most.clear()
    tried.clear()


async def crossing(number: int) -> int:
    under_way.add(number)
    await asyncio.sleep(0)
    most.append(len(under_way))
    await asyncio.sleep(0)
    under_way.discard(number)
    return number * 10


async def test_results_keep_the_order_of_the_items_and_batches_run_side_by_side():
    op = BulkOperation[int, int](crossing, BulkOperationConfig(batch_size=5, max_concurrency=3))
    done = (await op.execute(range(100))).unwrap()
    assert done.results == [number * 10 for number in range(100)]
    assert (done.total, done.succeeded, done.failed, done.filtered) == (100, 100, 0, 0)
    assert max(most) == 3


async def test_one_batch_at_a_time_goes_item_by_item():
    op = BulkOperation[int, int](crossing, BulkOperationConfig(max_concurrency=1))
    await op.execute([1, 2, 3])
    assert set(most) == {1}


async def test_no_items_are_no_failure():
    assert (await BulkOperation[int, int](crossing).execute([])).unwrap().results == []


async def test_many_results_are_all_there():
    def long_text(number: int) -> str:
        return "x" * 1_000

    execution = await BulkOperation[int, str](long_text).run(range(2_000))
    assert execution.output["results"] is None
    assert len(execution.items["items"].results) == 2_000


def busy(number: int, context: TaskContext) -> str:
    tried.append((number, context.attempt))
    assert context.index == number
    if context.attempt < 3:
        raise ConnectionError("busy")
    return f"{number} at last"


async def test_each_item_is_repeated_on_its_own_and_waits_take_no_time():
    retry = Retry(max_attempts=3, initial_delay_seconds=100, jitter=0)
    op = BulkOperation[int, str](busy, BulkOperationConfig(batch_size=2, retry=retry))
    clock = VirtualClock(0)
    done = (await op.execute(range(3), clock=clock)).unwrap()
    assert done.results == ["0 at last", "1 at last", "2 at last"]
    assert sorted(tried) == [(n, attempt) for n in range(3) for attempt in (1, 2, 3)]
    assert clock.now() == 100 + 200


async def test_what_gives_up_is_told_and_the_rest_is_done():
    async def picky(number: int) -> Result[int, str]:
        return Err("odd") if number % 2 else Ok(number)

    done = (await BulkOperation[int, int](picky).execute(range(4))).unwrap()
    assert done.results == [0, 2]
    assert [(f.index, f.attempts, f.type, f.message) for f in done.failures] == [
        (1, 1, "ErrReturnedError", "odd"),
        (3, 1, "ErrReturnedError", "odd"),
    ]
    assert (done.total, done.succeeded, done.failed) == (4, 2, 2)


@pytest.mark.parametrize(
    "config, is_ok",
    [
        ({"failure_threshold": 2}, True),
        ({"failure_threshold": 1}, False),
        ({"failure_percent": 50}, True),
        ({"failure_percent": 49}, False),
    ],
)
async def test_no_more_items_fail_than_may(config, is_ok):
    def odd_fails(number: int) -> int:
        tried.append((number, 1))
        if number % 2:
            raise FatalError("odd")
        return number

    op = BulkOperation[int, int](odd_fails, BulkOperationConfig(**config, max_concurrency=1))
    result = await op.execute(range(4))
    assert result.is_ok() is is_ok
    if isinstance(result, Err):
        assert result.error.failure.type == "TooManyFailures"
        assert "2 of 4 items failed, and no more than 1 may" in str(result.error)


async def test_nothing_more_is_tried_once_too_many_have_failed():
    def fails(number: int) -> int:
        tried.append((number, 1))
        raise FatalError("no")

    op = BulkOperation[int, int](fails, BulkOperationConfig(failure_threshold=0, batch_size=2))
    assert (await op.execute(range(100))).is_err()
    assert len(tried) <= 4


async def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_through():
    clock = VirtualClock(0)
    times: list[float] = []

    def down_for_a_minute(number: int) -> int:
        times.append(clock.now())
        if clock.now() < 60:
            raise ConnectionError("down")
        return number

    config = BulkOperationConfig(
        batch_size=3,
        max_concurrency=1,
        retry=Retry(max_attempts=50, initial_delay_seconds=0),
        circuit_breaker=CircuitBreaker(failures=2, open_seconds=25),
    )
    done = (
        await BulkOperation[int, int](down_for_a_minute, config).execute(range(6), clock=clock)
    ).unwrap()
    assert done.results == list(range(6))
    assert times == [0, 0, 25, 50, *[75] * 6]


async def test_an_item_has_its_own_time_limit():
    async def hangs(number: int) -> int:
        if number == 1:
            await asyncio.Event().wait()
        return number

    op = BulkOperation[int, int](hangs, BulkOperationConfig(timeout=0.01))
    done = (await op.execute(range(3))).unwrap()
    assert done.results == [0, 2]
    assert [(f.type, f.message) for f in done.failures] == [
        ("Timeout", "No result within 0.01 seconds.")
    ]


async def test_batches_are_worked_on_whole():
    def squares(numbers: list[int], context: TaskContext) -> list[int] | None:
        tried.append((len(numbers), context.index or 0))
        return [number**2 for number in numbers]

    def too_few(numbers: list[int]) -> list[int]:
        return numbers[1:]

    config = BulkOperationConfig(batch_size=2, max_concurrency=1)
    done = (
        await BulkOperation[int, int](squares, config, mode="batch").execute([1, 2, 3])
    ).unwrap()
    assert (done.results, tried) == ([1, 4, 9], [(2, 0), (1, 2)])
    done = (await BulkOperation[int, int](too_few, config, mode="batch").execute([1, 2])).unwrap()
    assert {f.message for f in done.failures} == {
        "A batch processor returns one result for each of its items, or null. "
        "It got 2 items and returned 1 results."
    }


async def test_outputs_are_filtered_and_combined():
    even = BulkOperation[int, int](
        crossing, result=MapResult(mode="filter", keep="${ output % 20 == 0 }")
    )
    done = (await even.execute(range(5))).unwrap()
    assert (done.results, done.filtered, done.succeeded) == ([0, 2, 4], 2, 5)
    neither = BulkOperation[int, int](crossing, result=MapResult(mode="filter"))
    assert (await neither.execute([1])).unwrap().failures[0].message == (
        "Whether to keep the item is neither true nor false."
    )
    total = MapResult(mode="reduce", initial=5, combine="${ accumulator * 2 + output }")
    assert (
        await BulkOperation[int, int](crossing, result=total).execute([1, 2])
    ).unwrap().value == ((5 * 2 + 10) * 2 + 20)


async def test_processors_of_any_type_are_faked_by_the_task_s_name():
    op = BulkOperation[int, int](Processor(type="task:shop.price", config={"of": "${ item }"}))
    done = (
        await op.execute([1, 2], fakes={"shop.price": lambda config: config["of"] + 1})
    ).unwrap()
    assert done.results == [2, 3]


def test_a_map_node_in_a_graph_runs_in_memory():
    document = chain(
        node(
            "prices",
            "map",
            items="${ input.numbers }",
            processor={"type": "task:shop.price", "config": {"of": "${ item + index }"}},
        ),
        node("sum", "transform", output="${ nodes.prices.results }"),
    )
    prices = {"prices": lambda config: config["of"]}
    played = play(document, {"numbers": [5, 6]}, fakes={"shop.price": 0, **prices})
    assert played.assert_succeeded().output == [5, 7]
    assert play(document, {"numbers": "x"}, fakes=prices).assert_failed(
        "InvalidSourceError", at="prices"
    )


async def test_rows_of_uploads_are_given_by_name():
    document = BulkOperation[int, int](crossing).to_document()
    rows = {"items": {"upload": "rows"}}
    execution = await run_document(document, rows, uploads={"rows": [1, 2]})
    assert execution.output["results"] == [10, 20]
    execution = await run_document(document, rows)
    assert execution.failure is not None
    assert execution.failure.type == "InvalidSourceError"


async def test_what_cannot_be_a_bulk_says_why():
    with pytest.raises(TaskDefinitionError, match="write it as a function with `def`"):
        BulkOperation[int, int](lambda number: number)
    with pytest.raises(InvalidDocument, match="nothing"):
        await BulkOperation[int, int](Processor(type="task:nothing")).execute([1])
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        BulkOperation[int, int](crossing, BulkOperationConfig(batch_size=0)).to_document()


@pytest.mark.parametrize("at_once", [1, 3])
async def test_it_is_done_with_enough_and_says_how_many_were_not_needed(at_once):
    config = BulkOperationConfig(batch_size=1, max_concurrency=at_once, enough=2)
    done = (await BulkOperation[int, int](abs, config).execute([-1, -2, -3, -4])).unwrap()
    assert (done.results, done.succeeded, done.left, done.failed) == ([1, 2], 2, 2, 0)
    few = (await BulkOperation[int, int](abs, config).execute([-1])).unwrap()
    assert (few.results, few.left) == ([1], 0)
