"""Reading JSON from outside: only what is JSON, and what every supported database can keep."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 100
"""Levels of nesting; deeper ones would overflow the stack of whoever reads them later."""


class UnreadableTextError(ValueError):
    """The text cannot be taken in; the message says why, and where."""


def parse_json(raw: bytes | str) -> Any:
    """The JSON value that the text holds.

    Raises:
        UnreadableTextError: it is not UTF-8, not JSON, nested too deeply, or holds NaN, an
            infinite number, NUL or half a surrogate pair.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_parse_finite)
    except UnicodeDecodeError as error:
        raise UnreadableTextError(
            f"It is not UTF-8 (byte {error.start}). Encode it as UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        raise UnreadableTextError(
            f"It is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise UnreadableTextError(_TOO_DEEP) from error
    except ValueError as error:
        raise UnreadableTextError(f"It is not JSON: {error}") from error
    check_storable(value)
    return value


def check_storable(value: Any) -> None:
    """Let pass a JSON value that can be stored.

    Raises:
        UnreadableTextError: it is nested too deeply, or a text in it holds NUL or half a
            surrogate pair, which PostgreSQL refuses.
    """
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        part, depth = pending.pop()
        if isinstance(part, str):
            _check_text(part)
        elif isinstance(part, dict | list):
            if depth > MAX_DEPTH:
                raise UnreadableTextError(_TOO_DEEP)
            if isinstance(part, dict):
                for key, child in part.items():
                    _check_text(key)
                    pending.append((child, depth + 1))
            else:
                pending.extend((child, depth + 1) for child in part)


_TOO_DEEP = f"It is nested too deeply: at most {MAX_DEPTH} levels are read."


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number.")


def _parse_finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large.")
    return number


def _check_text(text: str) -> None:
    if "\x00" in text or not (text.isascii() or _is_encodable(text)):
        raise UnreadableTextError(
            "A text in it holds a character that cannot be stored "
            "(NUL, or half a surrogate pair). Remove it."
        )


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
