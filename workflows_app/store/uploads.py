"""Rows of uploads, and the files behind them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from workflows_app.errors import StorageFullError
from workflows_app.models import Upload

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def insert_upload(
    *,
    upload_id: UUID,
    content: File[bytes],
    name: str,
    file_format: str,
    content_type: str,
    size: int,
    sha256: str,
    rows: int | None,
    broken_rows: int | None,
    created_by_id: Any,
    now: datetime,
) -> None:
    """Store a file and its row; without the row the file is taken away again.

    Raises:
        StorageFullError: There is no room for the file.
    """
    upload = Upload(
        id=upload_id,
        name=name,
        format=file_format,
        content_type=content_type,
        size=size,
        sha256=sha256,
        rows=rows,
        broken_rows=broken_rows,
        created_by_id=created_by_id,
        created_at=now,
    )
    wanted = f"{upload_id}.{file_format}"
    try:
        upload.file.save(wanted, content, save=False)
        with transaction.atomic():
            upload.save(force_insert=True)
    except BaseException as error:
        # A storage that fails in the middle leaves what it has written.
        partial = upload.file.field.generate_filename(upload, wanted)
        upload.file.storage.delete(upload.file.name or partial)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise StorageFullError("There is no room for the file now. Try again later.") from error
        raise


def find_format(upload_id: UUID) -> str | None:
    """The format of an upload; None where there is none."""
    return Upload.objects.filter(id=upload_id).values_list("format", flat=True).first()


@contextmanager
def open_upload(upload_id: UUID) -> Iterator[BinaryIO]:
    """The content of an upload.

    Raises:
        FileNotFoundError: There is no such upload, or its file is gone.
    """
    upload = Upload.objects.filter(id=upload_id).first()
    if upload is None:
        raise FileNotFoundError(f"There is no upload {upload_id}.")
    with upload.file.open("rb") as content:
        yield cast("BinaryIO", content)
