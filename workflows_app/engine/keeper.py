"""The background thread of a worker process: leases, and what must be written meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db import Error as DatabaseError
from django.db import connection

from workflows_app.conf import lease_seconds
from workflows_app.engine import clock
from workflows_app.engine.advance import advance_with
from workflows_app.engine.holding import HeldNode, Holding
from workflows_app.engine.lane import Lane
from workflows_app.engine.reporting import report
from workflows_app.outbound.dispatch import hint_work
from workflows_app.store import claims
from workflows_app.store.codec import Report

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02
SLOW_TICK_SECONDS = 0.5
"""How often progress and log lines of running nodes are written."""


class Lease(Protocol):
    """Something that is a worker's as long as it says so."""

    def extend(self, until: datetime) -> None:
        """Say so."""


class Keeper:
    """Watches the holdings of all threads of the process. Its thread starts with the first one."""

    def __init__(self, worker: str, lane: Lane | None = None) -> None:
        self._worker = worker
        self._lane = lane or Lane()
        self._guard = threading.Lock()
        self._ticking = threading.Lock()
        self._holdings: list[Holding] = []
        self._leases: list[Lease] = []
        self._has_work = threading.Event()
        self._thread: threading.Thread | None = None
        self._next_beat = 0.0
        self._next_slow = 0.0

    def watch(self, holding: Holding) -> None:
        """Look after a holding until it is forgotten."""
        with self._guard:
            self._holdings.append(holding)
            if self._thread is None:
                self._next_beat = time.monotonic() + lease_seconds() / 3
                self._thread = threading.Thread(
                    target=self._run, name="flowdeck-keeper", daemon=True
                )
                self._thread.start()
        self._has_work.set()

    def keep(self, lease: Lease) -> None:
        """Extend a lease until it is dropped. The caller has a holding that is watched."""
        with self._guard:
            self._leases.append(lease)

    def drop(self, lease: Lease) -> None:
        """The lease has served."""
        with self._guard:
            self._leases.remove(lease)

    def forget(self, holding: Holding) -> None:
        """The holding is empty. Returns when nothing is being written for it any more."""
        with self._guard:
            self._holdings.remove(holding)
            if not self._holdings:
                self._has_work.clear()
        with self._ticking:
            pass

    @property
    def active(self) -> int:
        """How many nodes run in the process at the moment."""
        with self._guard:
            return sum(holding.is_busy for holding in self._holdings) + len(self._leases)

    def _run(self) -> None:
        while True:
            if not self._has_work.is_set():
                connection.close()
                self._has_work.wait()
            time.sleep(TICK_SECONDS)
            try:
                with self._ticking:
                    self.tick()
            except DatabaseError as error:
                logger.warning("The keeper could not write (%s); it tries again.", error)
                connection.close()
                time.sleep(SLOW_TICK_SECONDS)
            except Exception:
                logger.exception("The keeper failed; it goes on.")
                time.sleep(SLOW_TICK_SECONDS)

    def tick(self) -> None:
        """Write what is overdue."""
        with self._guard:
            holdings = list(self._holdings)
        now = time.monotonic()
        is_slow_tick = now >= self._next_slow
        if is_slow_tick:
            self._next_slow = now + SLOW_TICK_SECONDS
        for holding in holdings:
            self._write_overdue(holding)
            if is_slow_tick:
                self._write_words(holding)
        if now >= self._next_beat:
            self._next_beat = now + lease_seconds() / 3
            self._extend_leases(holdings)

    def _write_overdue(self, holding: Holding) -> None:
        results = holding.overdue_results()
        if results:
            try:
                report(results, worker=self._worker)
            except DatabaseError:
                holding.give_back(results)
                raise
        if holding.is_held_up:
            self.open_lane(holding)
        untold = holding.untold_start()
        if untold is not None:
            held, start = untold
            report([start], worker=self._worker)
            held.is_start_told = True
        stuck = holding.stuck_behind()
        self.hand_back(stuck, hints=len(stuck))

    def open_lane(self, holding: Holding) -> None:
        """Let another thread do the quick nodes while this one is busy."""
        if self._lane.open(holding):
            hint_work(1)

    def hand_back(self, waiting: Sequence[HeldNode], *, hints: int) -> None:
        """Give claimed nodes that nobody has begun to other workers, and wake so many of them."""
        if waiting:
            claims.hand_back([held.claim for held in waiting], worker=self._worker)
            hint_work(hints)

    def _write_words(self, holding: Holding) -> None:
        holding.write_lines()
        progress = holding.take_progress()
        if progress is not None:
            claim, told = progress
            advance_with(claim.run_id, [Report(told)])

    def _extend_leases(self, holdings: list[Holding]) -> None:
        until = clock.now() + timedelta(seconds=lease_seconds())
        with self._guard:
            leases = list(self._leases)
        for lease in leases:
            lease.extend(until)
        for holding in holdings:
            held = holding.claims()
            if held:
                lost = claims.extend_leases(held, worker=self._worker, lease_until=until)
                if lost:
                    holding.abandon(lost)
