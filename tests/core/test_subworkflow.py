"""A node that waits for a run of another workflow, as `decide` sees it."""

from __future__ import annotations

from tests.core.plans import plan_of
from tests.core.world import World, graph
from workflows_app.core.commands import ChildOrder, OrderChild, StartNode
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    NodeWaiting,
    PauseRequested,
    ResumeRequested,
    TimerKind,
)
from workflows_app.core.state import NodeStatus, RunStatus

CHILD_FAILED = ErrorInfo("ChildFailed", "The other run failed.")
CANCEL = OrderChild("subworkflow", 1, 1, ChildOrder.CANCEL)


def waiting(edges: str = "start > subworkflow, subworkflow > end", **rest) -> World:
    """A run whose node waits for its child."""
    run = World(plan_of(graph(edges, **rest))).begin()
    run.complete("start")
    run.begin_node("subworkflow")
    return run


def test_the_run_waits_for_its_child():
    run = World(plan_of(graph("start > subworkflow, subworkflow > end"))).begin()
    assert StartNode("subworkflow", 1, 1) in run.complete("start").commands
    run.begin_node("subworkflow")
    assert run.rows["subworkflow", 1] is NodeStatus.WAITING
    assert run.state.status is RunStatus.WAITING


def test_the_childs_end_is_the_nodes_end():
    run = waiting()
    run.complete("subworkflow")
    assert run.statuses()["end"] == "queued"
    assert run.orders == []


def test_without_waiting_the_node_is_done_at_once():
    run = World(plan_of(graph("start > subworkflow, subworkflow > end"))).begin()
    run.complete("start")
    run.send(NodeCompleted("subworkflow", 1, 1, run.now))
    assert run.statuses()["subworkflow"] == "succeeded"
    run.send(CancelRequested(run.now))
    assert run.orders == []


def test_a_failed_child_fails_the_run():
    run = waiting()
    run.fail("subworkflow", CHILD_FAILED)
    assert run.closed is not None
    assert (run.closed.status, run.closed.error) == (RunStatus.FAILED, CHILD_FAILED)
    assert run.orders == []


def test_an_error_edge_catches_a_failed_child():
    run = waiting(
        "start > subworkflow, subworkflow > end, subworkflow.error > rescue, rescue > end"
    )
    run.fail("subworkflow", CHILD_FAILED)
    assert run.statuses()["rescue"] == "queued"


def test_a_failed_child_is_tried_again_by_the_nodes_policy():
    run = waiting(nodes={"subworkflow": {"retry": {"max_attempts": 2}}})
    run.fail("subworkflow", CHILD_FAILED)
    assert run.rows["subworkflow", 1] is NodeStatus.RETRYING
    assert StartNode("subworkflow", 1, 2) in run.fire("retry", "subworkflow", 1).commands


def test_the_end_of_an_earlier_child_changes_nothing():
    run = waiting(nodes={"subworkflow": {"retry": {"max_attempts": 2}}})
    run.fail("subworkflow", CHILD_FAILED)
    run.fire("retry", "subworkflow", 1)
    run.begin_node("subworkflow")
    assert run.send(NodeCompleted("subworkflow", 1, 1, run.now)).is_empty
    assert run.send(NodeFailed("subworkflow", 1, 1, run.now, CHILD_FAILED)).is_empty


def test_cancelling_the_run_cancels_the_child():
    run = waiting()
    run.send(CancelRequested(run.now))
    assert run.orders == [CANCEL]
    assert run.rows["subworkflow", 1] is NodeStatus.CANCELLED


def test_a_failure_elsewhere_cancels_the_child():
    run = waiting("start > subworkflow, start > a, subworkflow > end, a > end")
    run.fail("a")
    assert run.orders == [CANCEL]


def test_a_join_that_cancels_the_rest_cancels_the_child():
    run = waiting(
        "start > subworkflow, start > a, subworkflow > join, a > join, join > end",
        nodes={"join": {"join": {"mode": "any", "rest": "cancel"}}},
    )
    run.complete("a")
    assert run.orders == [CANCEL]
    assert run.statuses()["join"] == "queued"


def test_a_child_that_was_not_started_yet_is_not_cancelled():
    run = World(plan_of(graph("start > subworkflow, subworkflow > end"))).begin()
    run.complete("start")
    run.send(CancelRequested(run.now))
    assert run.orders == []


def test_a_child_that_waits_for_its_next_try_is_not_cancelled():
    run = waiting(nodes={"subworkflow": {"retry": {"max_attempts": 2}}})
    run.fail("subworkflow", CHILD_FAILED)
    run.send(CancelRequested(run.now))
    assert run.orders == []


def test_the_time_limit_cancels_the_child_and_fails_the_node():
    run = waiting(nodes={"subworkflow": {"timeout_seconds": 60}})
    run.fire(TimerKind.NODE_TIMEOUT, "subworkflow", 1)
    assert run.orders == [CANCEL]
    assert run.closed is not None
    assert run.closed.error == ErrorInfo("Timeout", "No result within 60 seconds.")


def test_the_time_limit_leads_to_the_timeout_edge():
    run = waiting(
        "start > subworkflow, subworkflow > end, subworkflow.timeout > late, late > end",
        nodes={"subworkflow": {"timeout_seconds": 60}},
    )
    run.fire(TimerKind.NODE_TIMEOUT, "subworkflow", 1)
    assert run.statuses()["late"] == "queued"


def test_a_child_that_took_too_long_is_tried_again_by_the_nodes_policy():
    run = waiting(nodes={"subworkflow": {"timeout_seconds": 60, "retry": {"max_attempts": 2}}})
    run.fire(TimerKind.NODE_TIMEOUT, "subworkflow", 1)
    assert run.orders == [CANCEL]
    assert run.rows["subworkflow", 1] is NodeStatus.RETRYING


def test_pause_and_resume_are_passed_on():
    run = waiting()
    run.send(PauseRequested(run.now))
    run.send(ResumeRequested(run.now))
    assert [order.order for order in run.orders] == [ChildOrder.PAUSE, ChildOrder.RESUME]


def test_a_child_that_ends_while_its_parent_is_paused_starts_nothing():
    run = waiting()
    run.send(PauseRequested(run.now))
    run.complete("subworkflow")
    assert run.statuses()["end"] == "held"


def test_setting_up_the_wait_twice_changes_nothing():
    run = waiting()
    assert run.send(NodeWaiting("subworkflow", 1, 1, run.now)).is_empty
