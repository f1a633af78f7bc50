"""The sweep begins and ends with the worker process, whatever its pool."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from django.db import connections

from workflows_app.engine.sweep import Sweeper
from workflows_app.engine.work import this_worker

_sweeper: Sweeper | None = None


def start_sweeping(name: str) -> None:
    """Start the process's sweep; a second call changes nothing."""
    global _sweeper
    if _sweeper is None:
        _sweeper = Sweeper(name, lambda: this_worker().keeper.active)
        _sweeper.start()


def stop_sweeping() -> None:
    """End the process's sweep."""
    global _sweeper
    if _sweeper is not None:
        _sweeper.stop()
        _sweeper = None


@worker_process_init.connect(dispatch_uid="flowdeck.connections.renew")
def _on_child_start(**_: Any) -> None:
    """Let a forked child open connections of its own.

    The parent's pool came along, with sockets that the parent goes on using. It is kept, unused:
    collecting it would end the parent's sessions.
    """
    for connection in connections.all():
        pools = getattr(type(connection), "_connection_pools", None)
        if pools:
            _inherited.append(dict(pools))
            pools.clear()


_inherited: list[object] = []


@worker_ready.connect(dispatch_uid="flowdeck.sweep.start")
def _on_ready(sender: Any = None, **_: Any) -> None:
    start_sweeping(str(getattr(sender, "hostname", None) or this_worker().name))


@worker_shutting_down.connect(dispatch_uid="flowdeck.sweep.stop")
def _on_shutting_down(**_: Any) -> None:
    stop_sweeping()
