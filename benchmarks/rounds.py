"""One round of a comparison: where a section works, and where its figures go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.production import ProductionServers

Figures = dict[str, float]
Measure = Callable[[], Figures]


class Note(Protocol):
    """Takes a figure."""

    def __call__(self, who: str, work: str, measure: Measure) -> None:
        """Measure, print and keep."""


@dataclass(frozen=True)
class Round:
    """What a section has for one round."""

    servers: ProductionServers
    """PostgreSQL and Redis."""
    directory: Path
    """An empty one, of this round."""
    note: Note
    kept: ExitStack
    """What outlives the round is closed with this, after the last one."""
    growth_runs: int
    """Finished runs in the full tables."""
    memory_runs: int
    """Runs after which a worker's memory is looked at."""
