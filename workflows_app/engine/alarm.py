"""Tells this process's sweep that a timer is due before its next round."""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime

from workflows_app.engine import clock

_changed = threading.Condition()
_earliest: datetime | None = None


def _forget() -> None:
    """A forked child begins anew: the lock may have been held when it was made."""
    global _changed, _earliest
    _changed, _earliest = threading.Condition(), None


os.register_at_fork(after_in_child=_forget)


def set_alarm(due_at: datetime) -> None:
    """Have the sweep look no later than `due_at`."""
    global _earliest
    with _changed:
        if _earliest is None or due_at < _earliest:
            _earliest = due_at
            _changed.notify_all()


def ring() -> None:
    """Wake the sleeper at once."""
    with _changed:
        _changed.notify_all()


def sleep(longest: float, is_over: threading.Event) -> None:
    """Sleep for `longest` seconds at most, until an alarm, or until rung awake when `is_over`."""
    global _earliest
    end = time.monotonic() + longest
    with _changed:
        while not is_over.is_set():
            left = end - time.monotonic()
            if _earliest is not None:
                left = min(left, (_earliest - clock.now()).total_seconds())
            if left <= 0:
                break
            _changed.wait(left)
        _earliest = None
