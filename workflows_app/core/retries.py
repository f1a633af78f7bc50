"""Whether and when a failed attempt is repeated."""

from __future__ import annotations

from workflows_app.core.events import ErrorInfo
from workflows_app.core.plan import RetryPolicy

RETRY_WHEN_ASKED = RetryPolicy(max_attempts=3)
"""For a `RetryableError` where no policy is set."""

NO_RETRY = RetryPolicy(max_attempts=1)


def retry_delay(
    policy: RetryPolicy | None, error: ErrorInfo, *, tries: int, chance: float
) -> float | None:
    """Return the seconds until the next attempt, or None when there is none.

    Args:
        policy: What was set; None for nothing.
        error: Why the last attempt failed.
        tries: Attempts so far that count.
        chance: In [0, 1), for the jitter.
    """
    policy = policy or (RETRY_WHEN_ASKED if error.is_retryable else NO_RETRY)
    is_listed = error.is_retryable or not policy.on or error.type in policy.on
    if error.is_final or not is_listed or tries >= policy.max_attempts:
        return None
    if error.retry_after is not None:
        return max(error.retry_after, 0.0)
    full = min(policy.max_delay, policy.initial_delay * policy.backoff ** (tries - 1))
    return max(full * (1 - policy.jitter * chance), 0.0)
