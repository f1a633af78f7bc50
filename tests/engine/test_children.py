"""Runs that start other runs: results, failures, orders, crashes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import override_settings

from tests.engine.actions import ACTIONS
from tests.engine.build import (
    chain,
    edge,
    graph,
    journal,
    node,
    node_run,
    publish,
    run_of,
    start,
    status_of,
    statuses,
    work,
)
from tests.engine.test_journal import check_law
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeFailed,
    PauseRequested,
    ResumeRequested,
)
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.models import ChildRun, InboxItem, Run, Version, Workflow
from workflows_app.store.sql import is_postgresql

pytestmark = pytest.mark.django_db(transaction=True)

DOUBLE = chain(node("double", "transform", {"output": "${ input.amount * 2.0 }"}))
SIGNAL = chain(node("w", "wait", {"mode": "signal", "signal": "go"}))
FAILS = graph(
    [node("start", "start"), node("end", "end", {"outcome": "failed", "message": "No money"})],
    [edge("start", "end")],
)


def named(name: str, document: dict[str, Any]) -> Version:
    """The document, published as a workflow of that name."""
    version = publish(document)
    Workflow.objects.filter(id=version.workflow_id).update(
        name=name, title=name.title(), latest_version=version
    )
    return version


def calls(name: str = "child", **more: Any) -> dict[str, Any]:
    """A subworkflow node; what is no field of a node goes into its config."""
    fields = ("retry", "timeout_seconds", "on_error")
    own = {key: more.pop(key) for key in fields if key in more}
    return node("call", "subworkflow", {"workflow": name, **more}, **own)


def child_of(parent: UUID, attempt: int = 1, visit: int = 1) -> Any:
    return Run.objects.get(
        child_of__parent=parent, child_of__visit=visit, child_of__attempt=attempt
    )


def error_of(run_id: UUID) -> tuple[str, str]:
    error = run_of(run_id).error
    return error["type"], error["message"]


def tell(run_id: UUID, event: type, *rest: Any) -> None:
    advance(run_id, event(clock.now().timestamp(), *rest))


def signal(run_id: UUID, payload: Any = None) -> None:
    advance(run_id, prepare=lambda run: [run.add_signal("go", payload)])


class TestResults:
    def test_a_child_that_needs_no_worker_is_over_with_its_parents_start(self):
        named("child", DOUBLE)
        run_id = start(chain(calls(input={"amount": "${ input.euros }"})), {"euros": 4.0})
        run = run_of(run_id)
        assert (run.status, run.output) == ("succeeded", 8.0)
        child = child_of(run_id)
        assert (child.input, child.output, child.parent_id) == ({"amount": 4.0}, 8.0, run_id)
        assert node_run(run_id, "call").input["input"] == {"amount": 4.0}
        assert journal(run_id, of="call") == ["node.waiting", "node.succeeded"]
        assert not InboxItem.objects.exists()
        check_law(run_id)
        check_law(child.id)

    def test_the_parent_waits_and_says_for_what(self):
        named("child", SIGNAL)
        run_id = start(chain(calls(timeout_seconds=60)))
        child = child_of(run_id)
        assert status_of(run_id) == "waiting"
        waiting = node_run(run_id, "call").waiting
        assert (waiting["kind"], waiting["for"]) == ("run", ["Child"])
        assert waiting["run_id"] == str(child.id)
        assert waiting["until"] is not None
        check_law(run_id)
        signal(child.id, {"paid": True})
        assert run_of(run_id).output == {"paid": True}
        check_law(run_id)

    def test_a_child_with_tasks_runs_on_workers(self):
        ACTIONS["act"] = lambda context: 7
        named("child", chain(node("a", config={"name": "act"})))
        run_id = start(chain(calls(), node("after", "transform", {"output": "${ nodes.call }"})))
        assert status_of(run_id) == "waiting"
        work()
        assert run_of(run_id).output == 7
        check_law(run_id)

    def test_without_waiting_the_node_gives_the_childs_id(self):
        named("child", SIGNAL)
        run_id = start(chain(calls(wait=False)))
        child = child_of(run_id)
        assert run_of(run_id).output == {"run_id": str(child.id)}
        assert node_run(run_id, "call").input["workflow"] == "child"
        signal(child.id)
        assert status_of(child.id) == "succeeded"
        assert not InboxItem.objects.exists()
        check_law(run_id)

    def test_the_child_has_key_labels_and_requester(self, django_user_model):
        ana = django_user_model.objects.create_user("ana")
        named("child", SIGNAL)
        run_id = start(
            chain(calls(business_key="K-${ input.no }")),
            {"no": "7"},
            labels={"test": True},
            created_by_id=ana.pk,
        )
        child = child_of(run_id)
        assert (child.business_key, child.labels) == ("K-7", {"test": True})
        assert child.created_by == ana

    def test_the_latest_version_is_taken_when_the_node_starts(self):
        first = named("child", chain(node("a", "transform", {"output": "old"})))
        parent = chain(
            node("w", "wait", {"mode": "signal", "signal": "go"}), calls(), calls_version(1)
        )
        run_id = start(parent)
        newer = Version.objects.create(
            workflow_id=first.workflow_id,
            number=2,
            hash="newer",
            document=chain(node("a", "transform", {"output": "new"})),
            published_at=clock.now(),
        )
        Workflow.objects.filter(id=first.workflow_id).update(latest_version=newer)
        signal(run_id)
        assert node_run(run_id, "call").output == "new"
        assert node_run(run_id, "old").output == "old"

    def test_many_children_side_by_side_all_come_back(self, threads):
        ACTIONS["act"] = lambda context: 1
        named("child", chain(node("a", config={"name": "act"})))
        names = [f"c{i}" for i in range(24)]
        run_id = start(
            graph(
                [
                    node("start", "start"),
                    *[node(name, "subworkflow", {"workflow": "child"}) for name in names],
                    node("end", "end"),
                ],
                [
                    *[edge("start", name) for name in names],
                    *[edge(name, "end") for name in names],
                ],
            )
        )
        for number in range(3):
            threads.start(work, f"worker-{number}")
        threads.join()
        assert status_of(run_id) == "succeeded"
        assert ChildRun.objects.filter(parent=run_id).count() == 24
        assert not InboxItem.objects.exists()
        assert {statuses(run_id)[name] for name in names} == {"succeeded"}

    def test_a_loop_of_children_starts_one_a_turn(self, monkeypatch):
        named("child", chain(node("n", "transform", {"output": "${ input.n }"})))
        monkeypatch.setattr("workflows_app.engine.advance.OTHERS_SECONDS", 0.0)
        run_id = start(LOOP)
        while status_of(run_id) != "succeeded":
            # When a process has no time left for other runs, the sweep goes on with them.
            assert InboxItem.objects.exists()
            sweep_all()
        assert run_of(run_id).output == 20
        assert ChildRun.objects.filter(parent=run_id).count() == 20
        assert [child_of(run_id, visit=n).input for n in (1, 20)] == [{"n": 1}, {"n": 20}]
        check_law(run_id)


def calls_version(number: int) -> dict[str, Any]:
    return node("old", "subworkflow", {"workflow": "child", "version": number})


LOOP = graph(
    [
        node("start", "start"),
        calls(input={"n": "${ nodes.call == null ? 1 : nodes.call + 1 }"}),
        node("gate", "gate", {"branches": [{"id": "again", "condition": "${ nodes.call < 20 }"}]}),
        node("end", "end", {"output": "${ nodes.call }"}),
    ],
    [
        edge("start", "call"),
        edge("call", "gate"),
        edge("gate", "call", "again", loop=True, max_iterations=30),
        edge("gate", "end", "otherwise"),
    ],
)


def sweep_all() -> None:
    """The sweep, for reports of any age."""
    for run_id in set(InboxItem.objects.values_list("run_id", flat=True)):
        advance(run_id)


class TestFailures:
    def test_a_failed_child_fails_the_node(self):
        named("child", FAILS)
        run_id = start(chain(calls()))
        assert error_of(run_id) == ("ChildFailed", "The run of “child” failed: No money")
        check_law(run_id)

    def test_an_error_edge_catches_it(self):
        named("child", FAILS)
        document = graph(
            [
                node("start", "start"),
                calls(),
                node("end", "end"),
                node("saved", "end", {"output": "${ error.type }"}),
            ],
            [edge("start", "call"), edge("call", "end"), edge("call", "saved", "error")],
        )
        assert run_of(start(document)).output == "ChildFailed"

    def test_on_error_continue_goes_on(self):
        named("child", FAILS)
        assert status_of(start(chain(calls(on_error="continue")))) == "succeeded"

    def test_a_retry_starts_another_child(self, time):
        named("child", SIGNAL)
        run_id = start(chain(calls(retry={"max_attempts": 2, "initial_delay_seconds": 5})))
        advance(child_of(run_id).id, prepare=_fail)
        assert node_run(run_id, "call").status == "retrying"
        time.pass_(6)
        sweep.sweep_once()
        second = child_of(run_id, attempt=2)
        assert statuses(second.id)["w"] == "waiting"
        signal(second.id, "fine")
        assert run_of(run_id).output == "fine"
        assert ChildRun.objects.filter(parent=run_id).count() == 2
        check_law(run_id)

    def test_a_cancelled_child_fails_the_node_whatever_its_policy_says(self):
        named("child", SIGNAL)
        run_id = start(chain(calls(retry={"max_attempts": 5})))
        tell(child_of(run_id).id, CancelRequested)
        assert error_of(run_id) == ("ChildCancelled", "The run of “child” was cancelled.")
        assert ChildRun.objects.count() == 1

    def test_the_time_limit_cancels_the_child(self, time):
        named("child", SIGNAL)
        run_id = start(chain(calls(timeout_seconds=30)))
        time.pass_(31)
        sweep.sweep_once()
        assert error_of(run_id)[0] == "Timeout"
        assert status_of(child_of(run_id).id) == "cancelled"
        time.pass_(2)
        sweep.sweep_once()
        assert not InboxItem.objects.exists()
        check_law(run_id)

    @pytest.mark.parametrize(
        "config,message",
        [
            ({"workflow": "nobody"}, "There is no workflow “nobody”."),
            ({"workflow": "child", "version": 9}, "The workflow “child” has no version 9."),
            (
                {"workflow": "child", "input": {"amount": "x"}},
                "“child” does not take this input: in input.amount, 'x' is not of type 'number'.",
            ),
            (
                {"workflow": "child", "business_key": "x" * 201},
                "The business key has 201 characters; at most 200 fit.",
            ),
        ],
    )
    def test_what_cannot_start_is_told_and_not_tried_again(self, config, message):
        schema = {"type": "object", "properties": {"amount": {"type": "number"}}}
        named("child", with_schema(schema))
        run_id = start(chain(node("call", "subworkflow", config, retry={"max_attempts": 3})))
        assert error_of(run_id) == ("ChildNotStartedError", message)
        assert Run.objects.count() == 1

    def test_an_archived_or_unpublished_workflow_does_not_start(self):
        version = named("child", DOUBLE)
        workflow = Workflow.objects.filter(id=version.workflow_id)
        workflow.update(latest_version=None)
        assert "no published version" in error_of(start(chain(calls())))[1]
        workflow.update(latest_version=version, archived_at=clock.now())
        assert "is archived" in error_of(start(chain(calls())))[1]

    def test_recursion_ends_at_the_limit_with_a_clear_error(self):
        own = named("again", chain(calls("again")))
        with override_settings(FLOWDECK_MAX_DEPTH=3):
            run_id = start(own)
        depths = ChildRun.objects.order_by("depth").values_list("depth", flat=True)
        assert list(depths) == [1, 2]
        kind, message = error_of(run_id)
        assert kind == "ChildFailed"
        assert "Runs may start each other 3 deep" in message
        assert {run.status for run in Run.objects.all()} == {"failed"}
        deepest = Run.objects.get(child_of__depth=2)
        assert error_of(deepest.id)[0] == "DepthLimitError"

    def test_recursion_that_ends_gives_its_result(self):
        document = graph(
            [
                node("start", "start"),
                node("gate", "gate", {"branches": [{"id": "on", "condition": "${ input.n > 0 }"}]}),
                calls("sum", input={"n": "${ input.n - 1 }"}),
                node("more", "end", {"output": "${ nodes.call + input.n }"}),
                node("none", "end", {"output": "${ 0 }"}),
            ],
            [
                edge("start", "gate"),
                edge("gate", "call", "on"),
                edge("gate", "none", "otherwise"),
                edge("call", "more"),
            ],
        )
        run_id = start(named("sum", document), {"n": 4})
        assert run_of(run_id).output == 10


def with_schema(schema: dict[str, Any]) -> dict[str, Any]:
    return graph(
        [node("start", "start", {"input_schema": schema}), node("end", "end")],
        [edge("start", "end")],
    )


def _fail(run: Any) -> list[Any]:
    at = run.now.timestamp()
    return [NodeFailed("w", 1, 1, at, ErrorInfo("Boom", "boom", is_final=True))]


class TestOrders:
    def test_cancelling_the_parent_cancels_the_child_and_its_child(self):
        named("grandchild", SIGNAL)
        named("child", chain(calls("grandchild")))
        run_id = start(chain(calls()))
        tell(run_id, CancelRequested)
        child = child_of(run_id)
        assert [status_of(r) for r in (run_id, child.id, child_of(child.id).id)] == [
            "cancelled"
        ] * 3
        asked = child.events.get(type="run.cancel_requested")
        assert asked.data["reason"] == "The run that started it no longer waits for it."

    def test_a_join_that_cancels_the_rest_cancels_the_child(self):
        named("child", SIGNAL)
        document = graph(
            [
                node("start", "start"),
                calls(),
                node("a"),
                node("join", "transform", join={"mode": "any", "rest": "cancel"}),
                node("end", "end"),
            ],
            [
                edge("start", "call"),
                edge("start", "a"),
                edge("call", "join"),
                edge("a", "join"),
                edge("join", "end"),
            ],
        )
        run_id = start(document)
        work()
        assert status_of(run_id) == "succeeded"
        assert status_of(child_of(run_id).id) == "cancelled"
        check_law(run_id)

    def test_a_child_that_nobody_waits_for_outlives_its_parent(self):
        named("child", SIGNAL)
        wait = node("w", "wait", {"mode": "signal", "signal": "go"})
        run_id = start(chain(calls(wait=False), wait))
        tell(run_id, CancelRequested)
        assert status_of(child_of(run_id).id) == "waiting"

    def test_pause_and_resume_reach_the_child(self):
        named("child", chain(node("a")))
        run_id = start(chain(calls()))
        child = child_of(run_id)
        tell(run_id, PauseRequested)
        assert (status_of(run_id), status_of(child.id)) == ("paused", "paused")
        assert work() == 0
        tell(run_id, ResumeRequested)
        assert work() == 1
        assert status_of(run_id) == "succeeded"

    def test_a_child_is_not_started_while_its_parent_is_paused(self):
        named("child", DOUBLE)
        run_id = start(chain(node("a"), calls(input={"amount": 1.0})))
        tell(run_id, PauseRequested)
        tell(run_id, ResumeRequested)
        ACTIONS[""] = lambda context: tell(run_id, PauseRequested)
        work()
        assert statuses(run_id)["call"] == "held"
        assert not ChildRun.objects.exists()
        tell(run_id, ResumeRequested)
        assert status_of(run_id) == "succeeded"


class Died(BaseException):
    """A process that ends: nothing catches it."""


def die() -> None:
    raise Died


class TestCrashes:
    def test_between_the_parents_step_and_the_childs_start(self, time):
        named("child", DOUBLE)
        with trigger_points.at(trigger_points.STEP_COMMITTED, die), pytest.raises(Died):
            start(chain(calls(input={"amount": 2.0})))
        (parent,) = Run.objects.filter(parent=None)
        child = child_of(parent.id)
        assert child.seq == 0
        time.pass_(2)
        sweep.sweep_once()
        assert (status_of(parent.id), status_of(child.id)) == ("succeeded", "succeeded")
        assert ChildRun.objects.count() == 1

    def test_between_the_childs_end_and_its_report(self, time):
        named("child", SIGNAL)
        run_id = start(chain(calls()))
        child = child_of(run_id)
        with trigger_points.at(trigger_points.STEP_COMMITTED, die), pytest.raises(Died):
            signal(child.id, "paid")
        assert (status_of(child.id), status_of(run_id)) == ("succeeded", "waiting")
        time.pass_(2)
        sweep.sweep_once()
        assert run_of(run_id).output == "paid"
        check_law(run_id)

    def test_between_the_parents_cancel_and_the_childs(self, time):
        named("child", SIGNAL)
        run_id = start(chain(calls()))
        with trigger_points.at(trigger_points.STEP_COMMITTED, die), pytest.raises(Died):
            tell(run_id, CancelRequested)
        child = child_of(run_id)
        assert (status_of(run_id), status_of(child.id)) == ("cancelled", "waiting")
        time.pass_(2)
        sweep.sweep_once()
        assert status_of(child.id) == "cancelled"

    def test_before_the_parents_step_is_committed_there_is_no_child(self):
        named("child", SIGNAL)
        run_id = start(chain(node("w", "wait", {"mode": "signal", "signal": "go"}), calls()))

        with transaction.atomic():
            signal(run_id)
            assert ChildRun.objects.exists()
            transaction.set_rollback(True)
        assert not ChildRun.objects.exists()
        assert Run.objects.count() == 1
        signal(run_id)
        assert ChildRun.objects.count() == 1


class TestRaces:
    def test_the_child_ends_in_the_instant_in_which_the_parent_is_cancelled(self, threads):
        """Each holds its own run, and leaves its report for the other, before either commits."""
        named("child", SIGNAL)
        run_id = start(chain(calls()))
        child = child_of(run_id)
        both = threading.Barrier(2)

        def meet() -> None:
            # On SQLite one of them holds the only write lock, and the other is not there yet.
            if is_postgresql():
                both.wait(10)

        locked = _first_time_in_each_thread(meet)
        with trigger_points.at(trigger_points.RUN_LOCKED, locked):
            threads.start(tell, run_id, CancelRequested)
            threads.start(signal, child.id, "paid")
            threads.join()
        sweep_all()
        assert not InboxItem.objects.exists()
        assert status_of(run_id) in {"cancelled", "succeeded"}
        assert status_of(child.id) in {"cancelled", "succeeded"}
        if is_postgresql():
            assert (status_of(run_id), status_of(child.id)) == ("cancelled", "succeeded")
        check_law(run_id)
        check_law(child.id)


def _first_time_in_each_thread(action: Callable[[], None]) -> Callable[[], None]:
    seen = threading.local()

    def act() -> None:
        if not getattr(seen, "was_here", False):
            seen.was_here = True
            action()

    return act
