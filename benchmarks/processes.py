"""What processes cost: processor time and memory of process groups, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(groups: Iterable[int]) -> float:
    """Processor time that the processes of these groups have used so far, children included."""
    fields = [(entry / "stat").read_text().rsplit(")", 1)[1].split() for entry in _of(groups)]
    return sum(int(ticks) for told in fields for ticks in told[11:15]) / _TICKS


def resident_mb(groups: Iterable[int], kind: str = "VmRSS") -> float:
    """The largest process's memory now, or at its most with `VmHWM`."""
    sizes = [0]
    for entry in _of(groups):
        lines = (entry / "status").read_text().splitlines()
        sizes += [int(line.split()[1]) for line in lines if line.startswith(kind)]
    return round(max(sizes) / 1024, 1)


def _of(groups: Iterable[int]) -> Iterator[Path]:
    wanted = set(groups)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) in wanted:
                    yield entry
            except OSError:
                continue
