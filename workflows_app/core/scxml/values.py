"""Values and delays in SCXML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from workflows_app.core.scxml.expressions import Translator
from workflows_app.core.scxml.names import own
from workflows_app.core.scxml.unsupported import ScxmlError

_DELAY = re.compile(r"\s*(\d*\.?\d+)\s*(ms|s)\s*")
_FACTORS = {"ms": 0.001, "s": 1.0}


def read_value(element: Element, attribute: str, translator: Translator) -> Any:
    """The value of an element: JSON of our own, an expression, or its text as JSON or as text."""
    if element.get("src") is not None:
        raise ScxmlError("A value is read from another file.", "Write it into this one.")
    kept = element.get(own("value"))
    if kept is not None:
        return read_json(kept)
    source = element.get(attribute)
    if source is not None:
        return _as_json(source, otherwise=lambda: translator.value(source))
    text = (element.text or "").strip()
    return _as_json(text, otherwise=lambda: " ".join(text.split())) if text else None


def read_delay(send: Element) -> float:
    """The delay of a sent event in seconds; an expression must be a plain text."""
    given = send.get("delay")
    if given is None:
        given = send.get("delayexpr", "0s").strip().strip("'\"")
    found = _DELAY.fullmatch(given)
    if found is None:
        raise ScxmlError(f"“{given}” is no delay.", "Write a number with s or ms, such as 1.5s.")
    return float(found.group(1)) * _FACTORS[found.group(2)]


def read_json(text: str) -> Any:
    """The JSON value that `write_scxml` wrote.

    Raises:
        ScxmlError: It is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScxmlError(f"A value is no JSON: {error}.", "Export the machine again.") from None


def read_object(text: str) -> dict[str, Any]:
    """The JSON object that `write_scxml` wrote.

    Raises:
        ScxmlError: It is none.
    """
    found = read_json(text)
    if not isinstance(found, dict):
        raise ScxmlError("A value is no JSON object.", "Export the machine again.")
    return found


def _as_json(text: str, *, otherwise: Callable[[], Any]) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return otherwise()
