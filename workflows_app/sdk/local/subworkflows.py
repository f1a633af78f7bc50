"""Subworkflow steps in memory: other workflows that run as steps of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from workflows_app.core.state import RunStatus
from workflows_app.errors import FatalError, RunInputError
from workflows_app.sdk.local.execution import Execution
from workflows_app.sdk.local.people import People
from workflows_app.sdk.local.programs import Fakes
from workflows_app.sdk.local.run import run_document
from workflows_app.sdk.publishing import Publishable

MAX_DEPTH = 10
"""How deep runs may start each other, as on the engine by default."""


class ChildNotStartedError(FatalError):
    """The workflow to run is not among those given, or does not take the input."""


class ChildFailed(Exception):
    """The run that a step waited for has failed."""


class DepthLimitError(FatalError):
    """Runs have started each other too deep."""


class LocalWorkflows:
    """Lets subworkflow steps run these workflows: `fakes={"subworkflow": LocalWorkflows(billing)}`.

    Each runs in memory, with a clock of its own, and may run the others and itself. Items of a map
    that are runs run so, too.
    """

    def __init__(
        self,
        *workflows: Publishable,
        fakes: Fakes | None = None,
        people: People | None = None,
        signals: Mapping[str, Any] | None = None,
    ) -> None:
        """Make known what can be run.

        Args:
            workflows: Each with a name, which the steps' configs tell.
            fakes: What carries out nodes of these workflows; see `run_document`, as all others.
            people: Who answers their human nodes.
            signals: Payloads by name.

        Raises:
            ValueError: One has no name, or two have the same.
        """
        self._documents: dict[str, Any] = {}
        for workflow in workflows:
            if not workflow.name or workflow.name in self._documents:
                raise ValueError(
                    f"Each workflow needs a name of its own; “{workflow.name}” is none."
                )
            self._documents[workflow.name] = workflow.to_document()
        self._fakes = dict(fakes or {})
        self._people = people
        self._signals = signals
        self._depth = 1

    async def __call__(self, config: Mapping[str, Any]) -> Any:
        """Run the workflow of a step's config, and return what it returns.

        Raises:
            ChildNotStartedError: It is not known here, or does not take the input.
            ChildFailed: It failed, or it waits for somebody who is not there.
            DepthLimitError: It runs itself without end.
        """
        name = str(config.get("workflow") or "")
        if name not in self._documents:
            known = ", ".join(self._documents) or "none"
            raise ChildNotStartedError(f"There is no workflow “{name}” here. Known are: {known}.")
        if self._depth >= MAX_DEPTH:
            raise DepthLimitError(
                f"Runs may start each other {MAX_DEPTH} deep, and this one is the last. "
                "Does a workflow run itself without end?"
            )
        execution = await self._run(name, config.get("input") or {})
        if config.get("wait") is False:
            return {"run_id": str(uuid4())}
        if execution.status is RunStatus.SUCCEEDED:
            return execution.output
        raise ChildFailed(f"The run of “{name}” failed: {_reason(execution)}")

    async def _run(self, name: str, input: Any) -> Execution:
        inner = LocalWorkflows(fakes=self._fakes, people=self._people, signals=self._signals)
        inner._documents = self._documents
        inner._depth = self._depth + 1
        try:
            return await run_document(
                self._documents[name],
                input,
                fakes={"subworkflow": inner, **self._fakes},
                people=self._people,
                signals=self._signals,
            )
        except RunInputError as error:
            raise ChildNotStartedError(f"“{name}” does not take this input: {error}") from error


def _reason(execution: Execution) -> str:
    failure = next(iter(execution.needs_attention), execution.failure)
    if failure is not None:
        return failure.message
    if execution.waiting:
        nodes = ", ".join(f"“{waiting.node}”" for waiting in execution.waiting)
        return f"it waits at {nodes}. Give people= or signals= to let it go on."
    return "what it had done is undone."
