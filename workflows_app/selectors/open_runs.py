"""Runs that are under way on other versions than one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from workflows_app.core.state import CLOSED
from workflows_app.models import Run

MAX_RUNS = 500


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that could move to another version."""

    id: UUID
    business_key: str
    version: int


def open_runs_on_other_versions(
    *, workflow_id: UUID, version_id: UUID, run_ids: Collection[UUID] | None = None
) -> list[OpenRun]:
    """The oldest `MAX_RUNS` of a workflow, or those of them that are named."""
    runs = (
        Run.objects.filter(workflow=workflow_id)
        .exclude(status__in=[status.value for status in CLOSED])
        .exclude(version=version_id)
        .order_by("created_at", "id")
    )
    if run_ids is not None:
        runs = runs.filter(id__in=run_ids)
    rows = runs.values_list("id", "business_key", "version__number")
    return [OpenRun(*row) for row in rows[:MAX_RUNS]]
