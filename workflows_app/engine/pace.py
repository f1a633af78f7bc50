"""How many nodes or batches a worker claims at once: many quick ones, one that is not."""

from __future__ import annotations

import threading

LARGEST_CHUNK = 50
FLEETING_SECONDS = 0.002
QUICK_SECONDS = 0.005
SLOW_SECONDS = 0.05
LARGEST_HAND = 50
HAND_SECONDS = 0.2
"""The batches that are claimed together take about so long together."""


class Pace:
    """Shared by the threads of a worker process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._chunk = 1
        self.batches = 1
        """Batches of a bulk to claim next."""
        self.is_quick = False
        """True while the work is so quick that a second thread would be in the way."""

    @property
    def chunk(self) -> int:
        """Nodes to claim next."""
        return self._chunk

    def shrink(self) -> None:
        """The last chunk was more than could be begun in a moment."""
        with self._guard:
            self._chunk = max(1, self._chunk // 2)

    def learn(self, count: int, seconds: float) -> None:
        """A chunk of `count` nodes took that long."""
        if count == 0:
            return
        each = seconds / count
        with self._guard:
            self.is_quick = each < FLEETING_SECONDS
            if each > SLOW_SECONDS:
                self._chunk = 1
            elif each > QUICK_SECONDS:
                self._chunk = max(1, self._chunk // 2)
            elif count >= self._chunk:
                self._chunk = min(self._chunk * 2, LARGEST_CHUNK)

    def learn_batches(self, count: int, seconds: float) -> None:
        """So many batches took that long."""
        with self._guard:
            fitting = int(HAND_SECONDS * count / seconds) if seconds > 0 else LARGEST_HAND
            self.batches = max(1, min(fitting, LARGEST_HAND))
            self.is_quick = self.batches > 1
