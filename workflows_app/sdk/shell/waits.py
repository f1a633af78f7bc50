"""How long a wait lasts, from its resolved config. Times are seconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows_app.errors import FatalError

_LONGEST_WAIT = 10 * 366 * 24 * 3600


class InvalidWaitError(FatalError):
    """The time to wait for is none."""


def end_of_wait(config: Mapping[str, Any], now: float) -> float | None:
    """When the wait ends by itself; None for one that ends with a signal.

    Raises:
        InvalidWaitError: The config names no time that can be waited for.
    """
    match config.get("mode", "duration"):
        case "signal":
            return None
        case "until":
            return _moment(config.get("until"))
        case _:
            return now + seconds_of(config.get("duration_seconds"))


def seconds_of(value: Any) -> float:
    """A number of seconds from a config.

    Raises:
        InvalidWaitError: It is no number, negative, or longer than ten years.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LONGEST_WAIT:
        raise InvalidWaitError(f"“{value}” is no number of seconds that can be waited for.")
    return float(value)


def _moment(value: Any) -> float:
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise InvalidWaitError(
            f"“{value}” is no date and time like 2030-01-31T09:00:00Z."
        ) from None
    if moment.tzinfo is None:
        raise InvalidWaitError(f"“{value}” names no time zone; write 2030-01-31T09:00:00Z.")
    return moment.timestamp()
