"""Files of rows that runs are started with."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import BinaryIO, cast
from uuid import UUID, uuid4

from django.core.files.base import File

from workflows_app.conf import upload_max_bytes
from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.item_files import FileFormat, UnreadableFileError, read_rows
from workflows_app.core.json_text import plain_text
from workflows_app.engine import clock
from workflows_app.errors import FieldError, UploadRefusedError, UploadTooLargeError
from workflows_app.services import audit
from workflows_app.store import uploads

COUNTED_BYTES = 10_000_000
"""Rows of larger files are counted when a run reads them: nobody waits for it here."""

_SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_CONTENT_TYPES: dict[str, FileFormat] = {
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
}


def upload_file(*, actor: Actor, content: File[bytes], name: str, content_type: str = "") -> UUID:
    """Keep a file, once its beginning was read, and all its rows counted if it is not large.

    Broken rows do not keep a file out: each run tells them, and has a threshold for them.

    Raises:
        PermissionDeniedError: the actor may not start runs.
        UploadTooLargeError: the file is larger than this server takes.
        UploadRefusedError: the file is of no known format, or holds no rows.
    """
    require(actor, "start_run")
    size = content.size or 0
    if size > upload_max_bytes():
        raise file_too_large()
    file_format = _format_of(name, content_type)
    rows, broken = _count_rows(content, file_format, size)
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    upload_id = uuid4()
    uploads.insert_upload(
        upload_id=upload_id,
        content=content,
        name=plain_text(name, 255),
        file_format=file_format,
        content_type=plain_text(content_type, 100),
        size=size,
        sha256=digest.hexdigest(),
        rows=rows,
        broken_rows=broken,
        created_by_id=actor.pk,
        now=clock.now(),
    )
    audit.record(
        actor=actor,
        action="upload.created",
        target_type="upload",
        target_id=upload_id,
        name=plain_text(name, 255),
        size=size,
    )
    return upload_id


def file_too_large() -> UploadTooLargeError:
    """The refusal of a file for its size."""
    limit = upload_max_bytes()
    message = f"The file is larger than {limit / 1_000_000:,.0f} MB."
    hint = "Split it, or let an operator raise FLOWDECK_UPLOAD_MAX_BYTES."
    return UploadTooLargeError(
        f"{message} {hint}", errors=[FieldError("file", message, hint, "upload_too_large")]
    )


def _format_of(name: str, content_type: str) -> FileFormat:
    """By the name's ending, else by the type that the sender says."""
    kind = content_type.split(";")[0].strip().lower()
    found = _SUFFIXES.get(PurePath(name).suffix.lower()) or _CONTENT_TYPES.get(kind)
    if found is None:
        raise _refused(
            "is neither CSV, JSON nor JSON Lines",
            f"Give it a name that ends with one of: {', '.join(_SUFFIXES)}.",
        )
    return found


def _count_rows(
    content: File[bytes], file_format: FileFormat, size: int
) -> tuple[int | None, int | None]:
    rows = broken = 0
    try:
        # Uploaded files are seekable streams of bytes, which their type does not say.
        for row in read_rows(cast("BinaryIO", content), file_format):
            rows += 1
            broken += bool(row.error)
            if size > COUNTED_BYTES:
                return None, None
    except UnreadableFileError as error:
        raise _refused(f"cannot be read: {error}", "Correct the file.") from error
    if rows == 0:
        raise _refused("holds no rows", "Choose a file with at least one row.")
    if rows == broken:
        raise _refused("holds no sound row", f"Is it really a {file_format} file?")
    return rows, broken


def _refused(message: str, hint: str) -> UploadRefusedError:
    return UploadRefusedError(
        f"The file {message}.", errors=[FieldError("file", message, hint, "upload_refused")]
    )
