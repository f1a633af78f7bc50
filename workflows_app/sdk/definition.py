"""What is known of a registered task: its function, and the schemas that its hints give."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from workflows_app.core.plan import RetryPolicy
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.docstrings import Docstring, parse_docstring


class TaskDefinitionError(TypeError):
    """A function cannot be a task as it stands; the message says what to change."""


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """A typed function that nodes of the type `task:<name>` run."""

    name: str
    function: Callable[..., Any]
    title: str
    description: str
    category: str
    icon: str
    input_model: type[BaseModel]
    output_adapter: TypeAdapter[Any]
    context_parameter: str | None
    """The parameter that gets the `TaskContext`."""
    version: str = "1"
    """Part of what makes two calls the same work."""
    retry_on_crash: bool = True
    """False: a task whose worker died fails instead of running a second time."""
    timeout_seconds: float | None = None
    retry: RetryPolicy | None = None
    """For nodes that set no policy of their own."""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type_name(self) -> str:
        """The node type that runs it."""
        return f"task:{self.name}"


def define_task(
    function: Callable[..., Any],
    *,
    name: str | None,
    title: str | None,
    description: str | None,
    category: str,
    icon: str,
    version: str,
    retry_on_crash: bool,
    timeout_seconds: float | None,
    retry: RetryPolicy | None,
) -> TaskDefinition:
    """Read a function's signature, hints and docstring.

    Raises:
        TaskDefinitionError: A hint is missing, or cannot be a field of a form.
    """
    where = f"{function.__module__}.{function.__qualname__}"
    documentation = parse_docstring(function.__doc__)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TaskDefinitionError(
            f"Task {where}: a type hint names something unknown: {error}."
        ) from error
    if "return" not in hints:
        raise TaskDefinitionError(
            f"Task {where} needs a return type hint, such as `-> dict[str, int]` or `-> None`."
        )
    context_parameter, fields = _fields(where, function, hints, documentation)
    try:
        input_model = create_model(
            _model_name(function.__name__),
            __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=False),
            **fields,
        )
        output_adapter: TypeAdapter[Any] = TypeAdapter(hints["return"])
        input_schema = input_model.model_json_schema()
        output_schema = output_adapter.json_schema(mode="serialization")
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        reason = str(error).splitlines()[0]
        raise TaskDefinitionError(
            f"Task {where}: a type hint cannot be told as JSON. {reason}"
        ) from error
    input_schema.pop("title", None)
    input_schema.setdefault("properties", {})
    return TaskDefinition(
        name=name or default_name(function),
        function=function,
        title=title or documentation.title or function.__name__.replace("_", " ").capitalize(),
        description=documentation.description if description is None else description,
        category=category,
        icon=icon,
        input_model=input_model,
        output_adapter=output_adapter,
        context_parameter=context_parameter,
        version=version,
        retry_on_crash=retry_on_crash,
        timeout_seconds=timeout_seconds,
        retry=retry,
        input_schema=input_schema,
        output_schema=output_schema,
    )


def default_name(function: Callable[..., Any], called: str = "") -> str:
    """`shop.workflows.charge` is called `shop.charge`, or what `called` says behind the app."""
    module = function.__module__.removesuffix(".workflows").removesuffix(".tasks")
    return f"{module}.{called or function.__name__}"


def _model_name(function_name: str) -> str:
    return "".join(part.capitalize() for part in function_name.split("_")) + "Input"


def _fields(
    where: str, function: Callable[..., Any], hints: Mapping[str, Any], documentation: Docstring
) -> tuple[str | None, dict[str, Any]]:
    context_parameter: str | None = None
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            raise TaskDefinitionError(
                f"Task {where}: `{parameter}` cannot become fields of a form. Name the arguments."
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise TaskDefinitionError(
                f"Task {where}: `{parameter.name}` is positional only; tasks are called by name."
            )
        if parameter.name not in hints:
            raise TaskDefinitionError(
                f"Task {where}: the parameter `{parameter.name}` needs a type hint; "
                "the hint makes its field in the form."
            )
        hint = hints[parameter.name]
        if hint is TaskContext:
            context_parameter = parameter.name
            continue
        if parameter.name.startswith(("_", "model_")):
            raise TaskDefinitionError(
                f"Task {where}: the parameter `{parameter.name}` needs another name; "
                "names that begin with `_` or `model_` are taken."
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        description = documentation.arguments.get(parameter.name)
        fields[parameter.name] = (hint, Field(default, description=description))
    return context_parameter, fields
