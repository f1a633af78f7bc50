"""Sagas: steps with their undo. One that fails leaves nothing behind of what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from workflows_app.core import document_saga
from workflows_app.core.document import Retry, Settings
from workflows_app.core.document_saga import CompensationSaga, SagaAction
from workflows_app.core.state import RunStatus
from workflows_app.errors import FatalError
from workflows_app.sdk.context_task import context_config, type_of
from workflows_app.sdk.local.clock import Clock
from workflows_app.sdk.local.execution import Execution, WorkflowFailedError, WorkflowWaitingError
from workflows_app.sdk.local.people import People
from workflows_app.sdk.local.programs import Fakes
from workflows_app.sdk.local.run import DEFAULT_CONCURRENCY, run_document
from workflows_app.sdk.names import require_id
from workflows_app.sdk.publishing import Publishable
from workflows_app.sdk.result import Err, Ok, Result
from workflows_app.sdk.saga_actions import SagaFunction, acting_as, register_action


class SagaStepError(FatalError):
    """A step has decided that it failed: the saga is undone without another attempt."""


class SagaFailedError(WorkflowFailedError):
    """A saga did not succeed."""

    @property
    def is_compensated(self) -> bool:
        """True when nothing is left of what it did; False when somebody has to see to it."""
        return self.execution.status is RunStatus.COMPENSATED

    @property
    def compensated(self) -> tuple[str, ...]:
        """The steps that were undone, in the order in which they were."""
        return self.execution.compensated


@dataclass(frozen=True, slots=True)
class SagaStep:
    """One action, and how to undo it."""

    name: str
    """What later steps and compensations find its result under."""
    action: SagaFunction | SagaAction
    """A function, a method of the saga, or a node type with its config."""
    compensation: SagaFunction | SagaAction | None = None
    retry: Retry | None = None
    """Of the action. Without it there is one attempt, three where it may not fail."""
    timeout: float | None = None
    """Seconds after which an attempt of the action is given up."""
    type: Literal["compensatable", "pivot", "retriable"] = "compensatable"
    """`pivot`: once it has succeeded nothing is undone. `retriable`: only goes forward."""
    title: str = ""
    compensation_retry: Retry | None = None
    """Of the compensation. Without it there are three attempts."""
    compensation_timeout: float | None = None

    def __post_init__(self) -> None:
        require_id(self.name)


class RunnableSaga(Publishable):
    """What sagas of both methods share: they run in memory, and tell what was undone."""

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
        with acting_as(self):
            return await run_document(
                self.to_document(),
                context,
                fakes=fakes,
                people=people,
                signals=signals,
                clock=clock,
                concurrency=concurrency,
            )

    async def execute(
        self, context: Mapping[str, Any] | None = None, **options: Any
    ) -> Result[Any, SagaFailedError]:
        """Run it in memory. `options` are those of `run`.

        Returns:
            The saga's output; or why it failed, and which steps were undone.

        Raises:
            WorkflowWaitingError: It waits for people or signals that nobody gave.
            InvalidDocument: It cannot run; its problems say why.
        """
        execution = await self.run(context, **options)
        if execution.status is RunStatus.SUCCEEDED:
            return Ok(execution.output)
        failure = next(iter(execution.needs_attention), execution.failure)
        if failure is None:
            raise WorkflowWaitingError(execution)
        return Err(SagaFailedError(failure, execution))


class AbstractSaga(RunnableSaga):
    """Base of sagas: a subclass adds its steps when it is made."""

    VERSION: ClassVar[int] = 1
    """Part of the document, as `vars.VERSION`: a saga whose code does something else gets another
    one, and with it a version of its own, while runs that were begun keep theirs."""

    def __init__(
        self,
        *,
        name: str = "",
        description: str = "",
        timeout: float | None = None,
        vars: Mapping[str, Any] | None = None,
        input_schema: Mapping[str, Any] | None = None,
        output: Any = None,
        on_failure: Literal["stop", "finish_other_paths"] = "stop",
    ) -> None:
        """Begin a saga.

        Args:
            name: What it is registered under; the class's `name` by default.
            description: What it is for.
            timeout: Seconds after which it fails, and is undone.
            vars: Constants that expressions read as `vars.<name>`.
            input_schema: JSON Schema of the object that a run is started with.
            output: What it returns, which may hold `${ }`; the last step's result by default.
            on_failure: What a failed step does to the steps of its parallel group.
        """
        self.name = name or getattr(type(self), "name", "")
        self._description = description
        self._settings = Settings(timeout_seconds=timeout, on_failure=on_failure)
        self._vars = dict(vars or {})
        self._input_schema = dict(input_schema or {})
        self._output = output
        self._items: list[document_saga.SagaStep | document_saga.SagaParallel] = []
        self._known: list[str] = []

    def add_step(self, step: SagaStep) -> AbstractSaga:
        """Add a step behind the others; returns the saga.

        Raises:
            ValueError: There is a step of that name already.
            TaskDefinitionError: Its action or compensation cannot be a task.
        """
        self._refuse_known([step.name])
        self._items.append(self._drawn(step))
        self._known.append(step.name)
        return self

    def add_parallel(
        self, name: str, steps: Sequence[SagaStep], *, title: str = ""
    ) -> AbstractSaga:
        """Add steps that run side by side, and are undone together; returns the saga.

        Args:
            name: What the group is called.
            steps: All must succeed. None reads another's result.
            title: What the canvas writes on the group.

        Raises:
            ValueError: There is a step of one of these names already.
            TaskDefinitionError: An action or compensation cannot be a task.
        """
        names = [step.name for step in steps]
        self._refuse_known([require_id(name), *names])
        drawn = tuple(self._drawn(step) for step in steps)
        self._items.append(
            document_saga.SagaParallel(step="parallel", id=name, title=title, steps=drawn)
        )
        self._known += names
        return self

    def to_document(self) -> CompensationSaga:
        """The document that the canvas shows and that runs."""
        return CompensationSaga(
            kind="saga",
            description=self._description,
            vars={"VERSION": self.VERSION, **self._vars},
            settings=self._settings,
            input_schema=self._input_schema,
            output=self._output,
            steps=tuple(self._items),
        )

    def _refuse_known(self, names: Sequence[str]) -> None:
        taken = {*self._known, *(item.id for item in self._items)}
        for index, name in enumerate(names):
            if name in taken or name in names[:index]:
                raise ValueError(
                    f"There is a step “{name}” already. Give this one a name of its own."
                )

    def _drawn(self, step: SagaStep) -> document_saga.SagaStep:
        compensation = None
        if step.compensation is not None:
            compensation = self._action(
                step.compensation,
                [*self._known, step.name],
                step.compensation_retry,
                step.compensation_timeout,
            )
        return document_saga.SagaStep(
            step=step.type,
            id=step.name,
            title=step.title,
            action=self._action(step.action, self._known, step.retry, step.timeout),
            compensation=compensation,
        )

    def _action(
        self,
        action: SagaFunction | SagaAction,
        known: Sequence[str],
        retry: Retry | None,
        timeout: float | None,
    ) -> SagaAction:
        if isinstance(action, SagaAction):
            changes = {"retry": retry, "timeout_seconds": timeout}
            return action.model_copy(update={k: v for k, v in changes.items() if v is not None})
        results = {name: f"${{ nodes.{name} }}" for name in known}
        return SagaAction(
            type=type_of(register_action(action, self)),
            config=context_config([results] if results else []),
            retry=retry,
            timeout_seconds=timeout,
        )


class Saga(AbstractSaga):
    """A saga of functions, without a class of its own."""

    def __init__(self, steps: Iterable[SagaStep] = (), **options: Any) -> None:
        """Begin a saga.

        Args:
            steps: Its first steps.
            options: See `AbstractSaga`.
        """
        super().__init__(**options)
        for step in steps:
            self.add_step(step)
