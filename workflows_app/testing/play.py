"""Running a workflow in a test, and asserting on what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflows_app.core.document import BaseDocument
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.state import RunStatus
from workflows_app.sdk.local import Execution, VirtualClock, run_document
from workflows_app.sdk.local.people import People
from workflows_app.sdk.local.programs import Fakes

TEST_BEGIN = 1_893_488_400.0
"""2030-01-01T09:00:00Z, so that times in a test are the same on each day."""


class HasDocument(Protocol):
    """Whatever makes a document: a pipeline, a built graph, a saga."""

    def to_document(self) -> AnyDocument:
        """What runs."""


Playable = HasDocument | AnyDocument | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """A run that was played, with assertions that say what happened instead."""

    execution: Execution
    seconds: float
    """How much time passed on the run's clock."""

    @property
    def output(self) -> Any:
        """What the run returned."""
        return self.execution.output

    @property
    def path(self) -> list[str]:
        """The nodes that succeeded, in order."""
        return self.execution.path

    def assert_succeeded(self) -> Played:
        """The run came to its end."""
        if self.execution.status is not RunStatus.SUCCEEDED:
            raise AssertionError(f"The run did not succeed: {self._told()}")
        return self

    def assert_passed(self, *nodes: str) -> Played:
        """These nodes succeeded in this order; others may lie between them."""
        rest = iter(self.path)
        for node in nodes:
            if node not in rest:
                raise AssertionError(
                    f"The run did not pass “{node}” after what was expected before it. "
                    f"Its path: {' > '.join(self.path)}. {self._told()}"
                )
        return self

    def assert_skipped(self, *nodes: str) -> Played:
        """These nodes were passed over."""
        missing = [node for node in nodes if node not in self.execution.skipped]
        if missing:
            skipped = ", ".join(sorted(self.execution.skipped)) or "none"
            raise AssertionError(f"“{missing[0]}” was not skipped. Skipped were: {skipped}.")
        return self

    def assert_failed(self, type: str | None = None, *, at: str | None = None) -> Played:
        """The run failed.

        Args:
            type: With an error of this type.
            at: At this node.
        """
        failure = self.execution.failure
        is_expected = (
            failure is not None
            and self.execution.status is RunStatus.FAILED
            and type in {None, failure.type}
            and at in {None, failure.node}
        )
        if not is_expected:
            wanted = f"{type or 'an error'}{f' at “{at}”' if at else ''}"
            raise AssertionError(f"The run did not fail with {wanted}: {self._told()}")
        return self

    def assert_compensated(self, *steps: str) -> Played:
        """The run failed, and was undone.

        Args:
            steps: Those that were undone, all of them, in the order in which they were.
        """
        execution = self.execution
        if execution.status is not RunStatus.COMPENSATED or execution.compensated != steps:
            undone = ", ".join(execution.compensated) or "none"
            raise AssertionError(
                f"The run did not undo {', '.join(steps) or 'nothing'}: {self._told()} "
                f"Undone were: {undone}."
            )
        return self

    def assert_waiting(self, *nodes: str) -> Played:
        """The run waits at these nodes, and nowhere else."""
        waiting = [waiting.node for waiting in self.execution.waiting]
        if self.execution.status is not RunStatus.WAITING or sorted(waiting) != sorted(nodes):
            raise AssertionError(f"The run does not wait at {', '.join(nodes)}: {self._told()}")
        return self

    def _told(self) -> str:
        execution = self.execution
        if execution.failure is not None:
            failure = execution.failure
            return f"it {execution.status} at “{failure.node}”: {failure.type}: {failure.message}"
        if execution.waiting:
            names = ", ".join(f"“{waiting.node}”" for waiting in execution.waiting)
            return f"it waits at {names}."
        return f"it {execution.status}, and returned {execution.output!r}."


def play(
    workflow: Playable,
    input: Mapping[str, Any] | None = None,
    *,
    fakes: Fakes | None = None,
    people: People | None = None,
    signals: Mapping[str, Any] | None = None,
    clock: VirtualClock | None = None,
) -> Played:
    """Run a workflow in a test: one node at a time, on a clock that jumps.

    A test that is a coroutine awaits `run_document` instead.

    Args:
        workflow: A pipeline, a built graph, or a document.
        input: What it is started with.
        fakes: What carries out nodes in the place of their tasks: by node id, task or node type.
        people: Who answers human nodes. None: the run stops there.
        signals: Payloads by name. None: the run stops where somebody waits for one.
        clock: 1 January 2030, 9 o'clock, by default.

    Raises:
        InvalidDocument: It cannot run; its problems say why.
        RunInputError: The input breaks the start node's schema.
    """
    time = clock or VirtualClock(TEST_BEGIN)
    begun = time.now()
    document = workflow if isinstance(workflow, BaseDocument | Mapping) else workflow.to_document()
    execution = asyncio.run(
        run_document(
            document,
            input,
            fakes=fakes,
            people=people,
            signals=signals,
            clock=time,
            concurrency=1,
        )
    )
    return Played(execution, time.now() - begun)
