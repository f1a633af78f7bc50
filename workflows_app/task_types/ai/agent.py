"""The `agent` node: a model that calls tools until it has an answer.

Each turn of the model and each call of a tool is a step with a row of its own, written before it
begins and after it ends. A new attempt, or one that people have answered, goes through the same
conversation: what is finished is read instead of done, so that no paid call happens twice. A call
of a tool that was begun and never finished may have happened; it is not repeated, and the model is
told so.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from workflows_app.core.validate_schema import schema_error
from workflows_app.errors import FatalError
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.durable_steps import PeopleNeeded, Step
from workflows_app.task_types.ai.llm import model_settings, show_text
from workflows_app.task_types.ai.models import Answer, opened_model
from workflows_app.task_types.ai.toolbox import Tool, open_toolbox
from workflows_app.task_types.ai.usage import Usage

MAX_TURNS = 10
"""For a config that says nothing of it."""

MAX_RESULT = 50_000
"""Characters of a tool's result that the model is shown."""

OUTCOMES: tuple[Mapping[str, Any], ...] = (
    {"id": "approve", "label": "Approve", "style": "approve", "comment_required": False},
    {"id": "deny", "label": "Deny", "style": "reject", "comment_required": True},
)


class LimitReachedError(FatalError):
    """The agent has used up what its node allows."""


def run_agent(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Work until the model answers without a call; return {text, model, usage, turns}.

    Raises:
        PeopleNeeded: A call needs approval; call again when people have answered.
        RetryableError: Trying again may help: rate limit, no connection, a failing server.
        FatalError: It cannot: a limit is reached, bad key, unknown tool, refused.
    """
    return _Agent(config, context).work()


class _Agent:
    """One visit of an agent's node, from its first step on."""

    def __init__(self, config: Mapping[str, Any], context: TaskContext) -> None:
        self._config = config
        self._context = context
        self._model = str(config["model"])
        self._seconds_a_call = float(config.get("timeout_seconds") or 120)
        self._connection: Connection = context.connection(str(config["connection"]))
        self._tools = open_toolbox(config.get("tools") or (), context)
        self._recorded: deque[Step] = deque(context.steps.read())
        self._messages: list[ModelMessage] = [_opening(config)]
        self._turns = 0
        self._usage = Usage()
        self._seconds = 0.0

    def work(self) -> dict[str, Any]:
        while True:
            response = self._take_turn()
            self._messages.append(response)
            if not response.tool_calls:
                return {
                    "text": response.text or "",
                    "model": self._model,
                    "usage": self._usage.told(),
                    "turns": self._turns,
                }
            parts = [self._answer(call) for call in response.tool_calls]
            self._messages.append(ModelRequest(parts=parts))

    # Turns of the model

    def _take_turn(self) -> ModelResponse:
        step = self._next("model")
        self._turns += 1
        if step is not None and step.status == "succeeded" and step.response is not None:
            self._count(step)
            [message] = ModelMessagesTypeAdapter.validate_python([step.response["message"]])
            if isinstance(message, ModelResponse):
                return message
        self._check_limits()
        if step is None:
            number = self._context.steps.begin("model", self._model, {})
        else:
            number = step.number
            self._context.steps.begin_again(number, step.request)
        with self._timed():
            answer = asyncio.run(self._ask())
        response = answer.response
        self._context.steps.finish(
            number,
            "succeeded",
            {
                "text": response.text or "",
                "calls": [
                    {"id": c.tool_call_id, "name": c.tool_name, "arguments": _arguments_of(c)}
                    for c in response.tool_calls
                ],
                "message": ModelMessagesTypeAdapter.dump_python([response], mode="json")[0],
            },
            answer.usage.told(),
        )
        self._add(answer.usage)
        return response

    async def _ask(self) -> Answer:
        async with opened_model(
            self._connection, self._model, seconds=self._seconds_a_call
        ) as model:
            answer = await model.ask(
                self._messages,
                settings=model_settings(self._config, self._seconds_a_call),
                parameters=ModelRequestParameters(
                    function_tools=[_definition_of(tool) for tool in self._tools.values()]
                ),
                on_text=lambda text: show_text(self._context, text),
            )
            model.check_finished(answer.response)
            return answer

    def _check_limits(self) -> None:
        usage = self._usage
        for name, used, words in (
            ("max_turns", self._turns - 1, "turns of the model"),
            ("max_total_tokens", usage.input_tokens + usage.output_tokens, "tokens"),
            ("max_cost", usage.cost or 0.0, "of cost"),
            ("max_seconds", self._seconds, "seconds of work"),
        ):
            limit = self._config.get(name, MAX_TURNS if name == "max_turns" else None)
            if limit is not None and used >= limit:
                raise LimitReachedError(
                    f"The agent has used {used:,g} {words} without an answer; "
                    f"the limit is {limit:,g}. Raise it, or ask for less."
                )

    # Calls of tools

    def _answer(self, call: ToolCallPart) -> ToolReturnPart:
        """What the model is told of one of its calls."""
        status, told = self._outcome_of(call)
        text = told.get("error") if status != "succeeded" else None
        content = text if text is not None else _shown(told.get("result"))
        return ToolReturnPart(
            tool_name=call.tool_name, content=content, tool_call_id=call.tool_call_id
        )

    def _outcome_of(self, call: ToolCallPart) -> tuple[str, Mapping[str, Any]]:
        step = self._next("tool")
        if step is not None and step.response is not None:
            self._count(step)
            return step.status, step.response
        tool = self._tools.get(call.tool_name)
        request = {"arguments": _arguments_of(call)}
        if step is None:
            waits = tool is not None and tool.needs_approval
            number = self._context.steps.begin("tool", call.tool_name, request, waits=waits)
            if tool is not None and waits:
                raise PeopleNeeded(number, _ask_for(tool, self._config, request["arguments"]))
            return self._finish(number, *self._call(tool, call.tool_name, request["arguments"]))
        if step.status == "started":
            return self._lost(step)
        if tool is None or step.answer is None:
            raise PeopleNeeded(step.number, _ask_for(tool, self._config, request["arguments"]))
        if step.answer.outcome != "approve":
            self._context.steps.begin_again(step.number, step.request)
            denied = f"{step.answer.by} denied this call: {step.answer.comment}"
            return self._finish(step.number, "denied", {"error": denied})
        arguments = {**step.request["arguments"], **step.answer.data}
        self._context.steps.begin_again(step.number, {"arguments": arguments})
        return self._finish(step.number, *self._call(tool, call.tool_name, arguments))

    def _call(
        self, tool: Tool | None, name: str, arguments: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """Status and response of a call. Failures are the model's to deal with."""
        if tool is None:
            return "failed", {"error": f"There is no tool {name}."}
        if "" in arguments:
            return "failed", {"error": f"The arguments are no JSON object: {arguments['']}"}
        self._context.progress(self._turns, None, f"turns, now calling {tool.title}")
        try:
            with self._timed():
                result = tool.call(arguments, self._context, seconds=self._seconds_a_call)
        except Exception as error:  # noqa: BLE001 - whatever a tool raises is its failure
            self._context.logger.warning("The tool %s failed: %s", name, error)
            return "failed", {"error": f"{type(error).__name__}: {error}"}
        return "succeeded", {"result": result}

    def _lost(self, step: Step) -> tuple[str, Mapping[str, Any]]:
        """A call whose worker died. It may have happened, so it is not repeated."""
        self._context.steps.begin_again(step.number, step.request)
        message = "It is not known whether this call happened: its worker stopped in the middle."
        return self._finish(step.number, "failed", {"error": message})

    def _finish(
        self, number: int, status: str, response: dict[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        self._context.steps.finish(number, status, response)
        return status, response

    # What was used

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - began

    # What was done before

    def _next(self, kind: str) -> Step | None:
        """The step that was recorded for what comes next."""
        if not self._recorded:
            return None
        step = self._recorded.popleft()
        if step.kind != kind:
            raise FatalError(f"Step {step.number} is a {step.kind}, where a {kind} should be.")
        return step

    def _count(self, step: Step) -> None:
        self._seconds += step.seconds
        if step.usage is not None:
            self._add(Usage(**step.usage))

    def _add(self, usage: Usage) -> None:
        self._usage += usage
        self._context.tell_usage(self._usage.told())


def _opening(config: Mapping[str, Any]) -> ModelRequest:
    instructions = str(config.get("instructions") or "").strip()
    prompt = UserPromptPart(content=str(config["prompt"]))
    if not instructions:
        return ModelRequest(parts=[prompt])
    return ModelRequest(parts=[SystemPromptPart(content=instructions), prompt])


def _definition_of(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name,
        description=tool.description,
        parameters_json_schema=dict(tool.input_schema),
        strict=False,
    )


def _arguments_of(call: ToolCallPart) -> dict[str, Any]:
    """The arguments of a call; under an empty name where they are no JSON object."""
    try:
        return dict(call.args_as_dict(raise_if_invalid=True))
    except (ValueError, AssertionError):
        return {"": str(call.args)[:1_000]}


def _ask_for(
    tool: Tool | None, config: Mapping[str, Any], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """What people are asked before a call: the config of a human node."""
    title = tool.title if tool is not None else "a tool"
    approvers = config.get("approvers") or {}
    return {
        "heading": f"May the agent call {title}?",
        "instructions": (tool.description if tool is not None else "")
        + "\nYou may change the arguments before you approve.",
        "data": {name: _shown(value) for name, value in arguments.items()},
        "outcomes": [dict(outcome) for outcome in OUTCOMES],
        "form_schema": _form_of(tool, arguments) if tool is not None else None,
        "assignees": approvers,
    }


def _form_of(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """A form to edit the arguments, filled in; None where their schema is not one to check."""
    schema = dict(tool.input_schema)
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties or schema_error(schema) is not None:
        return None
    schema.pop("required", None)
    schema["properties"] = {
        name: {**field, "default": arguments[name]} if name in arguments else field
        for name, field in properties.items()
    }
    return schema


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_RESULT else f"{text[:MAX_RESULT]}… (cut off)"
