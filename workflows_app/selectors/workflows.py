"""Workflows: the list and the one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.definitions import (
    Draft,
    LastRun,
    PublishedVersion,
    ValidationResult,
    WorkflowDetail,
    WorkflowPage,
    WorkflowRef,
    WorkflowSummary,
)
from workflows_app.contracts.permissions import require
from workflows_app.contracts.problems import problem_items
from workflows_app.core.canonical import hash_document
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument
from workflows_app.errors import NotFoundError
from workflows_app.models import Run, Workflow
from workflows_app.selectors.drafts import draft_of, problems_of, read_draft
from workflows_app.selectors.pages import Keyset, take_page
from workflows_app.selectors.people import username_of

_YOUNGEST_CHANGE_FIRST = Keyset("updated_at")


def list_workflows(
    *,
    user: Actor,
    search: str = "",
    kind: str | None = None,
    is_archived: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> WorkflowPage:
    """A page of workflows, youngest change first, in three queries.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        InvalidInputError: the cursor is not one of this list.
    """
    require(user, "view_workflow")
    rows = (
        Workflow.objects.filter(archived_at__isnull=not is_archived)
        .select_related("updated_by", "latest_version", "draft")
        .defer("latest_version__document", "draft__document")
        .annotate(last_run_id=_last_run_id())
    )
    if kind is not None:
        rows = rows.filter(kind=kind)
    for word in search.split()[:10]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(name__icontains=word) | Q(description__icontains=word)
        )
    page, next_cursor = take_page(rows, keyset=_YOUNGEST_CHANGE_FIRST, cursor=cursor, limit=limit)
    last_runs = _last_runs(_annotated(row) for row in page)
    return WorkflowPage(
        items=[WorkflowSummary(**_summary_fields(row, last_runs)) for row in page],
        next_cursor=next_cursor,
    )


def get_workflow(*, user: Actor, workflow_id: UUID) -> WorkflowDetail:
    """A workflow with its draft, the draft's problems, and its published document.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
    """
    require(user, "view_workflow")
    row = (
        Workflow.objects.select_related(
            "updated_by",
            "latest_version__published_by",
            "draft__updated_by",
        )
        .annotate(last_run_id=_last_run_id())
        .filter(id=workflow_id)
        .first()
    )
    if row is None:
        raise NotFoundError("There is no such workflow.")
    version = row.latest_version
    return WorkflowDetail(
        **_summary_fields(row, _last_runs([_annotated(row)])),
        draft=draft_of(row.draft),
        published=PublishedVersion(
            number=version.number,
            hash=version.hash,
            document=version.document,
            published_at=version.published_at,
            published_by=username_of(version.published_by),
        )
        if version is not None
        else None,
    )


def get_draft(*, user: Actor, workflow_id: UUID) -> Draft:
    """The draft alone.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
    """
    require(user, "view_workflow")
    _require_workflow(workflow_id)
    return read_draft(workflow_id)


def validate_document(
    *, user: Actor, workflow_id: UUID, document: object = None
) -> ValidationResult:
    """What is wrong with a document, or with the draft when none is given.

    A document that cannot even be read has problems and no hash.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
    """
    require(user, "view_workflow")
    _require_workflow(workflow_id)
    if document is None:
        draft = read_draft(workflow_id)
        return ValidationResult(problems=draft.problems, hash=draft.hash)
    return _validate(document, workflow_id=workflow_id)


def validate_loose_document(*, user: Actor, document: object) -> ValidationResult:
    """What is wrong with a document that belongs to no workflow.

    Raises:
        PermissionDeniedError: the user may not see workflows.
    """
    require(user, "view_workflow")
    return _validate(document, workflow_id=None)


def _validate(document: object, *, workflow_id: UUID | None) -> ValidationResult:
    try:
        parsed = parse_document(document)
    except InvalidDocument as error:
        return ValidationResult(problems=problem_items(error.problems), hash="")
    return ValidationResult(
        problems=problems_of(parsed, workflow_id=workflow_id), hash=hash_document(parsed)
    )


def ref_of(row: Workflow) -> WorkflowRef:
    """The short form of a workflow's row."""
    return WorkflowRef.model_validate(
        {"id": row.id, "name": row.name, "title": row.title, "kind": row.kind}
    )


def _require_workflow(workflow_id: UUID) -> None:
    if not Workflow.objects.filter(id=workflow_id).exists():
        raise NotFoundError("There is no such workflow.")


def _last_run_id() -> Subquery:
    return Subquery(
        Run.objects.filter(workflow=OuterRef("pk")).order_by("-created_at").values("id")[:1]
    )


def _last_runs(run_ids: Iterable[UUID | None]) -> dict[UUID | None, LastRun]:
    wanted = [run_id for run_id in run_ids if run_id is not None]
    return {
        run["id"]: LastRun.model_validate(run)
        for run in Run.objects.filter(id__in=wanted).values(
            "id", "status", "created_at", "finished_at"
        )
    }


def _annotated(row: Any) -> UUID | None:
    run_id: UUID | None = row.last_run_id
    return run_id


def _summary_fields(row: Any, last_runs: Mapping[UUID | None, LastRun]) -> dict[str, Any]:
    version = row.latest_version
    return {
        "id": row.id,
        "name": row.name,
        "title": row.title,
        "kind": row.kind,
        "description": row.description,
        "archived_at": row.archived_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "updated_by": username_of(row.updated_by),
        "latest_version": version.number if version is not None else None,
        "has_unpublished_changes": version is None or version.hash != row.draft.hash,
        "last_run": last_runs.get(_annotated(row)),
    }
