"""The engine's clock, which is the database's. Tests replace `now`; callers go through the module.

Machines' clocks differ, and leases and timers compare times that different processes wrote. So
each process asks PostgreSQL for the time now and then, and counts on from there by itself. SQLite
is on the machine of its processes.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any

from django.db import Error as DatabaseError

from workflows_app.store import sql

logger = logging.getLogger(__name__)

TRUSTED_SECONDS = 10.0
"""How long a process counts on by itself."""

_began: float | None = None
"""Where the monotonic clock stands in the database's time; None before the first look."""
_looked_at = float("-inf")


def now() -> datetime:
    """The time, in UTC. Asks nobody."""
    if _began is None:
        return datetime.now(UTC)
    return moment(_began + time.monotonic())


def adjust() -> None:
    """Ask the database for the time, unless that was done a moment ago.

    Raises:
        DatabaseError: It does not answer.
    """
    global _began, _looked_at
    if not sql.is_postgresql() or time.monotonic() - _looked_at < TRUSTED_SECONDS:
        return
    asked = time.monotonic()
    told = sql.read_clock()
    answered = time.monotonic()
    _began = told.timestamp() - (asked + answered) / 2
    _looked_at = answered


def on_connection(*, connection: Any, **_: Any) -> None:
    """Adjust the clock with a new connection: requests make one each."""
    if connection.alias != "default":
        return
    try:
        adjust()
    except DatabaseError as error:
        logger.warning("The database did not tell the time: %s", error)


def moment(seconds: float) -> datetime:
    """The time that the core writes as seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def told(seconds: float | None) -> str | None:
    """A time as journals tell it: RFC 3339, UTC."""
    return None if seconds is None else moment(seconds).isoformat().replace("+00:00", "Z")
