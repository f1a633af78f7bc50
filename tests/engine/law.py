"""The law of the journal: events folded give the tables, and replayed the state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.engine.build import run_of
from tests.support.fold import Watcher
from workflows_app.core.commands import JournalEntry
from workflows_app.core.replay import RecordedEntry, replay
from workflows_app.engine import clock
from workflows_app.engine.plans import plan_of
from workflows_app.models import NodeRun, RunEvent
from workflows_app.store.codec import state_from_json

_FIELDS = (
    "node_id", "visit", "status", "attempt", "ports", "queued_at", "started_at", "finished_at",
    "error", "waiting", "progress", "retry_at", "is_reused",
)  # fmt: skip


def _told(moment: Any) -> Any:
    return None if moment is None else clock.told(moment.timestamp())


def tables(run_id) -> dict[tuple[str, int], dict[str, Any]]:
    moments = {"queued_at", "started_at", "finished_at", "retry_at"}
    return {
        (row.node_id, row.visit): {
            name: _told(getattr(row, name)) if name in moments else getattr(row, name)
            for name in _FIELDS
        }
        for row in NodeRun.objects.filter(run_id=run_id)
    }


def folded(run_id) -> dict[tuple[str, int], dict[str, Any]]:
    head = dict.fromkeys(("status", "started_at", "finished_at", "error", "output"))
    watcher = Watcher()
    watcher.take({"type": "snapshot", "seq": 0, "run": {**head, "nodes": []}})
    recorded = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    frame = {
        "type": "events",
        "seq": run_of(run_id).seq,
        "run": head,
        "events": [
            {
                "seq": e.seq,
                "type": e.type,
                "node_id": e.node_id or None,
                "visit": e.visit,
                "data": e.data,
                "at": _told(e.at),
            }
            for e in recorded
        ],
    }
    assert watcher.take(frame)
    return watcher.nodes


def check_law(run_id) -> None:
    """The journal of a run says all that its tables and its state say."""
    run = run_of(run_id)
    recorded = list(RunEvent.objects.filter(run_id=run_id).order_by("seq"))
    assert [e.seq for e in recorded] == list(range(1, run.seq + 1))
    told, kept = folded(run_id), tables(run_id)
    differing = {k: (told.get(k), kept.get(k)) for k in told.keys() | kept.keys()}
    assert told == kept, {k: pair for k, pair in differing.items() if pair[0] != pair[1]}
    entries = [
        RecordedEntry(
            JournalEntry(e.type, e.node_id, e.visit, _as_decided(e.data)), e.at.timestamp()
        )
        for e in recorded
    ]
    assert replay(plan_of(run.version_id), entries) == state_from_json(run.state)


def _as_decided(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value).timestamp()
        if name in {"until", "retry_at"} and isinstance(value, str)
        else value
        for name, value in data.items()
    }
