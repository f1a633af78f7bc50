"""Functions and methods as the actions and compensations of sagas.

An action is called with as much as it takes: nothing, the context, or the context and the
`TaskContext`. A method belongs to the saga that holds it. In memory it is called on that very
object; a worker has no such object, and makes one for each call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from workflows_app.sdk.context_task import ContextFunction, register_context_task
from workflows_app.sdk.definition import TaskDefinition, TaskDefinitionError

SagaFunction = Callable[..., Any]
"""`f()`, `f(ctx)` or `f(ctx, context: TaskContext)`, sync or async; may return a `Result`."""

_acting: ContextVar[Any] = ContextVar("acting_saga", default=None)


@contextmanager
def acting_as(saga: Any) -> Iterator[None]:
    """Let methods that are called meanwhile be those of this object."""
    token = _acting.set(saga)
    try:
        yield
    finally:
        _acting.reset(token)


def register_action(action: SagaFunction, saga: Any) -> TaskDefinition:
    """Make a function, or a method of the saga, a task.

    Raises:
        TaskDefinitionError: It is a method of another object, takes too much, has no name, or the
            saga's class cannot be made without arguments.
    """
    if not inspect.ismethod(action):
        return register_context_task(_of_function(action))
    if action.__self__ is not saga:
        raise TaskDefinitionError(
            f"{action.__qualname__} is a method of another object, which a worker would not find. "
            "Write a method of the saga that calls it."
        )
    cls: Any = type(saga)
    return register_context_task(
        _of_method(cls, action.__func__), called=f"{cls.__name__}.{action.__name__}"
    )


@cache
def _of_function(function: SagaFunction) -> ContextFunction:
    def bound() -> SagaFunction:
        return function

    return _adapted(bound, function, _taken(function, 0), function.__module__, "")


@cache
def _of_method(cls: type, function: SagaFunction) -> ContextFunction:
    try:
        inspect.signature(cls).bind()
    except TypeError as error:
        raise TaskDefinitionError(
            f"{cls.__qualname__} cannot be made without arguments, and a worker has none to give. "
            "Let its arguments have defaults."
        ) from error

    def bound() -> SagaFunction:
        saga = _acting.get()
        method: SagaFunction = function.__get__(saga if type(saga) is cls else cls())
        return method

    return _adapted(bound, function, _taken(function, 1), cls.__module__, f"{cls.__qualname__}.")


def _taken(function: SagaFunction, own: int) -> int:
    count = len(inspect.signature(function).parameters) - own
    if not 0 <= count <= 2:
        raise TaskDefinitionError(
            f"{function.__qualname__} takes {count} arguments. An action takes none, the context, "
            "or the context and the TaskContext."
        )
    return count


def _adapted(
    bound: Callable[[], SagaFunction], function: SagaFunction, count: int, module: str, owner: str
) -> ContextFunction:
    """A function of the context that looks like this one and calls what `bound` gives."""

    async def call_async(ctx: Any, context: Any) -> Any:
        return await bound()(*(ctx, context)[:count])

    def call(ctx: Any, context: Any) -> Any:
        return bound()(*(ctx, context)[:count])

    made: Any = call_async if inspect.iscoroutinefunction(function) else call
    made.__module__ = module
    made.__name__ = getattr(function, "__name__", "")
    made.__qualname__ = f"{owner}{made.__name__}" if owner else function.__qualname__
    made.__doc__ = function.__doc__
    adapted: ContextFunction = made
    return adapted
