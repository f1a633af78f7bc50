"""Language models behind connections, asked through pydantic-ai.

Nothing is tried again down here: the engine does that, durably, and honours what the server asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from workflows_app.errors import FatalError
from workflows_app.sdk.connection import MODEL_KINDS, Connection
from workflows_app.task_types.ai.addresses import OPENAI_ADDRESS
from workflows_app.task_types.ai.client import checked_client
from workflows_app.task_types.ai.model_failures import failure_of, refused
from workflows_app.task_types.ai.usage import Usage, priced


class WrongConnectionError(FatalError):
    """The connection leads to something else than a language model."""


class CutOffError(FatalError):
    """The answer reached the limit of tokens before its end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer of a model, with what it used."""

    response: ModelResponse
    usage: Usage


class OpenedModel:
    """A model that can be asked while its connection is open."""

    def __init__(self, connection: Connection, name: str, model: Model) -> None:
        self.connection = connection
        self.name = name
        self._model = model

    async def ask(
        self,
        messages: Sequence[ModelMessage],
        *,
        settings: ModelSettings,
        parameters: ModelRequestParameters,
        on_text: Callable[[str], None],
    ) -> Answer:
        """Send messages and wait for the whole answer.

        Args:
            messages: The conversation so far.
            settings: Temperature, limits, timeouts.
            parameters: Tools and the form of the answer.
            on_text: Called with all text so far whenever some arrives.

        Raises:
            RetryableError: Trying again may help: rate limit, no connection, a failing server.
            FatalError: It cannot: bad key, unknown model, too long, refused.
        """
        try:
            async with model_request_stream(
                self._model,
                messages,
                model_settings=settings,
                model_request_parameters=parameters,
            ) as stream:
                async for _ in stream:
                    text = stream.get().text
                    if text:
                        on_text(text)
                response = stream.get()
        except Exception as error:
            raise failure_of(error, self.connection, self.name) from error
        return Answer(response, self._usage_of(response))

    def check_finished(self, response: ModelResponse) -> None:
        """Let pass an answer that came to its end.

        Raises:
            RefusedError: The model refused.
            CutOffError: The limit of tokens was reached.
        """
        details = response.provider_details or {}
        if response.finish_reason == "content_filter" or "refusal" in details:
            raise refused(self.name, str(details.get("refusal") or response.text or ""))
        if response.finish_reason == "length":
            raise CutOffError(
                f"The answer of {self.name} was cut off at the limit of tokens. "
                "Raise the limit, or ask for less."
            )

    def _usage_of(self, response: ModelResponse) -> Usage:
        used = response.usage
        return priced(self.connection.settings, self.name, used.input_tokens, used.output_tokens)


@asynccontextmanager
async def opened_model(
    connection: Connection, name: str, *, seconds: float
) -> AsyncIterator[OpenedModel]:
    """The model of that name behind a connection.

    Raises:
        WrongConnectionError: The connection leads to no language model.
    """
    if connection.kind not in MODEL_KINDS:
        raise WrongConnectionError(
            f"The connection “{connection.title}” leads to no language model. Choose another one."
        )
    async with checked_client(seconds=seconds) as client:
        yield OpenedModel(connection, name, _model_of(connection, name, client))


def _model_of(connection: Connection, name: str, client: httpx2.AsyncClient) -> Model:
    address = connection.settings.get("base_url")
    # The makers' clients take a missing key for a mistake; servers on one's own machine need none.
    key = connection.secret or "none"
    if connection.kind == "anthropic":
        from anthropic import AsyncAnthropic
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        anthropic = AsyncAnthropic(api_key=key, base_url=address, http_client=client, max_retries=0)
        return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=anthropic))
    if connection.kind == "google":
        from google.genai.types import HttpRetryOptions
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        google: Any = GoogleProvider(
            api_key=key,
            base_url=address,
            http_client=client,
            retry_options=HttpRetryOptions(attempts=1),
        )
        return GoogleModel(name, provider=google)
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    openai = AsyncOpenAI(
        api_key=key, base_url=address or OPENAI_ADDRESS, http_client=client, max_retries=0
    )
    if address in {None, OPENAI_ADDRESS}:
        return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=openai))
    compatible = OpenAICompatibleProvider(connection.name, openai_client=openai)
    return OpenAIChatModel(name, provider=compatible)
