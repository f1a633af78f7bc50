"""State machines on the real engine and database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.charts import EVENTS, charts
from tests.core.machine_world import MachineWorld
from tests.core.machines import act, compound, final, history, machine, on, parallel, state
from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import journal, node_run, publish, run_of, start, status_of, work
from tests.engine.law import check_law
from workflows_app.core.events import PauseRequested, ResumeRequested
from workflows_app.engine import clock, sweep
from workflows_app.engine.advance import LockedRun, advance
from workflows_app.models import Timer
from workflows_app.selectors.templates import get_template_document

pytestmark = pytest.mark.django_db(transaction=True)


def run_action(action_id: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {**act(action_id, "task:test.act", name=name), **more}


def hear(run_id: UUID, name: str, payload: Any = None) -> None:
    def prepare(run: LockedRun) -> list[Any]:
        return [run.add_signal(name, payload)]

    advance(run_id, prepare=prepare)


def active(run_id: UUID) -> list[str]:
    run = run_of(run_id)
    return [
        row.node_id
        for row in run.node_runs.filter(status="waiting", execution="state").order_by("id")
    ]


ORDER = machine(
    state("pending", on("approve", "approved"), on("cancel", "cancelled")),
    state(
        "approved",
        on("ship", "shipped", guard="${ data.weight <= event.data.limit }"),
        on("cancel", "cancelled"),
        entry=[run_action("reserve", "reserve")],
    ),
    state("shipped", on("deliver", "delivered")),
    final("delivered", output="${ {'reserved': nodes.reserve, 'by': event.data} }"),
    final("cancelled"),
    data={"weight": "${ input.weight }"},
)


def test_an_order_goes_its_way():
    ACTIONS["reserve"] = lambda context: "shelf 7"
    run_id = start(ORDER, {"weight": 20})
    assert (active(run_id), status_of(run_id)) == (["pending"], "waiting")
    waiting = node_run(run_id, "pending").waiting
    assert (waiting["kind"], waiting["for"]) == ("event", ["approve", "cancel"])

    hear(run_id, "approve")
    assert status_of(run_id) == "running"
    work()
    assert (active(run_id), status_of(run_id)) == (["approved"], "waiting")
    hear(run_id, "ship", {"limit": 10})
    assert active(run_id) == ["approved"]
    hear(run_id, "ship", {"limit": 30})
    assert active(run_id) == ["shipped"]
    hear(run_id, "deliver", "ana")
    assert status_of(run_id) == "succeeded"
    assert run_of(run_id).output == {"reserved": "shelf 7", "by": "ana"}
    assert node_run(run_id, "approved").ports == ["approved_t_ship_shipped"]
    assert node_run(run_id, "approved").status == "succeeded"


def test_an_event_with_its_guards_is_one_transaction():
    run_id = start(ORDER, {"weight": 20})
    hear(run_id, "approve")
    work()
    before = run_of(run_id).seq
    hear(run_id, "ship", {"limit": 30})
    assert journal(run_id)[before:] == [
        "signal.received",
        "node.succeeded _guards",
        "transition.taken approved",
        "node.succeeded approved",
        "node.waiting shipped",
    ]
    assert node_run(run_id, "_guards").output == {"approved_t_ship_shipped": True}


def test_a_state_entered_by_the_event_that_waited_has_the_time_of_the_journal():
    steps = machine(
        state("pending", on("pay", "paid")),
        state("paid", on("pack", "packed"), entry=[run_action("charge", "charge")]),
        state("packed", on("ship", "shipped")),
        final("shipped"),
    )
    ACTIONS["charge"] = lambda context: hear(run_id, "pack")
    run_id = start(steps, {})
    hear(run_id, "pay")
    work()

    assert active(run_id) == ["packed"]
    check_law(run_id)


def test_events_queue_while_an_action_runs():
    heard: list[str] = []

    def reserve(context: Any) -> str:
        hear(run_id, "cancel")
        heard.extend(active(run_id))
        return "done"

    ACTIONS["reserve"] = reserve
    run_id = start(ORDER, {"weight": 1})
    hear(run_id, "approve")
    work()
    assert heard == ["approved"]
    assert status_of(run_id) == "succeeded"
    assert node_run(run_id, "cancelled").status == "succeeded"


def test_variables_are_read_as_they_were_last_assigned():
    total = machine(
        state(
            "a",
            on(
                "add",
                actions=[
                    act("add", "assign", data={"total": "${ data.total + event.data }"}),
                    act("say", "log", message="now ${ data.total }"),
                ],
            ),
            on("end", "z"),
        ),
        final("z", output="${ data }".replace("data", "data.total")),
        data={"total": 1, "untouched": {"x": "${ input.x }"}},
    )
    run_id = start(total, {"x": 5})
    hear(run_id, "add", 2)
    hear(run_id, "add", 4)
    assert node_run(run_id, "_data").output == {"total": 1, "untouched": {"x": 5}}
    assert node_run(run_id, "say", 2).output == {"message": "now 7"}
    hear(run_id, "end")
    assert run_of(run_id).output == 7


def test_a_failed_action_raises_an_error_with_its_message():
    def fail(context: Any) -> None:
        raise ValueError("no stock")

    ACTIONS["reserve"] = fail
    rescued = machine(
        state("a", on("go", "b")),
        state("b", on("error.reserve", "lost"), entry=[run_action("reserve", "reserve")]),
        final("lost", output="${ event.data.message }"),
    )
    run_id = start(rescued)
    hear(run_id, "go")
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "no stock")


def test_a_failed_action_that_nobody_hears_of_fails_the_run():
    def fail(context: Any) -> None:
        raise ValueError("no stock")

    ACTIONS["reserve"] = fail
    run_id = start(ORDER, {"weight": 1})
    hear(run_id, "approve")
    work()
    run = run_of(run_id)
    assert run.status == "failed"
    assert run.error == {"type": "ValueError", "message": "no stock", "node_id": "reserve"}
    assert node_run(run_id, "approved").status == "cancelled"


def test_a_guard_that_cannot_be_evaluated_fails_the_run_and_says_why():
    run_id = start(ORDER, {"weight": "heavy"})
    hear(run_id, "approve")
    work()
    hear(run_id, "ship", {"limit": 5})
    run = run_of(run_id)
    assert (run.status, run.error["type"]) == ("failed", "GuardFailed")
    assert node_run(run_id, "_guards").output == {"approved_t_ship_shipped": None}


def test_a_delay_is_a_timer_and_leaving_its_state_clears_it(time):
    waiting = machine(
        state("a", {"id": "late", "after": 60, "targets": ["b"]}, on("go", "b")),
        state("b", on("back", "a")),
    )
    run_id = start(waiting)
    timer = Timer.objects.get(run_id=run_id)
    assert (timer.kind, timer.node_id, timer.visit) == ("delay", "a_late", 1)
    hear(run_id, "go")
    assert not Timer.objects.filter(run_id=run_id).exists()
    hear(run_id, "back")
    time.pass_(59)
    sweep.fire_timers()
    assert active(run_id) == ["a"]
    time.pass_(2)
    sweep.fire_timers()
    assert active(run_id) == ["b"]
    assert node_run(run_id, "a", 2).ports == ["a_late"]


def test_a_delayed_event_carries_its_data(time):
    later = act("later", "send", event="ping", data={"n": 3}, delay_seconds=30)
    sending = machine(
        state("a", on("ping", "z"), entry=[later]), final("z", output="${ event.data.n }")
    )
    run_id = start(sending)
    time.pass_(31)
    sweep.fire_timers()
    assert run_of(run_id).output == 3


def test_a_machine_goes_on_after_its_worker_died(time):
    ACTIONS["reserve"] = lambda context: "again"
    run_id = start(ORDER, {"weight": 1})
    hear(run_id, "approve")

    class Killed(BaseException):
        pass

    def die(context: Any) -> None:
        raise Killed

    ACTIONS["reserve"] = die
    with pytest.raises(Killed):
        work("worker-1")
    time.pass_(120)
    sweep.take_back_lost_nodes()
    ACTIONS["reserve"] = lambda context: "again"
    work("worker-2")
    assert CALLS == [("reserve", 1), ("reserve", 1)]
    assert (active(run_id), node_run(run_id, "reserve").output) == (["approved"], "again")


def test_nested_states_are_node_runs_too():
    nested = machine(
        compound(
            "on_", state("idle", on("play", "playing")), state("playing"), out=[on("off", "z")]
        ),
        final("z"),
    )
    run_id = start(publish(nested))
    hear(run_id, "play")
    assert active(run_id) == ["on_", "playing"]
    hear(run_id, "off")
    assert status_of(run_id) == "succeeded"


def test_the_law_of_the_journal_holds_after_every_step(time):
    ACTIONS["fail first"] = _fail_first
    winding = machine(
        parallel(
            "both",
            compound(
                "left",
                state(
                    "l1",
                    on("go", "l2", guard="${ 'r1' in states && event.data > 1 }"),
                    {"id": "remind", "after": 5, "actions": [act("note", "log", message="late")]},
                ),
                state("l2", on("back", "memory"), exit=[run_action("leave")]),
                history("memory", "l1"),
            ),
            state("r1", entry=[run_action("a", "fail first", retry={"initial_delay_seconds": 3})]),
            out=[on("end", "z")],
        ),
        final("z", output="${ nodes.leave }"),
        data={"n": 1},
    )
    run_id = start(winding)
    steps = [
        work,
        lambda: hear(run_id, "go", 1),
        lambda: time.pass_(6),
        sweep.sweep_once,
        work,
        lambda: hear(run_id, "go", 1),
        lambda: advance(run_id, PauseRequested(clock.now().timestamp())),
        lambda: hear(run_id, "go", 2),
        lambda: advance(run_id, ResumeRequested(clock.now().timestamp())),
        lambda: hear(run_id, "back"),
        work,
        lambda: hear(run_id, "end"),
        work,
    ]
    check_law(run_id)
    for step in steps:
        step()
        check_law(run_id)
    assert (status_of(run_id), node_run(run_id, "l2", 1).ports) == (
        "succeeded",
        ["l2_t_back_memory"],
    )
    assert node_run(run_id, "a").attempt == 2
    assert node_run(run_id, "note").status == "succeeded"


def _fail_first(context: Any) -> None:
    if context.attempt == 1:
        raise ConnectionError("away")


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(chart=charts(), events=st.lists(st.sampled_from(EVENTS), max_size=5))
def test_random_machines_write_the_same_journal_as_in_memory(
    chart: dict[str, Any], events: list[str]
):
    world = MachineWorld.of(chart)
    run_id = start(chart)
    for event in events:
        world.hear(event)
        hear(run_id, event)
    told = [f"{r.entry.type} {r.entry.node}".strip() for r in world.journal]
    assert journal(run_id) == told
    assert status_of(run_id) == world.state.status


EXAMPLE = get_template_document(template_id="order")


def test_the_example_order_is_delivered(time):
    run_id = start(EXAMPLE, {"customer": "Kim", "article": "lamp", "quantity": 2})
    time.pass_(3601)
    sweep.fire_timers()
    message = "The order of Kim has been waiting for one hour."
    assert node_run(run_id, "reminder").output == {"message": message}
    assert active(run_id) == ["pending"]
    hear(run_id, "approve")
    work()
    hear(run_id, "ship", {"carrier": "bike"})
    hear(run_id, "deliver")
    number = run_id.hex[:8]
    assert run_of(run_id).output == {
        "reservation": {"number": number, "article": "lamp", "quantity": 2},
        "carrier": "bike",
    }


def test_the_example_order_is_cancelled_when_it_is_sold_out():
    run_id = start(EXAMPLE, {"customer": "Kim", "article": "desk", "quantity": 99})
    hear(run_id, "approve")
    work()
    assert status_of(run_id) == "succeeded"
    assert run_of(run_id).output == {"reason": "error.reserve"}


def test_actions_on_workers_read_the_event_the_variables_and_each_other():
    reading = machine(
        state("a", on("go", "b")),
        state(
            "b",
            entry=[
                act("first", "task:test.echo", value="${ event.data.n }"),
                act("add", "assign", data={"total": "${ data.total + nodes.first }"}),
                act("second", "task:test.echo", value="${ [data.total, event.name, states] }"),
            ],
        ),
        data={"total": 10},
    )
    run_id = start(reading)
    hear(run_id, "go", {"n": 5})
    hear(run_id, "go", {"n": 99})
    work()
    assert node_run(run_id, "second").output == [15, "go", ["b"]]
    assert journal(run_id)[-2:] == ["event.ignored", "run.waiting"]
