"""What no message told of is found, and found once."""

from __future__ import annotations

import pytest

from tests.engine.actions import CALLS
from tests.engine.build import chain, events, fan, journal, node, run_of, start, status_of, work
from workflows_app.core.events import PauseRequested
from workflows_app.engine import clock, delivery, sweep, trigger_points
from workflows_app.models import InboxItem, OutboxMessage, Timer, WorkerHeartbeat
from workflows_app.store import claims, inbox, outbox, timers
from workflows_app.store.codec import Report

pytestmark = pytest.mark.django_db(transaction=True)

WAIT = chain(node("w", "wait", {"mode": "duration", "duration_seconds": 5}), node("a"))


def test_a_lost_hint_is_repeated(sent, time):
    sent.is_broker_up = False
    run_id = start(chain(node("a")))
    assert sent.hints == []
    sent.is_broker_up = True
    sweep.sweep_once()
    assert sent.hints == []
    time.pass_(2)
    sweep.sweep_once()
    assert sent.hints == ["flowdeck.work"]
    work()
    assert status_of(run_id) == "succeeded"


def test_hints_at_many_waiting_nodes_are_few(sent, time):
    start(fan(100))
    sent.hints.clear()
    time.pass_(2)
    sweep.sweep_once()
    assert sent.hints == ["flowdeck.work"] * 16


def test_nodes_of_living_workers_are_not_hinted_at(sent, time):
    start(chain(node("a")))
    from datetime import timedelta

    claims.claim_nodes(
        worker="w", limit=5, now=clock.now(), lease_until=clock.now() + timedelta(seconds=60)
    )
    sent.hints.clear()
    time.pass_(10)
    sweep.sweep_once()
    assert sent.hints == []


def test_an_unread_inbox_is_read(time):
    run_id = start(chain(node("a")))
    inbox.add_reports(run_id, [Report(PauseRequested(clock.now().timestamp()))], clock.now())
    time.pass_(2)
    sweep.sweep_once()
    assert status_of(run_id) == "paused"
    assert not InboxItem.objects.exists()


def test_a_timer_whose_sweep_died_is_not_lost(time):
    run_id = start(WAIT)
    time.pass_(6)

    def die() -> None:
        raise RuntimeError("the sweep dies")

    with trigger_points.at(trigger_points.TIMERS_FIRED, die), pytest.raises(RuntimeError):
        sweep.fire_timers()
    assert status_of(run_id) == "waiting"
    assert not Timer.objects.exists()
    time.pass_(2)
    sweep.sweep_once()
    assert journal(run_id, of="w") == ["node.waiting", "node.succeeded"]


def test_sweeps_at_once_double_nothing(threads, time):
    run_ids = [start(WAIT) for _ in range(20)]
    time.pass_(6)
    for _ in range(4):
        threads.start(sweep.sweep_once)
    threads.join()
    for run_id in run_ids:
        assert journal(run_id, of="w") == ["node.waiting", "node.succeeded"]
        assert journal(run_id, of="a") == ["node.queued"]
    while work():
        pass
    assert sorted(CALLS) == [("a", 1)] * 20
    for run_id in run_ids:
        run = run_of(run_id)
        assert run.status == "succeeded"
        assert run.events.count() == run.seq


def test_lost_leases_are_taken_back_once_by_many_sweeps(threads, time):
    run_id = start(chain(node("a")))
    from datetime import timedelta

    from workflows_app.core.events import NodeStarted
    from workflows_app.engine.advance import advance_with

    lease = clock.now() + timedelta(seconds=60)
    (claim,) = claims.claim_nodes(worker="w", limit=5, now=clock.now(), lease_until=lease)
    started = NodeStarted("a", 1, 1, clock.now().timestamp())
    advance_with(run_id, [Report(started, worker="w")])
    time.pass_(100)
    for _ in range(4):
        threads.start(sweep.sweep_once)
    threads.join()
    assert len(events(run_id, "node.lost")) == 1
    assert claims.extend_leases([claim], worker="w", lease_until=lease) == {claim}


def test_timers_tell_when_the_next_one_is_due(time):
    assert timers.next_due() is None
    start(WAIT)
    assert (timers.next_due() - time.now()).total_seconds() == pytest.approx(5)


def test_a_part_that_fails_does_not_keep_the_others(monkeypatch, time, sent):
    start(chain(node("a")))
    sent.hints.clear()
    time.pass_(2)

    def fail(**_):
        raise RuntimeError("no timers today")

    monkeypatch.setattr(timers, "fire_due_timers", fail)
    sweep.sweep_once()
    assert sent.hints == ["flowdeck.work"]


def test_the_sweeper_beats_and_says_goodbye():
    sweeper = sweep.Sweeper("worker-1", lambda: 3)
    sweeper.start()
    import time as real_time

    for _ in range(200):
        if WorkerHeartbeat.objects.filter(name="worker-1", active=3).exists():
            break
        real_time.sleep(0.02)
    assert WorkerHeartbeat.objects.get(name="worker-1").slots >= 1
    sweeper.stop()
    assert not WorkerHeartbeat.objects.exists()


def test_messages_are_delivered_and_repeated_when_that_fails(time, sent):
    got, fails = [], [True]

    def deliver(payload):
        if fails[0]:
            raise ConnectionError("away")
        got.append(payload)

    delivery.register_topic("test", deliver)
    outbox.add_message("test", {"x": 1}, now=clock.now())
    sweep.sweep_once()
    assert sent.hints == ["flowdeck.deliver"]
    assert delivery.deliver_due() == 0
    message = OutboxMessage.objects.get()
    assert (message.attempts, message.last_error) == (1, "away")
    assert delivery.deliver_due() == 0
    fails[0] = False
    time.pass_(3)
    assert delivery.deliver_due() == 1
    assert delivery.deliver_due() == 0
    assert got == [{"x": 1}]


def test_a_run_that_cannot_be_read_does_not_keep_others_from_running():
    from tests.engine.build import publish
    from workflows_app.engine.plans import plan_of
    from workflows_app.engine.work import Worker
    from workflows_app.models import Version

    version = publish(chain(node("a")))
    broken = start(version)
    run_id = start(chain(node("a")))
    Version.objects.filter(id=version.id).update(document={"kind": "nothing"})
    plan_of.cache_clear()
    worker = Worker("worker-1")
    worker.pace.learn(1, 0.0)
    worker.work()
    assert status_of(run_id) == "succeeded"
    assert status_of(broken) == "running"
