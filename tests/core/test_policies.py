"""Policies beside joins and loops: withdrawing, groups, milestones, visits for each arrival."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.documents import edge, node
from tests.core.documents import graph as document
from tests.core.plans import plan_of
from tests.core.world import World, graph
from workflows_app.core.events import (
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    NodeStarted,
    PauseRequested,
    ResumeRequested,
    SignalReceived,
)
from workflows_app.core.replay import replay
from workflows_app.core.state import RunStatus
from workflows_app.core.validate import validate_document


def world(edges: str, **rest: Any) -> World:
    """A run that has just started; its start node is done."""
    made = World(plan_of(graph(edges, **rest))).begin()
    made.complete("start")
    return made


def is_replayed(run: World) -> bool:
    return replay(run.plan, run.journal) == run.state


class TestCancels:
    def test_a_step_withdraws_others_when_it_succeeds(self):
        run = world(
            "start > a, start > b, b > c, a > end, c > end", nodes={"a": {"cancels": ["b"]}}
        )
        run.begin_node("b")
        run.complete("a")
        assert run.statuses() == {
            "start": "succeeded", "a": "succeeded", "b": "cancelled", "c": "skipped",
            "end": "queued",
        }  # fmt: skip
        run.complete("end")
        assert run.closed is not None
        assert run.closed.status is RunStatus.SUCCEEDED

    def test_a_step_that_fails_withdraws_nothing(self):
        run = world("start > a, start > b, a.error > end, b > end", nodes={"a": {"cancels": ["b"]}})
        run.fail("a")
        assert run.statuses()["b"] == "queued"

    def test_arrivals_that_wait_at_a_withdrawn_join_are_forgotten(self):
        run = world(
            "start > a, start > x, start > y, x > j, y > j, j > end, a > end",
            nodes={"a": {"cancels": ["j", "y"]}},
        )
        run.complete("x")
        run.complete("a")
        assert run.statuses()["j"] == "skipped"

    def test_cancelling_the_rest_also_forgets_what_waits_at_joins_before(self):
        run = world(
            "start > x, start > y, start > b, x > inner, y > inner, inner > j, b > j, j > end",
            nodes={"j": {"join": {"mode": "any", "rest": "cancel"}}},
        )
        run.complete("x")
        run.complete("b")
        assert run.statuses()["y"] == "cancelled"
        assert run.statuses()["inner"] == "skipped"

    @pytest.mark.parametrize("order", [("b", "j"), ("j", "b")])
    def test_cancelling_the_rest_does_not_depend_on_the_order_of_edges(self, order):
        first, second = (f"start > {name}" for name in order)
        run = world(
            f"{first}, {second}, b > j, j > end",
            nodes={"j": {"join": {"mode": "any", "rest": "cancel"}}},
        )
        assert run.statuses()["b"] in {"cancelled", "skipped"}
        assert ("b", 1) not in run.startable


class TestExclusive:
    def test_steps_of_a_group_take_turns_in_the_order_in_which_they_became_ready(self):
        group = {"exclusive": "desk"}
        run = world(
            "start > a, start > b, start > c, a > end, b > end, c > end",
            nodes={"a": group, "b": group, "c": group},
        )
        assert run.statuses() | {"start": ""} == {
            "start": "", "a": "queued", "b": "held", "c": "held",
        }  # fmt: skip
        run.complete("a")
        assert (run.statuses()["b"], run.statuses()["c"]) == ("queued", "held")
        run.complete("b")
        assert run.statuses()["c"] == "queued"
        assert is_replayed(run)

    def test_what_is_kept_back_goes_before_what_becomes_ready_later(self):
        group = {"exclusive": "desk"}
        run = world(
            "start > a, start > b, a > c, b > end, c > end",
            nodes={"a": group, "b": group, "c": group},
        )
        run.complete("a")
        assert (run.statuses()["b"], run.statuses()["c"]) == ("queued", "held")

    def test_a_result_of_a_step_whose_turn_has_not_come_changes_nothing(self):
        group = {"exclusive": "desk", "retry": {"max_attempts": 2}}
        run = world("start > a, start > b, a > end, b > end", nodes={"a": group, "b": group})
        error = ErrorInfo("ValueError", "boom")
        assert run.send(NodeStarted("b", 1, 1, 1.0)).is_empty
        assert run.send(NodeFailed("b", 1, 1, 1.0, error)).is_empty
        assert run.send(NodeCompleted("b", 1, 1, 1.0)).is_empty

    def test_a_retry_keeps_its_turn(self):
        group = {"exclusive": "desk", "retry": {"max_attempts": 2, "jitter": 0}}
        run = world("start > a, start > b, a > end, b > end", nodes={"a": group, "b": group})
        run.fail("a")
        assert run.statuses()["b"] == "held"
        run.fire("retry", "a", 1)
        assert run.statuses() | {"start": ""} == {"start": "", "a": "queued", "b": "held"}

    def test_resuming_lets_only_one_of_a_group_go(self):
        group = {"exclusive": "desk"}
        run = world("start > a, start > b, a > end, b > end", nodes={"a": group, "b": group})
        run.send(PauseRequested(1.0))
        run.send(ResumeRequested(2.0))
        assert (run.statuses()["a"], run.statuses()["b"]) == ("queued", "held")
        run.complete("a")
        assert run.statuses()["b"] == "queued"
        assert is_replayed(run)

    def test_what_was_queued_for_another_attempt_while_paused_gets_its_turn(self):
        group = {"exclusive": "desk", "retry": {"max_attempts": 2, "jitter": 0}}
        run = world("start > a, start > b, a > end, b > end", nodes={"a": group, "b": group})
        run.fail("a")
        run.send(PauseRequested(run.now))
        run.fire("retry", "a", 1)
        run.send(ResumeRequested(run.now))
        run.complete("a")
        run.complete("b")
        assert run.statuses()["end"] == "queued"

    def test_a_run_whose_group_waits_for_a_person_waits(self):
        group = {"exclusive": "desk"}
        run = world(
            "start > human, start > b, human.approved > end, b > end",
            nodes={"human": group, "b": group},
        )
        run.begin_node("human")
        assert run.state.status is RunStatus.WAITING
        assert run.statuses()["b"] == "held"


class TestMilestones:
    EDGES = "start > m, start > a, a > b, b > end, m > end"
    NODES = {"b": {"only_while": "m"}}

    def test_a_step_starts_while_its_milestone_is_under_way(self):
        run = world(self.EDGES, nodes=self.NODES)
        run.complete("a")
        assert run.statuses()["b"] == "queued"

    def test_a_step_waits_until_its_milestone_is_reached(self):
        run = world(
            "start > x, x > m, start > b, b > end, m > end", nodes={"b": {"only_while": "m"}}
        )
        assert run.statuses()["b"] == "held"
        run.complete("x")
        assert run.statuses()["b"] == "queued"
        assert is_replayed(run)

    def test_a_milestone_that_is_reached_in_the_same_moment_holds_nothing(self):
        run = world("start > b, start > m, b > end, m > end", nodes={"b": {"only_while": "m"}})
        assert run.statuses()["b"] == "queued"
        assert "node.held b" not in run.types()

    def test_a_step_that_comes_too_late_is_skipped(self):
        run = world(self.EDGES, nodes=self.NODES)
        run.complete("m")
        run.complete("a")
        assert run.statuses()["b"] == "skipped"
        assert run.state.passed == ("m",)
        assert is_replayed(run)

    def test_a_step_that_has_not_begun_is_withdrawn_when_the_milestone_is_over(self):
        run = world(self.EDGES, nodes=self.NODES)
        run.complete("a")
        run.complete("m")
        assert run.statuses()["b"] == "cancelled"

    def test_a_step_that_has_begun_goes_on(self):
        run = world(self.EDGES, nodes=self.NODES)
        run.complete("a")
        run.begin_node("b")
        run.complete("m")
        assert run.statuses()["b"] == "running"

    def test_a_milestone_that_is_skipped_is_over(self):
        run = world(
            "start > gate, gate.x > m, gate.otherwise > a, start > b, m > end, a > end, b > end",
            nodes={"b": {"only_while": "m"}},
        )
        assert run.statuses()["b"] == "held"
        run.complete("gate", "otherwise")
        assert run.statuses()["b"] == "cancelled"

    def test_a_milestone_that_is_reached_again_counts_again(self):
        run = world(
            "start > m, m > gate, gate.again > m loop=3, gate.otherwise > end,"
            "start > a, a > b, b > end",
            nodes={"b": {"only_while": "m"}},
        )
        run.complete("m")
        run.complete("gate", "again")
        run.complete("a")
        assert run.statuses()["b"] == "queued"

    def test_a_step_whose_milestone_cannot_come_does_not_hold_the_run(self):
        run = world(
            "start > m, m > b, b > end, start > end",
            nodes={"m": {"only_while": "b"}, "end": {"join": {"mode": "any"}}},
        )
        run.complete("end")
        assert run.statuses()["m"] == "cancelled"
        assert run.closed is not None


class TestEach:
    EDGES = "start > a, start > b, a > j, b > j, j > end"
    NODES = {"j": {"join": {"mode": "each"}}}

    def test_a_node_is_visited_for_each_arrival(self):
        run = world(self.EDGES, nodes=self.NODES)
        run.complete("a")
        assert ("j", 1) in run.startable
        run.complete("b")
        assert ("j", 2) in run.startable
        run.complete("j", visit=2)
        run.complete("j")
        run.complete("end")
        assert run.closed is None
        run.complete("end", visit=2)
        assert run.closed is not None
        assert is_replayed(run)

    def test_a_node_that_nothing_reaches_is_skipped_once(self):
        run = world(
            "start > gate, gate.x > a, gate.y > b, gate.otherwise > end, a > j, b > j, j > end",
            nodes=self.NODES,
        )
        run.complete("gate", "otherwise")
        assert [key for key in run.rows if key[0] == "j"] == [("j", 1)]
        assert run.statuses()["j"] == "skipped"

    def test_a_dead_arrival_starts_nothing(self):
        run = world(
            "start > gate, gate.x > a, gate.otherwise > b, a > j, b > j, j > end",
            nodes=self.NODES,
        )
        run.complete("gate", "x")
        run.complete("a")
        assert [key for key in run.rows if key[0] == "j"] == [("j", 1)]
        assert not run.state.joins


class TestLoopsWithSeveralEntrances:
    EDGES = (
        "start > gate_in, gate_in.x > a, gate_in.otherwise > b, a > b, b > gate,"
        "gate.again > a loop=9, gate.otherwise > end"
    )

    @pytest.mark.parametrize("mode", ["active", "any"])
    def test_a_body_entered_beside_its_head_turns_more_than_once(self, mode):
        run = world(self.EDGES, nodes={"b": {"join": {"mode": mode}}})
        run.complete("gate_in", "otherwise")
        run.complete("b")
        for visit in (1, 2, 3):
            run.complete("gate", "again", visit=visit)
            run.complete("a", visit=visit + 1)
            run.complete("b", visit=visit + 1)
        run.complete("gate", "otherwise", visit=4)
        assert run.statuses()["end"] == "queued"
        assert not run.state.joins
        assert is_replayed(run)


class TestEarlySignals:
    def test_a_wait_may_lose_what_came_too_early(self):
        run = world("start > a, a > wait, wait > end", nodes={"wait": _transient()})
        run.send(SignalReceived("go", "s1", 1.0))
        assert run.state.signals == ()
        run.complete("a")
        run.begin_node("wait")
        assert run.statuses()["wait"] == "waiting"
        run.send(SignalReceived("go", "s2", 2.0))
        assert run.statuses()["wait"] == "succeeded"

    def test_a_lost_signal_that_comes_again_is_still_the_same(self):
        run = world("start > a, a > wait, wait > end", nodes={"wait": _transient()})
        run.send(SignalReceived("go", "s1", 1.0))
        run.complete("a")
        run.begin_node("wait")
        assert run.send(SignalReceived("go", "s1", 2.0)).is_empty

    def test_it_is_kept_for_those_who_take_it_early(self):
        run = world(
            "start > wait, start > a, a > wait_kept, wait > end, wait_kept > end",
            nodes={"wait": _transient()},
        )
        run.send(SignalReceived("go", "s1", 1.0))
        run.begin_node("wait")
        assert run.statuses()["wait"] == "waiting"
        run.complete("a")
        run.begin_node("wait_kept")
        assert run.statuses()["wait_kept"] == "succeeded"


def _transient() -> dict[str, Any]:
    return {"config": {"early": "ignore"}}


MEMO = {"ttl_seconds": 60}


class TestMemo:
    def test_a_result_taken_from_earlier_work_says_so_and_goes_on(self):
        run = world("start > a, a > b, b > end", nodes={"a": {"memo": MEMO}})
        attempt = run.begin_node("a")
        run.send(NodeCompleted("a", 1, attempt, run.now, is_memoized=True))
        assert run.types()[-3:] == ["node.memoized a", "node.succeeded a", "node.queued b"]
        assert is_replayed(run)

    def test_it_counts_once(self):
        run = world("start > a, a > b, b > end", nodes={"a": {"memo": MEMO}})
        attempt = run.begin_node("a")
        told = NodeCompleted("a", 1, attempt, run.now, is_memoized=True)
        run.send(told)
        assert run.send(told).is_empty


class TestValidation:
    def codes(self, **policies: Any) -> list[str]:
        made = document(
            [
                {**node("a"), **policies},
                {**node("b"), "exclusive": "g"},
                node("c"),
            ],
            [
                edge("start", "a"),
                edge("start", "b"),
                edge("a", "c"),
                edge("b", "c"),
                edge("c", "end"),
            ],
        )
        return [problem.code for problem in validate_document(made, CATALOG)]

    def test_sound_policies_have_no_problems(self):
        assert self.codes(cancels=["b"], only_while="b", exclusive="other", memo=MEMO) == []

    @pytest.mark.parametrize(
        "policies, code",
        [
            ({"cancels": ["bb"]}, "policy_names_unknown_node"),
            ({"cancels": ["a"]}, "cancels_itself"),
            ({"only_while": "nowhere"}, "policy_names_unknown_node"),
            ({"only_while": "a"}, "milestone_never_reached"),
            ({"only_while": "c"}, "milestone_never_reached"),
            ({"only_while": "b", "exclusive": "g"}, "milestone_excludes_step"),
            ({"only_while": "start"}, "milestone_already_over"),
            ({"join": {"mode": "each", "rest": "cancel"}}, "join_without_rest"),
            ({"type": "log", "config": {"message": ""}, "memo": MEMO}, "memo_without_work"),
        ],
    )
    def test_policies_that_cannot_work_are_refused(self, policies, code):
        assert self.codes(**policies) == [code]
