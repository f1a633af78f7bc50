"""The `llm` node: asks a language model once, for text or for data of a given schema.

Data is asked for as the arguments of a tool, which nearly every model can do. They are checked here
against the whole schema; what breaks it goes back to the model with the reasons, a few times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from referencing.exceptions import Unresolvable

from workflows_app.core.json_schema import UncheckableError, errors_of
from workflows_app.errors import FatalError
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.context import TaskContext
from workflows_app.task_types.ai.models import OpenedModel, opened_model
from workflows_app.task_types.ai.usage import Usage

ANSWER_TOOL = "final_answer"
MAX_ERRORS_TOLD = 10
TEXT_SHOWN = 400
"""Characters of the newest text that watchers see while the model writes."""


class SchemaNotMetError(FatalError):
    """The model gave no data that fits the schema, however often it was told why."""


class InvalidSchemaError(FatalError):
    """Values cannot be checked against the schema."""


def run_llm(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Ask the model and return {text, data, model, usage}.

    Raises:
        RetryableError: Trying again may help: rate limit, no connection, a failing server.
        FatalError: It cannot: bad key, unknown model, too long, refused, schema not met.
    """
    connection = context.connection(str(config["connection"]))
    return asyncio.run(_ask(config, context, connection))


async def _ask(
    config: Mapping[str, Any], context: TaskContext, connection: Connection
) -> dict[str, Any]:
    seconds = float(config.get("timeout_seconds") or 120)
    async with opened_model(connection, str(config["model"]), seconds=seconds) as model:
        conversation = _Conversation(config, context, model, seconds)
        schema = config.get("output_schema")
        if schema is None:
            return await conversation.ask_for_text()
        return await conversation.ask_for_data(schema, int(config.get("output_retries", 2)))


class _Conversation:
    """What was said so far, and what it used."""

    def __init__(
        self, config: Mapping[str, Any], context: TaskContext, model: OpenedModel, seconds: float
    ) -> None:
        self._context = context
        self._model = model
        self._messages = _opening(config)
        self._settings = model_settings(config, seconds)
        self._usage = Usage()

    async def ask_for_text(self) -> dict[str, Any]:
        response = await self._ask(ModelRequestParameters())
        return self._result(text=response.text or "", data=None)

    async def ask_for_data(self, schema: Mapping[str, Any], retries: int) -> dict[str, Any]:
        is_wrapped = schema.get("type", "object") != "object"
        parameters = ModelRequestParameters(
            output_mode="tool", output_tools=[_answer_tool(schema, is_wrapped)],
            allow_text_output=False,
        )  # fmt: skip
        wrong = ""
        for _ in range(retries + 1):
            response = await self._ask(parameters)
            call = next((c for c in response.tool_calls if c.tool_name == ANSWER_TOOL), None)
            try:
                data = _data_of(call, is_wrapped)
                wrong = _what_is_wrong(schema, data)
            except ValueError as error:
                data, wrong = None, str(error)
            if not wrong:
                return self._result(text=None, data=data)
            self._context.logger.warning("The answer does not fit the schema: %s", wrong)
            self._messages.append(_correction(call, wrong))
        raise SchemaNotMetError(
            f"{self._model.name} gave no data that fits the schema in {retries + 1} answers. "
            f"Last time: {wrong}"
        )

    async def _ask(self, parameters: ModelRequestParameters) -> ModelResponse:
        answer = await self._model.ask(
            self._messages,
            settings=self._settings,
            parameters=parameters,
            on_text=lambda text: show_text(self._context, text),
        )
        self._usage += answer.usage
        self._context.tell_usage(self._usage.told())
        self._model.check_finished(answer.response)
        self._messages.append(answer.response)
        return answer.response

    def _result(self, *, text: str | None, data: Any) -> dict[str, Any]:
        return {
            "text": text,
            "data": data,
            "model": self._model.name,
            "usage": self._usage.told(),
        }


def model_settings(config: Mapping[str, Any], seconds: float) -> ModelSettings:
    """What the config says about how to answer."""
    settings = ModelSettings(request_timeout=seconds)
    if config.get("temperature") is not None:
        settings["temperature"] = float(config["temperature"])
    if config.get("max_tokens") is not None:
        settings["max_tokens"] = int(config["max_tokens"])
    return settings


def show_text(context: TaskContext, text: str) -> None:
    """Show watchers what a model has written so far."""
    shown = text if len(text) <= TEXT_SHOWN else f"…{text[-TEXT_SHOWN:]}"
    context.progress(len(text), None, f"characters: {shown}")


def _opening(config: Mapping[str, Any]) -> list[ModelMessage]:
    system = str(config.get("system") or "").strip()
    parts: list[SystemPromptPart | UserPromptPart] = []
    if system:
        parts.append(SystemPromptPart(content=system))
    return [ModelRequest(parts=[*parts, UserPromptPart(content=str(config["prompt"]))])]


def _answer_tool(schema: Mapping[str, Any], is_wrapped: bool) -> ToolDefinition:
    """The tool whose arguments are the answer; arguments are always an object."""
    wanted = dict(schema)
    if is_wrapped:
        wanted = {"type": "object", "properties": {"value": wanted}, "required": ["value"]}
    return ToolDefinition(
        name=ANSWER_TOOL,
        description="Give the answer.",
        parameters_json_schema=wanted,
        kind="output",
        strict=False,
    )


def _data_of(call: ToolCallPart | None, is_wrapped: bool) -> Any:
    if call is None:
        raise ValueError(f"There is no call of {ANSWER_TOOL}.")
    arguments = call.args_as_dict(raise_if_invalid=True)
    if not is_wrapped:
        return arguments
    if "value" not in arguments:
        raise ValueError("The field value is missing.")
    return arguments["value"]


def _what_is_wrong(schema: Mapping[str, Any], data: Any) -> str:
    """Why data breaks the schema; empty when it does not."""
    try:
        errors = errors_of(schema, data, MAX_ERRORS_TOLD)
    except (UncheckableError, Unresolvable, RecursionError) as error:
        raise InvalidSchemaError(f"The schema of the answer cannot be used: {error}") from error
    return "; ".join(
        f"{'.'.join(map(str, e.absolute_path)) or 'The answer'}: {e.message[:300]}" for e in errors
    )


def _correction(call: ToolCallPart | None, wrong: str) -> ModelRequest:
    text = f"{wrong}\nCorrect this and call {ANSWER_TOOL} again."
    if call is None:
        return ModelRequest(parts=[UserPromptPart(content=text)])
    return ModelRequest(
        parts=[
            ToolReturnPart(
                tool_name=ANSWER_TOOL, content=text, tool_call_id=call.tool_call_id,
                outcome="retried",
            )
        ]
    )  # fmt: skip
