"""Tasks whose doing a test decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflows_app.sdk import TaskContext, task

ACTIONS: dict[str, Callable[[Any], Any]] = {}
"""What `test.act` does, by the name in its config. Emptied after each test."""

ITEMS: list[tuple[int | None, int]] = []
"""Index and attempt of each call of `test.on_item` and `test.on_batch`, in order."""

CALLS: list[tuple[str, int]] = []
"""Node and attempt of each call of `test.act`, in order."""


ECHO = "test.echo"


@task(name=ECHO)
def echo(value: Any = None) -> Any:
    """Return the value."""
    return value


@task(name="test.act")
def act(context: TaskContext, name: str = "") -> Any:
    """Do what the test registered."""
    CALLS.append((context.node_id, context.attempt))
    action = ACTIONS.get(name)
    return action(context) if action is not None else name


@task(name="test.once", retry_on_crash=False)
def once(context: TaskContext, name: str = "") -> Any:
    """Like `act`, but must not run twice."""
    return act(context, name)


@task(name="test.on_item")
def on_item(item: Any, context: TaskContext, name: str = "") -> Any:
    """Do what the test registered for items; by default return the item."""
    ITEMS.append((context.index, context.attempt))
    action = ACTIONS.get(name)
    return action((item, context)) if action is not None else item


@task(name="test.on_item_once", retry_on_crash=False)
def on_item_once(item: Any, context: TaskContext, name: str = "") -> Any:
    """Like `on_item`, but must not run twice."""
    return on_item(item, context, name)


@task(name="test.on_batch")
def on_batch(items: list[Any], context: TaskContext, name: str = "") -> Any:
    """Do what the test registered for batches; by default return the items."""
    ITEMS.append((context.index, context.attempt))
    action = ACTIONS.get(name)
    return action((items, context)) if action is not None else items
