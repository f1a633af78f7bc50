"""What happens beside a running node: leases, progress, log lines."""

from __future__ import annotations

import threading
import time as real_time

import pytest
from django.db import connection

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import chain, events, node, node_run, run_of, start, status_of, work
from workflows_app.core.events import CancelRequested
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.advance import advance
from workflows_app.models import NodeLog

pytestmark = pytest.mark.django_db(transaction=True)


def _until(is_true, seconds: float = 10) -> None:
    end = real_time.monotonic() + seconds
    while not is_true():
        assert real_time.monotonic() < end, "It never came true."
        real_time.sleep(0.02)


def test_the_lease_of_a_long_node_is_extended(settings):
    settings.FLOWDECK_LEASE_SECONDS = 0.9

    def act(context):
        for _ in range(12):
            real_time.sleep(0.2)
            sweep.take_back_lost_nodes()
        return "done"

    ACTIONS["long"] = act
    run_id = start(chain(node("a"), node("b", config={"name": "long"})))
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", "done")
    assert events(run_id, "node.lost") == []
    assert CALLS == [("a", 1), ("b", 1)]


def test_progress_and_lines_are_told_while_the_node_runs(threads):
    may_end = threading.Event()

    def act(context):
        context.logger.info("File %s", 3)
        context.progress(3, 10, "files")
        assert may_end.wait(20)
        context.logger.error("Last words")

    ACTIONS["tell"] = act
    run_id = start(chain(node("a", config={"name": "tell"})))
    threads.start(work)
    _until(lambda: node_run(run_id, "a").progress == {"done": 3, "total": 10, "text": "files"})
    _until(lambda: NodeLog.objects.filter(run_id=run_id).exists())
    assert events(run_id, "node.progress")[0].data == {"done": 3, "total": 10, "text": "files"}
    may_end.set()
    threads.join()
    assert status_of(run_id) == "succeeded"
    lines = NodeLog.objects.filter(run_id=run_id).order_by("id").values_list("level", "message")
    assert list(lines) == [("info", "File 3"), ("error", "Last words")]
    assert node_run(run_id, "a").progress is None


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one write lock: nobody can wait beside it."
)
def test_a_node_that_ends_while_its_start_is_told_is_not_left_lying():
    may_end, is_left = threading.Event(), threading.Event()
    locked_by: list[str] = []

    def hold_the_lock() -> None:
        if may_end.is_set() or not CALLS:
            return
        locked_by.append(threading.current_thread().name)
        may_end.set()
        assert is_left.wait(10)

    ACTIONS["wait"] = lambda context: may_end.wait(20) and None
    run_id = start(chain(node("a", config={"name": "wait"})))
    with (
        trigger_points.at(trigger_points.RUN_LOCKED, hold_the_lock),
        trigger_points.at(trigger_points.RESULTS_STORED, is_left.set),
    ):
        work()
        _until(lambda: status_of(run_id) == "succeeded")
    assert locked_by == ["flowdeck-keeper"]


def test_a_task_learns_that_nobody_waits_for_it(settings, threads):
    settings.FLOWDECK_LEASE_SECONDS = 0.6
    seen: list[str] = []

    def act(context):
        advance(run_id, CancelRequested(clock.now().timestamp()))
        _until(lambda: context.is_abandoned)
        seen.append("abandoned")

    ACTIONS["wait"] = act
    run_id = start(chain(node("a"), node("b", config={"name": "wait"})))
    work()
    assert seen == ["abandoned"]
    assert status_of(run_id) == "cancelled"


def test_lines_of_an_attempt_are_bounded():
    def act(context):
        for number in range(1_500):
            context.logger.info("line %s", number)

    ACTIONS["many"] = act
    run_id = start(chain(node("a", config={"name": "many"})))
    work()
    lines = list(NodeLog.objects.filter(run_id=run_id).order_by("id"))
    assert len(lines) == 1_000
    assert lines[-1].message == "No more than 1,000 lines are kept."
