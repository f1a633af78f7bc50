"""Exceptions as the engine tells them: a type, a message, and whether trying again can help."""

from __future__ import annotations

from collections.abc import Callable

from workflows_app.core.events import ErrorInfo
from workflows_app.core.expressions import ExpressionError
from workflows_app.core.json_text import plain_text
from workflows_app.errors import FatalError, FlowdeckError, RetryableError


def error_info(error: BaseException, redact: Callable[[str], str] = str) -> ErrorInfo:
    """What failed. Never holds local variables: they may be secret.

    Args:
        error: What was raised.
        redact: Takes secrets out of what it says, before that is shortened: of a secret across the
            cut the first part would stay.
    """
    name = type(error).__name__
    message = plain_text(redact(str(error))) or name
    if isinstance(error, RetryableError):
        return ErrorInfo(
            name,
            message,
            is_retryable=True,
            retry_after=error.retry_after,
            is_uncertain=error.is_outcome_unknown,
        )
    if isinstance(error, ExpressionError):
        where = f" (in {error.field})" if getattr(error, "field", None) else ""
        source = getattr(error, "expression", None)
        shown = f"${{ {source} }}{where}: {message}" if source else message
        return ErrorInfo("ExpressionError", plain_text(redact(shown)), is_final=True)
    if isinstance(error, FatalError):
        return ErrorInfo(name, message, is_final=True, is_uncertain=error.is_outcome_unknown)
    if isinstance(error, FlowdeckError):
        return ErrorInfo(name, plain_text(redact(error.message)), is_final=True)
    return ErrorInfo(name, message)
