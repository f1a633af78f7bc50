"""Failures of model calls, from the exceptions of pydantic-ai."""

from __future__ import annotations

from pydantic_ai import exceptions

from workflows_app.errors import TaskError
from workflows_app.sdk.connection import Connection
from workflows_app.task_types.ai.failures import (
    BadKeyError,
    ContextOverflowError,
    NoCreditError,
    RateLimitedError,
    RefusedError,
    RequestRejectedError,
    ServerUnavailableError,
    UnknownModelError,
    UnreadableAnswerError,
    task_error_in,
)


def failure_of(error: BaseException, connection: Connection, model: str) -> TaskError:
    """The failure that an exception of a model call stands for."""
    own = task_error_in(error)
    if own is not None:
        return own
    where = f"the connection “{connection.title}”"
    match error:
        case exceptions.ModelRateLimitError():
            return RateLimitedError(
                f"Too many requests through {where}; the server asks for patience.",
                retry_after=error.retry_after,
            )
        case exceptions.ModelQuotaExceededError():
            return NoCreditError(
                f"The account behind {where} has no credit left. "
                "Add credit there, or choose another connection."
            )
        case exceptions.ModelContextWindowExceededError():
            return ContextOverflowError(
                f"The prompt is longer than the model {model} takes. "
                "Shorten it, or choose a model with a larger context."
            )
        case exceptions.ModelAuthenticationError():
            return BadKeyError(
                f"The server does not accept the secret of {where}. "
                "Enter a valid key on the page Connections."
            )
        case exceptions.ModelNotFoundError():
            return UnknownModelError(
                f"There is no model {model} behind {where}. "
                "Check the model's name, and the connection's address."
            )
        case exceptions.ModelRequestRejectedError():
            return RequestRejectedError(f"The server refused the request: {error}")
        case exceptions.ContentFilterError():
            return refused(model, "")
        case exceptions.ModelTimeoutError() | exceptions.ModelRequestTimeout() | TimeoutError():
            return ServerUnavailableError(f"{model} did not answer in time through {where}.")
        case exceptions.ModelConnectionError():
            return ServerUnavailableError(f"The server behind {where} could not be reached.")
        case exceptions.ModelAPIError():
            return ServerUnavailableError(
                f"The server behind {where} failed: {error}", retry_after=error.retry_after
            )
        case _:
            return UnreadableAnswerError(f"The answer of {model} cannot be read: {error}")


def refused(model: str, words: str) -> RefusedError:
    """The failure of an answer that is a refusal."""
    said = f": {words}" if words else "."
    return RefusedError(
        f"{model} refused to answer{said} Change what is asked, or choose another model."
    )
