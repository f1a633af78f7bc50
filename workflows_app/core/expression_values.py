"""Values on their way into and out of an expression: conversion, size and text form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from workflows_app.core.canonical import LARGEST_EXACT_FLOAT, canonical_json
from workflows_app.core.expression_errors import ExpressionError

MAX_INPUT_SIZE = 1_000_000
"""Characters of text, plus one for each value, that an expression may read."""

MAX_RESULT_SIZE = 1_000_000
"""The same for what an expression or a text with expressions may return."""

MAX_DEPTH = 100
"""Lists and objects within each other."""


@dataclass(slots=True)
class Meter:
    """Measures values while they are converted, and refuses what grows beyond the limit."""

    limit: int
    what: str
    size: int = 0
    makes_decimals: bool = False
    """True: whole numbers become decimals."""
    longest_list: int = 0
    longest_text: int = 0

    def count(self, size: int) -> None:
        """Add to the size.

        Raises:
            ExpressionError: The limit is exceeded.
        """
        self.size += size
        if self.size > self.limit:
            raise ExpressionError(
                f"{self.what} larger than {self.limit:,} characters.",
                kind="limit",
                hint="Name only the fields that you need, or do this work in a task.",
            )


def to_cel(value: object, meter: Meter, depth: int = 0) -> object:
    """Return the value in the types that CEL knows, measured.

    Raises:
        ExpressionError: It is too large or too deep, or holds something that CEL would misread:
            NaN, a NUL character, half of a surrogate pair, or a type that JSON does not know.
    """
    if isinstance(value, str):
        _check_text(value)
        meter.count(len(value) + 1)
        meter.longest_text = max(meter.longest_text, len(value))
        return value
    if value is None or isinstance(value, bool | int):
        meter.count(1)
        if meter.makes_decimals and type(value) is int:
            return float(value)
        return value
    if isinstance(value, float | Decimal):
        meter.count(1)
        if not math.isfinite(value):
            raise ExpressionError("A number is not finite.", kind="value")
        return float(value)
    if isinstance(value, datetime):
        meter.count(1)
        return timestamp_text(value)
    _check_depth(depth)
    if isinstance(value, Mapping):
        meter.count(1 + len(value))
        meter.longest_list = max(meter.longest_list, len(value))
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise ExpressionError("Names of fields must be texts.", kind="value")
            _check_text(key)
            meter.count(len(key))
            result[key] = to_cel(item, meter, depth + 1)
        return result
    if isinstance(value, list | tuple):
        meter.count(1 + len(value))
        meter.longest_list = max(meter.longest_list, len(value))
        return [to_cel(item, meter, depth + 1) for item in value]
    raise ExpressionError(f"Expressions cannot read a {type(value).__name__}.", kind="value")


def from_cel(value: object, meter: Meter, depth: int = 0) -> object:
    """Return a result as JSON.

    Objects are sorted by key; times become RFC 3339 in UTC and lengths of time seconds with an `s`,
    as in `90s` or `-1.5s`.

    Raises:
        ExpressionError: It is too large, or has no JSON form: bytes, NaN, infinity, a type.
    """
    if isinstance(value, str):
        meter.count(len(value) + 1)
        return value
    if value is None or isinstance(value, bool | int):
        meter.count(1)
        return value
    if isinstance(value, float):
        meter.count(1)
        if not math.isfinite(value):
            raise ExpressionError("The result is not a finite number.", kind="value")
        return value
    if isinstance(value, datetime):
        meter.count(1)
        return timestamp_text(value)
    if isinstance(value, timedelta):
        meter.count(1)
        return duration_text(value)
    _check_depth(depth)
    if isinstance(value, Mapping):
        meter.count(1 + len(value))
        result = {}
        for key, item in value.items():
            meter.count(len(str(key)))
            result[_key_text(key)] = from_cel(item, meter, depth + 1)
        if len(result) < len(value):
            raise ExpressionError("Two fields of the result have the same name.", kind="value")
        return dict(sorted(result.items()))
    if isinstance(value, list):
        meter.count(1 + len(value))
        return [from_cel(item, meter, depth + 1) for item in value]
    if isinstance(value, bytes | bytearray):
        raise ExpressionError(
            "The result is bytes, which JSON cannot hold.",
            kind="value",
            hint="Make a text of it with string(…).",
        )
    raise ExpressionError("The result is a type, not a value.", kind="value")


def size_of(value: object) -> int:
    """Characters of text, plus one for each value: about the length of the JSON."""
    if value is None or isinstance(value, int | float):
        return 1
    size = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        size += 1
        if isinstance(item, str):
            size += len(item)
        elif isinstance(item, Mapping):
            size += sum(len(str(key)) for key in item)
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
    return size


def to_text(value: object) -> str:
    """Return how a value stands within a text.

    Nothing for null, `true` and `false`, numbers plain (`3`, `12.5`), texts as they are, and lists
    and objects as canonical JSON.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT_FLOAT:
        return str(int(value))
    if isinstance(value, Mapping | list | tuple):
        return canonical_json(value)
    return json.dumps(value)


def timestamp_text(value: datetime) -> str:
    """Return RFC 3339 in UTC; a time without zone is taken as UTC."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    text = aware.strftime("%Y").zfill(4) + aware.strftime("-%m-%dT%H:%M:%S")
    fraction = f".{aware.microsecond:06d}".rstrip("0").rstrip(".") if aware.microsecond else ""
    return f"{text}{fraction}Z"


def duration_text(value: timedelta) -> str:
    """Return seconds with an `s`, exact to the microsecond."""
    microseconds = value // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    sign = "-" if microseconds < 0 else ""
    tail = f".{fraction:06d}".rstrip("0") if fraction else ""
    return f"{sign}{seconds}{tail}s"


def _key_text(key: object) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(key)
    raise ExpressionError("Names of fields must be texts.", kind="value")


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ExpressionError(
            "A text holds a NUL character, which expressions cannot read.", kind="value"
        )
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ExpressionError("A text holds a broken character (half of a pair).", kind="value")


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ExpressionError(f"Values are nested more than {MAX_DEPTH} deep.", kind="limit")
