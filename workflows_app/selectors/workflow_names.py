"""Which names are taken."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from workflows_app.models import Workflow


def taken_names(names: Collection[str]) -> frozenset[str]:
    """Those of the names that a workflow has, archived ones included."""
    return frozenset(Workflow.objects.filter(name__in=names).values_list("name", flat=True))


def find_workflow_id(name: str) -> UUID | None:
    """The workflow of that name; None when there is none."""
    return Workflow.objects.filter(name=name).values_list("id", flat=True).first()
