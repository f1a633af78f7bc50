"""Sagas in memory: what is undone, what is told, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.sagas import tcc
from tests.support.written_workflows import OrderSaga
from workflows_app.core.problems import InvalidDocument
from workflows_app.core.state import RunStatus
from workflows_app.sdk import (
    AbstractSaga,
    Err,
    Ok,
    Result,
    Retry,
    RetryableError,
    Saga,
    SagaAction,
    SagaFailedError,
    SagaStep,
    SagaStepError,
    TaskContext,
    TaskDefinitionError,
    VirtualClock,
    WorkflowWaitingError,
    run_document,
)
from workflows_app.testing import play


class Recorded(AbstractSaga):
    """Notes on itself what its steps do."""

    def __init__(self, failing: str = "") -> None:
        super().__init__()
        self.failing = failing
        self.done: list[Any] = []
        self.add_step(SagaStep("first", self._first, self._undo_first))
        self.add_parallel(
            "both",
            [
                SagaStep("left", self._left, self._undo_left),
                SagaStep("right", self._right, self._undo_right),
            ],
        )
        self.add_step(SagaStep("last", self._last))

    def _note(self, name: str) -> str:
        self.done.append(name)
        if name == self.failing:
            raise SagaStepError(f"{name} is refused")
        return name

    async def _first(self) -> Result[str, SagaStepError]:
        return Ok(self._note("first"))

    def _undo_first(self, ctx: dict[str, Any]) -> None:
        self.done.append(("undo", ctx["first"], ctx["amount"]))

    def _left(self, ctx: dict[str, Any]) -> str:
        return self._note(f"left after {ctx['first']}")

    async def _undo_left(self, ctx: dict[str, Any]) -> None:
        self.done.append(("undo", ctx["left"]))

    def _right(self, ctx: dict[str, Any], context: TaskContext) -> str:
        return self._note(f"right, attempt {context.attempt}")

    async def _undo_right(self, ctx: dict[str, Any]) -> None:
        self.done.append(("undo", ctx["right"]))

    async def _last(self, ctx: dict[str, Any]) -> dict[str, Any]:
        return {"last": self._note("last"), **ctx}


async def test_steps_share_a_context_and_act_on_the_saga_itself():
    saga = Recorded()
    assert await saga.execute({"amount": 5}) == Ok(
        {
            "amount": 5,
            "first": "first",
            "left": "left after first",
            "right": "right, attempt 1",
            "last": "last",
        }
    )
    assert [saga.done[0], saga.done[-1]] == ["first", "last"]
    assert sorted(saga.done[1:3]) == ["left after first", "right, attempt 1"]


async def test_what_was_done_is_undone_newest_first_with_what_it_returned():
    saga = Recorded(failing="last")
    result = await saga.execute({"amount": 5})
    assert isinstance(result, Err)
    error = result.error
    assert (error.failure.type, error.failure.message, error.failure.node) == (
        "SagaStepError",
        "last is refused",
        "last",
    )
    assert isinstance(error.failure.cause, SagaStepError)
    assert error.is_compensated
    assert sorted(error.compensated[:2]) == ["left", "right"]
    assert error.compensated[2:] == ("first",)
    assert sorted(saga.done[4:6]) == [("undo", "left after first"), ("undo", "right, attempt 1")]
    assert saga.done[6:] == [("undo", "first", 5)]


async def test_two_sagas_of_a_class_do_not_disturb_each_other():
    good, bad = Recorded(), Recorded(failing="first")
    assert (await bad.execute({"amount": 1})).unwrap_err().compensated == ()
    assert (await good.execute({"amount": 1})).is_ok()
    assert (bad.done, len(good.done)) == (["first"], 4)


def begin(ctx: dict[str, Any]) -> str:
    return "begun"


def undo_begin(ctx: dict[str, Any]) -> None:
    pass


async def test_attempts_are_repeated_as_the_step_says():
    attempts: list[int] = []

    def busy(ctx: dict[str, Any], context: TaskContext) -> None:
        attempts.append(context.attempt)
        raise RetryableError("busy")

    saga = Saga(
        [
            SagaStep("begin", begin, undo_begin),
            SagaStep("busy", busy, retry=Retry(max_attempts=3, initial_delay_seconds=60)),
        ]
    )
    clock = VirtualClock(0)
    error = (await saga.execute(clock=clock)).unwrap_err()
    assert (attempts, error.compensated) == ([1, 2, 3], ("begin",))
    assert clock.now() > 120


async def test_a_compensation_that_gives_up_needs_attention():
    def stuck(ctx: dict[str, Any]) -> None:
        raise ConnectionError("nobody answers")

    async def refuse() -> Result[None, str]:
        return Err("no")

    saga = Saga([SagaStep("begin", begin, stuck), SagaStep("refuse", refuse)])
    result = await saga.execute()
    error = result.unwrap_err()
    assert isinstance(error, SagaFailedError)
    assert (error.is_compensated, error.compensated) == (False, ())
    execution = error.execution
    assert execution.status is RunStatus.NEEDS_ATTENTION
    assert [(f.node, f.type) for f in execution.needs_attention] == [
        ("_undo_begin", "ConnectionError")
    ]
    assert execution.failure is not None
    assert (execution.failure.node, execution.failure.message) == ("refuse", "no")
    assert [line.type for line in execution.journal][-1] == "run.needs_attention"


async def test_after_the_pivot_nothing_is_undone():
    def never(ctx: dict[str, Any]) -> None:
        raise ConnectionError("away")

    saga = Saga(
        [
            SagaStep("begin", begin, undo_begin),
            SagaStep("pay", begin, type="pivot"),
            SagaStep("send", never, type="retriable"),
        ],
        timeout=3600,
    )
    execution = await saga.run()
    assert [failure.node for failure in execution.needs_attention] == ["send"]
    assert (execution.failure, execution.compensated) == (None, ())


async def test_time_and_reservations_run_out():
    ask = SagaAction(type="human", config={"heading": "May I?"})
    saga = Saga([SagaStep("begin", begin, undo_begin), SagaStep("ask", ask)], timeout=60)
    with pytest.raises(WorkflowWaitingError, match="“ask”"):
        await saga.execute()
    error = (await saga.execute(people=lambda question: None)).unwrap_err()
    assert (error.failure.type, error.compensated) == ("Timeout", ("begin",))
    document = tcc("a", "b", reservation_seconds=30)
    document["participants"][1]["try_action"] = {
        "type": "human",
        "config": {"heading": "Reserve?"},
    }
    execution = await run_document(document, fakes={"any": "done"}, people=lambda question: None)
    assert execution.status is RunStatus.COMPENSATED
    assert execution.failure is not None
    assert execution.failure.type == "ReservationExpired"
    assert execution.compensated == ("a",)


async def test_fakes_stand_for_actions_and_for_what_undoes_them():
    undone: list[Any] = []
    fakes = {"charge": SagaStepError("empty"), "_undo_reserve": undone.append}
    error = (await OrderSaga().execute({"item": "tea"}, fakes=fakes)).unwrap_err()
    assert error.compensated == ("reserve",)
    assert undone == [{"input": {"item": "tea"}, "results": [{"reserve": {"reserved": "tea"}}]}]


def test_a_saga_is_played():
    played = play(OrderSaga(), {"item": "tea"}, fakes={"charge": SagaStepError("empty")})
    played.assert_compensated("reserve")
    with pytest.raises(AssertionError, match="Undone were: reserve"):
        played.assert_compensated("charge")
    with pytest.raises(AssertionError, match="it succeeded"):
        play(OrderSaga(), {"item": "tea"}).assert_compensated()


def test_the_version_is_part_of_the_document():
    class Newer(OrderSaga):
        """The same with other code."""

        VERSION = 2

    assert OrderSaga().to_document().vars == {"VERSION": 1}
    assert Newer().to_document().vars == {"VERSION": 2}


class Helper:
    """Somebody else."""

    def help(self) -> None:
        pass


class NeedsArguments(AbstractSaga):
    """Cannot be made by a worker."""

    def __init__(self, account: str) -> None:
        super().__init__()
        self.add_step(SagaStep("act", self._act))

    def _act(self) -> None:
        pass


def takes_three(a: Any, b: Any, c: Any) -> None:
    pass


async def test_what_cannot_be_a_saga_says_why():
    with pytest.raises(ValueError, match="“two words” cannot name"):
        SagaStep("two words", begin)
    with pytest.raises(ValueError, match="There is a step “a” already"):
        Saga([SagaStep("a", begin), SagaStep("a", begin)])
    with pytest.raises(ValueError, match="There is a step “a” already"):
        Saga().add_parallel("g", [SagaStep("a", begin), SagaStep("a", begin)])
    with pytest.raises(ValueError, match="There is a step “g” already"):
        Saga().add_parallel("g", [SagaStep("a", begin)]).add_step(SagaStep("g", begin))
    with pytest.raises(TaskDefinitionError, match=r"Helper.help is a method of another object"):
        Saga([SagaStep("a", Helper().help)])
    with pytest.raises(TaskDefinitionError, match="cannot be made without arguments"):
        NeedsArguments("x")
    with pytest.raises(TaskDefinitionError, match="takes 3 arguments"):
        Saga([SagaStep("a", takes_three)])
    with pytest.raises(TaskDefinitionError, match="write it as a function with `def`"):
        Saga([SagaStep("a", lambda: None)])
    with pytest.raises(InvalidDocument, match="no step"):
        await Saga().execute()
