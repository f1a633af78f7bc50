"""Replaying a journal: the recorded facts lead through `decide` to the state they came from.

The first entry of every decision tells its cause well enough to decide again; the entries behind
it must then come out as recorded. Entries that the shell adds of its own (`SHELL_ENTRIES`) and
additional data in an entry are passed over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows_app.core.commands import JournalEntry
from workflows_app.core.decide import decide
from workflows_app.core.events import (
    AttentionResolved,
    CancelRequested,
    Choice,
    ErrorInfo,
    Event,
    NodeCompleted,
    NodeFailed,
    NodeResumed,
    NodeStarted,
    NodeWaiting,
    PauseRequested,
    ResumeRequested,
    RunStarted,
    SignalReceived,
    TimerFired,
    TimerKind,
    WorkerLost,
)
from workflows_app.core.plan import Plan
from workflows_app.core.state import RunState

SHELL_ENTRIES = frozenset({"node.progress", "human.claimed", "human.released", "human.decided"})


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """A journal entry with its time, in seconds since the epoch."""

    entry: JournalEntry
    at: float


class ReplayMismatchError(Exception):
    """The journal does not follow from its plan: the plan or `decide` is another one."""


def replay(plan: Plan, journal: Iterable[RecordedEntry]) -> RunState:
    """The state that the journal's facts lead to.

    Raises:
        ReplayMismatchError: An entry is no cause, or the entries behind a cause differ.
    """
    recorded = [item for item in journal if item.entry.type not in SHELL_ENTRIES]
    state = RunState()
    position = 0
    while position < len(recorded):
        cause = recorded[position]
        decision = decide(plan, state, _event_of(cause))
        if decision.is_empty:
            raise ReplayMismatchError(f"Entry {position + 1}, {cause.entry.type}, changes nothing.")
        for produced in decision.journal:
            if position >= len(recorded) or not _is_same(produced, recorded[position].entry):
                raise ReplayMismatchError(f"Entry {position + 1} is not {produced}.")
            position += 1
        state = decision.state
    return state


def _is_same(produced: JournalEntry, recorded: JournalEntry) -> bool:
    return (produced.type, produced.node, produced.visit) == (
        recorded.type,
        recorded.node,
        recorded.visit,
    ) and all(_is_same_value(value, recorded.data.get(key)) for key, value in produced.data.items())


def _is_same_value(produced: object, recorded: object) -> bool:
    """Times are stored to the microsecond, so they are compared to the millisecond."""
    if isinstance(produced, float) and isinstance(recorded, float | int):
        return math.isclose(produced, recorded, abs_tol=1e-3)
    return produced == recorded


def _event_of(recorded: RecordedEntry) -> Event:
    entry = recorded.entry
    try:
        make = _CAUSES[entry.type]
    except KeyError:
        raise ReplayMismatchError(f"{entry.type} is not the first entry of a decision.") from None
    return make(entry, entry.data, recorded.at)


Data = Mapping[str, Any]


def _started(entry: JournalEntry, data: Data, at: float) -> Event:
    reusable = {(node, visit): tuple(ports) for node, visit, ports in data["reused"]}
    return RunStarted(at, reusable)


def _failed(entry: JournalEntry, data: Data, at: float) -> Event:
    """A failure as it was judged: final, or worth a retry at that time."""
    is_final = entry.type != "node.retrying"
    error = ErrorInfo(
        type=data["error"]["type"],
        message=data["error"]["message"],
        is_final=is_final,
        is_retryable=not is_final,
        retry_after=None if is_final else data["retry_at"] - at,
        is_uncertain=data.get("uncertain", False),
    )
    return NodeFailed(entry.node, entry.visit, data["attempt"], at, error)


def _retry_due(entry: JournalEntry, data: Data, at: float) -> Event:
    attempt = data["attempt"] - 1
    return TimerFired(TimerKind.RETRY, at, entry.node, entry.visit, attempt)


_CAUSES: Mapping[str, Callable[[JournalEntry, Data, float], Event]] = {
    "run.started": _started,
    "node.started": lambda e, d, at: NodeStarted(e.node, e.visit, d["attempt"], at),
    "node.waiting": lambda e, d, at: NodeWaiting(e.node, e.visit, d["attempt"], at, d["until"]),
    "node.resumed": lambda e, d, at: NodeResumed(e.node, e.visit, d["attempt"], at),
    "node.succeeded": lambda e, d, at: NodeCompleted(
        e.node, e.visit, d["attempt"], at, tuple(d["ports"])
    ),
    "node.memoized": lambda e, d, at: NodeCompleted(
        e.node, e.visit, d["attempt"], at, tuple(d["ports"]), is_memoized=True
    ),
    "node.failed": _failed,
    "node.retrying": _failed,
    "node.gave_up": _failed,
    "attention.resolved": lambda e, d, at: AttentionResolved(
        e.node, e.visit, d["attempt"], at, Choice(d["choice"]), d["note"], d["by"]
    ),
    "node.queued": _retry_due,
    "node.held": _retry_due,
    "node.lost": lambda e, d, at: WorkerLost(e.node, e.visit, d["attempt"], at),
    "node.timed_out": lambda e, d, at: TimerFired(
        TimerKind.NODE_TIMEOUT, at, e.node, e.visit, d["attempt"], d["chance"]
    ),
    "run.reservation_expired": lambda e, d, at: TimerFired(TimerKind.RESERVATION, at),
    "delay.ended": lambda e, d, at: TimerFired(TimerKind.DELAY, at, d["timer"], d["visit"], 1),
    "run.timed_out": lambda e, d, at: TimerFired(TimerKind.RUN_TIMEOUT, at),
    "signal.received": lambda e, d, at: SignalReceived(d["name"], d["signal_id"], at),
    "run.cancel_requested": lambda e, d, at: CancelRequested(at, d["reason"]),
    "run.paused": lambda e, d, at: PauseRequested(at),
    "run.resumed": lambda e, d, at: ResumeRequested(at),
}
