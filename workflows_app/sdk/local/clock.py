"""Clocks of local runs. Times are seconds since the epoch."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What time it is, and whether waiting takes any."""

    def now(self) -> float:
        """The time."""

    def skip_to(self, moment: float) -> bool:
        """Let it be that time at once. False where time cannot be skipped."""


class RealClock:
    """Time as it passes: waits and delays between attempts take as long as they say."""

    def now(self) -> float:
        """The time."""
        return time.time()

    def skip_to(self, moment: float) -> bool:
        """Time cannot be skipped."""
        return False


class VirtualClock:
    """Time that stands still, until a run has nothing left to do but wait: then it jumps.

    A wait of a week costs nothing, and a run with a clock of its own start is the same each time.
    """

    def __init__(self, start: float | None = None) -> None:
        self._now = time.time() if start is None else start

    def now(self) -> float:
        """The time."""
        return self._now

    def skip_to(self, moment: float) -> bool:
        """Jump. A moment in the past leaves the time as it is."""
        self._now = max(self._now, moment)
        return True

    def pass_(self, seconds: float) -> None:
        """Let time pass, as a task may do to tell that it took long."""
        self._now += seconds
