"""How bulk operations go about their items."""

from __future__ import annotations

from dataclasses import dataclass

from workflows_app.core.document import Retry
from workflows_app.core.document_bulk import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_CONCURRENCY,
    CircuitBreaker,
)


@dataclass(frozen=True, slots=True)
class BulkOperationConfig:
    """How a bulk operation goes about its items."""

    batch_size: int = DEFAULT_BATCH_SIZE
    """Items that a worker takes at once; what a killed worker was doing is done again."""
    max_concurrency: int = DEFAULT_CONCURRENCY
    """Batches under way at the same time."""
    retry: Retry | None = None
    """Of an item, or of a batch where the processor takes whole batches."""
    timeout: float | None = None
    """Seconds for one item, or for one such batch."""
    failure_threshold: int | None = None
    """How many items may fail; any number by default. One more, and the operation fails."""
    failure_percent: float | None = None
    """The same as a share of all items, in its place."""
    circuit_breaker: CircuitBreaker | None = None
    """Nothing is tried for a while after so many failures in a row."""
    enough: int | None = None
    """It is done when so many items have succeeded; all of them by default."""
