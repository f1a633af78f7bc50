"""Fixtures of the engine's tests. They run on the database that the session was started with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.engine import actions
from workflows_app.engine import clock
from workflows_app.engine.plans import plan_of
from workflows_app.outbound import dispatch, wakeups


class Outbox:
    """What would have left for the broker and the channel layer."""

    def __init__(self) -> None:
        self.hints: list[str] = []
        self.woken: list[str] = []
        self.is_broker_up = True

    def send(self, name: str) -> bool:
        if self.is_broker_up:
            self.hints.append(name)
        return self.is_broker_up


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Outbox:
    outbox = Outbox()
    monkeypatch.setattr(dispatch, "_send", outbox.send)
    monkeypatch.setattr(dispatch, "WINDOW_SECONDS", 0.0)
    monkeypatch.setattr(
        "workflows_app.engine.advance.wake", lambda ids: outbox.woken.extend(map(str, ids))
    )
    assert wakeups.GROUP
    return outbox


@pytest.fixture(autouse=True)
def clean_actions() -> Iterator[None]:
    plan_of.cache_clear()
    yield
    actions.ACTIONS.clear()
    actions.CALLS.clear()
    actions.ITEMS.clear()


class Clock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.time = clock.now()

    def now(self) -> datetime:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(clock, "now", fake.now)
    return fake


class Threads:
    """Runs functions side by side, each with a database connection of its own."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(self, function, *args, **kwargs) -> threading.Thread:
        def run() -> None:
            try:
                function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - told to the test by `join`
                self._errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def join(self, seconds: float = 30) -> None:
        for thread in self._threads:
            thread.join(seconds)
            assert not thread.is_alive(), "A thread hangs."
        if self._errors:
            raise self._errors[0]


@pytest.fixture
def threads() -> Iterator[Threads]:
    group = Threads()
    yield group
    group.join()


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even quick batches of bulks are claimed alone."""
    monkeypatch.setattr("workflows_app.engine.pace.LARGEST_HAND", 1)
