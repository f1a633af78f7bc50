"""Ids of rows that are made all the time."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7), by this machine's clock.

    It begins with the time in milliseconds, so that what is made in one moment lies side by side in
    every index, where random ids would touch a page each. From Python 3.14 on `uuid.uuid7` does it.
    """
    milliseconds = time.time_ns() // 1_000_000
    upper, lower = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | upper << 64 | 0b10 << 62 | lower)
