"""Steps of a pipeline: functions of the context, choices, groups, and any node type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from workflows_app.core import document
from workflows_app.core.document import Retry
from workflows_app.sdk.context_task import (
    ContextFunction,
    context_config,
    register_context_task,
    type_of,
)
from workflows_app.sdk.definition import TaskDefinition
from workflows_app.sdk.names import require_id


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a step becomes in the document."""

    steps: tuple[document.Step, ...]
    results: Mapping[str, str]
    """What later steps find in their context: a name, and the CEL that reads it."""


class PipelineStep:
    """Base of all steps: something with a name that can be drawn."""

    name: str

    def draw(self, known: Mapping[str, str]) -> Drawn:
        """Its part of the document.

        Args:
            known: What earlier steps have left in the context; see `Drawn.results`.
        """
        raise NotImplementedError


@dataclass
class TaskStep(PipelineStep):
    """A step of any node type, such as a `@task` or `http`, with its config as drawn."""

    name: str
    type: str
    config: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    retry: Retry | None = None
    timeout: float | None = None
    """Seconds."""

    def __post_init__(self) -> None:
        require_id(self.name)

    def draw(self, known: Mapping[str, str]) -> Drawn:
        """One task step."""
        return self._drawn(self.type, self.config)

    def _drawn(self, type: str, config: Mapping[str, Any]) -> Drawn:
        drawn = document.TaskStep(
            id=self.name,
            type=type,
            title=self.title,
            config=dict(config),
            retry=self.retry,
            timeout_seconds=self.timeout,
        )
        return Drawn((drawn,), {self.name: f"nodes.{self.name}"})


class FunctionStep(TaskStep):
    """A function of the context. Made by `@step`; still callable as the function it was."""

    def __init__(
        self,
        function: ContextFunction,
        *,
        name: str | None = None,
        title: str = "",
        retry: Retry | None = None,
        timeout: float | None = None,
        reads: Sequence[str] | None = None,
    ) -> None:
        self.function = function
        self.task: TaskDefinition = register_context_task(function)
        self.reads = reads
        super().__init__(
            name=name or function.__name__,
            type=self.task.type_name,
            title=title,
            retry=retry,
            timeout=timeout,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self.function(*args, **kwargs)

    def draw(self, known: Mapping[str, str]) -> Drawn:
        """One task step that hands the context to the function."""
        return self._drawn(type_of(self.task), _context(known, self.reads))


StepLike: TypeAlias = "PipelineStep | ContextFunction"
"""A step, or a function of the context, which is a step under its own name."""

Steps: TypeAlias = "StepLike | Sequence[StepLike]"
"""One step, or several in order."""


def as_step(step: StepLike) -> PipelineStep:
    """The step itself, or the step that a function makes.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(step, PipelineStep):
        return step
    if callable(step):
        return FunctionStep(step)
    raise TypeError(f"{step!r} is no step. Give a function of the context, or what @step made.")


def as_steps(steps: Steps | None) -> list[PipelineStep]:
    """All of them as steps."""
    if steps is None:
        return []
    if isinstance(steps, Sequence):
        return [as_step(step) for step in steps]
    return [as_step(steps)]


class ConditionalStep(PipelineStep):
    """Runs one of two sequences. Its result is that of the sequence that ran."""

    def __init__(
        self,
        name: str,
        *,
        condition: str | ContextFunction,
        then: Steps | None = None,
        otherwise: Steps | None = None,
        title: str = "",
    ) -> None:
        self.name = require_id(name)
        self.title = title
        self.then = as_steps(then)
        self.otherwise = as_steps(otherwise)
        self._condition = condition
        self._check: TaskDefinition | None = None
        if not isinstance(condition, str):
            self._check = register_context_task(
                condition, owner=self._owner(condition), suffix="_condition", convert=bool
            )

    def draw(self, known: Mapping[str, str]) -> Drawn:
        """A conditional step, and before it the task that decides, where a function does."""
        before: tuple[document.Step, ...] = ()
        condition = self._condition
        if self._check is not None:
            check = document.TaskStep(
                id=f"{self.name}_condition",
                type=type_of(self._check),
                title=f"{self.title or self.name}?",
                config=_context(known, None),
            )
            before, condition = (check,), f"${{ nodes.{check.id} }}"
        then, otherwise = draw_all(self.then, known), draw_all(self.otherwise, known)
        step = document.ConditionalStep(
            step="conditional",
            id=self.name,
            title=self.title,
            condition=str(condition),
            then=then.steps,
            otherwise=otherwise.steps,
        )
        results = {**then.results, **otherwise.results}
        return Drawn((*before, step), results | {self.name: self._result(then, otherwise)})

    def _owner(self, condition: ContextFunction) -> ContextFunction:
        """What the condition's task is named after: a lambda has no name of its own."""
        if condition.__name__ != "<lambda>":
            return condition
        functions = (step.function for step in self.then if isinstance(step, FunctionStep))
        return next(functions, condition)

    def _result(self, then: Drawn, otherwise: Drawn) -> str:
        ways = [
            drawn.results[steps[-1].name]
            for steps, drawn in ((self.then, then), (self.otherwise, otherwise))
            if steps
        ]
        if len(ways) == 2:
            return f"({ways[0]} != null ? {ways[0]} : {ways[1]})"
        return ways[0] if ways else "null"


class ParallelStep(PipelineStep):
    """Runs its branches side by side; all must succeed.

    Its result is an object of the branches' results, by the name of each one's last step; with a
    function it is what that makes of the context, in which the branches' results are.
    """

    def __init__(
        self,
        name: str,
        *,
        branches: Sequence[Steps],
        function: ContextFunction | None = None,
        title: str = "",
        max_concurrency: int | None = None,
    ) -> None:
        self.name = require_id(name)
        self.title = title
        self.branches = [as_steps(branch) for branch in branches]
        self.max_concurrency = max_concurrency
        self._combine = None if function is None else FunctionStep(function, name=name)

    def __call__(self, function: ContextFunction) -> ParallelStep:
        """The same group with a function that combines its results: for use as a decorator."""
        return ParallelStep(
            self.name,
            branches=self.branches,
            function=function,
            title=self.title,
            max_concurrency=self.max_concurrency,
        )

    def draw(self, known: Mapping[str, str]) -> Drawn:
        """A parallel step, and behind it the task that combines, where there is one."""
        name = self.name if self._combine is None else f"{self.name}_branches"
        branches = [draw_all(branch, known) for branch in self.branches]
        group = document.ParallelStep(
            step="parallel",
            id=name,
            title=self.title,
            branches=tuple(branch.steps for branch in branches),
            max_concurrency=self.max_concurrency,
        )
        results = {name: source for b in branches for name, source in b.results.items()}
        if self._combine is None:
            return Drawn((group,), {**results, name: f"nodes.{name}"})
        combined = self._combine.draw({**known, **results})
        return Drawn((group, *combined.steps), {**results, **combined.results})


def draw_all(steps: Sequence[PipelineStep], known: Mapping[str, str]) -> Drawn:
    """Draw steps in order, each of which finds in its context what those before it gave."""
    drawn: list[document.Step] = []
    results: dict[str, str] = {}
    for step in steps:
        one = step.draw({**known, **results})
        drawn += one.steps
        results |= one.results
    return Drawn(tuple(drawn), results)


def _context(known: Mapping[str, str], reads: Sequence[str] | None) -> dict[str, Any]:
    names = known if reads is None else reads
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(
            f"“{missing[0]}” is no earlier step to read from. Known: {', '.join(known) or 'none'}."
        )
    results = {name: f"${{ {known[name]} }}" for name in names}
    return context_config([results] if results else [])


def step(
    name: str | None = None,
    *,
    title: str = "",
    retry: Retry | None = None,
    timeout: float | None = None,
    reads: Sequence[str] | None = None,
) -> Callable[[ContextFunction], FunctionStep]:
    """Make a function of the context a step.

    Args:
        name: What later steps find its result under; the function's by default.
        title: What the canvas writes on it.
        retry: When and how often a failed attempt is repeated.
        timeout: Seconds after which an attempt is given up.
        reads: Names of the earlier steps whose results it needs; all of them by default.
    """

    def decorate(function: ContextFunction) -> FunctionStep:
        return FunctionStep(
            function, name=name, title=title, retry=retry, timeout=timeout, reads=reads
        )

    return decorate


def conditional(
    name: str,
    *,
    condition: str | ContextFunction,
    otherwise: Steps | None = None,
    title: str = "",
) -> Callable[[ContextFunction], ConditionalStep]:
    """Make a function a step that runs only when the condition holds.

    Args:
        name: What later steps find the result under, whichever way was taken.
        condition: A function of the context, or an expression such as `${ input.amount > 5 }`.
        otherwise: What runs when the condition does not hold.
        title: What the canvas writes on the choice.
    """

    def decorate(function: ContextFunction) -> ConditionalStep:
        return ConditionalStep(
            name, condition=condition, then=function, otherwise=otherwise, title=title
        )

    return decorate


def parallel(
    name: str, *, steps: Sequence[Steps], title: str = "", max_concurrency: int | None = None
) -> ParallelStep:
    """Steps that run side by side; as a decorator, with the function that combines their results.

    Args:
        name: What later steps find the result under.
        steps: The branches: each one step, or several in order.
        title: What the canvas writes on the group.
        max_concurrency: How many branches are under way at once, in their order; all by default.
    """
    return ParallelStep(name, branches=steps, title=title, max_concurrency=max_concurrency)
