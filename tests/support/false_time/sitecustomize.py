"""Loaded by Python itself in processes whose clock is skewed by libfaketime.

libfaketime 0.9.10 makes an invalid time of the one at which a sleep is to end, so that whatever
sleeps raises `OSError(EINVAL)`. `select` it leaves alone.
"""

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex, /) -> None:
    select.select([], [], [], float(seconds))


time.sleep = _sleep
