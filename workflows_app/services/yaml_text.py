"""Reading YAML from outside as plain JSON values: no tags, few aliases, bounded depth and size."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from workflows_app.core.json_text import plain_text
from workflows_app.services.json_text import MAX_DEPTH, UnreadableTextError, check_storable

MAX_BYTES = 1_000_000
"""YAML is slow to read, so less of it is taken than of JSON."""
MAX_EVENTS = 400_000
"""Scalars and collections, so that reading takes seconds at most."""


class _JsonLoader(yaml.CSafeLoader):
    """Reads what YAML 1.2 calls the JSON schema: `on` and `2026-03-01` are texts."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}


_JsonLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)
_JsonLoader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""]
)
_INTEGER = re.compile(r"^-?(?:0|[1-9][0-9]{0,300})$")
_FLOAT = re.compile(r"^-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][-+]?[0-9]{1,3})?$")
_NUMBER = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$")
"""JSON's, of any size."""

_JsonLoader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-0123456789"))
_JsonLoader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-0123456789"))


def parse_yaml(text: str) -> Any:
    """The value of a YAML text that holds nothing but JSON values.

    Raises:
        UnreadableTextError: it is not YAML, too large, nested too deeply, uses anchors or tags, or
            holds what JSON has no word for.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableTextError(
            f"It has more than {MAX_BYTES:,} bytes. Send it as JSON, of which more is taken."
        )
    try:
        _check_events(text)
        value = yaml.load(text, Loader=_JsonLoader)  # noqa: S506 - a subclass of CSafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UnreadableTextError(f"It is not YAML: {error.problem}{place}.") from error
    except (yaml.YAMLError, RecursionError, ValueError, UnicodeError) as error:
        if isinstance(error, UnreadableTextError):
            raise
        raise UnreadableTextError(f"It is not YAML: {error}") from error
    _check_keys(value)
    check_storable(value)
    return value


def _check_events(text: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if count > MAX_EVENTS:
            raise UnreadableTextError(f"It holds more than {MAX_EVENTS:,} values.")
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableTextError(
                f"It uses an alias (*{event.anchor}). Write the value out in each place."
            )
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and _is_too_long(event.value):
            raise UnreadableTextError(
                f"It holds a number that is too long ({plain_text(event.value, 20)}). "
                "Put it in quotes to keep it as a text."
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise UnreadableTextError(
                    f"It is nested too deeply: at most {MAX_DEPTH} levels are read."
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _is_too_long(text: str) -> bool:
    """True for a number that would be taken for a text."""
    return bool(_NUMBER.match(text)) and not (_INTEGER.match(text) or _FLOAT.match(text))


def _check_keys(value: Any) -> None:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            for key, child in part.items():
                if not isinstance(key, str):
                    raise UnreadableTextError(f"The key {key!r} is not a text. Put it in quotes.")
                pending.append(child)
        elif isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, float) and not math.isfinite(part):
            raise UnreadableTextError("It holds a number that is too large.")
        elif not (part is None or isinstance(part, str | bool | int | float)):
            raise UnreadableTextError(
                f"It holds a {type(part).__name__}, for which JSON has no word."
            )
