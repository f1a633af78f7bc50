"""Published versions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.definitions import (
    DiffSide,
    DiffSource,
    Version,
    VersionDetail,
    VersionPage,
)
from workflows_app.contracts.diffs import StructureDiff
from workflows_app.contracts.permissions import require
from workflows_app.core.diff import diff_documents
from workflows_app.errors import NotFoundError
from workflows_app.models import Draft as DraftRow
from workflows_app.models import Version as VersionRow
from workflows_app.models import Workflow
from workflows_app.selectors.pages import Keyset, take_page
from workflows_app.selectors.people import username_of
from workflows_app.selectors.version_cache import canvas_of_version


def list_versions(
    *, user: Actor, workflow_id: UUID, cursor: str | None = None, limit: int = 50
) -> VersionPage:
    """A page of versions, newest first.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
        InvalidInputError: the cursor is not one of this list.
    """
    require(user, "view_workflow")
    if not Workflow.objects.filter(id=workflow_id).exists():
        raise NotFoundError("There is no such workflow.")
    rows = (
        VersionRow.objects.filter(workflow_id=workflow_id)
        .select_related("published_by")
        .defer("document")
    )
    page, next_cursor = take_page(rows, keyset=Keyset("published_at"), cursor=cursor, limit=limit)
    return VersionPage(items=[Version(**_fields(row)) for row in page], next_cursor=next_cursor)


def get_version_row(*, user: Actor, workflow_id: UUID, number: int) -> Version:
    """A version without its document.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such version.
    """
    require(user, "view_workflow")
    return Version(**_fields(_find(workflow_id, number)))


def get_version(*, user: Actor, workflow_id: UUID, number: int) -> VersionDetail:
    """A version with its document and canvas.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such version.
    """
    require(user, "view_workflow")
    row = _find(workflow_id, number)
    return VersionDetail(**_fields(row), document=row.document, canvas=canvas_of_version(row.id))


def get_diff_source(
    *, user: Actor, workflow_id: UUID, number: int, against: int | None
) -> DiffSource:
    """A version, and another one or the draft (None), to compare.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such version.
    """
    require(user, "view_workflow")
    left = _find(workflow_id, number)
    if against is None:
        draft = DraftRow.objects.get(workflow_id=workflow_id)
        label, document = f"Draft, revision {draft.revision}", draft.document
    else:
        other = _find(workflow_id, against)
        label, document = f"Version {other.number}", other.document
    changes = diff_documents(left.document, document)
    return DiffSource(
        left=DiffSide(label=f"Version {left.number}", document=left.document),
        right=DiffSide(label=label, document=document),
        changes=StructureDiff.model_validate(asdict(changes)),
    )


def _find(workflow_id: UUID, number: int) -> VersionRow:
    row = (
        VersionRow.objects.select_related("published_by")
        .filter(workflow_id=workflow_id, number=number)
        .first()
    )
    if row is None:
        raise NotFoundError(f"The workflow has no version {number}, or does not exist.")
    return row


def _fields(row: VersionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "hash": row.hash,
        "note": row.note,
        "published_at": row.published_at,
        "published_by": username_of(row.published_by),
    }
