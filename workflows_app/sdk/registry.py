"""The tasks that installed apps have registered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workflows_app.sdk.definition import TaskDefinition, TaskDefinitionError

_tasks: dict[str, TaskDefinition] = {}
_revision = 0


def register(definition: TaskDefinition) -> None:
    """Add a task. Registering the same function again (a reloaded module) replaces it.

    Raises:
        TaskDefinitionError: Another function has the name.
    """
    known = _tasks.get(definition.name)
    if known is not None and _place(known) != _place(definition):
        raise TaskDefinitionError(
            f"Two tasks are named “{definition.name}”: {_place(known)} and {_place(definition)}. "
            "Give one of them a name of its own: @task(name=…)."
        )
    _tasks[definition.name] = definition
    _note_change()


def unregister(name: str) -> None:
    """Forget a task; an unknown name is no error."""
    if _tasks.pop(name, None) is not None:
        _note_change()


def find(name: str) -> TaskDefinition | None:
    """The task of that name."""
    return _tasks.get(name)


def registered() -> Mapping[str, TaskDefinition]:
    """All tasks by name."""
    return MappingProxyType(_tasks)


def revision() -> int:
    """A number that differs whenever the tasks differ."""
    return _revision


def _note_change() -> None:
    global _revision
    _revision += 1


def _place(definition: TaskDefinition) -> str:
    return f"{definition.function.__module__}.{definition.function.__qualname__}"
