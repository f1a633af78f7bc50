"""Batches whose workers die, fall silent or take long."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.actions import ACTIONS, ITEMS
from tests.engine.build import (
    events,
    status_of,
    work,
)
from tests.engine.bulks import failures, output, run, until
from workflows_app.core.events import CancelRequested
from workflows_app.engine import clock, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.engine.work import Worker
from workflows_app.models import Batch, Bulk
from workflows_app.store import batches

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The worker is gone."""


def _stop() -> None:
    raise Killed


def killed_at(point: str, *, after: int = 0, name: str = "victim") -> None:
    """Let a worker die when it reaches the point once more than `after` times."""
    seen = 0

    def die() -> None:
        nonlocal seen
        seen += 1
        if seen > after:
            raise Killed

    with trigger_points.at(point, die), pytest.raises(Killed):
        work(name)


def test_a_killed_worker_redoes_only_the_batch_in_flight(time, one_by_one):
    run_id = run([0, 1, 2, 3, 4, 5], batch_size=2)
    killed_at(trigger_points.BATCH_EXECUTED, after=1)
    assert [index for index, _ in ITEMS] == [0, 1, 2, 3]
    work()
    assert [index for index, _ in ITEMS[4:]] == [4, 5], "the victim's lease has not ended"
    time.pass_(31)
    work()
    assert output(run_id)["results"] == [0, 1, 2, 3, 4, 5]
    assert [index for index, _ in ITEMS[6:]] == [2, 3]


def test_the_lease_of_a_killed_worker_can_be_ended_by_name():
    run_id = run([0, 1])
    killed_at(trigger_points.BATCH_CLAIMED)
    assert "victim" in batches.leaseholders()
    Worker("victim").give_up()
    work()
    assert output(run_id)["results"] == [0, 1]


def test_a_crash_while_the_source_is_read_neither_loses_nor_doubles(time, monkeypatch):
    monkeypatch.setattr("workflows_app.engine.item_source.FILLING_ITEMS", 4)
    run_id = run(list(range(11)), batch_size=2)
    killed_at(trigger_points.BATCHES_WRITTEN, after=1)
    assert Bulk.objects.get().total == 8
    time.pass_(31)
    work()
    assert output(run_id)["results"] == list(range(11))
    assert len(ITEMS) == 11
    numbers = Batch.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(6))


def test_items_that_may_not_run_twice_fail_when_their_worker_dies(time):
    once = {"type": "task:test.on_item_once", "config": {"item": "${ item }"}}
    run_id = run([0, 1, 2], batch_size=2, processor=once)
    killed_at(trigger_points.BATCH_EXECUTED)
    time.pass_(31)
    work()
    assert output(run_id)["results"] == [2]
    assert failures(run_id) == [(0, "WorkerLost"), (1, "WorkerLost")]
    assert [index for index, _ in ITEMS] == [0, 1, 2]


def test_a_batch_that_kills_its_workers_fails_in_the_end(time):
    run_id = run([0, 1], batch_size=1)
    for _ in range(3):
        killed_at(trigger_points.BATCH_CLAIMED)
        time.pass_(31)
    work()
    assert output(run_id)["results"] == [1]
    assert failures(run_id) == [(0, "WorkerLost")]


def test_a_batch_that_kills_its_workers_takes_no_others_of_its_hand_along(time):
    def kill(call: Any) -> Any:
        if call[0] == 3:
            raise Killed
        return call[0]

    ACTIONS["do"] = kill
    run_id = run(list(range(6)), batch_size=1)
    for _ in range(3):
        with pytest.raises(Killed):
            work("victim")
        time.pass_(31)
    work()
    assert output(run_id)["results"] == [0, 1, 2, 4, 5]
    assert failures(run_id) == [(3, "WorkerLost")]


def test_a_late_report_of_a_batch_that_somebody_else_has_changes_nothing(time):
    run_id = run([0, 1], batch_size=2)

    has_waited = False

    def fall_silent() -> None:
        nonlocal has_waited
        if not has_waited:
            has_waited = True
            time.pass_(31)
            Worker("other").work()

    with trigger_points.at(trigger_points.BATCH_EXECUTED, fall_silent):
        work("slow")
    found = Bulk.objects.get()
    assert (found.succeeded, found.failed) == (2, 0)
    assert output(run_id)["results"] == [0, 1]


def test_a_crash_before_the_result_is_told_tells_it_once(time):
    run_id = run([1, 2], result={"mode": "reduce", "initial": 0, "combine": "${ output }"})
    with trigger_points.at(trigger_points.RUN_LOCKED, _stop), pytest.raises(Killed):
        work("victim")
    assert status_of(run_id) == "running"
    time.pass_(31)
    work()
    assert output(run_id)["value"] == 2
    assert len(events(run_id, "node.succeeded")) == 3


def test_the_lease_of_a_long_item_is_extended(settings):
    settings.FLOWDECK_LEASE_SECONDS = 0.9
    run_id = run(["long"])

    def hold(call: Any) -> Any:
        first = Batch.objects.get().lease_until
        until(lambda: Batch.objects.get().lease_until > first)
        return Worker("other").work()

    ACTIONS["do"] = hold
    work()
    assert output(run_id)["results"] == [0]
    assert ITEMS == [(0, 1)]


def test_an_item_learns_that_nobody_waits_for_it(settings):
    settings.FLOWDECK_LEASE_SECONDS = 0.6
    run_id = run(["long", "never"])
    seen = []

    def wait(call: Any) -> None:
        advance(run_id, CancelRequested(clock.now().timestamp()))
        until(lambda: call[1].is_abandoned)
        seen.append(call[0])

    ACTIONS["do"] = wait
    work()
    assert seen == ["long"]
    assert status_of(run_id) == "cancelled"
