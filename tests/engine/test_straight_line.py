"""A run from its start to its end, in one worker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.actions import ACTIONS, CALLS
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
from tests.engine.law import check_law
from workflows_app.core.events import CancelRequested
from workflows_app.engine import clock
from workflows_app.engine.advance import advance
from workflows_app.engine.start import AskedRun, create_run, create_runs
from workflows_app.engine.work import Worker
from workflows_app.errors import NotFoundError, RunInputError
from workflows_app.models import NodeLog, NodeRun, Run, RunEvent
from workflows_app.store import inbox, runs, statements

pytestmark = pytest.mark.django_db(transaction=True)

GATED = graph(
    [
        node("start", "start"),
        node("double", "task:test.echo", {"value": "${ input.amount * 2.0 }"}),
        node("gate", "gate", {"branches": [{"id": "big", "condition": "${ nodes.double > 5.0 }"}]}),
        node("yes", "end", {"output": {"total": "${ nodes.double }"}}),
        node("no", "end", {"output": "small"}),
    ],
    [
        edge("start", "double"),
        edge("double", "gate"),
        edge("gate", "yes", "big"),
        edge("gate", "no", "otherwise"),
    ],
)


def test_a_run_goes_from_start_to_end():
    run_id = start(GATED, {"amount": 4.0})
    assert journal(run_id) == ["run.started", "node.succeeded start", "node.queued double"]
    assert work() == 1
    run = run_of(run_id)
    assert (run.status, run.output, run.error) == ("succeeded", {"total": 8.0}, None)
    assert run.finished_at is not None
    assert journal(run_id) == [
        "run.started",
        "node.succeeded start",
        "node.queued double",
        "node.started double",
        "node.succeeded double",
        "node.succeeded gate",
        "node.skipped no",
        "node.succeeded yes",
        "run.succeeded",
    ]
    assert run.seq == 9
    assert statuses(run_id) == {
        "start": "succeeded",
        "double": "succeeded",
        "gate": "succeeded",
        "no": "skipped",
        "yes": "succeeded",
    }
    double = node_run(run_id, "double")
    assert (double.input, double.output, double.worker) == ({"value": 8.0}, 8.0, "worker-1")
    assert node_run(run_id, "gate").output == {"branches": ["big"]}


def _noted(notes, what, result):
    notes.append(what)
    return result


def note_writes(monkeypatch) -> tuple[list[Any], list[Any]]:
    """Locks that are taken, and the steps that each write held."""
    locks: list[Any] = []
    writes: list[Any] = []
    lock_run, write_steps = runs.lock_run, statements.write_steps
    monkeypatch.setattr(
        "workflows_app.engine.advance.runs.lock_run",
        lambda *a, **k: _noted(locks, a, lock_run(*a, **k)),
    )
    monkeypatch.setattr(
        "workflows_app.engine.advance.write_steps",
        lambda steps, **k: _noted(writes, len(steps), write_steps(steps, **k)),
    )
    return locks, writes


@pytest.mark.parametrize("task", ["task:test.act", "task:test.once"])
def test_a_chain_is_one_statement_a_step(monkeypatch, task):
    run_id = start(chain(*[node(f"n{i}", task) for i in range(10)]))
    locks, writes = note_writes(monkeypatch)
    assert work() == 10
    assert status_of(run_id) == "succeeded"
    # What must not run twice is begun in a write of its own when it was taken from the queue.
    assert (locks, writes) == ([], [1] * (11 if task == "task:test.once" else 10))


def test_the_steps_of_many_runs_share_a_statement(monkeypatch):
    document = chain(*[node(f"n{i}", "task:test.echo", {"value": "${ input.x }"}) for i in "abc"])
    run_ids = [start(document, {"x": number}) for number in range(6)]
    worker = Worker("worker-1")
    worker.pace.learn(1, 0.0)
    worker.pace.learn(2, 0.0)
    worker.pace.learn(4, 0.0)
    monkeypatch.setattr("workflows_app.engine.holding.GROUP_SECONDS", 60)
    locks, writes = note_writes(monkeypatch)
    assert worker.work() == 18
    assert [run_of(run_id).output for run_id in run_ids] == list(range(6))
    assert (locks, writes) == ([], [6, 6, 6])
    for run_id in run_ids:
        check_law(run_id)


def test_a_run_that_moved_meanwhile_does_not_hold_back_those_beside_it(monkeypatch):
    moved = start(chain(node("a", config={"name": "x"}), node("b")))
    beside = start(chain(node("a"), node("b")))

    def cancel(context):
        advance(moved, CancelRequested(clock.now().timestamp(), "No more."))

    ACTIONS["x"] = cancel
    worker = Worker("worker-1")
    worker.pace.learn(1, 0.0)
    worker.work()
    assert (status_of(moved), status_of(beside)) == ("cancelled", "succeeded")
    assert statuses(moved) == {"start": "succeeded", "a": "cancelled"}
    check_law(moved)
    check_law(beside)


def test_many_runs_start_in_one_statement(monkeypatch):
    version = publish(chain(node("a", "task:test.echo", {"value": "${ input.x }"})))
    asked = [AskedRun({"x": x}, f"order {x}", f"key {x}", {"x": x}) for x in range(5)]
    locks, writes = note_writes(monkeypatch)
    ids = {"workflow_id": version.workflow_id, "version_id": version.id}
    started = create_runs(**ids, asked=asked)
    assert ([is_new for _, is_new in started], locks, writes) == ([True] * 5, [], [5])
    again = create_runs(**ids, asked=[*asked[:2], AskedRun({"x": 9})])
    assert again[:2] == [(run_id, False) for run_id, _ in started[:2]]
    assert again[2][1]
    while work():
        pass
    run_ids = [run_id for run_id, _ in [*started, again[2]]]
    assert [run_of(run_id).output for run_id in run_ids] == [0, 1, 2, 3, 4, 9]
    assert run_of(run_ids[3]).labels == {"x": 3}
    for run_id in run_ids:
        check_law(run_id)


def test_one_bad_input_of_many_starts_none():
    version = publish(chain(node("a")))
    asked = [AskedRun({}), AskedRun({"text": "a\x00b"})]
    with pytest.raises(RunInputError) as caught:
        create_runs(workflow_id=version.workflow_id, version_id=version.id, asked=asked)
    assert caught.value.errors[0].field == "runs.1.input"
    assert not Run.objects.exists()


def test_output_of_the_run_is_that_of_the_step_before_an_end_without_one():
    run_id = start(chain(node("a", "task:test.echo", {"value": {"x": [1, 2]}})))
    work()
    assert run_of(run_id).output == {"x": [1, 2]}


def test_several_ends_give_an_object_by_their_ids():
    document = graph(
        [node("start", "start"), node("a", "end", {"output": 1}), node("b", "end", {"output": 2})],
        [edge("start", "a"), edge("start", "b")],
    )
    run_id = start(document)
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", {"a": 1, "b": 2})


def test_an_end_can_fail_the_run_with_its_message():
    document = graph(
        [
            node("start", "start"),
            node("end", "end", {"outcome": "failed", "message": "Too dear: ${ input.price }"}),
        ],
        [edge("start", "end")],
    )
    run_id = start(document, {"price": 7})
    assert status_of(run_id) == "failed"
    assert run_of(run_id).error == {
        "type": "EndedAsFailed",
        "message": "Too dear: 7",
        "node_id": "end",
    }


def test_a_log_node_writes_into_its_log():
    run_id = start(
        chain(node("say", "log", {"message": "Hello ${ input.name }", "level": "warning"})),
        {"name": "Ana"},
    )
    lines = NodeLog.objects.filter(run_id=run_id).values_list("node_id", "level", "message")
    assert list(lines) == [("say", "warning", "Hello Ana")]
    assert status_of(run_id) == "succeeded"


def test_integers_of_any_size_come_through():
    huge = 10**400
    ACTIONS["huge"] = lambda context: {"n": huge}
    steps = [
        node("task", config={"name": "huge"}),
        node("pass_on", "task:test.echo", {"value": "${ nodes.task.n }"}),
    ]
    run_id = start(chain(*steps), {"n": huge})
    work()
    assert run_of(run_id).output == huge
    assert run_of(run_id).input == {"n": huge}


def test_a_wrong_expression_fails_its_node_and_run():
    run_id = start(chain(node("t", "transform", {"output": "${ input.missing.field }"})))
    run = run_of(run_id)
    assert run.status == "failed"
    assert run.error["type"] == "ExpressionError"
    assert run.error["node_id"] == "t"
    assert "input.missing.field" in run.error["message"]


def test_a_wrong_expression_of_a_worker_node_follows_its_error_edge():
    document = graph(
        [
            node("start", "start"),
            node("a", "task:test.echo", {"value": "${ input.missing }"}),
            node("caught", "end", {"output": "${ error.type }"}),
        ],
        [edge("start", "a"), edge("a", "caught", "error")],
    )
    run_id = start(document)
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "ExpressionError")
    assert CALLS == []


def test_create_run_is_idempotent_by_key():
    version = publish(chain(node("a")))
    values: dict[str, Any] = {
        "workflow_id": version.workflow_id,
        "version_id": version.id,
        "input": {},
    }
    first, is_first_new = create_run(**values, idempotency_key="order-1")
    again, is_again_new = create_run(**values, idempotency_key="order-1")
    other, is_other_new = create_run(**values, idempotency_key="order-2")
    assert (is_first_new, is_again_new, is_other_new) == (True, False, True)
    assert first == again != other
    assert Run.objects.count() == 2
    assert RunEvent.objects.filter(run_id=first, type="run.started").count() == 1


def test_input_that_no_database_takes_is_refused_and_nothing_is_made():
    version = publish(chain(node("a")))
    values: dict[str, Any] = {"workflow_id": version.workflow_id, "version_id": version.id}
    with pytest.raises(RunInputError, match="U\\+0000"):
        create_run(**values, input={"text": "a\x00b"})
    with pytest.raises(RunInputError, match="1,000,000"):
        create_run(**values, input={"text": "x" * 1_000_001})
    assert (Run.objects.count(), NodeRun.objects.count()) == (0, 0)


def test_literal_backslash_u0000_is_no_nul():
    run_id = start(
        chain(node("a", "task:test.echo", {"value": "${ input.text }"})), {"text": "\\u0000"}
    )
    work()
    assert run_of(run_id).output == "\\u0000"


def test_advance_of_an_unknown_run_is_an_error():
    from uuid import uuid4

    from workflows_app.engine.advance import advance

    with pytest.raises(NotFoundError):
        advance(uuid4())


def test_a_report_in_the_inbox_fences_out_a_step_that_did_not_see_it():
    from workflows_app.core.events import PauseRequested
    from workflows_app.engine import clock
    from workflows_app.store.codec import Report

    def leave_a_report(context):
        now = clock.now()
        inbox.add_reports(context.run_id, [Report(PauseRequested(now.timestamp()))], now)

    ACTIONS["pause"] = leave_a_report
    run_id = start(chain(node("a"), node("b", config={"name": "pause"}), node("c")))
    work()
    assert status_of(run_id) == "paused"
    assert statuses(run_id) == {
        "start": "succeeded",
        "a": "succeeded",
        "b": "succeeded",
        "c": "held",
    }
    assert not inbox.has_reports(run_id)
