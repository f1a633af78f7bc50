"""Uploads: files of rows for runs to work on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Status, UploadedFile

from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.contracts.bulk import UploadView
from workflows_app.selectors import uploads as reads
from workflows_app.services import uploads

router = Router(tags=["uploads"], by_alias=True)


@router.post(
    "",
    response={201: UploadView},
    auth=requires("run"),
    operation_id="uploadFile",
    summary="Upload a file of rows",
)
def upload_file(request: HttpRequest, file: File[UploadedFile]) -> Status[UploadView]:
    """CSV with a header, a JSON list, or JSON Lines, in UTF-8.

    Use it in a run's input as `{"upload": id}`.
    """
    upload_id = uploads.upload_file(
        actor=user_of(request),
        content=file,
        name=file.name or "",
        content_type=file.content_type or "",
    )
    return Status(201, reads.get_upload(user=user_of(request), upload_id=upload_id))


@router.get(
    "/{uuid:upload_id}",
    response=UploadView,
    operation_id="getUpload",
    summary="Read what is known of an upload",
)
def get_upload(request: HttpRequest, upload_id: UUID) -> UploadView:
    """Name, format, size and number of rows."""
    return reads.get_upload(user=user_of(request), upload_id=upload_id)
