"""Two sides of a race: one stops at a named point, the other goes on, then the first is let go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from workflows_app.engine import trigger_points

SECONDS = 20.0
"""How long a side may take before the test gives up; nothing waits that long unless it hangs."""

needs_row_locks = pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite has one write lock: while one side holds it, nobody else can do anything.",
)


class Side:
    """Something done in a thread, with a database connection of its own."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._outcome: Future[Any] = Future()
        self._has_come = threading.Event()
        self._may_go_on = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(function, *args), daemon=True)

    def start(self) -> Side:
        """Begin."""
        self._thread.start()
        return self

    def stop_here(self) -> None:
        """Stand still, the first time that the side's own thread comes by."""
        if threading.current_thread() is self._thread and not self._has_come.is_set():
            self._has_come.set()
            assert self._may_go_on.wait(SECONDS), "Nobody let the side go on."

    def is_stopped(self) -> bool:
        """Wait until the side stands still; False when it has come to its end instead."""
        assert self._has_come.wait(SECONDS), "The side neither stops nor ends."
        return not self._outcome.done()

    def go_on(self) -> None:
        """Let the side go to its end, and wait for it."""
        self._may_go_on.set()
        self._outcome.exception(SECONDS)

    def result(self) -> Any:
        """What it returned, once it is over; what it raised is raised here."""
        return self._outcome.result(SECONDS)

    def _run(self, function: Callable[..., Any], *args: Any) -> None:
        try:
            self._outcome.set_result(function(*args))
        except BaseException as error:  # noqa: BLE001 - raised in `result`
            self._outcome.set_exception(error)
        finally:
            connection.close()
            self._has_come.set()


@contextmanager
def stopped_at(point: str, function: Callable[..., Any], *args: Any) -> Iterator[Side]:
    """Do something that stands still at the point while the block is carried out.

    Behind the block it has come to its end.
    """
    side = Side(function, *args)
    with trigger_points.at(point, side.stop_here):
        side.start()
        assert side.is_stopped(), f"It did not come to “{point}”: {side.result()!r}."
        try:
            yield side
        finally:
            side.go_on()


def until_somebody_waits_for_a_lock() -> None:
    """Return when a connection waits for a lock that another one holds."""
    ends_at = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < ends_at:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone() is not None:
                return
            time.sleep(0.005)
    raise AssertionError("Nobody waits for a lock.")
