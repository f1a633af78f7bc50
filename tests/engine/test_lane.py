"""One thread does the quick nodes, and no hint is lost over that."""

from __future__ import annotations

import threading
import time as clock_time

import pytest

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import chain, node, start, status_of
from workflows_app.engine.lane import Lane
from workflows_app.engine.pace import Pace
from workflows_app.engine.work import Worker


def test_the_lane_is_for_one_while_nodes_are_quick():
    lane, first, second = Lane(), object(), object()
    assert lane.enter(first, is_quick=True)
    assert not lane.enter(second, is_quick=True)
    assert lane.enter(second, is_quick=False)


def test_whoever_leaves_looks_once_more_for_those_who_came_by():
    lane, first, second = Lane(), object(), object()
    lane.enter(first, is_quick=True)
    lane.enter(second, is_quick=True)
    assert not lane.leave(first)
    assert lane.leave(first)
    assert lane.enter(second, is_quick=True)


def test_a_lane_that_opens_tells_whether_somebody_was_sent_away():
    lane, first, second = Lane(), object(), object()
    lane.enter(first, is_quick=True)
    assert not lane.open(first)
    lane.enter(first, is_quick=True)
    lane.enter(second, is_quick=True)
    assert lane.open(first)
    assert lane.enter(second, is_quick=True)
    assert not lane.open(first)
    assert lane.leave(first)
    assert not lane.enter(first, is_quick=True)


@pytest.mark.django_db(transaction=True)
def test_a_slow_node_lets_the_next_thread_in(threads):
    worker = Worker("worker-1")
    worker.pace.is_quick = True
    is_done = threading.Event()
    ACTIONS["slow"] = lambda context: is_done.wait(20)
    slow = start(chain(node("a", config={"name": "slow"})))
    threads.start(worker.work)
    deadline = clock_time.monotonic() + 20
    while not (CALLS and worker.lane.enter("probe", is_quick=True)):
        assert clock_time.monotonic() < deadline
        clock_time.sleep(0.01)
    worker.lane.open("probe")
    quick = start(chain(node("b")))
    assert worker.work() == 1
    assert (status_of(quick), status_of(slow)) == ("succeeded", "running")
    is_done.set()
    threads.join()
    assert status_of(slow) == "succeeded"


def test_the_pace_is_quick_as_long_as_nodes_are():
    pace = Pace()
    assert not pace.is_quick
    pace.learn(10, 0.001)
    assert pace.is_quick
    pace.learn(10, 1.0)
    assert not pace.is_quick
