"""The draft of a workflow with what is wrong with it."""

from __future__ import annotations

from uuid import UUID

from workflows_app import task_types
from workflows_app.contracts.definitions import Draft, ProblemItem
from workflows_app.contracts.problems import problem_items
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument
from workflows_app.core.validate import validate_document
from workflows_app.models import Draft as DraftRow
from workflows_app.selectors.called_workflows import problems_of_calls
from workflows_app.selectors.people import username_of


def read_draft(workflow_id: UUID) -> Draft:
    """The draft of a workflow that exists; whoever calls has checked the permission."""
    return draft_of(DraftRow.objects.select_related("updated_by").get(workflow_id=workflow_id))


def draft_of(row: DraftRow) -> Draft:
    """The contract of a draft's row."""
    return Draft(
        revision=row.revision,
        document=row.document,
        updated_at=row.updated_at,
        updated_by=username_of(row.updated_by),
        problems=problems_of(row.document, workflow_id=row.workflow_id),
        hash=row.hash,
    )


def problems_of(document: object, *, workflow_id: UUID | None) -> list[ProblemItem]:
    """What keeps a document of a workflow from running, and what looks wrong; errors first."""
    try:
        parsed = parse_document(document)
        problems = validate_document(parsed, task_types.catalog())
    except InvalidDocument as error:
        return problem_items(error.problems)
    problems += problems_of_calls(parsed.model_dump(mode="json"), workflow_id=workflow_id)
    return problem_items(sorted(problems, key=lambda problem: problem.severity))
