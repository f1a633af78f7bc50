"""Hints to workers: rows wait. Losing one loses nothing, since the sweep repeats it.

Hints are coalesced: within `WINDOW_SECONDS` a process sends at most `MAX_HINTS` of them, and what
is asked for beyond that goes out together when the window ends.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from celery import current_app

logger = logging.getLogger(__name__)

WORK_TASK = "flowdeck.work"
DELIVER_TASK = "flowdeck.deliver"
MAX_HINTS = 16
WINDOW_SECONDS = 0.05

_lock = threading.Lock()
_window_began = 0.0
_sent_in_window = 0
_waiting = 0
_is_timer_set = False


def _forget() -> None:
    """A forked child begins anew: the lock may have been held when it was made."""
    global _lock, _waiting, _is_timer_set
    _lock, _waiting, _is_timer_set = threading.Lock(), 0, False


os.register_at_fork(after_in_child=_forget)


def hint_work(count: int = 1) -> None:
    """Wake workers for `count` queued nodes. Never raises and never waits long for a broker."""
    if count <= 0:
        return
    now = time.monotonic()
    with _lock:
        number = _admit(min(count, MAX_HINTS), now)
    for _ in range(number):
        if not _send(WORK_TASK):
            return


def hint_delivery() -> None:
    """Wake a worker for outbox messages that are due."""
    _send(DELIVER_TASK)


def _admit(count: int, now: float) -> int:
    """How many to send at once; the rest is kept for the window's end. Called under the lock."""
    global _window_began, _sent_in_window, _waiting, _is_timer_set
    if now - _window_began > WINDOW_SECONDS:
        _window_began, _sent_in_window = now, 0
    number = min(count, MAX_HINTS - _sent_in_window)
    _sent_in_window += number
    if number < count:
        _waiting = max(_waiting, count - number)
        if not _is_timer_set:
            _is_timer_set = True
            timer = threading.Timer(WINDOW_SECONDS, _send_waiting)
            timer.daemon = True
            timer.start()
    return number


def _send_waiting() -> None:
    global _waiting, _is_timer_set
    with _lock:
        number, _waiting, _is_timer_set = _waiting, 0, False
    for _ in range(number):
        if not _send(WORK_TASK):
            return


def _send(name: str) -> bool:
    """Publish a message without arguments. False when the broker cannot be reached."""
    try:
        current_app.send_task(name, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - brokers fail in many ways, and the sweep repeats
        logger.warning(
            "No hint was sent (%s: %s); the sweep repeats it.", type(error).__name__, error
        )
        return False
    return True
