"""The items of a map node in memory: batch by batch, by the engine's rules for each item.

What is under way at once are batches, as on the engine; within one the items come in order. An
attempt that is to be repeated later leaves its batch waiting, and when nothing else is left to do,
time passes until the first batch is due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import random
from typing import Any

from workflows_app.core.document_bulk import MapConfig, Processor
from workflows_app.core.events import ErrorInfo
from workflows_app.core.expressions import evaluate, resolve_config
from workflows_app.core.json_text import dumps, plain_text
from workflows_app.core.plan import RetryPolicy
from workflows_app.core.retries import retry_delay
from workflows_app.errors import FatalError
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.values import MAX_PASSED_ON_BYTES, storable

CallProcessor = Callable[[Mapping[str, Any], int, int], Awaitable[Any]]
"""Calls the processor with a resolved config, an item's index and the attempt's number."""


class Timeout(Exception):
    """An item or a batch took longer than its time limit."""


class TooManyFailures(FatalError):
    """More items failed than may."""


class InvalidResultError(FatalError):
    """The processor's result is not what it should be."""


class InvalidSourceError(FatalError):
    """What should be the items is no list."""


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """Why an item failed for good."""

    index: int
    attempts: int
    type: str
    message: str


@dataclass(frozen=True, slots=True)
class ItemsDone:
    """What became of the items of one map node."""

    total: int
    filtered: int
    """Items that were done, and not kept."""
    results: tuple[Any, ...]
    """In the order of the items, however many; of a `reduce` what it combined."""
    failures: tuple[ItemFailure, ...]
    value: Any = None
    """Of a `reduce`: the combined value."""
    left: int = 0
    """Items that were not needed any more."""

    @property
    def succeeded(self) -> int:
        """How many items were done."""
        return self.total - len(self.failures) - self.left

    def output(self, mode: str) -> dict[str, Any]:
        """What the node returns. More results than may be passed on are not: they are null."""
        summary = {
            "total": self.total,
            "succeeded": self.succeeded,
            "failed": len(self.failures),
            "filtered": self.filtered,
        }
        if mode == "reduce":
            return {**summary, "value": self.value}
        size = sum(len(dumps(result)) for result in self.results)
        is_passed_on = size <= MAX_PASSED_ON_BYTES
        return {**summary, "results": list(self.results) if is_passed_on else None}


def listed_items(items: Any, uploads: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    """The items themselves.

    Raises:
        InvalidSourceError: They are neither a list nor one of the uploads.
    """
    if isinstance(items, list):
        return items
    if isinstance(items, Mapping) and set(items) == {"upload"} and items["upload"] in uploads:
        return uploads[items["upload"]]
    raise InvalidSourceError(
        "The items are neither a list nor an uploaded file; a local run finds the rows of uploads "
        "in uploads={id: rows}."
    )


@dataclass(slots=True)
class _Batch:
    """Items that one worker takes: what is left of them to try."""

    pending: list[tuple[int, int, float]]
    """Index, attempt, and when it is due."""

    @property
    def due_at(self) -> float:
        return min(due_at for _, _, due_at in self.pending)


@dataclass(slots=True)
class LocalItems:
    """Works on the items of one visit of a map node."""

    config: MapConfig
    processor: Processor
    items: Sequence[Any]
    scope: Mapping[str, Any]
    """The names of the node's expressions, without those that an item adds."""
    literal_fields: frozenset[str]
    """Of the processor's config."""
    retry: RetryPolicy | None
    timeout_seconds: float | None
    call: CallProcessor
    now: Callable[[], float]
    wait_until: Callable[[float], Awaitable[None]]
    _results: dict[int, Any] = field(default_factory=dict)
    _failures: dict[int, ItemFailure] = field(default_factory=dict)
    _filtered: int = 0
    _in_row: int = 0
    """Attempts that failed one after the other."""
    _open_until: float | None = None
    """When the circuit breaker lets the next attempt through."""

    async def run(self) -> ItemsDone:
        """Do all of them.

        Raises:
            TooManyFailures: More failed than may.
            ExpressionError: The results cannot be combined.
        """
        begun = self.now()
        size = self.config.batch_size
        waiting = [
            _Batch([(i, 1, begun) for i in range(first, min(first + size, len(self.items)))])
            for first in range(0, len(self.items), size)
        ]
        while waiting and not self._has_enough:
            await self._wait_for(waiting)
            due = [batch for batch in waiting if batch.due_at <= self.now()]
            # After an open breaker one batch goes first, and says whether the others may follow.
            is_probe, self._open_until = self._open_until is not None, None
            await self._try_all(due[:1] if is_probe else due)
            self._refuse_too_many()
            waiting = [batch for batch in waiting if batch.pending]
        return self._done()

    async def _wait_for(self, batches: Sequence[_Batch]) -> None:
        due_at = max(min(batch.due_at for batch in batches), self._open_until or 0.0)
        if due_at > self.now():
            await self.wait_until(due_at)

    async def _try_all(self, batches: Sequence[_Batch]) -> None:
        rest = iter(batches)

        async def work() -> None:
            for batch in rest:
                await self._try(batch)

        count = min(self.config.max_concurrency, len(batches))
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(work())

    async def _try(self, batch: _Batch) -> None:
        now = self.now()
        due = [entry for entry in batch.pending if entry[2] <= now]
        batch.pending = [entry for entry in batch.pending if entry[2] > now]
        is_together = self.processor.mode == "batch"
        while due:
            if self._open_until is not None or self._has_too_many or self._has_enough:
                batch.pending = sorted([*batch.pending, *due])
                return
            count = len(due) if is_together else 1
            taken, due = due[:count], due[count:]
            if is_together:
                await self._try_together(batch, taken)
            else:
                await self._try_one(batch, taken[0])

    async def _try_one(self, batch: _Batch, entry: tuple[int, int, float]) -> None:
        index, attempt, _ = entry
        names = {"item": self.items[index], "index": index}
        try:
            output = await self._output(names, index, attempt)
            self._keep(index, output)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the item's failure
            self._fail(batch, index, attempt, error_info(error), random())
            self._count_failure()
        else:
            self._in_row = 0

    async def _try_together(self, batch: _Batch, due: Sequence[tuple[int, int, float]]) -> None:
        first = due[0][0]
        items = [self.items[index] for index, _, _ in due]
        try:
            names = {"items": items, "index": first}
            outputs = await self._output(names, first, max(attempt for _, attempt, _ in due))
            if outputs is None:
                outputs = [None] * len(items)
            if not isinstance(outputs, list) or len(outputs) != len(items):
                given = f"{len(outputs)} results" if isinstance(outputs, list) else "no list"
                raise InvalidResultError(
                    f"A batch processor returns one result for each of its items, or null. "
                    f"It got {len(items)} items and returned {given}."
                )
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the items' failure
            info, chance = error_info(error), random()
            for index, attempt, _ in due:
                self._fail(batch, index, attempt, info, chance)
            self._count_failure()
            return
        self._in_row = 0
        for (index, attempt, _), output in zip(due, outputs, strict=True):
            try:
                self._keep(index, output)
            except Exception as error:  # noqa: BLE001 - it is the item's failure
                self._fail(batch, index, attempt, error_info(error), random())

    async def _output(self, names: Mapping[str, Any], index: int, attempt: int) -> Any:
        scope = {**self.scope, **names}
        config = resolve_config(self.processor.config, scope, self.literal_fields)
        limit = asyncio.timeout(self.timeout_seconds)
        try:
            async with limit:
                return await self.call(config, index, attempt)
        except TimeoutError:
            if not limit.expired():
                raise
            seconds = self.timeout_seconds or 0
            unit = "second" if seconds == 1 else "seconds"
            raise Timeout(f"No result within {seconds:g} {unit}.") from None

    def _keep(self, index: int, output: Any) -> None:
        if self._has_enough:
            return
        rule = self.config.result
        value = output
        is_kept: object = True
        if rule.mode == "filter":
            value = self.items[index]
            names = {"item": value, "index": index, "output": output}
            is_kept = evaluate(rule.keep, {**self.scope, **names})
            if not isinstance(is_kept, bool):
                raise InvalidResultError("Whether to keep the item is neither true nor false.")
        if is_kept:
            self._results[index] = value
        else:
            self._filtered += 1

    def _fail(
        self, batch: _Batch, index: int, attempt: int, error: ErrorInfo, chance: float
    ) -> None:
        delay = retry_delay(self.retry, error, tries=attempt, chance=chance)
        if delay is not None:
            batch.pending = sorted([*batch.pending, (index, attempt + 1, self.now() + delay)])
            return
        self._failures[index] = ItemFailure(
            index, attempt, plain_text(error.type, 200), plain_text(error.message, 2_000)
        )

    def _count_failure(self) -> None:
        self._in_row += 1
        breaker = self.config.circuit_breaker
        if breaker is not None and self._in_row >= breaker.failures:
            self._open_until = self.now() + breaker.open_seconds

    @property
    def _allowed(self) -> int | None:
        return self.config.failure_threshold.allowed(len(self.items))

    @property
    def _has_enough(self) -> bool:
        enough = self.config.enough
        return enough is not None and len(self._results) + self._filtered >= enough

    @property
    def _has_too_many(self) -> bool:
        return self._allowed is not None and len(self._failures) > self._allowed

    def _refuse_too_many(self) -> None:
        if self._has_too_many:
            raise TooManyFailures(
                f"{len(self._failures):,} of {len(self.items):,} items failed, and no more than "
                f"{self._allowed:,} may."
            )

    def _done(self) -> ItemsDone:
        done = sorted(self._results.items())
        value = None
        rule = self.config.result
        if rule.mode == "reduce":
            value = evaluate(rule.initial, self.scope)
            for index, output in done:
                names = {
                    "accumulator": value,
                    "output": output,
                    "index": index,
                    "item": self.items[index],
                }
                value = storable(evaluate(rule.combine, {**self.scope, **names}), "result")
        return ItemsDone(
            total=len(self.items),
            filtered=self._filtered,
            results=tuple(result for _, result in done),
            failures=tuple(self._failures[index] for index in sorted(self._failures)),
            value=value,
            left=len(self.items) - len(self._results) - self._filtered - len(self._failures),
        )
