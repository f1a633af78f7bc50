"""JSON text as it is stored, and text that every database takes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

Json = Any


def dumps(value: Json) -> str:
    """JSON text. Integers beyond 64 bits are kept; NaN is refused.

    Raises:
        ValueError: The value is no JSON.
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(
            value, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_as_text
        )


def through_json(value: Json) -> tuple[bytes, Json]:
    """JSON text, and the value that is read from it.

    Raises:
        ValueError: The value is no JSON.
    """
    try:
        text = orjson.dumps(value)
    except TypeError:
        text = dumps(value).encode()
        # orjson reads integers beyond 64 bits as floats.
        return text, json.loads(text)
    return text, orjson.loads(text)


def _as_text(value: object) -> str:
    """What orjson writes as text by itself, and may stand beside an integer that it refuses."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def loads(text: str | bytes | None) -> Json:
    """The value of a JSON column; None for NULL."""
    return None if text is None else json.loads(text)


def plain_text(text: str, limit: int = 10_000) -> str:
    """Text that every database takes: no NUL, no lone surrogates, not endless."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
