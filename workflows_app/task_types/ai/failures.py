"""What can go wrong in AI calls: the message says what to do, the type whether to try again."""

from __future__ import annotations

from collections.abc import Iterator

from workflows_app.errors import FatalError, RetryableError, TaskError


class RateLimitedError(RetryableError):
    """The account asked too often; the server says when to come back."""


class ServerUnavailableError(RetryableError):
    """The server could not be reached, failed, or did not answer in time."""


class BadKeyError(FatalError):
    """The server does not accept the connection's secret."""


class NoCreditError(FatalError):
    """The account has used up what it may."""


class UnknownModelError(FatalError):
    """The server knows no such model, or the address leads nowhere."""


class ContextOverflowError(FatalError):
    """The prompt is longer than the model takes."""


class RefusedError(FatalError):
    """The model or its guard refused to answer."""


class RequestRejectedError(FatalError):
    """The server found something wrong with the request itself."""


class UnreadableAnswerError(FatalError):
    """The server's answer is not what the protocol says."""


def task_error_in(error: BaseException) -> TaskError | None:
    """The error of our own that led to an exception of a library, if one did."""
    return next((cause for cause in causes_of(error) if isinstance(cause, TaskError)), None)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The exception, those in its groups, and those that led to it."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting += [e for e in (current.__cause__, current.__context__) if e is not None]
