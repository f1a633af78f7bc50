"""Words for what pydantic finds wrong with a request: the field, what is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HINTS = {
    "missing": "Add this field.",
    "extra_forbidden": "Remove this field, or check its spelling.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "float_parsing": "Give a number.",
    "float_type": "Give a number.",
    "string_type": "Give a text in quotes.",
    "string_too_long": "Shorten the text.",
    "string_too_short": "Give a text that is not empty.",
    "string_pattern_mismatch": "Use only the characters that are allowed here.",
    "bool_parsing": "Give true or false.",
    "bool_type": "Give true or false.",
    "uuid_parsing": "Give an id as it stands in the address of a page.",
    "dict_type": "Give a JSON object, such as {}.",
    "list_type": "Give a JSON array, such as [].",
    "too_short": "Add at least one entry.",
    "timezone_aware": "Give the time with its zone, such as 2026-03-01T09:30:00Z.",
    "datetime_parsing": "Give a time such as 2026-03-01T09:30:00Z.",
    "datetime_from_date_parsing": "Give a time such as 2026-03-01T09:30:00Z.",
    "model_attributes_type": "Give a JSON object, such as {}.",
    "model_type": "Give a JSON object, such as {}.",
}
_SOURCES = frozenset({"body", "query", "path", "header", "cookie", "form", "file"})


def describe_errors(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """One entry for each error, with `field`, `message`, `hint` and `code`."""
    described: list[dict[str, str]] = []
    for error in found:
        entry = {
            "field": _field_of(error.get("loc", ())),
            "message": str(error.get("msg", "is invalid")),
            "hint": _hint_of(error),
            "code": str(error.get("type", "invalid")),
        }
        if entry not in described:
            described.append(entry)
    return described


def _field_of(location: Sequence[Any]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in _SOURCES:
        source = parts.pop(0)
        if parts and parts[0] in {source, "query"} and len(parts) > 1:
            parts.pop(0)
        if not parts or parts == [source]:
            return source
    return ".".join(parts)


def _hint_of(error: Mapping[str, Any]) -> str:
    code = str(error.get("type", ""))
    context = error.get("ctx") or {}
    if code in {"literal_error", "enum", "union_tag_invalid"} and context.get("expected"):
        return f"Use one of {context['expected']}."
    if code in {"greater_than_equal", "greater_than"}:
        return f"Give a number of at least {context.get('ge', context.get('gt'))}."
    if code in {"less_than_equal", "less_than"}:
        return f"Give a number of at most {context.get('le', context.get('lt'))}."
    return _HINTS.get(code, "See the API's description for what is allowed here.")
