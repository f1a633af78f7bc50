"""What one step writes: plain data, made by the engine, written by `store.statements`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from workflows_app.core.events import TimerKind

Json = Any

NODE_RUN_DEFAULTS: Mapping[str, Json] = {
    "attempt": 1,
    "earlier_attempts": [],
    "ports": [],
    "input": None,
    "output": None,
    "error": None,
    "waiting": None,
    "progress": None,
    "is_reused": False,
    "worker": "",
    "lease_until": None,
    "retry_at": None,
    "started_at": None,
    "finished_at": None,
}
"""What a new node run's columns hold where the change says nothing."""


@dataclass(slots=True)
class NodeChange:
    """A new node run, or the columns of a known one that change."""

    node_id: str
    visit: int
    is_new: bool
    values: dict[str, Json]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A journal entry with its number."""

    seq: int
    type: str
    node_id: str
    visit: int
    data: Mapping[str, Json]
    at: datetime
    """When its cause happened."""


@dataclass(frozen=True, slots=True)
class TimerKey:
    """What makes a timer of a run unique."""

    kind: TimerKind
    node_id: str = ""
    visit: int = 0


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A timer to set, or to set anew."""

    key: TimerKey
    attempt: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of a node's log."""

    node_id: str
    visit: int
    attempt: int
    level: str
    message: str
    at: datetime


@dataclass(slots=True)
class StepChange:
    """Everything that one step of a run writes."""

    run_id: UUID
    fence: int
    """The run's `seq` that the step was decided on; another one means that nothing is written."""
    run: dict[str, Json]
    """Columns of the run's row: status, state, seq; at its ends more."""
    nodes: list[NodeChange] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    timers: list[TimerRow] = field(default_factory=list)
    dropped_timers: list[TimerKey] = field(default_factory=list)
    drops_all_timers: bool = False
    logs: list[LogRow] = field(default_factory=list)
