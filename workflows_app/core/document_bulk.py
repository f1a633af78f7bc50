"""Work on many items: the document of the kind `bulk`, and the config of a `map` node.

Both are the same `MapConfig`; a bulk document is a run of nothing but one map node.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Literal

from pydantic import Field, JsonValue

from workflows_app.core.document import BaseDocument, DocumentModel, PositiveSeconds, Retry

MAX_BATCH_SIZE = 10_000
MAX_CONCURRENCY = 1_000
DEFAULT_BATCH_SIZE = 100
DEFAULT_CONCURRENCY = 4


class Processor(DocumentModel):
    """What is done with each item, or with each batch of them.

    Expressions of its config may read `item` and `index`; in the mode `batch` they may read `items`
    and `index`, the index of the first. A batch processor returns a list with one result for each
    of its items, in their order, or null.
    """

    type: str = Field(min_length=1, max_length=200)
    """Any type that workers carry out (`task:…`, `http`), or `subworkflow`: a run for each item."""
    config: dict[str, JsonValue] = Field(default_factory=dict)
    mode: Literal["item", "batch"] = "item"
    retry: Retry | None = None
    """Of an item, or of a batch in that mode; without one the type's own."""
    timeout_seconds: PositiveSeconds | None = None
    """For one item, or for one batch in that mode."""


class FailureThreshold(DocumentModel):
    """How many items may fail. One more, and the whole node fails."""

    count: int | None = Field(default=None, ge=0)
    percent: float | None = Field(default=None, ge=0, le=100)
    """Of all items; applied as soon as their number is known."""

    def allowed(self, total: int | None) -> int | None:
        """Return how many may fail of `total` items, or None for any number.

        `total` is None as long as it is not known.
        """
        if self.percent is None:
            return self.count
        return None if total is None else floor(total * Fraction(str(self.percent)) / 100)


class CircuitBreaker(DocumentModel):
    """Spares a service that is down: after failures in a row nothing is tried for a while.

    Then one item is. When it fails the breaker opens again, else the work goes on.
    """

    failures: int = Field(default=5, ge=1, le=100_000)
    """Failed attempts in a row that open the breaker."""
    open_seconds: PositiveSeconds = 30.0


class MapResult(DocumentModel):
    """What becomes of the processor's outputs, which are kept in the order of the items.

    `map` keeps each output. `filter` keeps the items for which `keep` is true. `reduce` begins with
    `initial` and replaces the value by that of `combine` for one output after the other.
    """

    mode: Literal["map", "filter", "reduce"] = "map"
    keep: str = Field(default="${ output }", max_length=10_000)
    """May read `item`, `index` and `output`."""
    initial: JsonValue = None
    combine: JsonValue = None
    """May read `accumulator` beside `item`, `index` and `output`."""


class MapConfig(DocumentModel):
    """How a list of items is worked on."""

    items: JsonValue = "${ input.items }"
    """A list, or `{"upload": id}` for the rows of an uploaded file; usually one `${ … }`."""
    processor: Processor | None = None
    batch_size: int = Field(default=DEFAULT_BATCH_SIZE, ge=1, le=MAX_BATCH_SIZE)
    """Items that a worker takes at once; what a killed worker was doing is done again."""
    max_concurrency: int = Field(default=DEFAULT_CONCURRENCY, ge=1, le=MAX_CONCURRENCY)
    """Batches under way at the same time, over all workers."""
    failure_threshold: FailureThreshold = FailureThreshold()
    circuit_breaker: CircuitBreaker | None = None
    enough: int | None = Field(default=None, ge=1)
    """The node is done when so many items have succeeded: what is left of them is not begun, and
    what is under way does not count any more."""
    result: MapResult = MapResult()


class BulkDocument(BaseDocument, MapConfig):
    """A processor and the items that it is applied to."""

    kind: Literal["bulk"]
    input_schema: dict[str, JsonValue] = Field(default_factory=dict)
