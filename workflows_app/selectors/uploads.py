"""Reads of uploads."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.bulk import UploadView
from workflows_app.contracts.permissions import require
from workflows_app.errors import NotFoundError
from workflows_app.models import Upload
from workflows_app.selectors.people import username_of


def get_upload(*, user: Actor, upload_id: UUID) -> UploadView:
    """What is known of an uploaded file.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such upload.
    """
    require(user, "view_run")
    upload = Upload.objects.select_related("created_by").filter(id=upload_id).first()
    if upload is None:
        raise NotFoundError("There is no such upload.")
    return UploadView.model_validate(
        {
            "id": upload.id,
            "name": upload.name,
            "format": upload.format,
            "content_type": upload.content_type,
            "size": upload.size,
            "sha256": upload.sha256,
            "rows": upload.rows,
            "broken_rows": upload.broken_rows,
            "created_by": username_of(upload.created_by),
            "created_at": upload.created_at,
        }
    )


def known_uploads(upload_ids: Collection[UUID]) -> set[UUID]:
    """Which of these exist."""
    return set(Upload.objects.filter(id__in=upload_ids).values_list("id", flat=True))
