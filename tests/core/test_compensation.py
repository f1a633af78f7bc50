from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.sagas import plain, saga, tcc, together, undoable
from tests.core.world import World
from workflows_app.core.commands import ChildOrder
from workflows_app.core.compile import compile_document
from workflows_app.core.events import (
    CancelRequested,
    Choice,
    ErrorInfo,
    NodeCompleted,
    PauseRequested,
    ResumeRequested,
    WorkerLost,
)
from workflows_app.core.replay import replay
from workflows_app.core.state import NodeStatus, RunStatus

FINAL = ErrorInfo(type="Refused", message="no", is_final=True)


def begin(document: dict[str, Any]) -> World:
    return World(compile_document(document, CATALOG)).begin().run_inline()


def done(world: World, *nodes: str) -> World:
    for node in nodes:
        world.complete(node)
        world.run_inline()
    return world


def waiting(world: World) -> list[str]:
    """What workers could take now."""
    return sorted(node for node, _ in world.startable)


def check_replay(world: World) -> None:
    assert replay(world.plan, world.journal) == world.state


def test_a_saga_without_failure_succeeds_and_undoes_nothing():
    world = done(begin(saga(undoable("a"), undoable("b"))), "a", "b")
    assert world.state.status is RunStatus.SUCCEEDED
    assert world.statuses() == {"_start": "succeeded", "a": "succeeded", "b": "succeeded"} | {
        "_end": "succeeded"
    }
    assert not world.state.undoable
    check_replay(world)


def test_a_failure_undoes_what_was_done_newest_first():
    world = done(begin(saga(undoable("a"), undoable("b"), undoable("c"))), "a", "b")
    world.fail("c", FINAL)
    assert world.state.status is RunStatus.COMPENSATING
    assert world.undoing is not None
    assert (world.undoing.failed_node, world.undoing.error) == ("c", FINAL)
    assert waiting(world) == ["_undo_b"]
    done(world, "_undo_b")
    assert waiting(world) == ["_undo_a"]
    done(world, "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    assert world.closed is not None
    assert (world.closed.failed_node, world.closed.error) == ("c", None)
    statuses = world.statuses()
    assert (statuses["a"], statuses["b"], statuses["c"]) == ("compensated", "compensated", "failed")
    assert world.types()[-10:] == [
        "run.compensating",
        "node.queued _undo_b",
        "node.started _undo_b",
        "node.succeeded _undo_b",
        "node.compensated b",
        "node.queued _undo_a",
        "node.started _undo_a",
        "node.succeeded _undo_a",
        "node.compensated a",
        "run.compensated",
    ]
    check_replay(world)


def test_the_first_step_s_failure_leaves_nothing_to_undo():
    world = begin(saga(undoable("a"), undoable("b")))
    world.fail("a", FINAL)
    assert world.state.status is RunStatus.COMPENSATED
    assert world.statuses() == {"_start": "succeeded", "a": "failed"}
    check_replay(world)


def test_a_step_without_compensation_is_passed_over():
    world = done(begin(saga(undoable("a"), plain("b"), plain("c"))), "a", "b")
    world.fail("c", FINAL)
    assert waiting(world) == ["_undo_a"]


def test_a_parallel_group_is_undone_together_and_before_what_came_before_it():
    group = together("g", undoable("b"), undoable("c"))
    world = done(begin(saga(undoable("a"), group, undoable("d"))), "a", "c", "b")
    world.fail("d", FINAL)
    assert waiting(world) == ["_undo_b", "_undo_c"]
    done(world, "_undo_b")
    assert waiting(world) == ["_undo_c"]
    done(world, "_undo_c")
    assert waiting(world) == ["_undo_a"]


def test_a_step_in_flight_counts_as_done_and_one_that_was_not_begun_does_not():
    group = together("g", undoable("a"), undoable("b"), undoable("c"))
    world = begin(saga(group))
    world.begin_node("b")
    world.fail("a", FINAL)
    assert world.rows["b", 1] is NodeStatus.CANCELLED
    assert world.rows["c", 1] is NodeStatus.CANCELLED
    assert waiting(world) == ["_undo_b"]
    late = NodeCompleted("b", 1, 1, world.now)
    assert world.send(late).is_empty
    done(world, "_undo_b")
    assert world.statuses()["b"] == "compensated"
    assert world.statuses()["c"] == "cancelled"
    assert world.state.status is RunStatus.COMPENSATED
    check_replay(world)


def test_a_step_that_waits_for_another_run_counts_as_done_and_that_run_is_cancelled():
    call = {"type": "subworkflow", "config": {"workflow": "billing"}}
    calling = {"id": "b", "action": call, "compensation": {"type": "task:any"}}
    world = begin(saga(together("g", undoable("a"), calling)))
    world.begin_node("b")
    world.fail("a", FINAL)
    assert [(order.node, order.order) for order in world.orders] == [("b", ChildOrder.CANCEL)]
    assert waiting(world) == ["_undo_b"]
    done(world, "_undo_b")
    assert world.statuses()["b"] == "compensated"
    check_replay(world)


def test_paths_beside_a_failure_may_be_left_to_end():
    group = together("g", undoable("a"), undoable("b"))
    world = begin(saga(group, plain("c"), settings={"on_failure": "finish_other_paths"}))
    world.begin_node("b")
    world.fail("a", FINAL)
    assert world.state.status is RunStatus.RUNNING
    world.complete("b")
    assert waiting(world) == ["_undo_b"]
    done(world, "_undo_b")
    assert world.closed is not None
    assert world.closed.failed_node == "a"
    check_replay(world)


def test_a_step_whose_time_ran_out_may_have_happened():
    world = begin(saga(undoable("a", timeout_seconds=5)))
    world.begin_node("a")
    world.fire("node_timeout", "a", 1)
    assert waiting(world) == ["_undo_a"]
    done(world, "_undo_a")
    assert world.statuses()["a"] == "compensated"
    check_replay(world)


def test_a_step_whose_error_says_so_may_have_happened():
    world = begin(saga(undoable("a", retry={"max_attempts": 2})))
    world.fail("a", ErrorInfo("NoAnswer", "sent, not answered", is_uncertain=True))
    world.fire("retry", "a", 1)
    world.fail("a", FINAL)
    assert waiting(world) == ["_undo_a"]
    check_replay(world)


def test_a_lost_attempt_is_remembered_over_the_retries():
    world = begin(saga(undoable("a")))
    world.begin_node("a")
    world.send(WorkerLost("a", 1, 1, world.now))
    world.fail("a", FINAL)
    assert waiting(world) == ["_undo_a"]
    check_replay(world)


def test_a_step_that_may_not_run_twice_and_was_lost_is_undone():
    world = begin(saga(undoable("a", "task:once")))
    world.begin_node("a")
    world.send(WorkerLost("a", 1, 1, world.now))
    assert waiting(world) == ["_undo_a"]


def test_a_compensation_is_repeated_three_times_without_a_policy_of_its_own():
    world = done(begin(saga(undoable("a"), plain("b"))), "a")
    world.fail("b", FINAL)
    for _ in range(2):
        world.fail("_undo_a")
        assert world.state.status is RunStatus.COMPENSATING
        world.fire("retry", "_undo_a", 1)
    world.fail("_undo_a")
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    assert world.rows["_undo_a", 1] is NodeStatus.NEEDS_ATTENTION
    assert world.closed is None
    assert world.types()[-2:] == ["node.gave_up _undo_a", "run.needs_attention"]
    check_replay(world)


def given_up() -> World:
    world = done(begin(saga(undoable("a"), undoable("b"), plain("c"))), "a", "b")
    world.fail("c", FINAL)
    world.fail("_undo_b", FINAL)
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    assert waiting(world) == []
    return world


def test_an_operator_has_a_compensation_tried_again_with_all_its_attempts():
    world = given_up()
    world.resolve("_undo_b", Choice.RETRY)
    assert world.state.status is RunStatus.COMPENSATING
    world.fail("_undo_b")
    world.fire("retry", "_undo_b", 1)
    world.fail("_undo_b")
    world.fire("retry", "_undo_b", 1)
    world.fail("_undo_b")
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    world.resolve("_undo_b", Choice.RETRY)
    done(world, "_undo_b", "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    check_replay(world)


def test_what_an_operator_resolved_by_hand_counts_as_undone():
    world = given_up()
    decision = world.resolve("_undo_b", Choice.RESOLVE, "Refunded by phone")
    assert dict(decision.journal[0].data) == {
        "attempt": 1,
        "choice": "resolve",
        "note": "Refunded by phone",
        "by": "ola",
    }
    assert world.statuses()["b"] == "compensated"
    done(world, "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    check_replay(world)


def test_a_run_with_a_skipped_compensation_ends_as_failed():
    world = given_up()
    world.resolve("_undo_b", Choice.SKIP)
    assert world.statuses()["b"] == "succeeded"
    assert world.statuses()["_undo_b"] == "skipped"
    done(world, "_undo_a")
    assert world.state.status is RunStatus.FAILED
    assert world.closed is not None
    assert world.closed.failed_node == "c"
    check_replay(world)


def test_a_choice_that_comes_twice_changes_nothing():
    world = given_up()
    world.resolve("_undo_b", Choice.RETRY)
    assert world.send(world.events[-1]).is_empty


def test_others_of_a_group_go_on_while_one_needs_attention():
    world = done(begin(saga(together("g", undoable("a"), undoable("b")), plain("c"))), "a", "b")
    world.fail("c", FINAL)
    world.fail("_undo_a", FINAL)
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    done(world, "_undo_b")
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    world.resolve("_undo_a", Choice.RESOLVE, "done")
    assert world.state.status is RunStatus.COMPENSATED


# The pivot


def past_pivot(*behind: dict[str, Any]) -> World:
    steps = (undoable("a"), plain("p", "pivot"), *behind)
    return done(begin(saga(*steps, settings={"timeout_seconds": 60})), "a", "p")


def test_a_pivot_that_fails_undoes_what_came_before():
    world = done(begin(saga(undoable("a"), plain("p", "pivot"))), "a")
    world.fail("p", FINAL)
    assert waiting(world) == ["_undo_a"]


def test_after_the_pivot_a_step_goes_forward_until_a_person_is_asked():
    world = past_pivot(plain("r", "retriable"), plain("s", "retriable"))
    assert not world.state.undoable
    for _ in range(2):
        world.fail("r")
        world.fire("retry", "r", 1)
    world.fail("r")
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    world.resolve("r", Choice.SKIP)
    assert world.statuses()["r"] == "skipped"
    done(world, "s")
    assert world.state.status is RunStatus.SUCCEEDED
    assert "_undo_a" not in world.statuses()
    check_replay(world)


def test_a_step_behind_the_pivot_that_was_resolved_counts_as_done():
    world = past_pivot(plain("r", "retriable"))
    world.fail("r", FINAL)
    world.resolve("r", Choice.RESOLVE, "sent by post")
    world.run_inline()
    assert world.state.status is RunStatus.SUCCEEDED
    assert world.statuses()["r"] == "succeeded"


def test_after_the_pivot_a_run_cannot_be_cancelled():
    world = past_pivot(plain("r", "retriable"))
    assert world.send(CancelRequested(world.now)).is_empty


def test_after_the_pivot_a_timeout_asks_a_person():
    world = past_pivot(plain("r", "retriable"))
    world.begin_node("r")
    world.fire("run_timeout")
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    world.resolve("r", Choice.RETRY)
    done(world, "r")
    assert world.state.status is RunStatus.SUCCEEDED
    check_replay(world)


def test_without_a_pivot_the_first_retriable_step_is_the_point_of_no_return():
    world = done(begin(saga(undoable("a"), plain("r", "retriable"))), "a")
    assert world.state.is_past_pivot
    world.fail("r", FINAL)
    assert world.state.status is RunStatus.NEEDS_ATTENTION


def lost_pivot() -> World:
    steps = (undoable("a"), plain("p", "pivot", timeout_seconds=5), plain("r", "retriable"))
    world = done(begin(saga(*steps)), "a")
    world.begin_node("p")
    assert world.send(CancelRequested(world.now)).is_empty
    world.fire("node_timeout", "p", 1)
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    assert waiting(world) == []
    return world


def test_whether_a_lost_pivot_happened_is_for_a_person_to_say_it_did():
    world = lost_pivot()
    world.resolve("p", Choice.RESOLVE, "The parcel is on its way")
    done(world, "r")
    assert world.state.status is RunStatus.SUCCEEDED
    check_replay(world)


def test_whether_a_lost_pivot_happened_is_for_a_person_to_say_it_did_not():
    world = lost_pivot()
    world.resolve("p", Choice.SKIP)
    done(world, "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    assert world.closed is not None
    assert world.closed.failed_node == "p"
    check_replay(world)


# From outside


def test_a_cancelled_run_is_undone_and_then_cancelled():
    world = done(begin(saga(undoable("a"), undoable("b"), undoable("c"))), "a")
    world.begin_node("b")
    world.send(CancelRequested(world.now, "Changed my mind"))
    assert waiting(world) == ["_undo_b"]
    assert world.send(CancelRequested(world.now)).is_empty
    done(world, "_undo_b", "_undo_a")
    assert world.state.status is RunStatus.CANCELLED
    assert world.undoing is not None
    assert (world.undoing.error, world.undoing.failed_node) == (None, None)
    check_replay(world)


def test_a_run_whose_time_is_over_is_undone():
    world = done(begin(saga(undoable("a"), undoable("b"), settings={"timeout_seconds": 60})), "a")
    world.fire("run_timeout")
    assert waiting(world) == ["_undo_a"]
    done(world, "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    assert world.undoing is not None
    assert world.undoing.error is not None
    assert world.undoing.error.message == "The run took longer than 60 seconds."
    check_replay(world)


def test_undoing_takes_the_time_that_it_takes():
    world = done(begin(saga(undoable("a"), plain("b"), settings={"timeout_seconds": 60})), "a")
    world.fail("b", FINAL)
    assert world.fire("run_timeout").is_empty
    assert waiting(world) == ["_undo_a"]


def test_a_paused_run_is_undone_once_it_resumes():
    world = done(begin(saga(undoable("a"), plain("b"))), "a")
    world.begin_node("b")
    world.send(PauseRequested(world.now))
    world.fail("b", FINAL)
    assert world.state.status is RunStatus.PAUSED
    assert waiting(world) == []
    world.send(ResumeRequested(world.now))
    assert world.state.status is RunStatus.COMPENSATING
    done(world, "_undo_a")
    assert world.state.status is RunStatus.COMPENSATED
    check_replay(world)


# Try, confirm, cancel


def test_all_participants_reserve_side_by_side_and_then_all_confirm():
    world = begin(tcc("x", "y"))
    assert waiting(world) == ["x", "y"]
    done(world, "y", "x")
    assert world.state.is_past_pivot
    assert waiting(world) == ["_confirm_x", "_confirm_y"]
    done(world, "_confirm_x", "_confirm_y")
    assert world.state.status is RunStatus.SUCCEEDED
    check_replay(world)


def test_when_one_cannot_reserve_the_others_cancel():
    world = begin(tcc("x", "y", "z"))
    world.begin_node("z")
    world.complete("x")
    world.fail("y", FINAL)
    assert waiting(world) == ["_cancel_x", "_cancel_z"]
    done(world, "_cancel_x", "_cancel_z")
    assert world.state.status is RunStatus.COMPENSATED
    assert world.statuses()["x"] == "compensated"
    check_replay(world)


def test_an_expired_reservation_cancels_all():
    world = done(begin(tcc("x", "y", reservation_seconds=90)), "x")
    world.fire("reservation")
    assert world.undoing is not None
    assert world.undoing.error is not None
    assert world.undoing.error.type == "ReservationExpired"
    done(world, "_cancel_x")
    assert world.state.status is RunStatus.COMPENSATED
    check_replay(world)


def test_a_reservation_that_was_made_in_time_does_not_expire():
    world = done(begin(tcc("x", reservation_seconds=90)), "x")
    assert world.fire("reservation").is_empty
    assert waiting(world) == ["_confirm_x"]


@pytest.mark.parametrize("choice", [Choice.RETRY, Choice.RESOLVE])
def test_a_confirm_that_gives_up_asks_a_person(choice: Choice):
    world = done(begin(tcc("x", "y")), "x", "y", "_confirm_y")
    world.fail("_confirm_x", FINAL)
    assert world.state.status is RunStatus.NEEDS_ATTENTION
    world.resolve("_confirm_x", choice, "note")
    if choice is Choice.RETRY:
        world.complete("_confirm_x")
    world.run_inline()
    assert world.state.status is RunStatus.SUCCEEDED
    check_replay(world)
