"""The law of the journal: numbered without gaps, and telling everything that the tables say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.actions import ACTIONS
from tests.engine.build import chain, edge, fan, graph, node, run_of, start, work
from tests.engine.law import check_law, folded
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.engine import clock, inline, sweep
from workflows_app.engine.advance import advance
from workflows_app.models import NodeRun
from workflows_app.selectors.runs import get_snapshot

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_a_step_had_no_time_for_is_neither_told_nor_shown(monkeypatch):
    monkeypatch.setattr(inline, "STEP_SECONDS", 0)
    transforms = [node(f"t{i}", "transform", {"output": i}) for i in range(3)]
    run_id = start(chain(*transforms, node("ask", "human", {"heading": "Well?"})))
    moves = {2: PauseRequested, 4: ResumeRequested}

    for number in range(8):
        if number in moves:
            advance(run_id, moves[number](clock.now().timestamp()))
        shown = {(n.node_id, n.visit): n.status for n in get_snapshot(run_id=run_id).nodes}
        assert shown == {key: told["status"] for key, told in folded(run_id).items()}
        sweep.sweep_once()

    assert run_of(run_id).status == "waiting"


def _fail_first(context):
    if context.attempt == 1:
        raise ConnectionError("away")
    return context.attempt


def test_law_holds_after_every_step_of_a_winding_run(time):
    ACTIONS["fail first"] = _fail_first
    document = graph(
        [
            node("start", "start"),
            node("a", config={"name": "fail first"}, retry={"initial_delay_seconds": 3}),
            node("b"),
            node("w", "wait", {"mode": "duration", "duration_seconds": 9}),
            node("s", "wait", {"mode": "signal", "signal": "go"}),
            node("gate", "gate", {"branches": [{"id": "x", "condition": "${ nodes.a > 1 }"}]}),
            node("skipped"),
            node("end", "end"),
        ],
        [
            edge("start", "a"),
            edge("start", "b"),
            edge("start", "w"),
            edge("start", "s"),
            edge("a", "gate"),
            edge("gate", "end", "x"),
            edge("gate", "skipped", "otherwise"),
            *[edge(source, "end") for source in ("b", "w", "s", "skipped")],
        ],
    )
    run_id = start(document)
    check_law(run_id)
    work()
    check_law(run_id)
    advance(run_id, PauseRequested(clock.now().timestamp()))
    check_law(run_id)
    time.pass_(4)
    sweep.sweep_once()
    check_law(run_id)
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    check_law(run_id)
    work()
    check_law(run_id)
    advance(run_id, prepare=lambda run: [run.add_signal("go", {"x": 1})])
    check_law(run_id)
    time.pass_(9)
    sweep.sweep_once()
    check_law(run_id)
    run = run_of(run_id)
    assert run.status == "succeeded"
    assert set(run.output) == {"a", "b", "w", "s"}


def test_law_holds_for_parallel_branches():
    run_id = start(fan(120))
    work()
    check_law(run_id)


def test_law_holds_for_a_failed_and_a_cancelled_run():
    def fail(context):
        raise ConnectionError("away")

    ACTIONS["fail"] = fail
    run_id = start(
        graph(
            [
                node("start", "start"),
                node("a", config={"name": "fail"}),
                node("b", "wait", {"mode": "signal", "signal": "go"}),
                node("end", "end"),
            ],
            [edge("start", "a"), edge("start", "b"), edge("a", "end"), edge("b", "end")],
        )
    )
    work()
    assert run_of(run_id).status == "failed"
    check_law(run_id)
    other = start(chain(node("a")))
    advance(other, CancelRequested(clock.now().timestamp()))
    check_law(other)


def test_law_holds_for_a_chain_of_fenced_steps():
    run_id = start(chain(*[node(f"n{i}") for i in range(20)]))
    work()
    check_law(run_id)


def test_progress_is_told_and_ends_with_the_node():
    from workflows_app.engine.advance import advance_with
    from workflows_app.store.codec import ProgressTold, Report

    def act(context):
        from tests.engine.test_failures import _told as tell_start

        tell_start(run_id, context)
        told = ProgressTold("a", 1, 1, clock.now().timestamp(), 3, 10, "files")
        advance_with(run_id, [Report(told)])
        seen.append(NodeRun.objects.get(run_id=run_id, node_id="a").progress)
        check_law(run_id)
        return

    seen: list[Any] = []
    ACTIONS["x"] = act
    run_id = start(chain(node("a", config={"name": "x"})))
    work()
    assert seen == [{"done": 3, "total": 10, "text": "files"}]
    check_law(run_id)
    advance_with(run_id, [Report(ProgressTold("a", 1, 1, 0.0, 9, 10, ""))])
    check_law(run_id)
