"""JSON Schemas that people write, and values checked against schemas that may hold `${ … }`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend

from workflows_app.core.expressions import has_expression, single_expression
from workflows_app.core.json_schema import (
    DATA_KEYWORDS,
    UncheckableError,
    errors_of,
    refusal,
)
from workflows_app.core.problems import did_you_mean

TYPE_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "nothing",
}


class _Anything(str):
    """Stands for one `${ … }`: its type is known only when it runs."""

    __slots__ = ()


class _SomeText(str):
    """Stands for a text with `${ … }` in it: a text, but of unknown content."""

    __slots__ = ()


def schema_error(schema: object) -> tuple[str, str] | None:
    """Return where and why a value is no usable JSON Schema (2020-12), or None when it is one.

    References may lead only into the schema itself.
    """
    if not isinstance(schema, Mapping):
        return "", "it is not an object"
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return ".".join(str(part) for part in error.absolute_path), _plain(error.message)
    except RecursionError:
        return "", "it is nested too deeply"
    for path, reference in _references(schema):
        if not reference.startswith("#"):
            return path, f"it refers to “{reference[:80]}”, which is outside of it"
        if not _is_resolvable(schema, reference):
            return path, f"it refers to “{reference[:80]}”, which does not exist"
    if (refused := refusal(schema)) is not None:
        return refused
    try:
        errors_of(schema, {}, 1)
    except RecursionError:
        return "", "it refers to itself without end"
    except UncheckableError as error:
        return "", str(error)
    return None


def config_validator(schema: Mapping[str, Any]) -> Any:
    """Return what `config_errors` needs to check many configs of one type."""
    return _TolerantValidator(schema)


def config_errors(
    validator: Any, config: Mapping[str, Any], literal_fields: frozenset[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield code, field path, message and hint for each way in which a config breaks its schema.

    A value that is one `${ … }` satisfies any schema; a text with some is a text of any content.
    """
    prepared = {
        name: value if name in literal_fields else _with_stand_ins(value)
        for name, value in config.items()
    }
    for error in validator.iter_errors(prepared):
        yield from _described(error)


Check = Callable[..., Iterator[ValidationError] | None]


def _tolerant(keyword: str, check: Check) -> Check:
    def checked(
        validator: Any, value: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if isinstance(instance, _Anything):
            return
        if isinstance(instance, _SomeText) and keyword not in _TYPE_KEYWORDS:
            return
        if isinstance(instance, _SomeText) and keyword == "oneOf":
            if all(isinstance(option, Mapping) and "const" in option for option in value):
                return
            yield from (
                Draft202012Validator.VALIDATORS["anyOf"](validator, value, instance, schema) or ()
            )
            return
        yield from check(validator, value, instance, schema) or ()

    return checked


_TYPE_KEYWORDS = frozenset({"type", "anyOf", "allOf", "oneOf", "$ref", "$dynamicRef", "if"})

_TolerantValidator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        keyword: _tolerant(keyword, check)
        for keyword, check in Draft202012Validator.VALIDATORS.items()
    },
)


def _with_stand_ins(value: object) -> object:
    if isinstance(value, str):
        if not has_expression(value):
            return value
        return _Anything(value) if single_expression(value) is not None else _SomeText(value)
    if isinstance(value, Mapping):
        return {key: _with_stand_ins(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_stand_ins(item) for item in value]
    return value


def _described(error: Any) -> Iterator[tuple[str, str, str, str]]:
    path = [str(part) for part in error.absolute_path]
    field = ".".join(path)
    title = _title(error) or field or "The config"
    keyword, limit = str(error.validator), error.validator_value
    if keyword == "required" and isinstance(error.instance, Mapping):
        properties = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        missing = [name for name in limit if name not in error.instance]
        name = next(
            (n for n in missing if f"'{n}'" in error.message), missing[0] if missing else ""
        )
        known = properties.get(name)
        words = known.get("title") if isinstance(known, Mapping) else None
        yield (
            "config_missing",
            ".".join([*path, name]),
            f"“{words or name}” is missing.",
            f"Fill in “{words or name}”.",
        )
        return
    if keyword in ("additionalProperties", "unevaluatedProperties") and isinstance(
        error.instance, Mapping
    ):
        known_names = list(error.schema.get("properties", {}))
        for name in error.instance:
            if limit is False and name not in known_names:
                near = did_you_mean(name, known_names)
                yield (
                    "config_invalid",
                    ".".join([*path, name]),
                    f"There is no field “{name}”.",
                    f"Did you mean “{near}”?" if near else "Remove it.",
                )
        return
    message, hint = _words(keyword, limit, title, error)
    yield "config_invalid", field, message, hint


def _words(keyword: str, limit: Any, title: str, error: Any) -> tuple[str, str]:
    constants = (
        [option["const"] for option in limit if isinstance(option, Mapping) and "const" in option]
        if keyword == "oneOf"
        else limit
        if keyword == "enum"
        else [limit]
        if keyword == "const"
        else []
    )
    if constants:
        return f"“{title}” has a value that is not offered.", f"Use one of: {_listed(constants)}."
    if keyword == "type":
        kinds = [limit] if isinstance(limit, str) else list(limit)
        words = " or ".join(TYPE_WORDS.get(kind, kind) for kind in kinds)
        return f"“{title}” must be {words}.", f"Give {words}, or an expression ${{ … }}."
    bounds = {
        "minimum": f"at least {limit}",
        "maximum": f"at most {limit}",
        "exclusiveMinimum": f"more than {limit}",
        "exclusiveMaximum": f"less than {limit}",
    }
    if keyword in bounds:
        return f"“{title}” must be {bounds[keyword]}.", "Change the number."
    if keyword == "minLength":
        return f"“{title}” must not be empty." if limit == 1 else f"“{title}” is too short.", (
            f"At least {limit} characters."
        )
    if keyword == "minItems":
        return f"“{title}” needs at least {limit}.", "Add one."
    if keyword in ("maxLength", "maxItems"):
        return f"“{title}” has more than {limit}.", "Shorten it."
    if keyword == "pattern":
        return f"“{title}” is not written as it must be.", f"It must match {limit}."
    return f"“{title}” is not valid: {_plain(error.message)}.", "Correct the value."


def _title(error: Any) -> str:
    if isinstance(error.schema, Mapping) and isinstance(error.schema.get("title"), str):
        return str(error.schema["title"])
    return ""


def _plain(message: str) -> str:
    short = message if len(message) <= 200 else message[:200] + "…"
    return short.rstrip(".")


def _listed(values: list[object]) -> str:
    return ", ".join(str(value) for value in values[:20])


def _references(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, object]] = [("", schema)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, Mapping):
            for key, inner in item.items():
                if key in ("$ref", "$dynamicRef") and isinstance(inner, str):
                    yield f"{path}.{key}".lstrip("."), inner
                elif key not in DATA_KEYWORDS:
                    waiting.append((f"{path}.{key}".lstrip("."), inner))
        elif isinstance(item, list):
            waiting += [(f"{path}.{index}", inner) for index, inner in enumerate(item)]


def _is_resolvable(schema: Mapping[str, Any], reference: str) -> bool:
    if reference == "#":
        return True
    if not reference.startswith("#/"):
        anchors = {value for _, value in _members(schema) if isinstance(value, str)}
        return reference[1:] in anchors
    place: object = schema
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~").replace("%25", "%")
        if isinstance(place, Mapping) and key in place:
            place = place[key]
        elif isinstance(place, list) and key.isdigit() and int(key) < len(place):
            place = place[int(key)]
        else:
            return False
    return isinstance(place, Mapping | bool)


def _members(schema: object) -> Iterator[tuple[str, object]]:
    """Yield the anchors of a schema."""
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            for key, inner in item.items():
                if key in ("$anchor", "$dynamicAnchor"):
                    yield key, inner
                waiting.append(inner)
        elif isinstance(item, list):
            waiting += item
