"""People, time and signals; pause, resume and cancel; reruns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from tests.engine.actions import CALLS
from tests.engine.build import (
    chain,
    edge,
    events,
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
from workflows_app.core.events import (
    CancelRequested,
    NodeCompleted,
    PauseRequested,
    ResumeRequested,
)
from workflows_app.engine import clock, sweep
from workflows_app.engine.advance import advance
from workflows_app.engine.start import create_run
from workflows_app.errors import InvalidInputError
from workflows_app.models import HumanTask, Run, RunEvent, Signal, Timer

pytestmark = pytest.mark.django_db(transaction=True)

APPROVAL = graph(
    [
        node("start", "start"),
        node(
            "ask",
            "human",
            {
                "heading": "Approve ${ input.amount } EUR?",
                "instructions": "Look at it.",
                "data": {"Amount": "${ input.amount }", "By": "${ input.name }"},
                "assignees": {"users": ["ana", "${ input.name }"], "groups": ["boss"]},
                "due_in_seconds": 3600,
            },
        ),
        node("yes", "end", {"output": "${ nodes.ask.decided_by }"}),
        node("no", "end", {"output": "no"}),
        node("late", "end", {"output": "late"}),
    ],
    [
        edge("start", "ask"),
        edge("ask", "yes", "approved"),
        edge("ask", "no", "rejected"),
        edge("ask", "late", "timeout"),
    ],
)


@pytest.fixture
def people(db):
    users = get_user_model()
    Group.objects.create(name="boss")
    return [users.objects.create_user(name) for name in ("ana", "ben")]


def _now() -> float:
    return clock.now().timestamp()


def _decide(run_id, outcome="approved"):
    def prepare(run):
        run.set_output("ask", 1, {"outcome": outcome, "decided_by": "ana"})
        run.add_journal("human.decided", "ask", 1, {"by": "ana", "outcome": outcome})
        return [NodeCompleted("ask", 1, 1, run.now.timestamp(), (outcome,))]

    advance(run_id, prepare=prepare)


def test_node_runs_are_numbered_in_the_order_in_which_they_were_reached():
    run_id = start(publish(APPROVAL), {"amount": 7, "name": "bob"})
    work()
    reached = run_of(run_id).node_runs.order_by("id").values_list("node_id", flat=True)
    assert list(reached) == ["start", "ask"]


def test_a_human_node_asks_people_and_the_run_waits(people):
    run_id = start(APPROVAL, {"amount": 7, "name": "ben"})
    assert status_of(run_id) == "waiting"
    task = HumanTask.objects.get(run_id=run_id)
    assert (task.heading, task.instructions, task.status) == (
        "Approve 7 EUR?",
        "Look at it.",
        "open",
    )
    shown = {entry["label"]: entry["value"] for entry in task.data}
    assert shown == {"Amount": 7, "By": "ben"}
    assert [o["id"] for o in task.outcomes] == ["approved", "rejected"]
    assert {u.username for u in task.assigned_users.all()} == {"ana", "ben"}
    assert [g.name for g in task.assigned_groups.all()] == ["boss"]
    assert task.due_at == task.created_at + timedelta(hours=1)
    row = node_run(run_id, "ask")
    assert row.status == "waiting"
    assert row.waiting["kind"] == "human"
    assert row.waiting["for"] == ["ana", "ben", "boss"]
    assert row.waiting["human_task_id"] == str(task.id)
    told = events(run_id, "node.waiting")[0].data
    assert told["human_task_id"] == str(task.id)
    assert told["for"] == ["ana", "ben", "boss"]
    assert told["until"] == row.waiting["until"]
    assert journal(run_id)[-1] == "run.waiting"


def test_a_decision_goes_on_along_its_port(people):
    run_id = start(APPROVAL, {"amount": 7, "name": "ben"})
    _decide(run_id)
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "ana")
    assert statuses(run_id)["no"] == "skipped"
    _decide(run_id, "rejected")
    assert run_of(run_id).output == "ana"


def test_a_human_node_behind_a_worker_node_is_set_up_by_the_worker(people):
    document = graph(
        [
            node("start", "start"),
            node("a"),
            node("ask", "human", {"heading": "?", "assignees": {"users": ["ana"]}}),
            node("end", "end"),
        ],
        [
            edge("start", "a"),
            edge("a", "ask"),
            edge("ask", "end", "approved"),
            edge("ask", "end", "rejected"),
        ],
    )
    run_id = start(document)
    work()
    assert status_of(run_id) == "waiting"
    assert HumanTask.objects.get(run_id=run_id).status == "open"
    _decide(run_id)
    assert status_of(run_id) == "succeeded"


def test_cancel_closes_the_human_task(people):
    run_id = start(APPROVAL, {"amount": 7, "name": "ben"})
    advance(run_id, CancelRequested(_now(), "no need"))
    assert status_of(run_id) == "cancelled"
    task = HumanTask.objects.get(run_id=run_id)
    assert (task.status, task.closed_at is not None) == ("cancelled", True)
    assert events(run_id, "run.cancel_requested")[0].data == {"reason": "no need"}


def test_a_human_task_expires_with_its_nodes_time_limit(people, time):
    document = {**APPROVAL, "nodes": [dict(n) for n in APPROVAL["nodes"]]}
    document["nodes"][1]["timeout_seconds"] = 60
    run_id = start(document, {"amount": 7, "name": "ben"})
    time.pass_(61)
    sweep.sweep_once()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "late")
    assert HumanTask.objects.get(run_id=run_id).status == "expired"


def test_nobody_to_ask_fails_the_node(people):
    run_id = start(
        chain(
            node("ask", "human", {"heading": "?", "assignees": {"users": ["nobody"]}}),
        )
        | {"edges": [edge("start", "ask"), edge("ask", "end", "approved")]}
    )
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "UnknownAssigneeError"
    assert HumanTask.objects.get(run_id=run_id).status == "cancelled"


def test_a_wait_for_time_ends_with_its_timer(time):
    run_id = start(chain(node("w", "wait", {"mode": "duration", "duration_seconds": 30})))
    assert status_of(run_id) == "waiting"
    time.pass_(29)
    sweep.sweep_once()
    assert status_of(run_id) == "waiting"
    time.pass_(2)
    sweep.sweep_once()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", {})
    assert not Timer.objects.exists()


def test_a_wait_until_takes_an_expression(time):
    until = (time.now() + timedelta(seconds=90)).isoformat()
    run_id = start(
        chain(node("w", "wait", {"mode": "until", "until": "${ input.at }"})), {"at": until}
    )
    assert Timer.objects.get(run_id=run_id).due_at == time.now() + timedelta(seconds=90)
    time.pass_(91)
    sweep.sweep_once()
    assert status_of(run_id) == "succeeded"


@pytest.mark.parametrize("at", ["tomorrow", "2030-01-01T00:00:00", 7])
def test_a_time_that_is_none_fails_the_wait(at):
    run_id = start(
        chain(node("w", "wait", {"mode": "until", "until": "${ input.at }"})), {"at": at}
    )
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "InvalidWaitError"


def _signal(run_id, name, payload):
    advance(run_id, prepare=lambda run: [run.add_signal(name, payload)])


def test_a_signal_gives_its_payload_to_the_wait():
    run_id = start(chain(node("w", "wait", {"mode": "signal", "signal": "paid"})))
    assert node_run(run_id, "w").waiting["for"] == ["paid"]
    _signal(run_id, "other", 1)
    assert status_of(run_id) == "waiting"
    _signal(run_id, "paid", {"amount": 7})
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", {"amount": 7})


def test_a_signal_that_comes_early_is_kept():
    run_id = start(chain(node("a"), node("w", "wait", {"mode": "signal", "signal": "paid"})))
    _signal(run_id, "paid", "early")
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "early")
    assert Signal.objects.count() == 1


def test_a_payload_that_no_database_takes_changes_nothing():
    run_id = start(chain(node("w", "wait", {"mode": "signal", "signal": "paid"})))
    with pytest.raises(InvalidInputError):
        _signal(run_id, "paid", "a\x00b")
    assert status_of(run_id) == "waiting"
    assert not Signal.objects.exists()


def test_pause_holds_what_has_not_begun_and_resume_lets_it_go(sent):
    run_id = start(chain(node("a"), node("b")))
    advance(run_id, PauseRequested(_now()))
    assert (status_of(run_id), statuses(run_id)["a"]) == ("paused", "held")
    assert work() == 0
    sent.hints.clear()
    advance(run_id, ResumeRequested(_now()))
    assert sent.hints == ["flowdeck.work"]
    assert statuses(run_id)["a"] == "queued"
    work()
    assert status_of(run_id) == "succeeded"
    assert journal(run_id, of="a") == [
        "node.queued",
        "node.held",
        "node.queued",
        "node.started",
        "node.succeeded",
    ]


def test_prepare_that_refuses_changes_nothing():
    run_id = start(chain(node("w", "wait", {"mode": "signal", "signal": "paid"})))
    before = run_of(run_id)

    def refuse(run):
        run.add_journal("human.claimed", "w", 1, {"by": "ana"})
        run.add_signal("paid", 1)
        raise InvalidInputError("no")

    with pytest.raises(InvalidInputError):
        advance(run_id, prepare=refuse)
    after = run_of(run_id)
    assert (after.seq, after.state, after.status) == (before.seq, before.state, before.status)
    assert not Signal.objects.exists()


def test_a_rerun_takes_over_results_and_runs_the_rest():
    version = publish(
        chain(
            node("a", config={"name": "first"}),
            node("b", "task:test.echo", {"value": "${ nodes.a }"}),
        )
    )
    first = start(version)
    work()
    CALLS.clear()
    again, _ = create_run(
        workflow_id=version.workflow_id,
        version_id=version.id,
        input={},
        rerun_of_id=first,
        reusable={("start", 1): ("out",), ("a", 1): ("out",)},
    )
    assert statuses(again) == {"start": "succeeded", "a": "succeeded", "b": "queued"}
    row = node_run(again, "a")
    assert (row.is_reused, row.input, row.output) == (True, {"name": "first"}, "first")
    work()
    assert CALLS == []
    assert (status_of(again), run_of(again).output) == ("succeeded", "first")
    assert Run.objects.get(id=again).rerun_of_id == first
    assert RunEvent.objects.filter(run_id=again, type="node.reused").count() == 2


def test_a_loop_counts_its_visits():
    document = graph(
        [
            node("start", "start"),
            node("a", "task:test.echo", {"value": "x"}),
            node("gate", "gate", {"branches": [{"id": "again", "condition": "${ true }"}]}),
            node("end", "end"),
        ],
        [
            edge("start", "a"),
            edge("a", "gate"),
            edge("gate", "a", "again", loop=True, max_iterations=3),
            edge("gate", "end", "otherwise"),
        ],
    )
    run_id = start(document)
    work()
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error["type"] == "LoopLimit"
    assert node_run(run_id, "a", 4).status == "succeeded"
    assert [e.data["iteration"] for e in events(run_id, "loop.taken")] == [1, 2, 3]
