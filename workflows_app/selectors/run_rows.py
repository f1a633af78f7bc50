"""From rows of runs and node runs to contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workflows_app.contracts.base import to_rfc3339
from workflows_app.contracts.machines import MachineView
from workflows_app.contracts.runs import (
    CurrentNode,
    ErrorView,
    Event,
    NodeView,
    ProgressView,
    RunErrorView,
    RunSummary,
    WaitingView,
)
from workflows_app.core.state import ACTIVE_NODE_STATUSES
from workflows_app.models import NodeRun, Run, RunEvent
from workflows_app.selectors.people import username_of
from workflows_app.selectors.workflows import ref_of

NODE_VIEW_FIELDS = (
    "node_id",
    "visit",
    "status",
    "attempt",
    "ports",
    "queued_at",
    "started_at",
    "finished_at",
    "error",
    "waiting",
    "progress",
    "retry_at",
    "is_reused",
)
"""Columns of a node run that its view needs; inputs and outputs may be large."""

_TIMES = frozenset({"until", "retry_at", "since", "due_at"})


def summary_fields(
    run: Run, active: Sequence[Mapping[str, Any]], titles: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of a `RunSummary`; `active` are the node runs under way."""
    return {
        "id": run.id,
        "workflow": ref_of(run.workflow),
        "version": run.version.number,
        "status": run.status,
        "business_key": run.business_key,
        "labels": run.labels,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "created_by": username_of(run.created_by),
        "error": run_error_view(run.error),
        "waiting_for": waiting_texts(node["waiting"] for node in active if node["waiting"]),
        "current": [
            CurrentNode(
                node_id=node["node_id"],
                title=titles.get(node["node_id"], node["node_id"]),
                status=node["status"],
            )
            for node in active
        ],
        "is_test": run.labels.get("test") is True,
    }


def run_summary(
    run: Run, active: Sequence[Mapping[str, Any]], titles: Mapping[str, str]
) -> RunSummary:
    """A run as a row of the list."""
    return RunSummary(**summary_fields(run, active, titles))


def node_view_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `NodeView` from the columns `NODE_VIEW_FIELDS`."""
    fields = {name: row[name] for name in NODE_VIEW_FIELDS}
    fields["error"] = error_view(row["error"])
    fields["waiting"] = _waiting_view(row["waiting"])
    fields["progress"] = _progress_view(row["progress"])
    return fields


def node_view(row: Mapping[str, Any]) -> NodeView:
    """One visit of one node."""
    return NodeView(**node_view_fields(row))


def machine_view(nodes: Sequence[NodeView]) -> MachineView:
    """What a machine is doing, as its nodes tell: a state is active while it waits for events."""
    active = [node for node in nodes if node.status in ACTIVE_NODE_STATUSES]
    states = {
        node.node_id: node.waiting.for_
        for node in active
        if node.waiting is not None and node.waiting.kind == "event"
    }
    return MachineView(
        states=list(states),
        events=list(dict.fromkeys(event for events in states.values() for event in events)),
        is_acting=len(states) < len(active),
    )


def error_view(error: Any) -> ErrorView | None:
    """Why a node failed, from the JSON that the engine keeps."""
    if not isinstance(error, Mapping):
        return None
    return ErrorView(type=str(error.get("type", "")), message=str(error.get("message", "")))


def run_error_view(error: Any) -> RunErrorView | None:
    """Why a run failed, from the JSON that the engine keeps."""
    if not isinstance(error, Mapping):
        return None
    node = error.get("node_id")
    return RunErrorView(
        type=str(error.get("type", "")),
        message=str(error.get("message", "")),
        node_id=str(node) if node else None,
    )


def event_of(row: RunEvent) -> Event:
    """A journal entry; times in its data become RFC 3339."""
    return Event.model_validate(
        {
            "seq": row.seq,
            "at": row.at,
            "type": row.type,
            "node_id": row.node_id or None,
            "visit": row.visit or None,
            "data": {name: _event_value(name, value) for name, value in row.data.items()},
        }
    )


def waiting_texts(waits: Any) -> list[str]:
    """What runs wait for, in plain words, without doubles."""
    texts: dict[str, None] = {}
    for waiting in waits:
        names = ", ".join(str(name) for name in waiting.get("for") or ())
        match waiting.get("kind"):
            case "human":
                texts[f"Decision by {names}" if names else "Decision"] = None
            case "signal":
                texts[f"Signal {names}" if names else "Signal"] = None
            case "run":
                texts[f"Run of {names}"] = None
            case "event":
                texts |= {f"Event {names}": None} if names else {}
            case _:
                until = waiting.get("until")
                texts[f"Time, until {_event_value('until', until)}" if until else "Time"] = None
    return list(texts)


def active_rows(nodes: Sequence[NodeRun]) -> list[dict[str, Any]]:
    """The columns that summaries need of node runs under way."""
    return [
        {"node_id": node.node_id, "status": node.status, "waiting": node.waiting} for node in nodes
    ]


def _waiting_view(waiting: Any) -> WaitingView | None:
    if not isinstance(waiting, Mapping):
        return None
    return WaitingView.model_validate(
        {
            "kind": waiting.get("kind", "time"),
            "for": [str(name) for name in waiting.get("for") or ()],
            "since": waiting.get("since"),
            "until": waiting.get("until"),
            "human_task_id": waiting.get("human_task_id"),
            "run_id": waiting.get("run_id"),
        }
    )


def _progress_view(progress: Any) -> ProgressView | None:
    if not isinstance(progress, Mapping):
        return None
    return ProgressView(
        done=progress.get("done") or 0,
        total=progress.get("total"),
        text=str(progress.get("text") or ""),
    )


def _event_value(name: str, value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _TIMES and is_number:
        return to_rfc3339(datetime.fromtimestamp(value, UTC))
    return value
