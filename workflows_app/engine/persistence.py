"""Writes that are worth repeating: what a worker has done should not be done twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from workflows_app.conf import lease_seconds

logger = logging.getLogger(__name__)

T = TypeVar("T")


def persist(write: Callable[[], T]) -> T:
    """Write, and try again while the database is away: what was done should not be done twice.

    Repeating is safe, since late and repeated reports change nothing. After a lease's time there
    is no point in trying: somebody else has the work.
    """
    give_up_at = time.monotonic() + lease_seconds()
    delay = 0.05
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > give_up_at:
                raise
            logger.warning("The database did not take a write (%s); trying again.", error)
            connection.close()
            time.sleep(delay)
            delay = min(delay * 2, 2.0)
