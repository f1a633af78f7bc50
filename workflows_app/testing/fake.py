"""Fakes in the place of tasks, which remember how they were called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Fake:
    """Stands in for a task: returns what it was given, and remembers each call.

    Several results are given out one after the other, the last one from then on; an exception
    among them is raised. So `Fake(ConnectionError("away"), {"receipt": 7})` fails once.
    """

    def __init__(self, *results: Any) -> None:
        """Make a fake. Without results it returns None."""
        self._results = results or (None,)
        self.calls: list[dict[str, Any]] = []
        """The resolved config of the node, for each call."""

    def __call__(self, config: Mapping[str, Any]) -> Any:
        """Carry out one attempt."""
        result = self._results[min(len(self.calls), len(self._results) - 1)]
        self.calls.append(dict(config))
        if isinstance(result, BaseException):
            raise result
        return result

    @property
    def call(self) -> dict[str, Any]:
        """The config of the only call.

        Raises:
            AssertionError: It was called more or less often than once.
        """
        if len(self.calls) != 1:
            raise AssertionError(f"The fake was called {len(self.calls)} times, not once.")
        return self.calls[0]
