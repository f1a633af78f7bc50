"""A turn with a batch whose items are runs of their own: some are started, others looked at.

Between turns the batch waits. The end of one of its runs lets it look again, and so does the time:
then a run that ended unheard, or that takes too long, is found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import InterfaceError, OperationalError

from workflows_app.core.events import CancelRequested, ErrorInfo, RunStarted
from workflows_app.core.state import CLOSED
from workflows_app.engine import children, clock
from workflows_app.engine.advance import advance
from workflows_app.engine.batch_turn import TURN_SECONDS, BatchTurn
from workflows_app.engine.item_work import ItemWork
from workflows_app.engine.persistence import persist
from workflows_app.engine.task_log import TaskLog
from workflows_app.sdk.shell.failures import error_info
from workflows_app.store import batches, inbox
from workflows_app.store.batches import BatchReport, ClaimedBatch
from workflows_app.store.bulks import Pending
from workflows_app.store.children import ChildEnd, ChildLink, Item, child_id, read_ends
from workflows_app.store.codec import Report

LOOK_SECONDS = 60.0
"""Between two looks at runs that say nothing."""


class RunsTurn(BatchTurn):
    """Starts and looks at the runs of a claimed batch's items."""

    def __init__(
        self,
        work: ItemWork,
        batch: ClaimedBatch,
        log: TaskLog,
        *,
        is_abandoned: Callable[[], bool],
    ) -> None:
        super().__init__(work, batch, log, is_abandoned=is_abandoned)
        self._open: list[UUID] = []

    def _try(self, due: Sequence[Pending]) -> None:
        # All that have started are looked at, due or not: one of them has ended.
        started = [entry for entry in [*due, *self._pending] if len(entry) > 3]
        fresh = [entry for entry in due if len(entry) <= 3]
        self._pending = [entry for entry in self._pending if len(entry) <= 3]
        ends = persist(lambda: read_ends(self._id_of(entry) for entry in started))
        for entry in started:
            self._look_at(entry, ends.get(self._id_of(entry)))
        ends_at = time.monotonic() + TURN_SECONDS
        for position, entry in enumerate(fresh):
            is_over = position > 0 and time.monotonic() >= ends_at
            if is_over or self.has_opened_breaker or self._is_abandoned():
                self._pending.extend(fresh[position:])
                break
            self._start(entry)

    def _id_of(self, entry: Pending) -> UUID:
        bulk = self._batch.bulk
        return child_id(bulk.run_id, bulk.key, bulk.attempt, Item(entry[0], entry[1]))

    def _look_at(self, entry: Pending, end: ChildEnd | None) -> None:
        index, attempt, _, since = entry
        now = clock.now().timestamp()
        if end is not None and end.status in CLOSED:
            self._take(index, attempt, end)
            return
        limit = self._work.timeout_seconds
        if limit is None or now < since + limit:
            look_at = now + LOOK_SECONDS
            if limit is not None:
                look_at = min(look_at, since + limit)
            self._pending.append([index, attempt, look_at, since])
            self._open.append(self._id_of(entry))
            return
        self._cancel(self._id_of(entry))
        self._fail(index, attempt, ErrorInfo("Timeout", f"No result within {limit:g} seconds."))
        self._count_attempt(is_success=False)

    def _take(self, index: int, attempt: int, end: ChildEnd) -> None:
        """Note what an item's run came to."""
        failure = children.failure_of(end.status, end.workflow, end.error)
        if failure is None:
            try:
                self._keep(index, self._batch.item(index), end.output)
            except Exception as error:  # noqa: BLE001 - it is the item's failure
                failure = error_info(error)
        if failure is not None:
            self._fail(index, attempt, failure)
        self._count_attempt(is_success=failure is None)

    def _start(self, entry: Pending) -> None:
        index, attempt, _ = entry
        try:
            item = self._batch.item(index)
            config = self._work.resolved_config(item=item, index=index)
            order = persist(lambda: children.order_of(self._work.run, config))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - it is the item's failure
            self._fail(index, attempt, error_info(error))
            self._count_attempt(is_success=False)
            return
        run_id = self._id_of(entry)
        if not persist(lambda: self._insert(run_id, Item(index, attempt), order)):
            self._pending.append(entry)
            return
        now = clock.now().timestamp()
        # A workflow that needs no worker is over with this.
        persist(lambda: advance(run_id))
        self._look_at([index, attempt, now, now], persist(lambda: read_ends([run_id])).get(run_id))

    def _insert(self, run_id: UUID, item: Item, order: children.ChildToStart) -> bool:
        """Write the item's run; False when nobody wants it any more."""
        bulk = self._batch.bulk
        with batches.held(self._batch) as is_wanted:
            if not is_wanted:
                return False
            if run_id not in read_ends([run_id]):
                link = ChildLink(bulk.run_id, *bulk.key, bulk.attempt, True, order.depth, item)
                now = children.insert_child(self._work.run, run_id, order, link)
                inbox.add_reports(run_id, [Report(RunStarted(now.timestamp()))], now)
            return True

    def _cancel(self, run_id: UUID) -> None:
        event = CancelRequested(clock.now().timestamp(), "It took longer than an item may.")
        persist(lambda: advance(run_id, event))

    def _report(self) -> BatchReport:
        return replace(super()._report(), open_runs=self._open)
