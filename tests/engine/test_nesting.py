"""Kinds within kinds: a saga's step that runs a workflow or many items, a state that starts one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.core.machines import act, final, machine, on, state
from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import chain, node, node_run, run_of, start, status_of, work
from tests.engine.test_children import FAILS, named, signal
from tests.engine.test_machine import active, hear
from tests.engine.test_saga import refuse, saga, step
from workflows_app.core.events import CancelRequested
from workflows_app.engine import clock
from workflows_app.engine.advance import advance
from workflows_app.models import Run

pytestmark = pytest.mark.django_db(transaction=True)

GREET = chain(node("greet", "transform", {"output": "${ 'Hello ' + input.name }"}))
WAITS = chain(node("w", "wait", {"mode": "signal", "signal": "go"}))
CALL = {"workflow": "child", "input": {"name": "${ input.name }"}}


def calling(step_id: str, **more: Any) -> dict[str, Any]:
    """A saga's step that runs the workflow `child`, with an undo on a worker."""
    made = step(step_id)
    made["action"] = {"type": "subworkflow", "config": CALL, **more}
    return made


def child_of(run_id: UUID) -> Any:
    return Run.objects.get(parent=run_id)


def undone() -> list[str]:
    return [node_id for node_id, _ in CALLS if node_id.startswith("_undo_")]


def test_a_sagas_step_is_a_graph_and_is_undone_when_a_later_one_fails():
    named("child", GREET)
    refuse("ship")
    run_id = start(saga(calling("greet"), step("ship")), {"name": "Kim"})
    work()
    assert child_of(run_id).output == "Hello Kim"
    assert (status_of(run_id), undone()) == ("compensated", ["_undo_greet"])


def test_a_child_that_fails_lets_the_saga_undo_what_was_done_before():
    named("child", FAILS)
    run_id = start(saga(step("reserve"), calling("charge")), {"name": "Kim"})
    work()
    assert status_of(run_id) == "compensated"
    assert undone() == ["_undo_reserve"]
    assert run_of(run_id).error["type"] == "ChildFailed"


def test_a_child_in_flight_when_the_saga_is_cancelled_is_cancelled_and_its_step_undone():
    named("child", WAITS)
    run_id = start(saga(step("reserve"), calling("charge")), {"name": "Kim"})
    work()
    assert child_of(run_id).status == "waiting"
    advance(run_id, CancelRequested(clock.now().timestamp()))
    work()
    assert child_of(run_id).status == "cancelled"
    assert undone() == ["_undo_charge", "_undo_reserve"]
    assert status_of(run_id) == "cancelled"


def test_an_undo_may_run_a_workflow():
    named("child", GREET)
    refuse("ship")
    reserve = step("reserve")
    reserve["compensation"] = {"type": "subworkflow", "config": CALL}
    run_id = start(saga(reserve, step("ship")), {"name": "Kim"})
    work()
    assert status_of(run_id) == "compensated"
    assert child_of(run_id).output == "Hello Kim"


def test_a_sagas_step_may_work_on_many_items():
    ACTIONS["do"] = lambda given: given[0] * 2
    processor = {"type": "task:test.on_item", "config": {"item": "${ item }", "name": "do"}}
    many = step("many")
    many["action"] = {
        "type": "map",
        "config": {"items": "${ input.items }", "processor": processor},
    }
    refuse("ship")
    run_id = start(saga(many, step("ship")), {"items": [1, 2, 3]})
    work()
    assert node_run(run_id, "many").output["results"] == [2, 4, 6]
    assert (status_of(run_id), undone()) == ("compensated", ["_undo_many"])


GREETER = machine(
    state("idle", on("greet", "greeting")),
    state(
        "greeting",
        on("done.greeting", "idle"),
        on("stop", "stopped"),
        on("again", "told"),
        entry=[act("call", "subworkflow", **CALL)],
    ),
    final("told", output="${ nodes.call }"),
    final("stopped"),
)


def test_entering_a_state_runs_a_workflow_whose_result_later_expressions_read():
    named("child", GREET)
    run_id = start(GREETER, {"name": "Kim"})
    hear(run_id, "greet")
    work()
    hear(run_id, "again")
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "Hello Kim")


def test_events_wait_while_the_workflow_of_a_state_runs():
    named("child", WAITS)
    run_id = start(GREETER, {"name": "Kim"})
    hear(run_id, "greet")
    hear(run_id, "stop")
    assert child_of(run_id).status == "waiting"
    assert "stopped" not in active(run_id)
    signal(child_of(run_id).id)
    assert status_of(run_id) == "succeeded"
    assert node_run(run_id, "stopped").status == "succeeded"


def test_a_machine_that_is_cancelled_cancels_the_workflow_of_its_state():
    named("child", WAITS)
    run_id = start(GREETER, {"name": "Kim"})
    hear(run_id, "greet")
    advance(run_id, CancelRequested(clock.now().timestamp()))
    assert (status_of(run_id), child_of(run_id).status) == ("cancelled", "cancelled")


def test_a_workflow_that_fails_raises_the_error_of_its_action():
    named("child", FAILS)
    run_id = start(
        machine(
            state("idle", on("greet", "greeting")),
            state(
                "greeting",
                on("error.call", "sorry"),
                entry=[act("call", "subworkflow", **CALL)],
            ),
            final("sorry", output="${ event.data.type }"),
        ),
        {"name": "Kim"},
    )
    hear(run_id, "greet")
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "ChildFailed")
