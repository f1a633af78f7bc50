"""Word to the web processes of the runs that moved.

A wake-up carries run ids only. A set of them is flushed every `FLUSH_SECONDS` by one daemon thread
with an event loop of its own, since `async_to_sync(group_send)` costs ten times a step. Losing a
wake-up loses nothing: the readers look by themselves every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterable
from uuid import UUID

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "flowdeck.wakeups"
FLUSH_SECONDS = 0.025
MAX_IDS = 1_000


class _Flusher:
    """The thread of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._has_pending = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, run_ids: Iterable[UUID]) -> None:
        with self._lock:
            self._pending.update(str(run_id) for run_id in run_ids)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="flowdeck-wakeups", daemon=True
                )
                self._thread.start()
        self._has_pending.set()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                self._has_pending.wait()
                self._has_pending.clear()
                runner.run(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(FLUSH_SECONDS)
        with self._lock:
            ids, self._pending = sorted(self._pending), set()
        try:
            layer = get_channel_layer()
            if layer is None:
                return
            for start in range(0, len(ids), MAX_IDS):
                message = {"type": "wakeup", "run_ids": ids[start : start + MAX_IDS]}
                await asyncio.wait_for(layer.group_send(GROUP, message), timeout=5)
        except Exception as error:  # noqa: BLE001 - layers fail in many ways, and readers poll
            logger.warning("No wake-up was sent (%s: %s).", type(error).__name__, error)


_flusher = _Flusher()


def _forget() -> None:
    """A forked child begins anew: threads do not survive a fork."""
    global _flusher
    _flusher = _Flusher()


os.register_at_fork(after_in_child=_forget)


def wake(run_ids: Iterable[UUID]) -> None:
    """Tell watchers that these runs moved. Returns at once and never raises."""
    _flusher.add(run_ids)
