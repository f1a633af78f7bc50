"""The engine's clock. Tests replace `now`; callers go through the module."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def moment(seconds: float) -> datetime:
    """The time that the core writes as seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


def told(seconds: float | None) -> str | None:
    """A time as journals tell it: RFC 3339, UTC."""
    return None if seconds is None else moment(seconds).isoformat().replace("+00:00", "Z")
