"""One turn of a worker with a batch: what is due is tried, and what came out is reported.

A turn ends when nothing more is due, when its time is over, or when the circuit breaker opens.
What is left then goes back with what was done, so that delays between attempts keep no worker
waiting, a pause takes hold soon, and a crash repeats no more than a turn.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import random
from typing import Any

from workflows_app.core.decide import MAX_CRASHES
from workflows_app.core.events import ErrorInfo
from workflows_app.core.json_text import dumps, plain_text
from workflows_app.core.retries import retry_delay
from workflows_app.engine import clock
from workflows_app.engine.credentials import Credentials
from workflows_app.engine.item_work import ItemWork
from workflows_app.engine.task_log import TaskLog
from workflows_app.errors import FatalError, TaskError
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.shell.failures import error_info
from workflows_app.store.batches import BatchReport, ClaimedBatch
from workflows_app.store.bulks import Pending

TURN_SECONDS = 5.0
MAX_RESULT_BYTES = 8_000_000
"""All results of one batch as JSON: they are in memory together."""


class InvalidResultError(FatalError):
    """The processor's result is not what it should be."""


class BatchTurn:
    """Tries the pending items of a claimed batch."""

    def __init__(
        self,
        work: ItemWork,
        batch: ClaimedBatch,
        log: TaskLog,
        *,
        is_abandoned: Callable[[], bool],
    ) -> None:
        self._work = work
        self._batch = batch
        self._log = log
        self._is_abandoned = is_abandoned
        self._credentials = Credentials()
        log.redact = self._credentials.redact
        self._results = list(batch.results)
        self._failures = list(batch.failures)
        self._pending: list[Pending] = []
        self._bytes = len(dumps(batch.results)) if batch.results else 0
        self._added_bytes = 0
        self._succeeded = self._filtered = 0
        breaker = work.config.circuit_breaker
        self._limit = breaker.failures if breaker is not None else None
        self._in_row = batch.bulk.failures_in_row
        if batch.is_probe and self._limit is not None:
            self._in_row = self._limit - 1
        self._new_in_row = 0
        self._has_success = False

    def run(self) -> BatchReport:
        """Do it. Nothing that the processor raises gets through."""
        now = clock.now().timestamp()
        due = [entry for entry in self._batch.pending if entry[2] <= now]
        later = [entry for entry in self._batch.pending if entry[2] > now]
        self._pending = later
        may_not_run = self._batch.crashes and not self._work.kind.spec.reruns_after_crash
        if may_not_run or self._batch.crashes >= MAX_CRASHES:
            self._give_up([*due, *later])
        else:
            self._try(due)
        return self._report()

    def _try(self, due: Sequence[Pending]) -> None:
        if self._work.is_batch_at_once:
            self._try_together(due)
        else:
            self._try_each(due)

    @property
    def has_opened_breaker(self) -> bool:
        """True when so many attempts failed in a row that the next ones have to wait."""
        return self._limit is not None and self._new_in_row > 0 and self._in_row >= self._limit

    def _try_each(self, due: Sequence[Pending]) -> None:
        ends_at = time.monotonic() + TURN_SECONDS
        for position, (index, attempt, _) in enumerate(due):
            is_over = position > 0 and time.monotonic() >= ends_at
            if is_over or self.has_opened_breaker or self._is_abandoned():
                self._pending.extend(due[position:])
                return
            item = self._batch.item(index)
            try:
                context = self._context(index, attempt)
                output = self._call(context, item=item, index=index)
                self._keep(index, item, output)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the item's failure
                self._note_error(error)
                self._fail(index, attempt, error_info(error, self._credentials.redact))
                self._count_attempt(is_success=False)
            else:
                self._count_attempt(is_success=True)

    def _try_together(self, due: Sequence[Pending]) -> None:
        if not due:
            return
        first = due[0][0]
        items = [self._batch.item(entry[0]) for entry in due]
        try:
            context = self._context(first, max(entry[1] for entry in due))
            outputs = self._call(context, items=items, index=first)
            if outputs is None:
                outputs = [None] * len(items)
            if not isinstance(outputs, list) or len(outputs) != len(items):
                given = f"{len(outputs)} results" if isinstance(outputs, list) else "no list"
                raise InvalidResultError(
                    f"A batch processor returns one result for each of its items, or null. "
                    f"It got {len(items)} items and returned {given}."
                )
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the items' failure
            self._note_error(error)
            failure, chance = error_info(error, self._credentials.redact), random()
            for index, attempt, _ in due:
                self._fail(index, attempt, failure, chance)
            self._count_attempt(is_success=False)
            return
        self._count_attempt(is_success=True)
        for (index, attempt, _), item, output in zip(due, items, outputs, strict=True):
            try:
                self._keep(index, item, output)
            except Exception as error:  # noqa: BLE001 - it is the item's failure
                self._fail(index, attempt, error_info(error, self._credentials.redact))

    def _call(self, context: TaskContext, **names: Any) -> Any:
        """What the processor gives, without secrets."""
        return self._credentials.redact_value(self._work.call(context, **names))

    def _context(self, index: int, attempt: int) -> TaskContext:
        bulk = self._batch.bulk
        return TaskContext(
            run_id=bulk.run_id,
            node_id=bulk.node_id,
            visit=bulk.visit,
            attempt=attempt,
            index=index,
            logger=self._log.logger,
            on_is_abandoned=self._is_abandoned,
            on_connection=self._credentials.open,
        )

    def _keep(self, index: int, item: Any, output: Any) -> None:
        """Note the item's result, where the node's mode wants one."""
        result = self._work.config.result
        value = output
        is_kept = True
        if result.mode == "filter":
            value = item
            is_kept = self._work.evaluate(result.keep, item=item, index=index, output=output)
            if not isinstance(is_kept, bool):
                raise InvalidResultError("Whether to keep the item is neither true nor false.")
        if is_kept:
            size = len(dumps(value))
            if self._bytes + size > MAX_RESULT_BYTES:
                raise InvalidResultError(
                    f"The results of the batch have more than {MAX_RESULT_BYTES:,} bytes. "
                    "Make batch_size smaller."
                )
            self._bytes += size
            self._added_bytes += size
            self._results.append([index, value])
        self._succeeded += 1
        self._filtered += not is_kept

    def _fail(
        self, index: int, attempt: int, error: ErrorInfo, chance: float | None = None
    ) -> None:
        delay = retry_delay(
            self._work.retry,
            error,
            tries=attempt,
            chance=random() if chance is None else chance,
        )
        if delay is not None:
            self._pending.append([index, attempt + 1, clock.now().timestamp() + delay])
        else:
            self._record(index, attempt, error)

    def _record(self, index: int, attempt: int, error: ErrorInfo) -> None:
        self._failures.append(
            {
                "index": index,
                "row": self._batch.row(index),
                "attempts": attempt,
                "type": plain_text(error.type, 200),
                "message": plain_text(error.message, 2_000),
            }
        )

    def _give_up(self, pending: Sequence[Pending]) -> None:
        """The worker before died in the middle of the batch, and it may not be tried again."""
        crashes = self._batch.crashes
        message = (
            "The worker stopped in the middle of the batch, and its items may not run twice."
            if crashes < MAX_CRASHES
            else f"The worker stopped {crashes} times in the middle of the batch."
        )
        error = ErrorInfo("WorkerLost", message, is_final=True)
        for index, attempt, *_ in pending:
            self._record(index, attempt, error)
        self._pending = []

    def _count_attempt(self, *, is_success: bool) -> None:
        if is_success:
            self._in_row = self._new_in_row = 0
            self._has_success = True
        else:
            self._in_row += 1
            self._new_in_row += 1

    def _note_error(self, error: BaseException) -> None:
        if not isinstance(error, TaskError):
            trace = "".join(traceback.format_exception(error))
            self._log.add("debug", trace, clock.now())

    def _report(self) -> BatchReport:
        now = clock.now()
        breaker = self._work.config.circuit_breaker
        breaker_until = None
        if breaker is not None and self.has_opened_breaker:
            breaker_until = now + timedelta(seconds=breaker.open_seconds)
        self._pending.sort(key=lambda entry: entry[0])
        return BatchReport(
            results=sorted(self._results, key=lambda entry: entry[0]),
            failures=sorted(self._failures, key=lambda entry: entry["index"]),
            pending=self._pending,
            due_at=self._due_at(now),
            succeeded=self._succeeded,
            failed=len(self._failures) - len(self._batch.failures),
            filtered=self._filtered,
            result_bytes=self._added_bytes,
            failures_in_row=self._new_in_row,
            has_success=self._has_success,
            breaker_until=breaker_until,
        )

    def _due_at(self, now: datetime) -> datetime:
        if not self._pending:
            return now
        return max(now, clock.moment(min(entry[2] for entry in self._pending)))
