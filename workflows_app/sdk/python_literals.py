"""JSON values and calls as Python source, laid out as a formatter would."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

WIDTH = 100
"""Characters of a line."""
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as a value among others."""

    function: str
    positional: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


def source_of(value: Any, *, before: str = "") -> str:
    """The source of a statement that begins with `before` and goes on with a value.

    Args:
        value: A `Call`, or JSON, in which calls may stand.
        before: Such as `workflow = `.

    Raises:
        ValueError: The value is neither.
    """
    return before + _laid_out(value, 0, len(before))


def _laid_out(value: Any, depth: int, used: int) -> str:
    """On one line where it fits beside `used` characters, else one entry a line."""
    flat = _flat(value)
    if len(INDENT) * depth + used + len(flat) <= WIDTH:
        return flat
    parts = _parts(value)
    if parts is None:
        return flat
    opening, closing = parts
    inner = INDENT * (depth + 1)
    entries = [
        f"{inner}{before}{_laid_out(item, depth + 1, len(before) + 1)},\n"
        for before, item in _entries(value)
    ]
    return f"{opening}\n{''.join(entries)}{INDENT * depth}{closing}" if entries else flat


def _flat(value: Any) -> str:
    parts = _parts(value)
    if parts is None:
        return _scalar(value)
    inner = ", ".join(before + _flat(item) for before, item in _entries(value))
    return parts[0] + inner + parts[1]


def _parts(value: Any) -> tuple[str, str] | None:
    """How a value with entries begins and ends; None for one without."""
    if isinstance(value, Call):
        return f"{value.function}(", ")"
    if isinstance(value, Mapping):
        return "{", "}"
    return ("[", "]") if isinstance(value, list | tuple) else None


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """What stands before each entry, and the entry."""
    if isinstance(value, Call):
        yield from (("", item) for item in value.positional)
        yield from ((f"{name}=", item) for name, item in value.named.items())
    elif isinstance(value, Mapping):
        yield from ((f"{_text(key)}: ", item) for key, item in value.items())
    else:
        yield from (("", item) for item in value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise ValueError(f"A document cannot hold {value!r}.")


def _text(value: str) -> str:
    """In double quotes, unless that would need more escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in value) + quote


def _escaped(character: str, quote: str) -> str:
    if character in {quote, "\\"}:
        return "\\" + character
    return character if character.isprintable() else repr(character)[1:-1]
