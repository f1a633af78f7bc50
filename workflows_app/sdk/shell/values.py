"""Values as they are kept: JSON, of a bounded size, that every database takes."""

from __future__ import annotations

import re
from typing import Any

from workflows_app.core.json_text import through_json
from workflows_app.errors import FatalError

MAX_STORED_BYTES = 1_000_000
"""Size of an input or output as JSON."""


class UnstorableValueError(FatalError):
    """A value cannot be kept: it is no JSON, too large, or holds what no database takes."""


MAX_PASSED_ON_BYTES = 500_000
"""More results of a map node, as JSON, are not handed to later nodes: `results` is null.
A node's output has 1 MB at most, and steps that read it load it whole."""


def storable(value: Any, what: str) -> Any:
    """The value as a JSON column gives it back.

    Raises:
        UnstorableValueError: It is no JSON, too large, or holds what no database takes.
    """
    try:
        text, stored = through_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnstorableValueError(f"The {what} is not JSON: {error}") from error
    size = len(text)
    if size > MAX_STORED_BYTES:
        raise UnstorableValueError(
            f"The {what} is {size:,} bytes of JSON; the limit is {MAX_STORED_BYTES:,}. "
            "Keep large data elsewhere and pass on where it is."
        )
    if b"\\u0000" in text and _NUL.search(text):
        raise UnstorableValueError(f"A text in the {what} holds the character U+0000.")
    return stored


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
