"""The steps of a node that runs on a worker, kept in rows so that they outlast the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workflows_app.engine import clock, trigger_points
from workflows_app.errors import FatalError
from workflows_app.sdk.durable_steps import Step
from workflows_app.sdk.shell.values import storable
from workflows_app.store import agent_steps
from workflows_app.store.claims import ClaimedNode


class StepTakenError(FatalError):
    """Another worker has gone on with the node; what this one did is not kept."""


class DurableSteps:
    """`sdk.steps.Steps` of one attempt, whose secrets are blotted out."""

    def __init__(self, claim: ClaimedNode, redact: Callable[[Any], Any]) -> None:
        self._claim = claim
        self._redact = redact
        self._count = 0

    def read(self) -> list[Step]:
        """All steps so far, in order."""
        steps = agent_steps.read_steps(run_id=self._claim.run_id, key=self._claim.key)
        self._count = len(steps)
        return steps

    def begin(
        self, kind: str, name: str, request: Mapping[str, Any], *, waits: bool = False
    ) -> int:
        """Write that a step begins, or waits for people; its number.

        Call `read` before: it counts what is there.
        """
        self._count += 1
        agent_steps.insert_step(
            run_id=self._claim.run_id,
            key=self._claim.key,
            number=self._count,
            attempt=self._claim.attempt,
            kind=kind,
            name=name,
            status="waiting" if waits else "started",
            request=self._kept(request, "request"),
            now=clock.now(),
        )
        trigger_points.reach(trigger_points.AGENT_STEP_BEGUN)
        return self._count

    def begin_again(self, number: int, request: Mapping[str, Any]) -> None:
        """Write that a step which waited, or whose worker was lost, begins now."""
        agent_steps.restart_step(
            run_id=self._claim.run_id,
            key=self._claim.key,
            number=number,
            attempt=self._claim.attempt,
            values={"request": self._kept(request, "request"), "started_at": clock.now()},
        )

    def finish(
        self,
        number: int,
        status: str,
        response: Mapping[str, Any],
        usage: Mapping[str, Any] | None = None,
    ) -> None:
        """Write how a step came out.

        Raises:
            StepTakenError: Another attempt has taken the step.
            UnstorableValueError: The response is too large, or holds what no database takes.
        """
        is_kept = agent_steps.finish_step(
            run_id=self._claim.run_id,
            key=self._claim.key,
            number=number,
            attempt=self._claim.attempt,
            values={
                "status": status,
                "response": self._kept(response, "response"),
                "usage": usage,
                "finished_at": clock.now(),
            },
        )
        if not is_kept:
            raise StepTakenError("Another worker has gone on with this node.")
        trigger_points.reach(trigger_points.AGENT_STEP_FINISHED)

    def _kept(self, value: Mapping[str, Any], what: str) -> Any:
        return self._redact(storable(dict(value), f"{what} of a step"))
