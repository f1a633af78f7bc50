"""State machines in memory: the table of transitions, and statecharts as documents."""

from __future__ import annotations

import pytest

from tests.core.machines import act, final, machine, on, state
from tests.support.written_workflows import OrderMachine
from workflows_app.core.state import RunStatus
from workflows_app.errors import ConflictError
from workflows_app.sdk import (
    EventNotAcceptedError,
    Execution,
    StateMachine,
    VirtualClock,
    run_document,
    send_event,
)


async def test_events_lead_from_state_to_state():
    sm = OrderMachine()
    assert (sm.state, sm.accepted, sm.is_over) == ("pending", ("approve", "cancel"), False)
    assert await sm.transition("approve") == "approved"
    assert await sm.transition("ship", {"by": "truck"}) == "shipped"
    assert (sm.can_transition("deliver"), sm.can_transition("cancel")) == (True, False)
    assert await sm.transition("deliver") == "delivered"
    assert (sm.state, sm.accepted, sm.is_over) == ("delivered", (), True)


async def test_what_is_not_accepted_changes_nothing_and_says_what_is():
    sm = OrderMachine()
    with pytest.raises(EventNotAcceptedError, match="accepts: approve, cancel") as raised:
        await sm.transition("ship")
    assert raised.value.extra == {"accepted": ["approve", "cancel"]}
    assert await sm.transition("cancel") == "cancelled"
    with pytest.raises(EventNotAcceptedError, match="It accepts: none"):
        await sm.transition("approve")
    assert sm.state == "cancelled"


async def test_two_machines_of_a_class_have_states_of_their_own():
    first, second = OrderMachine(), OrderMachine()
    await first.transition("approve")
    assert (first.state, second.state) == ("approved", "pending")


async def test_a_state_may_lead_to_itself():
    sm = StateMachine(initial="on", transitions={"on": {"again": "on", "stop": "off"}, "off": {}})
    assert await sm.transition("again") == "on"
    assert await sm.transition("stop") == "off"


def test_what_is_no_machine_says_why():
    with pytest.raises(ValueError, match="begins in “x”, which is no state. There are: a"):
        StateMachine(initial="x", transitions={"a": {}})
    with pytest.raises(ValueError, match="“go” leads from “a” to “b”, which is no state"):
        StateMachine(initial="a", transitions={"a": {"go": "b"}})
    with pytest.raises(ValueError, match="“two words” cannot name"):
        StateMachine(initial="two words", transitions={"two words": {}})


CHART = machine(
    state(
        "open",
        on("pay", "paid", guard="${ event.data.amount >= data.price }"),
        on(
            "pay",
            "counted",
            actions=[act("count", "assign", data={"tries": "${ data.tries + 1 }"})],
        ),
        {"id": "late", "after": 60, "targets": ["expired"]},
    ),
    state("counted", on(None, "open", guard="${ data.tries < 3 }"), on("give.up", "expired")),
    state(
        "paid",
        on("sent_off", "sent"),
        on("error.send", "expired"),
        entry=[
            act("send", "task:shop.send", to="${ event.data.to }"),
            act("tell", "raise", event="sent_off"),
        ],
    ),
    final("sent", output="${ {'tries': data.tries, 'receipt': nodes.send} }"),
    final("expired", output="${ {'tries': data.tries} }"),
    data={"price": "${ input.price }", "tries": 0},
)


async def begun() -> Execution:
    return await run_document(CHART, {"price": 5}, fakes={"send": "receipt"})


async def test_a_chart_runs_with_guards_data_and_actions():
    execution = await begun()
    assert (execution.status, execution.states) == (RunStatus.WAITING, ("open",))
    execution = await send_event(execution, "pay", {"amount": 1})
    assert execution.states == ("open",)
    execution = await send_event(
        execution,
        "pay",
        {"amount": 7, "to": "Ana"},
        fakes={"send": lambda config: f"sent to {config['to']}"},
    )
    assert (execution.status, execution.states) == (RunStatus.SUCCEEDED, ())
    assert execution.output == {"tries": 1, "receipt": "sent to Ana"}
    with pytest.raises(ConflictError, match="it is over"):
        await send_event(execution, "pay")


async def test_a_failed_action_is_heard_as_an_error():
    execution = await send_event(
        await begun(), "pay", {"amount": 7, "to": "Ana"}, fakes={"send": ValueError("no truck")}
    )
    assert (execution.status, execution.output) == (RunStatus.SUCCEEDED, {"tries": 0})


async def test_time_passes_only_where_nothing_else_is_sent():
    clock = VirtualClock(0)
    execution = await run_document(CHART, {"price": 5}, fakes={"send": 1}, clock=clock)
    assert (execution.states, clock.now()) == (("open",), 0)
    execution = await send_event(execution, "pay", {"amount": 1}, passes_time=True)
    assert (execution.output, clock.now()) == ({"tries": 1}, 60)


async def test_an_execution_goes_on_once():
    execution = await begun()
    await send_event(execution, "pay", {"amount": 1})
    with pytest.raises(ConflictError, match="resumed already"):
        await send_event(execution, "pay", {"amount": 1})
