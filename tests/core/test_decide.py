"""Given these events, expect these commands."""

from __future__ import annotations

import pytest

from tests.core.plans import plan_of
from tests.core.world import BOOM, World, graph
from workflows_app.core.commands import CloseRun, FinishNode, SetTimer, StartNode
from workflows_app.core.decide import decide
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    NodeResumed,
    NodeStarted,
    NodeWaiting,
    PauseRequested,
    ResumeRequested,
    RunStarted,
    SignalReceived,
    TimerKind,
    WorkerLost,
)
from workflows_app.core.replay import replay
from workflows_app.core.state import NodeStatus, RunState, RunStatus


def world(edges: str, **rest) -> World:
    """A run that has just started; its start node is done."""
    made = World(plan_of(graph(edges, **rest))).begin()
    made.complete("start")
    return made


class TestSequence:
    def test_a_run_starts_at_its_start_node(self):
        plan = plan_of(graph("start > a, a > end"))
        decision = decide(plan, RunState(), RunStarted(1.0))
        assert decision.commands == (StartNode("start", 1, 1),)
        assert [entry.type for entry in decision.journal] == ["run.started"]
        assert decision.state.status is RunStatus.RUNNING

    def test_the_next_node_starts_when_the_one_before_is_done(self):
        run = world("start > a, a > b, b > end")
        decision = run.complete("a")
        assert decision.commands == (
            FinishNode("a", 1, 1, NodeStatus.SUCCEEDED, 1_000.0, ports=("out",)),
            StartNode("b", 1, 1),
        )

    def test_the_run_succeeds_with_its_end(self):
        run = world("start > a, a > end")
        run.complete("a")
        decision = run.complete("end", visit=1)
        assert decision.commands[-1] == CloseRun(RunStatus.SUCCEEDED, 1_000.0)
        assert decision.state.ends == (("end", 1),)
        assert not decision.state.active

    def test_an_end_that_fails_the_run_closes_it_as_failed(self):
        run = world("start > end", nodes={"end": {"config": {"outcome": "failed"}}})
        run.complete("end")
        assert run.closed == CloseRun(RunStatus.FAILED, 1_000.0, None, "end")

    def test_an_end_that_terminates_cancels_what_is_under_way(self):
        run = world(
            "start > a, start > end_now, a > end",
            nodes={"end_now": {"config": {"terminate": True}}},
        )
        run.complete("end_now")
        assert run.closed == CloseRun(RunStatus.SUCCEEDED, 1_000.0)
        assert run.rows["a", 1] is NodeStatus.CANCELLED


class TestANodeOfAWorkerThatWaits:
    def waiting(self) -> World:
        run = world("start > a, a > end")
        attempt = run.begin_node("a")
        run.send(NodeWaiting("a", 1, attempt, run.now))
        return run

    def test_it_waits_and_the_run_with_it(self):
        run = self.waiting()
        assert run.rows["a", 1] is NodeStatus.WAITING
        assert run.state.status is RunStatus.WAITING

    def test_a_worker_goes_on_with_the_same_attempt_when_it_resumes(self):
        run = self.waiting()
        decision = run.send(NodeResumed("a", 1, 1, run.now))
        assert decision.commands == (StartNode("a", 1, 1),)
        assert [entry.type for entry in decision.journal][:2] == ["node.resumed", "node.queued"]
        assert decision.state.status is RunStatus.RUNNING
        run.complete("a")
        run.complete("end")
        assert run.closed == CloseRun(RunStatus.SUCCEEDED, 1_000.0)
        assert replay(run.plan, run.journal) == run.state

    def test_it_is_held_when_it_resumes_in_a_paused_run(self):
        run = self.waiting()
        run.send(PauseRequested(run.now))
        run.send(NodeResumed("a", 1, 1, run.now))
        assert run.state.active["a", 1].status is NodeStatus.HELD

    def test_late_and_repeated_answers_change_nothing(self):
        run = self.waiting()
        assert run.send(NodeResumed("a", 1, 2, run.now)).is_empty
        run.send(NodeResumed("a", 1, 1, run.now))
        assert run.send(NodeResumed("a", 1, 1, run.now)).is_empty
        assert run.send(NodeWaiting("a", 1, 1, run.now)).is_empty


class TestRepeatedAndLateEvents:
    def test_a_repeated_start_changes_nothing(self):
        run = world("start > a, a > end")
        assert run.send(RunStarted(2.0)).is_empty

    def test_a_repeated_result_changes_nothing(self):
        run = world("start > a, a > end")
        run.complete("a")
        decision = run.send(NodeCompleted("a", 1, 1, 5.0))
        assert decision.is_empty
        assert decision.state is run.state

    def test_the_result_of_an_earlier_attempt_changes_nothing(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {"jitter": 0}}})
        run.fail("a")
        run.fire("retry", "a", 1)
        assert run.send(NodeCompleted("a", 1, 1, 5.0)).is_empty
        assert run.state.active["a", 1].attempt == 2

    def test_a_result_after_the_timeout_changes_nothing(self):
        run = world(
            "start > a, a > end",
            nodes={"a": {"timeout_seconds": 5, "retry": {"max_attempts": 2}}},
        )
        run.begin_node("a")
        run.fire("node_timeout", "a", 1)
        assert run.state.active["a", 1].status is NodeStatus.RETRYING
        assert run.send(NodeCompleted("a", 1, 1, 5.0)).is_empty

    def test_nothing_happens_in_a_closed_run(self):
        run = world("start > end")
        run.complete("end")
        for event in (
            NodeCompleted("end", 1, 1, 9.0),
            CancelRequested(9.0),
            PauseRequested(9.0),
            SignalReceived("go", "s1", 9.0),
        ):
            assert run.send(event).is_empty

    def test_a_signal_that_comes_twice_counts_once(self):
        run = world("start > wait, wait > end")
        run.begin_node("wait")
        run.send(SignalReceived("go", "s1", 1.0))
        assert run.send(SignalReceived("go", "s1", 1.0)).is_empty
        assert run.statuses()["wait"] == "succeeded"


class TestSplits:
    def test_all_edges_of_a_port_are_taken(self):
        run = world("start > a, start > b, a > end, b > end")
        assert set(run.startable) == {("a", 1), ("b", 1)}

    def test_a_gate_takes_one_branch_and_tells_the_other_as_skipped(self):
        run = world("start > gate, gate.big > a, gate.otherwise > b, b > c, a > end, c > end")
        decision = run.complete("gate", "big")
        assert StartNode("a", 1, 1) in decision.commands
        assert run.statuses() | {"end": ""} == {
            "start": "succeeded", "gate": "succeeded", "a": "queued", "b": "skipped",
            "c": "skipped", "end": "",
        }  # fmt: skip

    def test_a_gate_with_every_match_takes_several_branches(self):
        run = world(
            "start > gate_every, gate_every.x > a, gate_every.y > b, gate_every.z > c,"
            "a > end, b > end, c > end"
        )
        run.complete("gate_every", "x", "z")
        assert run.statuses()["a"] == run.statuses()["c"] == "queued"
        assert run.statuses()["b"] == "skipped"
        run.complete("a")
        assert "end" not in run.statuses()
        run.complete("c")
        assert run.statuses()["end"] == "queued"


class TestJoins:
    def test_active_waits_for_every_path_that_was_taken(self):
        run = world("start > a, start > b, a > j, b > j, j > end")
        run.complete("a")
        assert "j" not in run.statuses()
        run.complete("b")
        assert run.statuses()["j"] == "queued"

    def test_active_starts_when_the_other_paths_are_skipped(self):
        run = world("start > gate, gate.x > a, gate.otherwise > b, a > j, b > j, j > end")
        run.complete("gate", "x")
        run.complete("a")
        assert run.statuses()["j"] == "queued"

    def test_all_is_skipped_when_one_path_is(self):
        run = world(
            "start > gate_every, gate_every.x > a, gate_every.y > b, a > j, b > j,"
            "j > end, a > end_too",
            nodes={"j": {"join": {"mode": "all"}}},
        )
        run.complete("gate_every", "x")
        run.complete("a")
        assert run.statuses()["j"] == "skipped"

    def test_any_starts_with_the_first_and_absorbs_the_rest(self):
        run = world(
            "start > a, start > b, a > j, b > j, j > end", nodes={"j": {"join": {"mode": "any"}}}
        )
        run.complete("b")
        assert run.statuses()["j"] == "queued"
        run.complete("j")
        run.complete("end")
        assert run.closed is None
        run.complete("a")
        assert run.closed is not None
        assert [row for row in run.rows if row[0] == "j"] == [("j", 1)]

    def test_any_cancels_the_rest(self):
        run = world(
            "start > a, a > a2, start > b, a2 > j, b > j, j > end",
            nodes={"j": {"join": {"mode": "any", "rest": "cancel"}}},
        )
        decision = run.complete("b")
        assert run.statuses() == {
            "start": "succeeded",
            "a": "cancelled",
            "a2": "skipped",
            "b": "succeeded",
            "j": "queued",
        }
        assert not decision.state.joins

    def test_cancelling_the_rest_spares_what_also_leads_elsewhere(self):
        run = world(
            "start > a, start > b, a > j, b > j, a > c, j > end, c > end_too",
            nodes={"j": {"join": {"mode": "any", "rest": "cancel"}}},
        )
        run.complete("b")
        assert run.statuses()["a"] == "queued"

    def test_count_starts_with_the_nth(self):
        run = world(
            "start > a, start > b, start > c, a > j, b > j, c > j, j > end",
            nodes={"j": {"join": {"mode": "count", "count": 2}}},
        )
        run.complete("c")
        assert "j" not in run.statuses()
        run.complete("a")
        assert run.statuses()["j"] == "queued"

    def test_a_run_whose_join_cannot_complete_fails_and_says_so(self):
        run = world(
            "start > gate, gate.x > a, gate.otherwise > b, a > j, b > j, j > end",
            nodes={"j": {"join": {"mode": "count", "count": 2}}},
        )
        run.complete("gate", "x")
        run.complete("a")
        assert run.closed is not None
        assert run.closed.status is RunStatus.FAILED
        assert run.closed.error is not None
        assert run.closed.error.type == "NoEndReached"


class TestLoops:
    EDGES = "start > a, a > gate, gate.again > a loop=2, gate.otherwise > end"

    def test_a_loop_edge_visits_its_target_again(self):
        run = world(self.EDGES)
        run.complete("a")
        run.complete("gate", "again")
        assert run.startable == {("a", 2): 1}
        assert "loop.taken" in run.types()
        assert "end" not in run.statuses()

    def test_the_exit_is_taken_when_the_gate_says_so(self):
        run = world(self.EDGES)
        run.complete("a")
        run.complete("gate", "again")
        run.complete("a", visit=2)
        run.complete("gate", "otherwise", visit=2)
        run.complete("end")
        assert run.closed == CloseRun(RunStatus.SUCCEEDED, 1_000.0)
        assert ("end", 2) not in run.rows

    def test_a_step_that_runs_only_when_repeating_closes_the_loop(self):
        run = world(
            "start > a, a > gate, gate.rework > mend, mend > a loop, gate.otherwise > publish,"
            "publish > end"
        )
        run.complete("a")
        run.complete("gate", "rework")
        assert "publish" not in run.statuses()
        run.complete("mend")
        run.complete("a", visit=2)
        run.complete("gate", "otherwise", visit=2)
        assert run.rows["mend", 2] is NodeStatus.SKIPPED
        run.complete("publish")
        run.complete("end")
        assert run.closed == CloseRun(RunStatus.SUCCEEDED, 1_000.0)

    def test_a_loop_past_its_limit_fails_with_a_clear_error(self):
        run = world(self.EDGES)
        for visit in (1, 2, 3):
            run.complete("a", visit=visit)
            run.complete("gate", "again", visit=visit)
        assert run.closed is not None
        assert run.closed.error is not None
        assert run.closed.error.type == "LoopLimit"
        assert run.closed.error.message == (
            "The loop back to “a” reached its limit of 2 iterations."
        )

    def test_an_exit_not_taken_is_skipped_when_the_loop_has_ended(self):
        run = world(
            "start > a, a > gate, gate.again > a loop, gate.give_up > b, gate.otherwise > c,"
            "b > j, c > j, j > end"
        )
        run.complete("a")
        run.complete("gate", "again")
        assert "b" not in run.statuses()
        run.complete("a", visit=2)
        run.complete("gate", "otherwise", visit=2)
        assert run.statuses()["b"] == "skipped"
        run.complete("c")
        assert run.statuses()["j"] == "queued"

    def test_an_inner_loop_counts_anew_in_each_turn_of_the_outer(self):
        run = world(
            "start > a, a > b, b > gate_in, gate_in.again > b loop=1, gate_in.otherwise > gate_out,"
            "gate_out.again > a loop=3, gate_out.otherwise > end"
        )
        for turn in (1, 2):
            run.complete("a", visit=turn)
            run.complete("b", visit=2 * turn - 1)
            run.complete("gate_in", "again", visit=2 * turn - 1)
            run.complete("b", visit=2 * turn)
            run.complete("gate_in", "otherwise", visit=2 * turn)
            run.complete("gate_out", "again" if turn == 1 else "otherwise", visit=turn)
        run.complete("end")
        assert run.closed == CloseRun(RunStatus.SUCCEEDED, 1_000.0)

    def test_a_path_out_of_an_inner_loop_does_not_die_while_the_loop_turns(self):
        run = world(
            "start > a, a > b, a > x, b > gate_in, gate_in.again > b loop,"
            "gate_in.otherwise > j, x > j, j > gate_out, gate_out.again > a loop,"
            "gate_out.otherwise > end",
            nodes={"j": {"join": {"mode": "all"}}},
        )
        run.complete("a")
        run.complete("x")
        run.complete("b")
        run.complete("gate_in", "again")
        assert ("j", 1) not in run.rows
        run.complete("b", visit=2)
        run.complete("gate_in", "otherwise", visit=2)
        assert run.startable == {("j", 1): 1}

    def test_a_join_in_the_body_takes_one_round_for_each_turn(self):
        run = world(
            "start > a, a > b, a > c, b > j, c > j, j > gate, gate.again > a loop,"
            "gate.otherwise > end"
        )
        for visit in (1, 2):
            run.complete("a", visit=visit)
            run.complete("b", visit=visit)
            run.complete("c", visit=visit)
            run.complete("j", visit=visit)
            run.complete("gate", "again" if visit == 1 else "otherwise", visit=visit)
        run.complete("end")
        assert run.closed is not None
        assert run.closed.status is RunStatus.SUCCEEDED


class TestFailures:
    def test_a_failure_without_a_catch_fails_the_run_and_cancels_the_rest(self):
        run = world("start > a, start > b, a > end, b > end")
        run.fail("a")
        assert run.closed == CloseRun(RunStatus.FAILED, 1_000.0, BOOM, "a")
        assert run.rows["b", 1] is NodeStatus.CANCELLED

    def test_the_other_paths_can_finish_first(self):
        run = world(
            "start > a, start > b, a > end, b > end_too",
            settings={"on_failure": "finish_other_paths"},
        )
        run.fail("a")
        assert run.closed is None
        run.complete("b")
        run.complete("end_too")
        assert run.closed == CloseRun(RunStatus.FAILED, 1_000.0, None, "a")
        assert run.rows["end", 1] is NodeStatus.SKIPPED

    def test_an_error_edge_catches(self):
        run = world("start > a, a > end, a.error > mend, mend > end_mended")
        run.fail("a")
        assert run.closed is None
        assert run.ports["a", 1] == ("error",)
        assert run.statuses()["mend"] == "queued"
        assert run.statuses()["end"] == "skipped"

    def test_the_error_edge_dies_when_nothing_fails(self):
        run = world("start > a, a > end, a.error > mend, mend > end_mended")
        run.complete("a")
        assert run.statuses()["mend"] == "skipped"

    def test_a_node_can_continue_on_error(self):
        run = world("start > a, a > b, b > end", nodes={"a": {"on_error": "continue"}})
        run.fail("a")
        assert run.statuses()["b"] == "queued"
        assert run.statuses()["a"] == "failed"


class TestRetries:
    def test_delays_grow_and_chance_shortens_them(self):
        run = world(
            "start > a, a > end",
            nodes={"a": {"retry": {"max_attempts": 3, "initial_delay_seconds": 10, "jitter": 0.5}}},
        )
        run.begin_node("a")
        decision = run.send(NodeFailed("a", 1, 1, 1_000.0, BOOM, chance=0.5))
        assert SetTimer(TimerKind.RETRY, 1_007.5, "a", 1, 1) in decision.commands
        run.fire("retry", "a", 1)
        run.begin_node("a")
        decision = run.send(NodeFailed("a", 1, 2, 1_010.0, BOOM))
        assert SetTimer(TimerKind.RETRY, 1_030.0, "a", 1, 2) in decision.commands

    def test_the_last_attempt_fails(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {"max_attempts": 2}}})
        run.fail("a")
        run.fire("retry", "a", 1)
        run.fail("a")
        assert run.closed is not None
        assert run.rows["a", 1] is NodeStatus.FAILED

    def test_only_listed_errors_are_retried(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {"on": ["KeyError"]}}})
        run.fail("a")
        assert run.closed is not None

    def test_a_final_error_is_not_retried(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {"max_attempts": 9}}})
        run.fail("a", ErrorInfo("FatalError", "no", is_final=True))
        assert run.closed is not None

    def test_an_error_that_asks_for_a_retry_gets_one_without_a_policy(self):
        run = world("start > a, a > end")
        error = ErrorInfo("RetryableError", "busy", is_retryable=True, retry_after=30)
        decision = run.fail("a", error)
        assert SetTimer(TimerKind.RETRY, 1_030.0, "a", 1, 1) in decision.commands

    def test_a_lost_worker_does_not_use_up_an_attempt(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {"max_attempts": 2}}})
        run.begin_node("a")
        run.send(WorkerLost("a", 1, 1, 1_000.0))
        assert run.startable == {("a", 1): 2}
        run.fail("a")
        assert run.rows["a", 1] is NodeStatus.RETRYING

    def test_a_node_that_keeps_losing_its_worker_fails(self):
        run = world("start > a, a > end")
        for attempt in (1, 2, 3):
            run.begin_node("a")
            run.send(WorkerLost("a", 1, attempt, 1_000.0))
        assert run.closed is not None
        assert run.closed.error is not None
        assert run.closed.error.message == "The worker stopped 3 times in the middle of the node."

    def test_a_node_that_may_not_run_twice_fails_when_its_worker_is_lost(self):
        run = world("start > once, once > end, once.error > mend, mend > end_mended")
        run.begin_node("once")
        run.send(WorkerLost("once", 1, 1, 1_000.0))
        assert run.statuses()["mend"] == "queued"
        assert run.rows["once", 1] is NodeStatus.FAILED


class TestTime:
    def test_a_timeout_fails_the_node(self):
        run = world("start > a, a > end", nodes={"a": {"timeout_seconds": 5}})
        run.begin_node("a")
        run.fire("node_timeout", "a", 1)
        assert run.closed is not None
        assert run.closed.error == ErrorInfo("Timeout", "No result within 5 seconds.")

    def test_a_timeout_edge_catches(self):
        run = world(
            "start > human, human.approved > end, human.rejected > end,"
            "human.timeout > chase, chase > end_chased",
            nodes={"human": {"timeout_seconds": 60}},
        )
        run.begin_node("human")
        run.fire("node_timeout", "human", 1)
        assert run.statuses()["chase"] == "queued"
        assert run.statuses()["end"] == "skipped"

    def test_a_result_clears_the_timeout(self):
        run = world("start > a, a > end", nodes={"a": {"timeout_seconds": 5}})
        run.begin_node("a")
        run.complete("a")
        assert not run.timers

    def test_a_run_can_time_out(self):
        run = world("start > a, a > end", settings={"timeout_seconds": 60})
        run.fire("run_timeout")
        assert run.closed is not None
        assert run.closed.error == ErrorInfo("Timeout", "The run took longer than 60 seconds.")
        assert run.rows["a", 1] is NodeStatus.CANCELLED

    def test_a_wait_ends_at_its_time(self):
        run = world("start > wait, wait > end")
        run.begin_node("wait", until=2_000.0)
        assert run.state.status is RunStatus.WAITING
        run.fire("wait", "wait", 1)
        assert run.statuses()["end"] == "queued"


class TestSignals:
    def test_a_signal_wakes_everyone_who_waits_for_it(self):
        run = world("start > wait_a, start > wait_b, wait_a > end, wait_b > end")
        run.begin_node("wait_a")
        run.begin_node("wait_b")
        run.send(SignalReceived("go", "s1", 1.0))
        assert run.statuses()["wait_a"] == run.statuses()["wait_b"] == "succeeded"

    def test_a_signal_that_comes_early_is_kept(self):
        run = world("start > a, a > wait, wait > end")
        run.send(SignalReceived("go", "s1", 1.0))
        run.complete("a")
        decision_types = run.types()
        run.begin_node("wait")
        assert run.statuses()["wait"] == "succeeded"
        assert "signal.received" in decision_types

    def test_a_signal_of_another_name_wakes_nobody(self):
        run = world("start > wait, wait > end")
        run.begin_node("wait")
        run.send(SignalReceived("stop", "s1", 1.0))
        assert run.statuses()["wait"] == "waiting"


class TestPauseAndCancel:
    def test_a_paused_run_starts_nothing_new(self):
        run = world("start > a, a > b, b > end")
        run.begin_node("a")
        run.send(PauseRequested(1.0))
        run.complete("a")
        assert run.rows["b", 1] is NodeStatus.HELD
        assert not run.startable

    def test_what_was_queued_is_held_until_the_run_resumes(self):
        run = world("start > a, a > end")
        run.send(PauseRequested(1.0))
        assert run.rows["a", 1] is NodeStatus.HELD
        run.send(ResumeRequested(2.0))
        assert run.startable == {("a", 1): 1}
        assert run.state.status is RunStatus.RUNNING

    def test_a_worker_that_was_faster_than_the_pause_may_finish(self):
        run = world("start > a, a > end")
        run.send(PauseRequested(1.0))
        run.send(NodeStarted("a", 1, 1, 1.0))
        run.send(NodeCompleted("a", 1, 1, 2.0))
        assert run.rows["a", 1] is NodeStatus.SUCCEEDED

    def test_a_retry_that_is_due_while_paused_is_held(self):
        run = world("start > a, a > end", nodes={"a": {"retry": {}}})
        run.fail("a")
        run.send(PauseRequested(1.0))
        run.fire("retry", "a", 1)
        run.send(ResumeRequested(2.0))
        assert run.startable == {("a", 1): 2}

    @pytest.mark.parametrize("event", [PauseRequested(1.0), ResumeRequested(1.0)])
    def test_pausing_twice_or_resuming_what_runs_changes_nothing(self, event):
        run = world("start > a, a > end")
        if isinstance(event, PauseRequested):
            run.send(event)
        assert run.send(event).is_empty

    def test_cancelling_cancels_everything(self):
        run = world("start > a, start > human, a > end, human.approved > end, human.rejected > end")
        run.begin_node("human")
        run.send(CancelRequested(1.0, "not needed"))
        assert run.closed == CloseRun(RunStatus.CANCELLED, 1.0)
        assert run.statuses()["a"] == run.statuses()["human"] == "cancelled"


class TestReuse:
    def test_results_of_an_earlier_run_are_taken_over(self):
        run = World(plan_of(graph("start > a, a > b, b > end")))
        run.begin({("start", 1): ("out",), ("a", 1): ("out",)})
        assert run.startable == {("b", 1): 1}
        assert run.types() == ["run.started", "node.reused start", "node.reused a", "node.queued b"]
