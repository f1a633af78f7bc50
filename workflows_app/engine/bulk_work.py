"""A worker's part in bulks: it reads a source, works on a batch, or makes the result."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from django.db import InterfaceError, OperationalError

from workflows_app.conf import lease_seconds
from workflows_app.core.item_files import UnreadableFileError
from workflows_app.engine import alarm, clock, item_source, item_work, trigger_points
from workflows_app.engine.advance import advance_with
from workflows_app.engine.batch_turn import TURN_SECONDS, BatchTurn
from workflows_app.engine.bulk_progress import tell_progress
from workflows_app.engine.bulk_result import result_report
from workflows_app.engine.item_work import ItemWork, UnknownTask
from workflows_app.engine.keeper import Keeper
from workflows_app.engine.persistence import persist
from workflows_app.engine.runs_turn import RunsTurn
from workflows_app.engine.task_log import TaskLog
from workflows_app.outbound.dispatch import hint_work
from workflows_app.store import batches, bulks
from workflows_app.store.batches import ClaimedBatch, ClaimedPart
from workflows_app.store.bulks import BulkRow, Filling
from workflows_app.store.claims import ClaimedNode

logger = logging.getLogger(__name__)

LOG_LINES = 20
"""Kept of one turn with a batch: thousands of batches write into one node's log."""


class _Lease:
    """Extended by the keeper's thread while the worker's thread is busy."""

    def __init__(self, extend: Callable[[datetime], bool]) -> None:
        self._extend = extend
        self.is_lost = False

    def extend(self, until: datetime) -> None:
        """Say that the work goes on."""
        if not self._extend(until):
            self.is_lost = True


class BulkWork:
    """What one thread of a worker does for bulks."""

    def __init__(
        self, worker: str, keeper: Keeper, on_claim: Callable[[], None] = lambda: None
    ) -> None:
        self._worker = worker
        self._keeper = keeper
        self._on_claim = on_claim
        self._known: tuple[int, ItemWork] | None = None

    def take_turn(self) -> bool:
        """Claim something and do it; False when nothing is ready."""
        claimed = persist(self._claim)
        if claimed is None:
            return False
        self._on_claim()
        try:
            self._carry_out(claimed)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # Its lease ends by itself; after some crashes the items count as failed.
            logger.exception("A part of bulk %s failed; it is left for later.", claimed.bulk.id)
        return True

    def _claim(self) -> ClaimedBatch | ClaimedPart | None:
        return batches.claim(worker=self._worker, now=clock.now(), lease_until=_lease_end())

    def _carry_out(self, claimed: ClaimedBatch | ClaimedPart) -> None:
        bulk = claimed.bulk
        try:
            if isinstance(claimed, ClaimedBatch):
                self._work_on(claimed, self._work_of(bulk))
            elif bulk.status == "finishing":
                self._finish(claimed)
            else:
                self._read_source(claimed, self._work_of(bulk))
        except UnknownTask as error:
            self._fail(bulk, "UnknownTask", str(error))
        except UnreadableFileError as error:
            self._fail(bulk, "UnreadableFile", str(error))

    def _work_of(self, bulk: BulkRow) -> ItemWork:
        """The node's description, which is read once for many batches."""
        if self._known is None or self._known[0] != bulk.id:
            self._known = (bulk.id, persist(lambda: item_work.load(bulk)))
        return self._known[1]

    def _read_source(self, part: ClaimedPart, work: ItemWork) -> None:
        ends_at = time.monotonic() + TURN_SECONDS
        with self._kept(lambda until: self._extend_part(part, until)) as lease:
            for filling in item_source.read_fillings(part.bulk, work.config):
                written = persist(partial(self._write, part.bulk, filling))
                trigger_points.reach(trigger_points.BATCHES_WRITTEN)
                if written is None or lease.is_lost:
                    return
                hint_work(min(len(filling.batches), work.config.max_concurrency) - 1)
                if not filling.is_expanded and time.monotonic() >= ends_at:
                    break
        persist(lambda: batches.release_part(part, worker=self._worker))

    def _write(self, bulk: BulkRow, filling: Filling) -> BulkRow | None:
        return bulks.add_batches(
            bulk.id,
            worker=self._worker,
            filling=filling,
            now=clock.now(),
            lease_until=_lease_end(),
        )

    def _work_on(self, batch: ClaimedBatch, work: ItemWork) -> None:
        bulk = batch.bulk
        claim = ClaimedNode(bulk.run_id, bulk.node_id, bulk.visit, bulk.attempt)
        log = TaskLog(claim, max_lines=LOG_LINES)
        with self._kept(lambda until: self._extend_batch(batch, until)) as lease:
            trigger_points.reach(trigger_points.BATCH_CLAIMED)
            report = self._turn(work, batch, log, lease).run()
            trigger_points.reach(trigger_points.BATCH_EXECUTED)
            now = clock.now()
            if report.breaker_until is not None:
                text = "Too many failures in a row: the circuit breaker opens. Next try at %s."
                log.logger.warning(text, report.breaker_until.isoformat(timespec="seconds"))
                alarm.set_alarm(report.breaker_until)
            elif report.pending and report.due_at > now:
                alarm.set_alarm(report.due_at)
            after = persist(
                lambda: batches.report_batch(batch, report, worker=self._worker, now=now)
            )
            persist(log.write)
        if after is not None:
            persist(lambda: tell_progress(after))

    def _turn(self, work: ItemWork, batch: ClaimedBatch, log: TaskLog, lease: _Lease) -> BatchTurn:
        def is_abandoned() -> bool:
            return lease.is_lost

        if work.is_run:
            return RunsTurn(work, batch, log, worker=self._worker, is_abandoned=is_abandoned)
        return BatchTurn(work, batch, log, is_abandoned=is_abandoned)

    def _finish(self, part: ClaimedPart) -> None:
        with self._kept(lambda until: self._extend_part(part, until)) as lease:
            report = persist(lambda: result_report(part.bulk, lambda: self._work_of(part.bulk)))
            if not lease.is_lost:
                persist(lambda: advance_with(part.bulk.run_id, [report]))

    def _fail(self, bulk: BulkRow, type_: str, message: str) -> None:
        error = {"type": type_, "message": message}
        persist(lambda: bulks.fail_bulk(bulk.id, error=error))

    @contextmanager
    def _kept(self, extend: Callable[[datetime], bool]) -> Iterator[_Lease]:
        lease = _Lease(extend)
        self._keeper.keep(lease)
        try:
            yield lease
        finally:
            self._keeper.drop(lease)

    def _extend_part(self, part: ClaimedPart, until: datetime) -> bool:
        return batches.extend_part(part, worker=self._worker, lease_until=until)

    def _extend_batch(self, batch: ClaimedBatch, until: datetime) -> bool:
        return batches.extend_batch(batch, worker=self._worker, lease_until=until)


def _lease_end() -> datetime:
    return clock.now() + timedelta(seconds=lease_seconds())
