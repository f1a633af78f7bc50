"""Hints and wake-ups: few, quick, and never a reason to fail."""

from __future__ import annotations

import time as real_time
from uuid import uuid4

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from workflows_app.outbound import dispatch, wakeups

SEND = dispatch._send


@pytest.fixture
def window(monkeypatch, sent):
    monkeypatch.setattr(dispatch, "WINDOW_SECONDS", 0.1)
    monkeypatch.setattr(dispatch, "_window_began", 0.0)
    return sent


def test_hints_are_capped_in_a_window_and_the_rest_follows_at_its_end(window):
    for _ in range(10):
        dispatch.hint_work(7)
    assert len(window.hints) == dispatch.MAX_HINTS
    real_time.sleep(0.3)
    assert len(window.hints) == dispatch.MAX_HINTS + 7


def test_one_hint_goes_out_at_once(window):
    dispatch.hint_work(1)
    assert window.hints == ["flowdeck.work"]


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_ready_is_no_hint(window, count):
    dispatch.hint_work(count)
    assert window.hints == []


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionError("away"), ValueError()])
def test_a_broker_that_is_away_is_no_error(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(current_app, "send_task", fail)
    assert SEND("flowdeck.work") is False


def test_wake_ups_of_a_moment_are_one_message(monkeypatch):
    messages = []

    class Layer:
        async def group_send(self, group, message):
            messages.append((group, message))

    monkeypatch.setattr(wakeups, "get_channel_layer", Layer)
    first, second = uuid4(), uuid4()
    for _ in range(50):
        wakeups.wake([first])
        wakeups.wake([second])
    real_time.sleep(0.3)
    assert len(messages) <= 2
    assert messages[0][0] == "flowdeck.wakeups"
    told = {run_id for _, message in messages for run_id in message["run_ids"]}
    assert told == {str(first), str(second)}


def test_a_layer_that_fails_is_no_error(monkeypatch):
    calls = []

    class Layer:
        async def group_send(self, group, message):
            calls.append(message)
            raise OSError("away")

    monkeypatch.setattr(wakeups, "get_channel_layer", Layer)
    wakeups.wake([uuid4()])
    real_time.sleep(0.2)
    wakeups.wake([uuid4()])
    real_time.sleep(0.2)
    assert len(calls) == 2
