"""Functions of one context as tasks: how a plain `f(ctx)` becomes a node of a document.

Such a node says in its config what the function may read, as expressions like any other node's:
`input`, which begins the context, and `results`, objects that are merged into it in their order.
So the canvas shows where each value comes from, and the engine loads no more than is named.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from workflows_app.errors import FatalError
from workflows_app.sdk import registry
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.definition import (
    TaskDefinition,
    TaskDefinitionError,
    default_name,
    define_task,
)
from workflows_app.sdk.docstrings import parse_docstring
from workflows_app.sdk.result import Err, Ok

ContextFunction = Callable[..., Any]
"""`f(ctx)` or `f(ctx, context: TaskContext)`, sync or async; may return a `Result`."""

_ARGUMENTS = """

Args:
    input: What the run was started with. The function's context begins with it.
    results: What earlier steps gave; merged into the context in this order.
"""


class ErrReturnedError(FatalError):
    """A function returned `Err`: it has decided that it failed, so trying again cannot help."""


_made: dict[str, tuple[ContextFunction, TaskDefinition]] = {}
"""The functions that were made tasks: one that is used in several places is one task."""


def context_config(results: Sequence[Any]) -> dict[str, Any]:
    """The config of a node that hands the run's input and these results to its function."""
    return {"input": "${ input }", **({"results": list(results)} if results else {})}


def register_context_task(
    function: ContextFunction,
    *,
    owner: Any = None,
    suffix: str = "",
    called: str = "",
    convert: Callable[[Any], Any] = lambda value: value,
) -> TaskDefinition:
    """Make a function a task named after its module and itself.

    Args:
        function: What runs.
        owner: What the task is named after, where that is not the function: its class.
        suffix: Behind the name, for a second task of one owner.
        called: The name behind the module, where it is not the function's own: a method's.
        convert: What becomes of the returned value.

    Raises:
        TaskDefinitionError: Another function has the name, or it has none, as a lambda.
    """
    named = owner if owner is not None else function
    if not getattr(named, "__name__", "").isidentifier():
        raise TaskDefinitionError(
            f"{named!r} has no name that its task could have: write it as a function with `def`."
        )
    wrapper = _wrapper(function, convert)
    wrapper.__module__ = named.__module__
    wrapper.__name__ = named.__name__ + suffix
    wrapper.__qualname__ = named.__qualname__ + suffix
    told = parse_docstring(named.__doc__)
    title = told.title or named.__name__.replace("_", " ").strip().capitalize()
    name = default_name(wrapper, called)
    made = _made.get(name)
    if made is not None and made[0] is function and registry.find(name) is made[1]:
        return made[1]
    wrapper.__doc__ = f"{title}.\n\n{told.description}{_ARGUMENTS}"
    definition = define_task(
        wrapper,
        name=name,
        title=None,
        description=None,
        category="Steps",
        icon="square-function",
        retry_on_crash=True,
        version="1",
        timeout_seconds=None,
        retry=None,
    )
    registry.register(definition)
    _made[name] = function, definition
    return definition


def type_of(task: TaskDefinition) -> str:
    """The node type that runs the task.

    Raises:
        TaskDefinitionError: The task was registered again since, by another function in the same
            place, so that nodes of this type would run that one.
    """
    if registry.find(task.name) is not task:
        raise TaskDefinitionError(
            f"The function of the task “{task.name}” was defined again in the meantime. Define "
            "steps and nodes once, at the top level of a module."
        )
    return task.type_name


def _wrapper(function: ContextFunction, convert: Callable[[Any], Any]) -> Callable[..., Any]:
    takes_context = len(inspect.signature(function).parameters) > 1

    def call(input: Mapping[str, Any], results: Sequence[Any], context: TaskContext) -> Any:
        state = merged(input, results)
        return function(state, context) if takes_context else function(state)

    async def run_async(
        input: dict[str, Any], context: TaskContext, results: Sequence[Any] = ()
    ) -> Any:
        returned: Awaitable[Any] = call(input, results, context)
        return convert(_plain(await returned))

    def run(input: dict[str, Any], context: TaskContext, results: Sequence[Any] = ()) -> Any:
        return convert(_plain(call(input, results, context)))

    return run_async if inspect.iscoroutinefunction(function) else run


def merged(input: Mapping[str, Any], results: Sequence[Any]) -> dict[str, Any]:
    """The context: the input, and over it the results that are objects, the last one on top."""
    context = dict(input)
    for result in results:
        if isinstance(result, Mapping):
            context |= result
    return context


def _plain(returned: Any) -> Any:
    if isinstance(returned, Ok):
        return returned.value
    if isinstance(returned, Err):
        if isinstance(returned.error, BaseException):
            raise returned.error
        raise ErrReturnedError(str(returned.error))
    return returned
