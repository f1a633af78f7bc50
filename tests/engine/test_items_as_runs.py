"""Map nodes whose items are runs of their own: bounded, undone, killed and cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Max

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import chain, node, node_run, start, status_of, work
from tests.engine.bulks import failures, output
from tests.engine.test_children import named, signal
from tests.engine.test_saga import saga, step
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.engine import clock, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.models import Batch, ChildRun, Run
from workflows_app.sdk import FatalError

pytestmark = pytest.mark.django_db(transaction=True)

DOUBLE = chain(node("double", "transform", {"output": "${ input.amount * 2.0 }"}))
ACT = chain(node("act", config={"name": "act"}))
WAITS = chain(node("w", "wait", {"mode": "signal", "signal": "go"}))


def each(
    name: str = "child", retry: Any = None, timeout: Any = None, **more: Any
) -> dict[str, Any]:
    """A bulk that runs a workflow for each item."""
    processor = {
        "type": "subworkflow",
        "config": {"workflow": "child", "input": {"amount": "${ item }"}},
        "retry": retry,
        "timeout_seconds": timeout,
    }
    given = {"batch_size": 1, "max_concurrency": 10, **more}
    return {"kind": "bulk", "items": "${ input.items }", "processor": processor, **given}


def over(items: list[Any], **fields: Any) -> UUID:
    return start(each(**fields), {"items": items})


def children_of(run_id: UUID) -> list[Any]:
    """The runs of the items, in the order of those."""
    links = ChildRun.objects.filter(parent=run_id).order_by("item", "item_attempt")
    return [link.run for link in links.select_related("run")]


def states_of(run_id: UUID) -> list[str]:
    return [child.status for child in children_of(run_id)]


def later(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=seconds))


def test_each_item_is_a_run_and_its_result_the_items():
    named("child", DOUBLE)
    run_id = over([1.0, 2.0, 3.0])
    work()
    assert output(run_id)["results"] == [2.0, 4.0, 6.0]
    assert [child.input for child in children_of(run_id)] == [
        {"amount": 1.0},
        {"amount": 2.0},
        {"amount": 3.0},
    ]


def test_runs_of_items_that_need_workers_are_waited_for_without_holding_any():
    named("child", ACT)
    ACTIONS["act"] = lambda context: str(context.run_id)
    run_id = over([1, 2, 3, 4], batch_size=2)
    work()
    assert output(run_id)["results"] == [str(child.id) for child in children_of(run_id)]


def test_no_more_batches_are_under_way_than_may_be():
    named("child", WAITS)
    run_id = over(list(range(5)), max_concurrency=2)
    work()
    assert len(children_of(run_id)) == 2
    signal(children_of(run_id)[0].id, "first")
    work()
    assert states_of(run_id) == ["succeeded", "waiting", "waiting"]
    for _ in range(5):
        for child in children_of(run_id):
            if child.status == "waiting":
                signal(child.id, "next")
        work()
    assert output(run_id)["results"] == ["first", *["next"] * 4]


def test_a_bulk_of_sagas_undoes_those_that_fail_and_counts_them():
    def refuse(context: Any) -> Any:
        raise FatalError("Sold out")

    steps = [step("reserve"), step("ship")]
    steps[1]["action"]["config"] = {"name": "${ input.amount == 2.0 ? 'refuse' : 'ship' }"}
    named("child", saga(*steps))
    ACTIONS["refuse"] = refuse
    run_id = over([1.0, 2.0, 3.0], failure_threshold={"count": 1})
    work()
    assert states_of(run_id) == ["succeeded", "compensated", "succeeded"]
    assert output(run_id)["failed"] == 1
    assert failures(run_id) == [(1, "ChildFailed")]
    assert [name for name, _ in CALLS].count("_undo_reserve") == 1


def test_a_failed_run_is_started_anew_as_often_as_the_policy_says():
    tries: list[UUID] = []

    def fail_twice(context: Any) -> Any:
        tries.append(context.run_id)
        if len(tries) < 3:
            raise FatalError("Not yet")
        return "done"

    named("child", ACT)
    ACTIONS["act"] = fail_twice
    run_id = over([1], retry={"max_attempts": 3, "initial_delay_seconds": 0})
    work()
    assert output(run_id)["results"] == ["done"]
    assert len(set(tries)) == 3
    assert ChildRun.objects.filter(parent=run_id).aggregate(Max("item_attempt")) == {
        "item_attempt__max": 3
    }


def test_too_many_failures_end_the_node_and_cancel_the_runs_that_go_on():
    named("child", WAITS)
    run_id = over([1, 2, 3], failure_threshold={"count": 0})
    work()
    advance(children_of(run_id)[1].id, CancelRequested(clock.now().timestamp()))
    work()
    assert status_of(run_id) == "failed"
    assert states_of(run_id) == ["cancelled"] * 3


def test_a_workflow_that_is_not_there_fails_the_item():
    run_id = over([1])
    work()
    assert failures(run_id) == [(0, "ChildNotStartedError")]


def test_cancelling_pausing_and_resuming_reach_the_runs_of_items():
    named("child", WAITS)
    run_id = over([1, 2])
    work()
    advance(run_id, PauseRequested(clock.now().timestamp()))
    assert states_of(run_id) == ["paused", "paused"]
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    assert states_of(run_id) == ["waiting", "waiting"]
    advance(run_id, CancelRequested(clock.now().timestamp()))
    assert (status_of(run_id), states_of(run_id)) == ("cancelled", ["cancelled", "cancelled"])
    signal(children_of(run_id)[0].id)
    work()
    assert status_of(run_id) == "cancelled"


def test_a_run_that_takes_longer_than_an_item_may_is_cancelled(monkeypatch):
    named("child", WAITS)
    run_id = over([1], timeout=30)
    work()
    later(31, monkeypatch)
    work()
    assert failures(run_id) == [(0, "Timeout")]
    assert states_of(run_id) == ["cancelled"]


def test_an_end_that_nobody_heard_of_is_found_by_the_next_look(monkeypatch):
    named("child", WAITS)
    run_id = over([1])
    work()
    child = children_of(run_id)[0]
    Run.objects.filter(id=child.id).update(
        status="succeeded", output="quiet", finished_at=clock.now()
    )
    work()
    assert status_of(run_id) == "running"
    later(61, monkeypatch)
    work()
    assert output(run_id)["results"] == ["quiet"]


def test_a_run_that_ends_while_its_batch_is_about_to_wait_is_heard():
    named("child", WAITS)
    run_id = over([1])

    def end() -> None:
        for child in children_of(run_id):
            if child.status == "waiting":
                signal(child.id, "early")

    with trigger_points.at(trigger_points.BATCH_EXECUTED, end):
        work()
    assert output(run_id)["results"] == ["early"]


def test_a_killed_worker_starts_no_run_twice(monkeypatch):
    class Died(Exception):
        pass

    def die() -> None:
        raise Died

    named("child", WAITS)
    run_id = over([1, 2], batch_size=2)
    with trigger_points.at(trigger_points.BATCH_EXECUTED, die):
        work()
    assert len(children_of(run_id)) == 2
    assert Batch.objects.get(bulk__run_id=run_id).status == "running"
    later(600, monkeypatch)
    work("other")
    assert len(children_of(run_id)) == 2
    for child in children_of(run_id):
        signal(child.id, "once")
    work("other")
    assert output(run_id)["results"] == ["once", "once"]


def test_a_map_node_of_a_graph_may_run_workflows_too():
    named("child", DOUBLE)
    processor = each()["processor"]
    config = {"items": "${ input.items }", "processor": processor, "batch_size": 2}
    run_id = start(chain(node("each", "map", config)), {"items": [1.0, 2.0, 3.0]})
    work()
    assert node_run(run_id, "each").output["results"] == [2.0, 4.0, 6.0]
