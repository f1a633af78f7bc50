"""Pipelines in Python: what steps find in their context, and what the document says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.written_workflows import order
from workflows_app.core.problems import InvalidDocument
from workflows_app.sdk import (
    ConditionalStep,
    Err,
    FatalError,
    NotInstalledError,
    Ok,
    ParallelStep,
    Pipeline,
    Retry,
    TaskContext,
    TaskDefinitionError,
    TaskStep,
    VirtualClock,
    WorkflowFailedError,
    parallel,
    publishing,
    step,
    workflow,
)


@step(name="first")
async def first(ctx: dict[str, Any]) -> dict[str, Any]:
    """Look."""
    return {"seen": sorted(ctx)}


@step()
def second(ctx: dict[str, Any]) -> list[str]:
    return sorted(ctx)


def third(ctx: dict[str, Any]) -> Any:
    return ctx["first"]["seen"], ctx["second"]


async def test_each_step_finds_the_input_and_all_earlier_results():
    pipeline = Pipeline().add_step(first).add_step(second).add_step(third)
    output = await pipeline.execute({"a": 1, "b": 2})
    assert output == [["a", "b"], ["a", "b", "first"]]


def test_a_step_stays_a_function():
    assert second({"x": 1}) == ["x"]


def test_the_document_says_what_each_step_reads():
    (one, two) = Pipeline([first, second]).to_document().steps
    assert (one.id, one.type) == ("first", "task:tests.sdk.test_pipelines.first")
    assert one.config == {"input": "${ input }"}
    assert two.config == {"input": "${ input }", "results": [{"first": "${ nodes.first }"}]}


async def test_a_step_may_say_which_results_it_reads():
    picky = step(name="picky", reads=["second"])(second.function)
    output = await Pipeline([first, second, picky]).execute()
    assert output == ["second"]
    with pytest.raises(ValueError, match="“third” is no earlier step.*first"):
        Pipeline([first, step(reads=["third"])(second.function)]).to_document()


@pytest.mark.parametrize(
    "prices, way", [([4, 5], "standard"), ([40], "express")], ids=["small", "large"]
)
async def test_a_choice_and_a_group_give_their_results_under_their_names(prices, way):
    output = await order.execute({"prices": prices})
    assert output["sent"][0] == f"{way} box"
    assert output["way"] == way


async def test_a_group_without_a_function_returns_its_branches_results():
    group = parallel("both", steps=[first, [second, third]])
    with pytest.raises(InvalidDocument):
        await Pipeline([first, group]).execute()
    assert await Pipeline([parallel("both", steps=[second, [first]])]).execute({"a": 1}) == {
        "second": ["a"],
        "first": {"seen": ["a"]},
    }


async def test_no_more_branches_are_under_way_than_may_be():
    under_way: list[str] = []
    most = 0

    async def work(config: Any, context: TaskContext) -> str:
        nonlocal most
        under_way.append(context.node_id)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        under_way.remove(context.node_id)
        return context.node_id

    names = ["a", "b", "c", "d", "e"]
    branches = [TaskStep(name, "task:elsewhere.work") for name in names]
    group = parallel("all", steps=branches, max_concurrency=2)
    output = await Pipeline([group]).execute(fakes={"elsewhere.work": work})
    assert output == {name: name for name in names}
    assert most == 2


async def test_choices_by_expression_and_steps_of_any_type():
    pipeline = Pipeline(
        [
            TaskStep("double", "transform", {"output": "${ input.n * 2 }"}),
            ConditionalStep(
                "choice",
                condition="${ nodes.double > vars.limit }",
                then=TaskStep("large", "transform", {"output": "large"}),
                otherwise=[ParallelStep("group", branches=[second, [first]])],
            ),
        ],
        vars={"limit": 10},
    )
    assert await pipeline.execute({"n": 6}) == "large"
    assert set(await pipeline.execute({"n": 1})) == {"second", "first"}


async def test_conditions_see_the_context_and_are_true_or_false():
    seen: list[dict[str, Any]] = []

    async def has_first(ctx: dict[str, Any]) -> Any:
        seen.append(ctx)
        return ctx["first"]["seen"]

    pipeline = Pipeline([first, ConditionalStep("c", condition=has_first, then=second)])
    execution = await pipeline.run({"a": 1})
    assert execution.outputs["c_condition"] is True
    assert seen == [{"a": 1, "first": {"seen": ["a"]}}]
    assert (await pipeline.run({})).value() is None


def test_a_lambda_beside_no_function_needs_a_name():
    with pytest.raises(TaskDefinitionError, match="lambda.*write it as a function with `def`"):
        ConditionalStep("c", condition=lambda ctx: True, then=TaskStep("t", "log"))
    with pytest.raises(TaskDefinitionError, match="write it as a function with `def`"):
        Pipeline([lambda ctx: 1])


async def test_retries_and_time_limits_of_steps_are_part_of_the_document():
    calls: list[int] = []

    @step(name="flaky", retry=Retry(max_attempts=2, initial_delay_seconds=9, jitter=0), timeout=5)
    def flaky(ctx: dict[str, Any], context: TaskContext) -> int:
        calls.append(context.attempt)
        if context.attempt == 1:
            raise ConnectionError("away")
        return context.attempt

    clock = VirtualClock(100.0)
    assert await Pipeline([flaky]).execute(clock=clock) == 2
    assert (calls, clock.now()) == ([1, 2], 109.0)
    (drawn,) = Pipeline([flaky]).to_document().steps
    assert (drawn.timeout_seconds, drawn.retry.max_attempts) == (5, 2)


async def test_ok_and_err_are_the_result_and_the_failure():
    def good(ctx: dict[str, Any]) -> Any:
        return Ok(3)

    def bad(ctx: dict[str, Any]) -> Any:
        return Err("no stock")

    def worse(ctx: dict[str, Any]) -> Any:
        return Err(ConnectionError("away"))

    assert await Pipeline([good]).execute() == 3
    with pytest.raises(WorkflowFailedError, match="ErrReturnedError: no stock.*bad"):
        await Pipeline([bad]).execute()
    with pytest.raises(WorkflowFailedError, match="ConnectionError: away"):
        await Pipeline([worse]).execute()


async def test_the_decorator_workflow_makes_a_function_a_workflow():
    attempts = 0

    @workflow(name="onboarding", timeout=300.0, retries=1)
    async def onboarding(ctx: dict[str, Any]) -> str:
        nonlocal attempts
        attempts += 1
        raise ConnectionError("away")

    execution = await onboarding.run()
    assert (onboarding.name, attempts) == ("onboarding", 2)
    assert execution.failure is not None
    assert execution.failure.type == "ConnectionError"
    document = onboarding.to_document()
    assert document.settings.timeout_seconds == 300
    assert document.steps[0].retry.max_attempts == 2


async def test_a_whole_pipeline_has_retries():
    tries: list[str] = []

    def fail_once(config: Any, context: TaskContext) -> str:
        tries.append(context.node_id)
        if tries.count(context.node_id) == 1:
            raise ConnectionError("away")
        return context.node_id

    steps = [TaskStep(name, "task:elsewhere.work") for name in ("a", "b")]
    pipeline = Pipeline(steps, retry=Retry(max_attempts=2))
    assert await pipeline.execute(fakes={"elsewhere.work": fail_once}) == "b"
    assert tries == ["a", "a", "b", "b"]


async def test_a_whole_pipeline_has_a_time_limit():
    wait = TaskStep("wait", "wait", {"mode": "duration", "duration_seconds": 60})
    execution = await Pipeline([wait], timeout=30).run()
    assert execution.failure is not None
    assert execution.failure.message == "The run took longer than 30 seconds."


async def test_names_that_clash_are_refused_and_so_is_what_is_no_step():
    with pytest.raises(InvalidDocument, match="2 steps have the id “first”"):
        await Pipeline([first, first]).execute()
    with pytest.raises(TypeError, match="no step"):
        Pipeline([3])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="“two words” cannot name a step.*title"):
        step("two words")(second.function)
    with pytest.raises(ValueError, match="“two words” cannot name a step"):
        parallel("two words", steps=[second])
    with pytest.raises(InvalidDocument, match="no step that does something"):
        await Pipeline().execute()


async def test_a_function_that_was_defined_again_does_not_run_the_other_one():
    def make(number: int) -> Pipeline:
        def tell(ctx: dict[str, Any]) -> int:
            return number

        return Pipeline([tell])

    old, new = make(1), make(2)
    assert await new.execute() == 2
    with pytest.raises(TaskDefinitionError, match="defined again"):
        await old.execute()


async def test_a_final_error_is_not_tried_again():
    calls: list[int] = []

    @step(name="pay", retry=Retry(max_attempts=5))
    def pay(ctx: dict[str, Any]) -> None:
        calls.append(1)
        raise FatalError("the card is stolen")

    with pytest.raises(WorkflowFailedError, match="the card is stolen"):
        await Pipeline([pay]).execute()
    assert calls == [1]


def test_register_without_django_says_what_to_do(monkeypatch):
    monkeypatch.setattr(publishing, "_publisher", None)
    with pytest.raises(NotInstalledError, match=r"django\.setup\(\).*execute\(\)"):
        order.register()


async def test_a_step_that_is_added_after_a_run_is_part_of_the_next_one():
    pipeline = Pipeline([first])
    assert await pipeline.execute({"a": 1}) == {"seen": ["a"]}
    assert await pipeline.execute({"b": 1}) == {"seen": ["b"]}
    pipeline.add_step(second)
    assert await pipeline.execute({"a": 1}) == ["a", "first"]
