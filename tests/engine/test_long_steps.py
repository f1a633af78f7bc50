"""Nobody holds a run for long: what a step has no time for, the next one does."""

from __future__ import annotations

import pytest

from tests.engine.build import chain, edge, events, graph, journal, node, start, status_of, work
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.engine import clock, inline, sweep
from workflows_app.engine.advance import advance
from workflows_app.models import InboxItem, NodeRun

pytestmark = pytest.mark.django_db(transaction=True)

ENDLESS = graph(
    [
        node("start", "start"),
        node("turn", "transform", {"output": 1}),
        node(
            "gate",
            "gate",
            {"mode": "first", "branches": [{"id": "again", "label": "", "condition": "${ true }"}]},
        ),
        node("end", "end"),
    ],
    [
        edge("start", "turn"),
        edge("turn", "gate"),
        edge("gate", "turn", "again", loop=True, max_iterations=100_000),
        edge("gate", "end", "otherwise"),
    ],
)
SHORT = chain(*[node(f"t{i}", "transform", {"output": i}) for i in range(4)])


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps with time for one node."""
    monkeypatch.setattr(inline, "STEP_SECONDS", 0)


def test_a_loop_of_gates_does_not_hold_the_run(monkeypatch):
    monkeypatch.setattr(inline, "STEP_SECONDS", 0.02)
    run_id = start(ENDLESS)
    assert status_of(run_id) == "running"
    before = NodeRun.objects.filter(run_id=run_id).count()
    sweep.sweep_once()
    assert NodeRun.objects.filter(run_id=run_id).count() > before
    advance(run_id, CancelRequested(clock.now().timestamp()))
    assert status_of(run_id) == "cancelled"
    sweep.sweep_once()
    assert not InboxItem.objects.exists()
    assert not NodeRun.objects.filter(run_id=run_id, finished_at=None).exists()


@pytest.mark.usefixtures("hasty")
def test_the_sweep_goes_on_where_a_step_stopped():
    run_id = start(SHORT)
    assert len(events(run_id, "node.succeeded")) == 1
    for _ in range(6):
        sweep.sweep_once()
    assert status_of(run_id) == "succeeded"
    done = [event.node_id for event in events(run_id, "node.succeeded")]
    assert done == ["start", "t0", "t1", "t2", "t3", "end"]


@pytest.mark.usefixtures("hasty")
def test_the_journal_is_the_same_in_one_step_and_in_many(monkeypatch):
    slow = start(SHORT)
    for _ in range(6):
        sweep.sweep_once()
    monkeypatch.setattr(inline, "STEP_SECONDS", 60)
    quick = start(SHORT)
    assert journal(slow) == journal(quick)


@pytest.mark.usefixtures("hasty")
def test_a_step_stopped_before_a_person_is_asked_asks_once():
    run_id = start(chain(node("ask", "human", {"heading": "Well?"})))
    sweep.sweep_once()
    sweep.sweep_once()
    assert status_of(run_id) == "waiting"
    assert len(events(run_id, "node.waiting")) == 1


@pytest.mark.usefixtures("hasty")
def test_a_run_paused_between_two_steps_goes_on_when_it_is_resumed():
    run_id = start(SHORT)
    advance(run_id, PauseRequested(clock.now().timestamp()))
    for _ in range(3):
        sweep.sweep_once()
    assert status_of(run_id) == "paused"
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    for _ in range(8):
        sweep.sweep_once()
    assert status_of(run_id) == "succeeded"
    assert len(events(run_id, "node.succeeded")) == 6


@pytest.mark.usefixtures("hasty")
def test_a_worker_that_brings_a_result_does_not_stay(monkeypatch):
    run_id = start(chain(node("a"), *SHORT["nodes"][1:-1]))
    sweep.sweep_once()
    work()
    assert status_of(run_id) == "running"
    for _ in range(8):
        sweep.sweep_once()
    assert status_of(run_id) == "succeeded"
