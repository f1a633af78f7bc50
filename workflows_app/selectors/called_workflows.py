"""Whether the workflows that a document's steps run can be run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from workflows_app.core.called_workflows import CallableWorkflow, calls_of, check_calls
from workflows_app.core.problems import Problem
from workflows_app.models import Version, Workflow


def problems_of_calls(document: Mapping[str, Any], *, workflow_id: UUID | None) -> list[Problem]:
    """What is wrong with steps that run workflows; errors first. An id of None: of no workflow."""
    names = {call.workflow for call in calls_of(document)}
    if not names:
        return []
    known = {
        row.name: CallableWorkflow(
            versions=frozenset(version.number for version in row.versions.all()),
            is_archived=row.archived_at is not None,
            is_caller=row.id == workflow_id,
        )
        for row in _with_numbers(names)
    }
    return sorted(check_calls(document, known), key=lambda problem: problem.severity)


def _with_numbers(names: Collection[str]) -> QuerySet[Workflow]:
    numbers = Prefetch("versions", queryset=Version.objects.only("workflow_id", "number"))
    return Workflow.objects.filter(name__in=names).prefetch_related(numbers)
