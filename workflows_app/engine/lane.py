"""One thread of a process does the quick nodes; others come in when that one is held up.

Threads take turns at the interpreter, and each that claims makes the groups smaller: beside quick
nodes a second thread costs more than it does. A thread that finds the lane taken says so and goes
away; the one in the lane looks for work again before it leaves, and the keeper opens the lane as
soon as a node turns out to be slow. So no hint is lost.
"""

from __future__ import annotations

import threading


class Lane:
    """Who is in it is told by any object of the thread's own."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._holder: object | None = None
        self._is_asked_for = False

    def enter(self, who: object, *, is_quick: bool) -> bool:
        """False: somebody else is at it, and will see to everything. In it one may enter again."""
        with self._guard:
            if self._holder is who:
                return True
            if self._holder is None:
                self._holder, self._is_asked_for = who, False
                return True
            self._is_asked_for = True
            return not is_quick

    def leave(self, who: object) -> bool:
        """False: others came by meanwhile, and it is to look once more for what they were sent."""
        with self._guard:
            if self._holder is who and self._is_asked_for:
                self._is_asked_for = False
                return False
            self._give_up(who)
            return True

    def open(self, who: object) -> bool:
        """It is held up: let another one in. True when one came by already, and went away."""
        with self._guard:
            was_asked_for = self._holder is who and self._is_asked_for
            self._give_up(who)
            return was_asked_for

    def _give_up(self, who: object) -> None:
        if self._holder is who:
            self._holder = None
