"""A Celery worker in a thread of another process: the muscle of the embedded stack."""

from __future__ import annotations

import threading
from typing import Any

from celery.app import app_or_default
from celery.platforms import EX_OK
from celery.worker import WorkController, state

from workflows_app.conf import worker_slots
from workflows_app.engine.recovery import expire_leases_of_dead_processes
from workflows_app.engine.work import this_worker
from workflows_app.workers import lifecycle


class _Controller(WorkController):
    """Says when it takes messages: `worker_ready` is not sent for a bare `WorkController`."""

    is_ready: threading.Event

    def on_consumer_ready(self, consumer: Any) -> None:
        self.is_ready.set()


class EmbeddedWorker:
    """Worker and sweep of this process."""

    def __init__(self) -> None:
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flowdeck-worker", daemon=True)

    def start(self) -> None:
        """Take back what a killed process left, and begin to work."""
        state.should_stop = None
        expire_leases_of_dead_processes()
        self._thread.start()
        lifecycle.start_sweeping(this_worker().name)

    def stop(self, seconds: float) -> bool:
        """Stop working; nodes that run may end within `seconds`.

        Returns:
            False when nodes are still running. They are given back for the next start.
        """
        lifecycle.stop_sweeping()
        # Its stub takes the type of the first value, None.
        state.should_stop = EX_OK  # type: ignore[assignment]
        self._thread.join(seconds)
        if not self._thread.is_alive():
            return True
        this_worker().give_up()
        return False

    def _run(self) -> None:
        controller = _Controller(
            app=app_or_default(),
            pool_cls="threads",
            concurrency=worker_slots(),
            hostname=None,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            quiet=True,
        )
        controller.is_ready = self._is_ready
        controller.start()
