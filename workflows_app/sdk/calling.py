"""Calling a task's function: its arguments and its result are checked, and travel as JSON."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from workflows_app.errors import FatalError
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.definition import TaskDefinition


class InvalidArgumentsError(FatalError):
    """The node's config does not fit the function's type hints."""


class InvalidResultError(FatalError):
    """The function returned something else than its return hint says, or nothing that is JSON."""


def call_task(definition: TaskDefinition, config: Mapping[str, Any], context: TaskContext) -> Any:
    """Run the function to its end and return its result as JSON.

    Raises:
        InvalidArgumentsError: The config does not fit.
        InvalidResultError: The result does not fit.
        Exception: Whatever the function raises.
    """
    result = definition.function(**arguments_of(definition, config, context))
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return json_result(definition, result)


def arguments_of(
    definition: TaskDefinition, config: Mapping[str, Any], context: TaskContext
) -> dict[str, Any]:
    """The function's arguments by name.

    Raises:
        InvalidArgumentsError: The config does not fit.
    """
    try:
        checked = definition.input_model.model_validate(config)
    except ValidationError as error:
        raise InvalidArgumentsError(_message("argument", error)) from error
    values = dict(vars(checked))
    if definition.context_parameter is not None:
        values[definition.context_parameter] = context
    return values


def json_result(definition: TaskDefinition, result: Any) -> Any:
    """What the function returned, as JSON.

    Raises:
        InvalidResultError: It does not fit the return hint, or is no JSON.
    """
    adapter = definition.output_adapter
    try:
        return adapter.dump_python(adapter.validate_python(result), mode="json", by_alias=True)
    except ValidationError as error:
        raise InvalidResultError(_message("result", error)) from error
    except PydanticSerializationError as error:
        raise InvalidResultError(f"The result is not JSON: {error}") from error


def _message(what: str, error: ValidationError) -> str:
    """What is wrong, without the values: they may be secret."""
    texts = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"])
        texts.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    return f"The {what} does not fit the task's type hints. " + "; ".join(texts[:5])
