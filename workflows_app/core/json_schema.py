"""JSON Schema (2020-12) whose checks cannot take long, whoever wrote schema and value.

Three things in a schema can keep a thread busy for hours: a pattern that backtracks, references
that multiply, and lists that are compared each with each. So patterns run on RE2, in time linear in
the text; list items are compared by their canonical text; and all work is counted. `multipleOf`
reckons with decimals, as people do: 19.99 is a multiple of 0.01.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

import re2
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from workflows_app.core.canonical import canonical_json

MAX_WORK = 500_000
"""Keywords, and things within them, that one check may look at: seconds at worst."""

MAX_PATTERN_LENGTH = 1_000

CHARACTERS_PER_WORK = 1_000
"""Text that a pattern searches in the time of one other keyword."""

DATA_KEYWORDS = frozenset({"const", "enum", "default", "examples"})
"""Keywords that hold values and no schemas."""

_Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class UncheckableError(Exception):
    """The value cannot be checked against the schema: the message says why."""


class PatternRefusedError(UncheckableError):
    """A pattern is none, or cannot be searched for in linear time."""


class _Meter:
    """What is left of the work that one check may do."""

    def __init__(self) -> None:
        self.left = MAX_WORK

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise UncheckableError("it takes too long to check")


_meter: ContextVar[_Meter] = ContextVar("meter")

_CLOSED_REGISTRY: Registry[Any] = Registry()
"""Resolves references within the schema only, and never asks the network."""


def errors_of(schema: Mapping[str, Any], value: Any, limit: int) -> list[ValidationError]:
    """The first errors of a value, `limit` at most. The schema has been checked to be one.

    Raises:
        UncheckableError: It takes too long, or a pattern is refused.
        Unresolvable: A reference leads nowhere.
        RecursionError: A reference leads back to itself.
    """
    token = _meter.set(_Meter())
    try:
        validator = _BoundedValidator(schema, registry=_CLOSED_REGISTRY)
        return list(islice(validator.iter_errors(value), limit))
    finally:
        _meter.reset(token)


def refusal(schema: Mapping[str, Any]) -> tuple[str, str] | None:
    """Where and why a schema is one that is not checked here, or None."""
    has_unevaluated, pattern_properties = False, None
    waiting: list[tuple[str, object]] = [("", schema)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, Mapping):
            patterns: list[object] = [item.get("pattern")]
            if isinstance(item.get("patternProperties"), Mapping):
                patterns += item["patternProperties"]
                pattern_properties = pattern_properties or path
            for pattern in patterns:
                try:
                    if isinstance(pattern, str):
                        compiled(pattern)
                except PatternRefusedError as error:
                    return f"{path}.pattern".lstrip("."), str(error)
            has_unevaluated = has_unevaluated or "unevaluatedProperties" in item
            waiting += [
                (f"{path}.{key}".lstrip("."), inner)
                for key, inner in item.items()
                if key not in DATA_KEYWORDS
            ]
        elif isinstance(item, list):
            waiting += [(f"{path}.{index}", inner) for index, inner in enumerate(item)]
    if has_unevaluated and pattern_properties is not None:
        return (
            pattern_properties,
            "it has “patternProperties”, which does not go with “unevaluatedProperties”",
        )
    return None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """The pattern, ready to search with.

    Raises:
        PatternRefusedError: It is none, or needs what cannot be done in linear time.
    """
    options = re2.Options()
    options.log_errors = False
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise PatternRefusedError(f"a pattern has more than {MAX_PATTERN_LENGTH:,} characters")
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternRefusedError(
            f"the pattern “{pattern[:80]}” is not one of RE2 ({words[:80]}); patterns look neither "
            "ahead nor back, and name no earlier group"
        ) from None


def _finds(pattern: str, text: str) -> bool:
    _meter.get().spend(len(text) // CHARACTERS_PER_WORK)
    return compiled(pattern).search(text) is not None


def _pattern(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _finds(rule, value):
        yield ValidationError(f"{value[:200]!r} does not match {rule!r}")


def _pattern_properties(
    validator: Any, rule: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    for pattern, inner in rule.items() if isinstance(value, Mapping) else ():
        _meter.get().spend(len(value))
        for name, item in value.items():
            if _finds(pattern, name):
                yield from validator.descend(item, inner, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, rule: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(value, Mapping):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    _meter.get().spend(len(value) * (1 + len(patterns)))
    extra = [
        name
        for name in value
        if name not in known and not any(_finds(pattern, name) for pattern in patterns)
    ]
    if isinstance(rule, Mapping):
        for name in extra:
            yield from validator.descend(value[name], rule, path=name)
    elif rule is False and extra:
        listed = ", ".join(repr(name[:80]) for name in extra[:10])
        yield ValidationError(f"Additional properties are not allowed ({listed})")


def _unique_items(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if rule and isinstance(value, list):
        _meter.get().spend(len(value))
        if len({canonical_json(item) for item in value}) < len(value):
            yield ValidationError("has items that are the same")


def _multiple_of(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "number") and _exact(value) % _exact(rule):
        yield ValidationError(f"{value!r} is not a multiple of {rule!r}")


def _exact(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def _counted(keyword: _Keyword) -> _Keyword:
    def check(validator: Any, rule: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
        size = len(rule) if isinstance(rule, list | Mapping) else 0
        _meter.get().spend(1 + size)
        yield from keyword(validator, rule, value, schema) or ()

    return check


_OWN: Mapping[str, _Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
}

_BoundedValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        name: _counted(keyword)
        for name, keyword in {**Draft202012Validator.VALIDATORS, **_OWN}.items()
    },
)
_evolve = _BoundedValidator.evolve


def _evolve_within(validator: Any, **changes: Any) -> Any:
    """A part that names a dialect would otherwise be checked by that dialect's own validator."""
    part = changes.get("schema")
    if isinstance(part, Mapping) and "$schema" in part:
        changes["schema"] = {key: inner for key, inner in part.items() if key != "$schema"}
    return _evolve(validator, **changes)


_BoundedValidator.evolve = _evolve_within
