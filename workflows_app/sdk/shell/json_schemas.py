"""Checking values against the JSON Schemas that authors write, in words for who filled the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable

from workflows_app.core.json_schema import (
    PatternRefusedError,
    UncheckableError,
    errors_of,
    refusal,
)
from workflows_app.errors import FieldError

MAX_ERRORS = 50

_TYPE_WORDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def check_value(*, schema: Mapping[str, Any], value: Any, prefix: str) -> list[FieldError]:
    """What is wrong with the value; nothing when it holds.

    Args:
        schema: JSON Schema (2020-12); an empty one allows everything.
        value: A JSON value.
        prefix: Name of the value, which begins the path of each field.
    """
    if not schema:
        return []
    try:
        Draft202012Validator.check_schema(schema)
        refused = refusal(schema)
        if refused is not None:
            raise PatternRefusedError(refused[1])
        found = errors_of(schema, value, MAX_ERRORS)
    except (SchemaError, Unresolvable, RecursionError, PatternRefusedError) as error:
        return [
            FieldError(
                prefix,
                f"cannot be checked, because its schema is wrong ({type(error).__name__})",
                "Tell the author of the workflow to mend the schema.",
                "schema_invalid",
            )
        ]
    except UncheckableError:
        return [
            FieldError(
                prefix,
                "takes too long to check against its schema",
                "Send less, or ask the author of the workflow for a simpler schema.",
                "too_laborious",
            )
        ]
    errors = [field_error for error in found for field_error in _describe(error, prefix)]
    return sorted(set(errors), key=lambda error: error.field)[:MAX_ERRORS]


def _describe(error: ValidationError, prefix: str) -> Iterator[FieldError]:
    path = ".".join([prefix, *(str(part) for part in error.absolute_path)])
    keyword, rule = str(error.validator), cast(Any, error.validator_value)
    if keyword == "required" and isinstance(error.instance, Mapping):
        for name in rule:
            if name not in error.instance:
                yield FieldError(f"{path}.{name}", "is missing", "Fill in this field.", keyword)
    elif keyword == "additionalProperties" and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        for name in error.instance:
            if name not in known:
                yield FieldError(
                    f"{path}.{name}",
                    "is not a field of this form",
                    f"Remove it. The fields are: {', '.join(sorted(known)) or 'none'}.",
                    keyword,
                )
    else:
        message, hint = _words(keyword, rule, error)
        yield FieldError(path, message, hint, keyword)


def _words(keyword: str, rule: Any, error: ValidationError) -> tuple[str, str]:
    match keyword:
        case "type":
            wanted = [rule] if isinstance(rule, str) else list(rule)
            words = " or ".join(_TYPE_WORDS.get(name, name) for name in wanted)
            return f"must be {words}", f"Give {words}."
        case "enum":
            choices = ", ".join(str(choice) for choice in rule)
            return "is not one of the choices", f"Choose one of: {choices}."
        case "const":
            return f"must be {rule!r}", f"Give {rule!r}."
        case "minimum" | "exclusiveMinimum":
            bound = "at least" if keyword == "minimum" else "more than"
            return f"is too small: it must be {bound} {rule}", f"Give {bound} {rule}."
        case "maximum" | "exclusiveMaximum":
            bound = "at most" if keyword == "maximum" else "less than"
            return f"is too large: it must be {bound} {rule}", f"Give {bound} {rule}."
        case "minLength" | "minItems" | "minProperties":
            return f"is too short: at least {rule}", "Fill in more."
        case "maxLength" | "maxItems" | "maxProperties":
            return f"is too long: at most {rule}", "Shorten it."
        case "pattern":
            return "does not have the right form", f"It must match {rule}."
        case "multipleOf":
            return f"must be a multiple of {rule}", f"Give a multiple of {rule}."
        case _:
            return str(error.message)[:300], "Change the value so that it fits the form."
