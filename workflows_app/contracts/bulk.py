"""Uploaded files, and how far the items of a map node are."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from workflows_app.contracts.base import Contract, Moment

FileFormatName = Literal["csv", "json", "jsonl"]


class UploadView(Contract):
    """An uploaded file. A run's input names it as `{"upload": id}`."""

    id: UUID
    name: str
    format: FileFormatName
    content_type: str
    size: int
    """Bytes."""
    sha256: str
    rows: int | None
    """Sound and broken ones; null for files too large to be read at once."""
    broken_rows: int | None
    created_by: str | None
    created_at: Moment


class BulkView(Contract):
    """The items of the last visit of a map node, counted as they are at the moment."""

    node_id: str
    visit: int
    attempt: int
    status: Literal["open", "finishing", "closed"]
    source: Literal["list", "upload", "failed"]
    """`failed`: the failed items of an earlier run."""
    upload_id: UUID | None
    is_total_known: bool
    """False while the source is still being read."""
    total: int
    """Items read so far."""
    done: int
    succeeded: int
    failed: int
    """Broken rows included."""
    filtered: int
    """Of those that succeeded, the ones that a filter dropped."""
    retryable: int
    """Failed items that can be worked on again; broken rows cannot."""
    batches_under_way: int
    rate: float | None
    """Items a second, lately; null where nothing can be said."""
    remaining_seconds: float | None
    breaker_until: Moment | None
    """The circuit breaker is open until then."""
