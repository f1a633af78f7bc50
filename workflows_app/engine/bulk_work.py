"""A worker's part in bulks: it reads a source, works on batches, or makes the result."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
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
from workflows_app.engine.pace import HAND_SECONDS, Pace
from workflows_app.engine.persistence import persist
from workflows_app.engine.runs_turn import RunsTurn
from workflows_app.engine.task_log import TaskLog
from workflows_app.outbound.dispatch import hint_work
from workflows_app.store import batches, bulks
from workflows_app.store.batches import BatchReport, ClaimedBatch, ClaimedPart
from workflows_app.store.bulks import BulkRow, Filling
from workflows_app.store.claims import ClaimedNode

logger = logging.getLogger(__name__)

LOG_LINES = 20
"""Kept of one turn: thousands of batches write into one node's log."""
HAND_BYTES = 8_000_000
"""No batch is begun behind those of a hand whose results have more: they are in memory together."""
KNOWN_BULKS = 16


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
    """What the threads of a worker do for bulks."""

    def __init__(self, worker: str, keeper: Keeper, pace: Pace) -> None:
        self._worker = worker
        self._keeper = keeper
        self._pace = pace
        self._known: dict[int, ItemWork] = {}

    def take_turn(self, on_slow: Callable[[], None] = lambda: None) -> bool:
        """Claim something and do it; False when nothing is ready.

        `on_slow` is called before something that may take its time.
        """
        claimed = persist(self._claim)
        if claimed is None:
            return False
        if isinstance(claimed, ClaimedPart) or self._hand_size(claimed[0].bulk) == 1:
            on_slow()
        try:
            self._carry_out(claimed)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # Its lease ends by itself; after some crashes the items count as failed.
            bulk = _bulk_of(claimed)
            logger.exception("A part of bulk %s failed; it is left for later.", bulk.id)
        return True

    def _claim(self) -> Sequence[ClaimedBatch] | ClaimedPart | None:
        return batches.claim(
            worker=self._worker,
            now=clock.now(),
            lease_until=_lease_end(),
            hand_size=self._hand_size,
        )

    def _hand_size(self, bulk: BulkRow) -> int:
        """Many quick batches whose node is known and needs no look between them; else one."""
        work = self._known.get(bulk.id)
        if work is None:
            return 1
        ends_early = work.config.enough is not None or work.config.circuit_breaker is not None
        is_one = ends_early or work.is_run or not work.kind.spec.reruns_after_crash
        return 1 if is_one else self._pace.batches

    def _carry_out(self, claimed: Sequence[ClaimedBatch] | ClaimedPart) -> None:
        bulk = _bulk_of(claimed)
        try:
            if not isinstance(claimed, ClaimedPart):
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
        work = self._known.get(bulk.id)
        if work is None:
            work = persist(lambda: item_work.load(bulk))
            newest = list(self._known.items())[-KNOWN_BULKS + 1 :]
            self._known = {**dict(newest), bulk.id: work}
        return work

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

    def _work_on(self, hand: Sequence[ClaimedBatch], work: ItemWork) -> None:
        bulk = hand[0].bulk
        claim = ClaimedNode(bulk.run_id, bulk.node_id, bulk.visit, bulk.attempt)
        log = TaskLog(claim, max_lines=LOG_LINES)
        with self._kept(lambda until: batches.extend_hand(hand[0], lease_until=until)) as lease:
            trigger_points.reach(trigger_points.BATCH_CLAIMED)
            reports = self._reports(hand, work, log, lease)
            trigger_points.reach(trigger_points.BATCH_EXECUTED)
            now = clock.now()
            for _, report in reports:
                if report.breaker_until is not None:
                    text = "Too many failures in a row: the circuit breaker opens. Next try at %s."
                    log.logger.warning(text, report.breaker_until.isoformat(timespec="seconds"))
                    alarm.set_alarm(report.breaker_until)
                elif report.pending and report.due_at > now:
                    alarm.set_alarm(report.due_at)
            after = persist(lambda: batches.report_hand(reports, now=now))
            persist(log.write)
            left = hand[len(reports) :]
            if left:
                persist(lambda: batches.hand_back(left))
        if after is not None:
            persist(lambda: tell_progress(after))

    def _reports(
        self, hand: Sequence[ClaimedBatch], work: ItemWork, log: TaskLog, lease: _Lease
    ) -> list[tuple[ClaimedBatch, BatchReport]]:
        """Work on one batch after the other, until a moment is over or something fails."""
        reports: list[tuple[ClaimedBatch, BatchReport]] = []
        began = time.monotonic()
        size = 0
        for batch in hand:
            report = self._turn(work, batch, log, lease).run()
            reports.append((batch, report))
            size += report.result_bytes
            is_over = time.monotonic() - began >= HAND_SECONDS or size >= HAND_BYTES
            if is_over or report.failed or lease.is_lost:
                break
        self._pace.learn_batches(len(reports), time.monotonic() - began)
        return reports

    def _turn(self, work: ItemWork, batch: ClaimedBatch, log: TaskLog, lease: _Lease) -> BatchTurn:
        def is_abandoned() -> bool:
            return lease.is_lost

        if work.is_run:
            return RunsTurn(work, batch, log, is_abandoned=is_abandoned)
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


def _bulk_of(claimed: Sequence[ClaimedBatch] | ClaimedPart) -> BulkRow:
    return claimed.bulk if isinstance(claimed, ClaimedPart) else claimed[0].bulk


def _lease_end() -> datetime:
    return clock.now() + timedelta(seconds=lease_seconds())
