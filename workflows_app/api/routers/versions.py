"""The draft of a workflow and its published versions."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router, Status
from pydantic import Field

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.api.problems import PreconditionRequiredError
from workflows_app.contracts.definitions import (
    DiffSource,
    Draft,
    ValidationResult,
    Version,
    VersionDetail,
    VersionPage,
)
from workflows_app.contracts.migrations import MigrationReport
from workflows_app.errors import FieldError
from workflows_app.selectors import versions as reads
from workflows_app.selectors import workflows as workflow_reads
from workflows_app.services import drafts, publishing, run_migrations

router = Router(tags=["versions"], by_alias=True)
AUTHOR = requires("author")
OPERATE = requires("run")

VersionNumber = Path[Annotated[int, Field(ge=1, le=2_147_483_647)]]


@router.put(
    "/{uuid:workflow_id}/draft",
    response=Draft,
    auth=AUTHOR,
    operation_id="saveDraft",
    summary="Save the draft",
)
def save_draft(
    request: HttpRequest,
    workflow_id: UUID,
    body: schemas.SaveDraft,
    response: HttpResponse,
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The revision that the changes were made on."),
    ] = None,
) -> Draft:
    """428 without If-Match; 409 `revision_conflict` with `current` when it is stale."""
    user = user_of(request)
    drafts.save_draft(
        actor=user,
        workflow_id=workflow_id,
        document=body.document,
        revision=_revision_of(if_match),
    )
    draft = workflow_reads.get_draft(user=user, workflow_id=workflow_id)
    response["ETag"] = f'"{draft.revision}"'
    return draft


@router.post(
    "/{uuid:workflow_id}/validate",
    response=ValidationResult,
    operation_id="validateDocument",
    summary="Check a document",
)
def validate_document(
    request: HttpRequest, workflow_id: UUID, body: schemas.ValidateDocument
) -> ValidationResult:
    """Changes nothing. Null checks the draft."""
    return workflow_reads.validate_document(
        user=user_of(request), workflow_id=workflow_id, document=body.document
    )


@router.post(
    "/{uuid:workflow_id}/publish",
    response={201: Version, 200: Version},
    auth=AUTHOR,
    operation_id="publishWorkflow",
    summary="Publish the draft",
)
def publish_workflow(
    request: HttpRequest, workflow_id: UUID, body: schemas.PublishWorkflow
) -> Status[Version]:
    """201 for a new version; 200 with the existing one when nothing that runs has changed."""
    user = user_of(request)
    published = publishing.publish_workflow(
        actor=user, workflow_id=workflow_id, revision=body.revision, note=body.note
    )
    version = reads.get_version_row(user=user, workflow_id=workflow_id, number=published.number)
    return Status(201 if published.is_new else 200, version)


@router.get(
    "/{uuid:workflow_id}/versions",
    response=VersionPage,
    operation_id="listVersions",
    summary="List versions",
)
def list_versions(
    request: HttpRequest, workflow_id: UUID, query: Query[schemas.PageQuery]
) -> VersionPage:
    """Newest first."""
    return reads.list_versions(
        user=user_of(request), workflow_id=workflow_id, cursor=query.cursor, limit=query.limit
    )


@router.get(
    "/{uuid:workflow_id}/versions/{number}",
    response=VersionDetail,
    operation_id="getVersion",
    summary="Read a version",
)
def get_version(request: HttpRequest, workflow_id: UUID, number: VersionNumber) -> VersionDetail:
    """With its document and its canvas."""
    return reads.get_version(user=user_of(request), workflow_id=workflow_id, number=number)


@router.get(
    "/{uuid:workflow_id}/versions/{number}/diff",
    response=DiffSource,
    operation_id="diffVersion",
    summary="Two documents to compare",
)
def diff_version(
    request: HttpRequest,
    workflow_id: UUID,
    number: VersionNumber,
    against: Annotated[
        str, Query(pattern=r"^(draft|[1-9][0-9]{0,8})$", description="A number, or `draft`.")
    ] = "draft",
) -> DiffSource:
    """This version left, the other one right."""
    return reads.get_diff_source(
        user=user_of(request),
        workflow_id=workflow_id,
        number=number,
        against=None if against == "draft" else int(against),
    )


@router.post(
    "/{uuid:workflow_id}/versions/{number}/migrate-runs",
    response=MigrationReport,
    auth=OPERATE,
    operation_id="migrateRuns",
    summary="Move open runs to a version",
)
def migrate_runs(
    request: HttpRequest, workflow_id: UUID, number: VersionNumber, body: schemas.MigrateRuns
) -> MigrationReport:
    """Says of each run whether it can move, and moves those that can unless it is a dry run."""
    verb = run_migrations.plan_migration if body.dry_run else run_migrations.migrate_runs
    return verb(
        actor=user_of(request),
        workflow_id=workflow_id,
        version=number,
        mapping=body.mapping,
        run_ids=body.run_ids,
    )


def _revision_of(if_match: str | None) -> int:
    found = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', (if_match or "").strip())
    if found is None:
        raise PreconditionRequiredError(
            'Send the header If-Match with the revision that you changed, such as "3".',
            errors=[
                FieldError(
                    field="If-Match",
                    message="missing, or not a revision",
                    hint="Read the workflow; its ETag is the revision.",
                    code="missing",
                )
            ],
        )
    return int(found.group(1))
