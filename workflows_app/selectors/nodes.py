"""One node of a run with its data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.contracts.runs import AgentStepView, AttemptView, LogLine, NodeDetail
from workflows_app.errors import NotFoundError
from workflows_app.models import AgentStep, NodeLog, NodeRun, Run
from workflows_app.selectors.run_rows import NODE_VIEW_FIELDS, error_view, node_view_fields
from workflows_app.selectors.version_cache import titles_of

_MAX_LOG_LINES = 1_000
_LEVELS = frozenset({"debug", "info", "warning", "error"})


def get_node(*, user: Actor, run_id: UUID, node_id: str, visit: int | None = None) -> NodeDetail:
    """One visit of a node, by default the last, with input, output, attempts and logs.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run, or the node was not reached.
    """
    require(user, "view_run")
    version_id = Run.objects.filter(id=run_id).values_list("version_id", flat=True).first()
    if version_id is None:
        raise NotFoundError("There is no such run.")
    visits = list(
        NodeRun.objects.filter(run_id=run_id, node_id=node_id)
        .order_by("visit")
        .values_list("visit", flat=True)
    )
    wanted = visit if visit is not None else max(visits, default=0)
    row = NodeRun.objects.filter(run_id=run_id, node_id=node_id, visit=wanted).first()
    if row is None:
        raise NotFoundError(
            f"The run has not reached the node '{node_id}'"
            + (f" for the {visit}. time." if visit is not None else ".")
        )
    title = titles_of([version_id]).get(version_id, {}).get(node_id, node_id)
    return NodeDetail(
        **node_view_fields({name: getattr(row, name) for name in NODE_VIEW_FIELDS}),
        title=title,
        type=row.node_type,
        input=row.input,
        output=row.output,
        attempts=_attempts_of(row),
        logs=_logs_of(row),
        steps=_steps_of(row),
        visits=visits,
    )


def _attempts_of(row: NodeRun) -> list[AttemptView]:
    earlier: list[dict[str, Any]] = list(row.earlier_attempts)
    last_start = row.started_at if not earlier else earlier[-1].get("next_started_at")
    return [
        *(
            AttemptView(
                number=attempt["number"],
                status=attempt["status"],
                started_at=attempt.get("started_at"),
                finished_at=attempt.get("finished_at"),
                error=error_view(attempt.get("error")),
                worker=attempt.get("worker") or None,
            )
            for attempt in earlier
        ),
        *(
            []
            if any(attempt["number"] == row.attempt for attempt in earlier)
            else [
                AttemptView(
                    number=row.attempt,
                    status=row.status,
                    started_at=last_start,
                    finished_at=row.finished_at,
                    error=error_view(row.error),
                    worker=row.worker or None,
                )
            ]
        ),
    ]


def _steps_of(row: NodeRun) -> list[AgentStepView]:
    if row.node_type != "agent":
        return []
    steps = AgentStep.objects.filter(run_id=row.run_id, node_id=row.node_id, visit=row.visit)
    fields = [name for name in AgentStepView.model_fields if name != "response"]
    return [
        AgentStepView.model_validate({**step, "response": _readable(step["response"])})
        for step in steps.order_by("number").values(*fields, "response")
    ]


def _readable(response: dict[str, Any] | None) -> dict[str, Any] | None:
    """A step's response without the message as the model's maker sent it."""
    if response is None:
        return None
    return {name: value for name, value in response.items() if name != "message"}


def _logs_of(row: NodeRun) -> list[LogLine]:
    lines = NodeLog.objects.filter(
        run_id=row.run_id, node_id=row.node_id, visit=row.visit
    ).order_by("-id")[:_MAX_LOG_LINES]
    return [
        LogLine(
            id=line.id,
            at=line.at,
            level=_level_of(line.level),
            message=line.message,
            attempt=line.attempt,
        )
        for line in reversed(lines)
    ]


def _level_of(level: str) -> Any:
    lowered = level.lower()
    return lowered if lowered in _LEVELS else "error" if lowered == "critical" else "info"
