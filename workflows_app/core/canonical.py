"""Canonical JSON and the hash of what runs.

Canonical JSON: object keys sorted by code point, no spaces, no escapes beyond those that JSON
demands, and a float that is a whole number below 2**53 written as an integer (`2.0` is `2`), so
that the same document gives the same text whichever JSON library or browser wrote it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

LARGEST_EXACT_FLOAT = 2**53
"""Whole floats below this are integers without loss."""

PRESENTATION_FIELDS = frozenset({"layout", "description"})
"""Parts of a document that never change how it runs."""

ANNOTATION_TYPES = frozenset({"note"})
"""Node types that never run."""


def canonical_json(value: object) -> str:
    """Return the one text of a JSON value. Tuples are written as lists, models as objects.

    Raises:
        ValueError: The value holds NaN or an infinity, a key that is no text, or something that
            JSON does not know.
        RecursionError: The value is nested too deeply.
    """
    return json.dumps(
        _normalised(value),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def hash_document(document: BaseModel | Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of the part of a document that decides how it runs.

    Layout, descriptions and notes are left out. A field that is absent and one that holds its
    default give the same hash only for parsed documents, so parse before hashing.

    Raises:
        ValueError: See `canonical_json`.
    """
    data = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    runs = {key: value for key, value in data.items() if key not in PRESENTATION_FIELDS}
    if isinstance(runs.get("nodes"), list | tuple):
        runs["nodes"] = [
            node
            for node in runs["nodes"]
            if not (isinstance(node, Mapping) and node.get("type") in ANNOTATION_TYPES)
        ]
    return hashlib.sha256(canonical_json(runs).encode("utf-8", "surrogatepass")).hexdigest()


def _normalised(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("JSON has no NaN and no infinity.")
        return int(value) if value.is_integer() and abs(value) < LARGEST_EXACT_FLOAT else value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"Keys of JSON objects are texts, not {type(key).__name__}.")
        return {key: _normalised(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normalised(item) for item in value]
    if isinstance(value, BaseModel):
        return _normalised(value.model_dump(mode="json"))
    raise ValueError(f"JSON cannot hold a value of type {type(value).__name__}.")
