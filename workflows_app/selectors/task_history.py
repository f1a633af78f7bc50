"""What has happened in a run so far, in sentences for who is to decide."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from workflows_app.contracts.human import HistoryEntry
from workflows_app.models import HumanTask, Run, RunEvent
from workflows_app.selectors.people import username_of
from workflows_app.selectors.version_cache import titles_of

_TOLD = (
    "run.started",
    "run.paused",
    "run.resumed",
    "run.succeeded",
    "run.failed",
    "run.cancelled",
    "run.compensating",
    "run.compensated",
    "node.succeeded",
    "node.failed",
    "human.claimed",
    "human.released",
    "human.decided",
)
_LAST = 100


def history_of(run_id: UUID, version_id: UUID) -> list[HistoryEntry]:
    """The last hundred facts worth telling, oldest first."""
    rows = RunEvent.objects.filter(run_id=run_id, type__in=_TOLD).order_by("-seq")[:_LAST]
    titles = titles_of([version_id]).get(version_id, {})
    labels = _outcome_labels(run_id)
    run = Run.objects.select_related("created_by").only("created_by").get(id=run_id)
    requester = username_of(run.created_by) or "Somebody"
    return [
        HistoryEntry(
            at=row.at, text=_sentence(row, titles, labels, requester), node_id=row.node_id or None
        )
        for row in reversed(rows)
    ]


def _sentence(
    row: RunEvent,
    titles: Mapping[str, str],
    labels: Mapping[tuple[str, str], str],
    requester: str,
) -> str:
    title = titles.get(row.node_id, row.node_id)
    who = str(row.data.get("by") or "Somebody")
    match row.type:
        case "run.started":
            return f"{requester} started the run"
        case "human.claimed":
            return f"{who} claimed “{title}”"
        case "human.released":
            return f"{who} gave “{title}” back"
        case "human.decided":
            outcome = str(row.data.get("outcome", ""))
            return f"{who} decided “{title}”: {labels.get((row.node_id, outcome), outcome)}"
        case "node.succeeded":
            return f"“{title}” is done"
        case "node.failed":
            return f"“{title}” failed"
        case _:
            return f"The run {_RUN_WORDS[row.type]}"


_RUN_WORDS = {
    "run.paused": "was paused",
    "run.resumed": "was resumed",
    "run.succeeded": "succeeded",
    "run.failed": "failed",
    "run.cancelled": "was cancelled",
    "run.compensating": "is being undone",
    "run.compensated": "was undone",
}


def _outcome_labels(run_id: UUID) -> dict[tuple[str, str], str]:
    return {
        (node_id, outcome["id"]): outcome.get("label") or outcome["id"]
        for node_id, outcomes in HumanTask.objects.filter(run_id=run_id).values_list(
            "node_id", "outcomes"
        )
        for outcome in outcomes
    }
