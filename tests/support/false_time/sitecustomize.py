"""Loaded by Python itself in processes whose clock is skewed by libfaketime.

Now and then libfaketime 0.9.10 makes of a sleep that ends at a point in time an invalid one, which
raises `OSError(EINVAL)` in whatever sleeps. `select` it leaves alone.
"""

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex, /) -> None:
    select.select([], [], [], float(seconds))


time.sleep = _sleep
