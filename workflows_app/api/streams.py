"""Answers that are made while they are sent, so that they may be larger than memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

CONTENT_TYPES = {"jsonl": "application/x-ndjson; charset=utf-8", "csv": "text/csv; charset=utf-8"}


def attachment(
    request: HttpRequest, chunks: Iterator[bytes], *, name: str, suffix: str
) -> StreamingHttpResponse:
    """A file to save, sent chunk by chunk. `name` is ASCII, without quotes."""
    # Under ASGI Django would take in all of a plain iterator before it sends the first chunk.
    is_async = isinstance(request, ASGIRequest)
    response = StreamingHttpResponse(
        _in_threads(chunks) if is_async else chunks, content_type=CONTENT_TYPES[suffix]
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response


async def _in_threads(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    take = sync_to_async(lambda: next(chunks, None))
    while (chunk := await take()) is not None:
        yield chunk
