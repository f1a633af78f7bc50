"""The sweep: finds what no message told of, and sees to it.

Safe in any number of processes at once, since each finding is given to one of them by the database
(`SKIP LOCKED`), and everything that it leads to may happen twice without harm.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection

from workflows_app.conf import lease_seconds, sweep_seconds, worker_slots
from workflows_app.core.events import WorkerLost
from workflows_app.engine import alarm, clock, trigger_points
from workflows_app.engine.advance import advance_with
from workflows_app.outbound.dispatch import MAX_HINTS, hint_delivery, hint_work
from workflows_app.store import batches, claims, inbox, memos, outbox, timers, workers
from workflows_app.store.codec import Report

logger = logging.getLogger(__name__)

BATCH = 200
"""Findings of one kind that one round sees to."""


def sweep_once() -> None:
    """One round. What fails is logged, and does not keep the rest from being done."""
    for part in (
        clock.adjust,
        fire_timers,
        take_back_lost_nodes,
        read_inboxes,
        repeat_hints,
        repeat_delivery,
        forget_memos,
    ):
        try:
            part()
        except Exception:
            logger.exception("A part of the sweep failed: %s. The next round tries again.", part)
            connection.close()


def fire_timers() -> None:
    """Tell runs of their timers that are due."""
    run_ids = timers.fire_due_timers(now=clock.now(), limit=BATCH)
    trigger_points.reach(trigger_points.TIMERS_FIRED)
    _advance_each(run_ids)


def take_back_lost_nodes() -> None:
    """Tell runs of nodes whose worker fell silent."""
    now = clock.now()
    lost = claims.take_lost_leases(
        now=now, taken_until=now + timedelta(seconds=lease_seconds()), limit=BATCH
    )
    for claim in lost:
        logger.warning("The worker of %s in run %s fell silent.", claim.node_id, claim.run_id)
        event = WorkerLost(*claim.key, claim.attempt, now.timestamp())
        _advance(claim.run_id, [Report(event)])


def read_inboxes() -> None:
    """Work in reports that have been lying for a moment: whoever should have is gone."""
    now = clock.now()
    moment = now - timedelta(seconds=min(1.0, sweep_seconds()))
    _advance_each(inbox.unread_runs(left_before=moment, limit=BATCH))


def repeat_hints() -> None:
    """Hint again at nodes that wait although their message should have arrived."""
    now = clock.now()
    moment = now - timedelta(seconds=min(1.0, sweep_seconds()))
    hint_work(claims.count_claimable(now=now, queued_before=moment, limit=MAX_HINTS))
    hint_work(batches.count_claimable(now=now, limit=MAX_HINTS))


def repeat_delivery() -> None:
    """Hint at messages to the world that are due."""
    if outbox.has_due(now=clock.now()):
        hint_delivery()


def forget_memos() -> None:
    """Delete remembered results that count no longer."""
    memos.forget_expired(now=clock.now(), limit=BATCH)


def _advance_each(run_ids: Iterable[UUID]) -> None:
    for run_id in run_ids:
        _advance(run_id, ())


def _advance(run_id: UUID, reports: Sequence[Report]) -> None:
    """One run that cannot move must not keep the others from moving."""
    try:
        advance_with(run_id, reports)
    except Exception:
        logger.exception("Run %s could not be advanced. The next round tries again.", run_id)


class Sweeper:
    """The thread that sweeps in a worker process: at once, then every few seconds."""

    def __init__(self, name: str, active: Callable[[], int]) -> None:
        self._name = name
        self._active = active
        self._is_over = threading.Event()
        self._started_at = clock.now()
        self._thread = threading.Thread(target=self._run, name="flowdeck-sweep", daemon=True)

    def start(self) -> None:
        """Begin sweeping."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End in order, and take the worker off the list."""
        self._is_over.set()
        alarm.ring()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._is_over.is_set():
            sweep_once()
            self._beat()
            alarm.sleep(self._pause(), self._is_over)
        self._say_goodbye()
        connection.close()

    def _pause(self) -> float:
        """Seconds until the next round, shorter when a timer is due before."""
        longest = sweep_seconds()
        try:
            due_at = timers.next_due()
        except Exception:
            logger.exception("The sweep could not read its timers.")
            return longest
        if due_at is None:
            return longest
        return min(max((due_at - clock.now()).total_seconds(), 0.01), longest)

    def _beat(self) -> None:
        try:
            workers.beat(
                name=self._name,
                started_at=self._started_at,
                slots=worker_slots(),
                active=self._active(),
                now=clock.now(),
            )
        except Exception:
            logger.exception("The worker could not give a sign of life.")
            connection.close()

    def _say_goodbye(self) -> None:
        try:
            workers.remove(self._name)
        except Exception:
            logger.exception("The worker could not take itself off the list.")
