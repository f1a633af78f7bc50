"""`@task`: makes a typed function a node type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from workflows_app.core.plan import RetryPolicy
from workflows_app.sdk import registry
from workflows_app.sdk.definition import define_task

F = TypeVar("F", bound=Callable[..., Any])


@overload
def task(function: F) -> F: ...


@overload
def task(
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    category: str = "",
    icon: str = "square-function",
    version: str = "1",
    retry_on_crash: bool = True,
    timeout: float | None = None,
    max_attempts: int | None = None,
    retry_delay: float = 1.0,
    retry_backoff: float = 2.0,
    retry_max_delay: float = 300.0,
    retry_on: Iterable[type[BaseException] | str] = (),
) -> Callable[[F], F]: ...


def task(
    function: F | None = None,
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    category: str = "",
    icon: str = "square-function",
    version: str = "1",
    retry_on_crash: bool = True,
    timeout: float | None = None,
    max_attempts: int | None = None,
    retry_delay: float = 1.0,
    retry_backoff: float = 2.0,
    retry_max_delay: float = 300.0,
    retry_on: Iterable[type[BaseException] | str] = (),
) -> F | Callable[[F], F]:
    """Register a function as a task, and return it unchanged.

    Its type hints give the node's form and the check of its result; its docstring gives title,
    description and the texts beside the fields. Arguments and result travel as JSON.

    Args:
        function: The function, when the decorator is used without parentheses.
        name: What documents call it; the app's and the function's name by default.
        title: Name in the palette.
        description: What it does, for the palette.
        category: Palette group.
        icon: Name of a Lucide icon.
        version: What the function does; change it when it does something else, so that results
            remembered by nodes with a memo no longer count.
        retry_on_crash: False for what must not run twice: a worker that dies in the middle of it
            leads to the node's error path.
        timeout: Seconds after which nobody waits for the result, where the node says nothing else.
        max_attempts: Attempts in all, where the node has no retry policy of its own.
        retry_delay: Seconds before the second attempt.
        retry_backoff: Factor between two delays.
        retry_max_delay: Longest delay in seconds.
        retry_on: Error classes, or their names, that are tried again; empty means all that are
            not final.

    Raises:
        TaskDefinitionError: At import time, when a hint is missing or cannot be told as JSON.
    """
    policy = None
    if max_attempts is not None:
        policy = RetryPolicy(
            max_attempts=max_attempts,
            initial_delay=retry_delay,
            backoff=retry_backoff,
            max_delay=retry_max_delay,
            on=frozenset(e if isinstance(e, str) else e.__name__ for e in retry_on),
        )

    def register(target: F) -> F:
        registry.register(
            define_task(
                target,
                name=name,
                title=title,
                description=description,
                category=category,
                icon=icon,
                version=version,
                retry_on_crash=retry_on_crash,
                timeout_seconds=timeout,
                retry=policy,
            )
        )
        return target

    return register if function is None else register(function)


def tool(function: F) -> F:
    """Register a function that language models may call: a task with the look of a tool.

    Its docstring is what a model reads. Options are those of `task`, which serves as well.

    Raises:
        TaskDefinitionError: At import time, when a hint is missing or cannot be told as JSON.
    """
    return task(category="Tools", icon="wrench")(function)
