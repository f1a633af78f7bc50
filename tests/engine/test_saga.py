"""Sagas on the real engine: undoing, operators, killed workers, late results."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import (
    events,
    journal,
    node_run,
    run_of,
    start,
    status_of,
    statuses,
    work,
)
from tests.engine.test_journal import check_law
from workflows_app.core.events import AttentionResolved, CancelRequested, Choice, NodeCompleted
from workflows_app.engine import clock, sweep
from workflows_app.engine.advance import advance
from workflows_app.models import HumanTask, Timer
from workflows_app.sdk import FatalError

pytestmark = pytest.mark.django_db(transaction=True)


def action(name: str = "", type: str = "task:test.act", **more: Any) -> dict[str, Any]:
    return {"type": type, "config": {"name": name}, **more}


def step(id: str, sort: str = "compensatable", **more: Any) -> dict[str, Any]:
    """A step whose action is registered as its id, and its compensation as `undo_<id>`."""
    made: dict[str, Any] = {"step": sort, "id": id, "action": action(id, **more)}
    if sort == "compensatable":
        made["compensation"] = action(f"undo_{id}")
    return made


def saga(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "saga", "steps": list(steps), **more}


def group(id: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"step": "parallel", "id": id, "steps": list(steps)}


def refuse(*names: str) -> None:
    def act(context: Any) -> Any:
        raise FatalError("Refused")

    for name in names:
        ACTIONS[name] = act


def called() -> list[str]:
    return [node for node, _ in CALLS]


def test_a_saga_succeeds_with_the_output_of_its_last_step():
    run_id = start(saga(step("a"), step("b")))
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "b")
    assert called() == ["a", "b"]


def test_a_saga_returns_what_its_author_says():
    run_id = start(saga(step("a"), step("b"), output={"first": "${ nodes.a }"}))
    work()
    assert run_of(run_id).output == {"first": "a"}


def test_a_failed_saga_undoes_its_steps_newest_first_and_tells_why():
    refuse("c")
    run_id = start(saga(step("a"), step("b"), step("c")))
    work()
    assert called() == ["a", "b", "c", "_undo_b", "_undo_a"]
    run = run_of(run_id)
    assert run.status == "compensated"
    assert run.finished_at is not None
    assert run.error == {"type": "FatalError", "message": "Refused", "node_id": "c"}
    assert statuses(run_id) == {
        "_start": "succeeded",
        "a": "compensated",
        "b": "compensated",
        "c": "failed",
        "_undo_b": "succeeded",
        "_undo_a": "succeeded",
    }
    (turned,) = events(run_id, "run.compensating")
    assert turned.data == {
        "steps": ["a", "b"],
        "error": {"type": "FatalError", "message": "Refused"},
        "node": "c",
    }
    check_law(run_id)


def test_a_compensation_reads_the_output_of_its_step_and_of_earlier_ones():
    refuse("c")
    b = step("b") | {
        "compensation": {
            "type": "task:test.echo",
            "config": {"value": {"own": "${ nodes.b }", "earlier": "${ nodes.a }"}},
        }
    }
    run_id = start(saga(step("a"), b, step("c")))
    work()
    assert node_run(run_id, "_undo_b").output == {"own": "b", "earlier": "a"}


def die(context: Any) -> Any:
    """Stands for a killed process: what it held is found again when its lease ends."""
    raise KeyboardInterrupt


def lose_worker(time: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        work("worker-1")
    time.pass_(31)
    sweep.sweep_once()


def test_a_step_lost_with_its_worker_is_undone_with_its_output_unknown(time):
    ACTIONS["a"] = die
    a = step("a", type="task:test.once") | {
        "compensation": {"type": "task:test.echo", "config": {"value": ["${ nodes.a }"]}}
    }
    run_id = start(saga(a))
    lose_worker(time)
    work("worker-2")
    assert node_run(run_id, "_undo_a").output == [None]
    assert statuses(run_id)["a"] == "compensated"
    assert run_of(run_id).status == "compensated"
    assert run_of(run_id).error["type"] == "WorkerLost"
    check_law(run_id)


def test_a_compensation_lost_with_its_worker_runs_again(time):
    refuse("c")
    deaths = iter([True])
    ACTIONS["undo_b"] = lambda context: die(context) if next(deaths, False) else "undone"
    run_id = start(saga(step("a"), step("b"), step("c")))
    lose_worker(time)
    assert status_of(run_id) == "compensating"
    assert journal(run_id, of="_undo_b") == ["node.queued"]
    work("worker-2")
    assert status_of(run_id) == "compensated"
    assert called() == ["a", "b", "c", "_undo_b", "_undo_b", "_undo_a"]
    assert node_run(run_id, "_undo_b").output == "undone"
    check_law(run_id)


def test_a_compensation_that_must_not_run_twice_asks_a_person_when_it_is_lost(time):
    refuse("b")
    ACTIONS["undo_a"] = die
    a = step("a") | {"compensation": action("undo_a", type="task:test.once")}
    run_id = start(saga(a, step("b")))
    lose_worker(time)
    assert work("worker-2") == 0
    assert status_of(run_id) == "needs_attention"
    row = node_run(run_id, "_undo_a")
    assert (row.status, row.finished_at, row.lease_until) == ("needs_attention", None, None)
    assert row.error["type"] == "WorkerLost"
    check_law(run_id)


@pytest.mark.parametrize(
    "outcome, undone",
    [
        (FatalError("Sent, not answered", is_outcome_unknown=True), ["_undo_b", "_undo_a"]),
        ("x" * 1_000_001, ["_undo_b", "_undo_a"]),
        (FatalError("Refused"), ["_undo_a"]),
    ],
)
def test_a_step_that_failed_is_undone_when_it_may_have_happened(outcome, undone):
    def act(context: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    ACTIONS["b"] = act
    run_id = start(saga(step("a"), step("b")))
    work()
    assert status_of(run_id) == "compensated"
    assert called() == ["a", "b", *undone]
    check_law(run_id)


def give_up(**more: Any) -> Any:
    refuse("c", "undo_b")
    run_id = start(saga(step("a"), step("b"), step("c"), **more))
    work()
    assert status_of(run_id) == "needs_attention"
    assert run_of(run_id).finished_at is None
    return run_id


def resolve(run_id: Any, node: str, choice: Choice, note: str = "") -> None:
    attempt = node_run(run_id, node).attempt
    at = clock.now().timestamp()
    advance(run_id, AttentionResolved(node, 1, attempt, at, choice, note, by="ola"))


def test_a_compensation_that_gives_up_is_tried_again_when_an_operator_says_so():
    run_id = give_up()
    assert node_run(run_id, "_undo_b").error == {"type": "FatalError", "message": "Refused"}
    del ACTIONS["undo_b"]
    resolve(run_id, "_undo_b", Choice.RETRY)
    assert status_of(run_id) == "compensating"
    work()
    assert status_of(run_id) == "compensated"
    row = node_run(run_id, "_undo_b")
    assert (row.status, row.attempt, row.error) == ("succeeded", 2, None)
    assert [(e["number"], e["status"]) for e in row.earlier_attempts] == [(1, "failed")]
    check_law(run_id)


def test_a_compensation_seen_to_by_hand_counts_as_done():
    run_id = give_up()
    resolve(run_id, "_undo_b", Choice.RESOLVE, "Paid back in cash")
    work()
    assert status_of(run_id) == "compensated"
    assert statuses(run_id)["b"] == "compensated"
    (told,) = events(run_id, "attention.resolved")
    assert told.data == {
        "attempt": 1,
        "choice": "resolve",
        "note": "Paid back in cash",
        "by": "ola",
    }
    check_law(run_id)


def test_a_run_with_a_skipped_compensation_fails_with_the_error_that_it_had():
    run_id = give_up()
    resolve(run_id, "_undo_b", Choice.SKIP)
    work()
    run = run_of(run_id)
    assert (run.status, run.error["node_id"]) == ("failed", "c")
    assert statuses(run_id)["b"] == "succeeded"
    assert statuses(run_id)["_undo_b"] == "skipped"
    check_law(run_id)


def test_a_person_s_compensation_that_is_too_late_is_withdrawn_and_asked_for_anew(time):
    refuse("b")
    undo = {"type": "human", "config": {"heading": "Pay back"}, "timeout_seconds": 60}
    run_id = start(saga(step("a") | {"compensation": undo}, step("b")))
    work()
    time.pass_(61)
    sweep.sweep_once()
    assert status_of(run_id) == "needs_attention"
    assert [task.status for task in HumanTask.objects.filter(run_id=run_id)] == ["expired"]
    check_law(run_id)
    resolve(run_id, "_undo_a", Choice.RETRY)
    asked = HumanTask.objects.filter(run_id=run_id).order_by("created_at")
    assert [task.status for task in asked] == ["expired", "open"]
    assert node_run(run_id, "_undo_a").status == "waiting"
    check_law(run_id)
    at = clock.now().timestamp()
    advance(run_id, NodeCompleted("_undo_a", 1, 2, at, ("approved",)))
    assert status_of(run_id) == "compensated"
    check_law(run_id)


def test_behind_the_pivot_a_step_that_gives_up_is_skipped_and_the_rest_goes_on():
    refuse("r")
    run_id = start(
        saga(step("a"), step("p", "pivot"), step("r", "retriable"), step("s", "retriable"))
    )
    work()
    assert status_of(run_id) == "needs_attention"
    resolve(run_id, "r", Choice.SKIP)
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "s")
    assert called() == ["a", "p", "r", "s"]
    check_law(run_id)


def test_behind_the_pivot_an_end_without_its_output_is_skipped_and_the_saga_has_succeeded():
    run_id = start(saga(step("p", "pivot"), output="${ nodes.p.unknown }"))
    work()
    assert (status_of(run_id), statuses(run_id)["_end"]) == ("needs_attention", "needs_attention")
    resolve(run_id, "_end", Choice.SKIP)
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", None)
    check_law(run_id)


def test_a_cancelled_saga_is_undone_and_ends_as_cancelled():
    def cancel(context: Any) -> str:
        advance(run_id, CancelRequested(clock.now().timestamp(), "Enough"))
        return "too late"

    ACTIONS["b"] = cancel
    run_id = start(saga(step("a"), step("b"), step("c")))
    work()
    work()
    run = run_of(run_id)
    assert (run.status, run.error) == ("cancelled", None)
    assert statuses(run_id)["a"] == "compensated"
    assert statuses(run_id)["b"] == "compensated"
    assert called() == ["a", "b", "_undo_b", "_undo_a"]
    check_law(run_id)


def test_a_parallel_group_is_undone_side_by_side():
    refuse("d")
    run_id = start(saga(step("a"), group("g", step("b"), step("c")), step("d")))
    work()
    assert status_of(run_id) == "compensated"
    assert sorted(called()[-3:-1]) == ["_undo_b", "_undo_c"]
    assert called()[-1] == "_undo_a"
    check_law(run_id)


def test_a_group_s_step_is_begun_before_it_runs_so_that_a_failure_beside_it_undoes_it(threads):

    has_begun, has_failed = threading.Event(), threading.Event()

    def slow(context: Any) -> str:
        has_begun.set()
        assert has_failed.wait(20)
        return "late"

    def fail(context: Any) -> None:
        assert has_begun.wait(20)
        raise FatalError("Refused")

    ACTIONS["slow"] = slow
    ACTIONS["fail"] = fail
    run_id = start(saga(group("g", step("slow"), step("fail"))))
    (first, second) = (threads.start(work, "worker-1"), threads.start(work, "worker-2"))
    while status_of(run_id) not in {"compensating", "compensated"}:
        first.join(0.05)
    has_failed.set()
    threads.join()
    assert not second.is_alive()
    work()
    assert status_of(run_id) == "compensated"
    assert statuses(run_id)["slow"] == "compensated"
    assert "_undo_slow" in called()
    check_law(run_id)


# Try, confirm, cancel


def tcc(*ids: str, **more: Any) -> dict[str, Any]:
    participants = [
        {
            "id": id,
            "try_action": action(id),
            "confirm_action": action(f"confirm_{id}"),
            "cancel_action": action(f"cancel_{id}"),
        }
        for id in ids
    ]
    return {"kind": "saga", "mode": "tcc", "participants": participants, **more}


def test_all_that_could_be_reserved_is_confirmed():
    run_id = start(tcc("x", "y", reservation_seconds=60))
    work()
    run = run_of(run_id)
    assert (run.status, run.output) == ("succeeded", {"x": "confirm_x", "y": "confirm_y"})
    assert not Timer.objects.exists()
    check_law(run_id)


def test_a_reservation_that_takes_too_long_is_cancelled(time):
    ACTIONS["x"] = lambda context: (time.pass_(61), sweep.sweep_once(), "late")[-1]
    run_id = start(tcc("x", "y", reservation_seconds=60))
    work()
    work()
    run = run_of(run_id)
    assert (run.status, run.error) == (
        "compensated",
        {
            "type": "ReservationExpired",
            "message": "Not everything was reserved within 60 seconds.",
            "node_id": None,
        },
    )
    assert "_cancel_x" in called()
    check_law(run_id)
