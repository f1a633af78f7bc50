"""`Pipeline`: steps in order that share a context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from workflows_app.core.document import PipelineDocument, Retry, Settings
from workflows_app.sdk.context_task import ContextFunction
from workflows_app.sdk.local.clock import Clock
from workflows_app.sdk.local.execution import Execution
from workflows_app.sdk.local.people import People
from workflows_app.sdk.local.programs import Fakes, KeptPlan, compile_local
from workflows_app.sdk.local.run import DEFAULT_CONCURRENCY, run_plan
from workflows_app.sdk.publishing import Publishable
from workflows_app.sdk.steps import FunctionStep, PipelineStep, StepLike, as_step, draw_all


class Pipeline(Publishable):
    """An ordered sequence of steps; the last one's result is the result."""

    def __init__(
        self,
        steps: Iterable[StepLike] = (),
        *,
        name: str = "",
        description: str = "",
        timeout: float | None = None,
        retry: Retry | None = None,
        vars: Mapping[str, Any] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        on_failure: Literal["stop", "finish_other_paths"] = "stop",
    ) -> None:
        """Begin a pipeline.

        Args:
            steps: Its first steps.
            name: What it is registered under.
            description: What it is for.
            timeout: Seconds after which the whole run fails.
            retry: Of every step that says nothing itself.
            vars: Constants that expressions read as `vars.<name>`.
            input_schema: JSON Schema of the object that a run is started with.
            on_failure: What a failed step does to the branches beside it.
        """
        self.name = name
        self.steps: list[PipelineStep] = [as_step(step) for step in steps]
        self._description = description
        self._settings = Settings(timeout_seconds=timeout, on_failure=on_failure, retry=retry)
        self._vars = dict(vars or {})
        self._input_schema = dict(input_schema or {})
        self._kept = KeptPlan()

    def add_step(self, step: StepLike) -> Pipeline:
        """Add a step behind the others; returns the pipeline."""
        self.steps.append(as_step(step))
        return self

    def to_document(self) -> PipelineDocument:
        """The document that the canvas shows and that runs."""
        return PipelineDocument(
            kind="pipeline",
            description=self._description,
            vars=self._vars,
            settings=self._settings,
            input_schema=self._input_schema,
            steps=draw_all(self.steps, {}).steps,
        )

    async def run(
        self,
        context: Mapping[str, Any] | None = None,
        *,
        fakes: Fakes | None = None,
        people: People | None = None,
        signals: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
        concurrency: int = DEFAULT_CONCURRENCY,
    ) -> Execution:
        """Run it in memory, and tell everything about it; see `run_document`.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
            RunInputError: The context breaks the input schema.
        """
        plan = (
            compile_local(self.to_document(), fakes)
            if fakes
            else self._kept.of(tuple(self.steps), self.to_document)
        )
        return await run_plan(
            plan,
            context,
            fakes=fakes,
            people=people,
            signals=signals,
            clock=clock,
            concurrency=concurrency,
        )

    async def execute(self, context: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run it in memory and return the last step's result. `options` are those of `run`.

        Raises:
            WorkflowFailedError: A step failed for good; what it raised is the cause.
            WorkflowWaitingError: It waits for people or signals that nobody gave.
            InvalidDocument: It cannot run; its problems say why.
        """
        return (await self.run(context, **options)).value()


def workflow(
    name: str, *, timeout: float | None = None, retries: int = 0
) -> Callable[[ContextFunction], Pipeline]:
    """Make a function of the context a workflow of its own: a pipeline with one step.

    Args:
        name: What it is registered under.
        timeout: Seconds after which the whole run fails.
        retries: How often a failed attempt is repeated.
    """
    retry = Retry(max_attempts=retries + 1) if retries else None

    def decorate(function: ContextFunction) -> Pipeline:
        return Pipeline([FunctionStep(function, retry=retry)], name=name, timeout=timeout)

    return decorate
