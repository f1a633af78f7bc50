"""Steps within a node that outlast a crash: what is finished is not done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

STEP_KINDS: Final = ("model", "tool")

STEP_STATUSES: Final = ("waiting", "started", "succeeded", "failed", "denied")
"""`waiting`: people have been asked, or are about to be, whether it may begin."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a step that waits."""

    outcome: str
    comment: str
    data: Mapping[str, Any]
    by: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it stands."""

    number: int
    kind: str
    name: str
    status: str
    request: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] | None = None
    seconds: float = 0.0
    """How long it took, without the time that people took."""
    answer: Answer | None = None


class Steps(Protocol):
    """The steps of one visit, over all attempts."""

    def read(self) -> list[Step]:
        """All steps so far, in order."""

    def begin(
        self, kind: str, name: str, request: Mapping[str, Any], *, waits: bool = False
    ) -> int:
        """Write that a step begins, or waits for people; its number."""

    def begin_again(self, number: int, request: Mapping[str, Any]) -> None:
        """Write that a step which waited, or whose worker was lost, begins now."""

    def finish(
        self,
        number: int,
        status: str,
        response: Mapping[str, Any],
        usage: Mapping[str, Any] | None = None,
    ) -> None:
        """Write how a step came out."""


class MemorySteps:
    """Steps that are forgotten: for calls outside of a run."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def read(self) -> list[Step]:
        """All steps so far, in order."""
        return list(self._steps)

    def begin(
        self, kind: str, name: str, request: Mapping[str, Any], *, waits: bool = False
    ) -> int:
        """Note a step; its number."""
        number = len(self._steps) + 1
        status = "waiting" if waits else "started"
        self._steps.append(Step(number, kind, name, status, request))
        return number

    def begin_again(self, number: int, request: Mapping[str, Any]) -> None:
        """Note that it begins."""
        self._change(number, status="started", request=request)

    def finish(
        self,
        number: int,
        status: str,
        response: Mapping[str, Any],
        usage: Mapping[str, Any] | None = None,
    ) -> None:
        """Note how it came out."""
        self._change(number, status=status, response=response, usage=usage)

    def _change(self, number: int, **changes: Any) -> None:
        self._steps[number - 1] = replace(self._steps[number - 1], **changes)


class PeopleNeeded(Exception):
    """Raised by a node on a worker to wait for people; it is called again when they have answered.

    The worker is free meanwhile.
    """

    def __init__(self, step: int, request: Mapping[str, Any]) -> None:
        super().__init__(f"Step {step} waits for people.")
        self.ask = {**request, "step": step}
        """The config of a human node, and the number of the step that waits."""
