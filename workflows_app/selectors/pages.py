"""Pages of lists by keyset: a cursor names the last row seen, so that new rows shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from workflows_app.errors import FieldError, InvalidInputError

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: a time, then the id."""

    moment: str
    """Name of the field with the time."""
    is_descending: bool = True
    key: str = "id"
    moment_of: Callable[[Any], datetime] | None = None
    """How to read the time from a row; by default the field."""


def take_page(
    rows: QuerySet[ModelT], *, keyset: Keyset, cursor: str | None, limit: int
) -> tuple[list[ModelT], str | None]:
    """The rows behind the cursor in the keyset's order, and the cursor behind them.

    Raises:
        InvalidInputError: the cursor is not one of ours.
    """
    sign = "-" if keyset.is_descending else ""
    if cursor is not None:
        moment, key = _decode(cursor)
        towards = "lt" if keyset.is_descending else "gt"
        rows = rows.filter(
            Q(**{f"{keyset.moment}__{towards}": moment})
            | Q(**{keyset.moment: moment, f"{keyset.key}__{towards}": key})
        )
    found = list(rows.order_by(f"{sign}{keyset.moment}", f"{sign}{keyset.key}")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    moment_of = keyset.moment_of or (lambda row: getattr(row, keyset.moment))
    return found[:limit], _encode(moment_of(last), last.pk)


def _encode(moment: datetime, key: UUID) -> str:
    text = json.dumps([moment.isoformat(), key.hex])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment_text, key = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        moment = datetime.fromisoformat(moment_text)
        if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
            raise ValueError("not a cursor's time")
        return moment, UUID(hex=key)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise InvalidInputError(
            "The cursor is not one of this list.",
            errors=[
                FieldError(
                    "cursor",
                    "is not a cursor of this list",
                    "Use next_cursor of the page before, or leave it out for the first page.",
                    "invalid_cursor",
                )
            ],
        ) from error
