"""Try, confirm, cancel in Python."""

from __future__ import annotations

from typing import Any

import pytest

from workflows_app.sdk import Retry, SagaAction, SagaStepError, TccSaga, TccStep

DONE: list[str] = []


class Trip(TccSaga):
    name = "trip"
    is_full = False

    def __init__(self) -> None:
        super().__init__(reservation_timeout=60)
        for name in ("flight", "hotel"):
            self.add_participant(
                TccStep(name, getattr(self, f"_hold_{name}"), self._confirm, self._cancel)
            )

    def _hold_flight(self) -> str:
        return "12A"

    def _hold_hotel(self) -> str:
        if self.is_full:
            raise SagaStepError("no room")
        return "room 7"

    def _confirm(self, ctx: dict[str, Any]) -> str:
        return f"{ctx['flight']} and {ctx['hotel']}"

    def _cancel(self, ctx: dict[str, Any]) -> None:
        DONE.append(str(ctx.get("flight") or ctx.get("hotel")))


class FullTrip(Trip):
    is_full = True


@pytest.fixture(autouse=True)
def _nothing_done():
    DONE.clear()


async def test_all_confirm_when_all_could_reserve():
    result = await Trip().execute()
    assert result.unwrap() == {"flight": "12A and room 7", "hotel": "12A and room 7"}
    assert DONE == []


async def test_all_cancel_when_one_could_not_reserve():
    result = await FullTrip().execute()
    assert result.unwrap_err().is_compensated
    assert "12A" in DONE


def test_it_is_a_saga_of_the_second_method():
    action = SagaAction(type="log", config={"message": "x"})
    saga = TccSaga([TccStep("a", action, action, action, retry=Retry(max_attempts=2), timeout=5)])
    document = saga.to_document()
    (participant,) = document.participants
    assert document.mode == "tcc"
    assert participant.try_action.timeout_seconds == 5
    assert participant.confirm_action == action


def test_a_name_is_taken_once():
    action = SagaAction(type="log", config={"message": "x"})
    saga = TccSaga([TccStep("a", action, action, action)])
    with pytest.raises(ValueError, match="“a” already"):
        saga.add_participant(TccStep("a", action, action, action))
