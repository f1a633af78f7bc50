"""Taking back what killed processes of this machine held, without waiting for their leases."""

from __future__ import annotations

import logging
import os
import socket

from workflows_app.engine import clock
from workflows_app.store import batches, claims

logger = logging.getLogger(__name__)


def worker_name() -> str:
    """The name of this process as a worker."""
    return f"{socket.gethostname()}:{os.getpid()}"


def expire_leases_of_dead_processes() -> int:
    """End the leases of workers of this machine whose process is gone; the sweep does the rest.

    Only for the embedded stack: where several machines or containers share a name, a process that
    is not seen here may be alive elsewhere.

    Returns:
        How many workers were found dead.
    """
    holders = claims.leaseholders() | batches.leaseholders()
    dead = [name for name in holders if _is_dead(name)]
    for name in dead:
        logger.warning("The worker %s ended without a word; its nodes are taken back.", name)
        claims.expire_leases(worker=name, now=clock.now())
        batches.expire_leases(worker=name, now=clock.now())
    return len(dead)


def _is_dead(name: str) -> bool:
    host, _, number = name.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        # A new process that got the number of the one before.
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
