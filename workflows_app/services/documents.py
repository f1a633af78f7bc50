"""Taking in documents: checked, completed with defaults, and hashed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workflows_app.contracts.problems import problem_items
from workflows_app.core.canonical import canonical_json, hash_document
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument, Problem
from workflows_app.errors import DocumentInvalidError, FieldError, InvalidInputError

MAX_DOCUMENT_BYTES = 2_000_000
"""Size of a document as JSON."""
SUPPORTED_KINDS = ("graph", "pipeline", "saga", "bulk", "state_machine")

_EMPTY: dict[str, dict[str, Any]] = {
    "graph": {"format": 1, "kind": "graph", "nodes": [], "edges": []},
    "pipeline": {"format": 1, "kind": "pipeline", "steps": []},
    "saga": {"format": 1, "kind": "saga", "mode": "compensation", "steps": []},
    "state_machine": {"format": 1, "kind": "state_machine", "states": []},
    "bulk": {
        "format": 1,
        "kind": "bulk",
        "input_schema": {
            "type": "object",
            "properties": {
                "items": {
                    "type": ["array", "object"],
                    "x-widget": "rows",
                    "title": "Items",
                    "description": "A list, or a file with an item in each row.",
                }
            },
            "required": ["items"],
        },
        "items": "${ input.items }",
    },
}


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document of the right form, which need not be able to run yet."""

    kind: str
    data: dict[str, Any]
    """With all defaults written out."""
    hash: str
    """Of the part that runs."""
    description: str


def empty_document(kind: str) -> dict[str, Any]:
    """What a new workflow begins with.

    Raises:
        InvalidInputError: this release knows no documents of that kind.
    """
    if kind not in _EMPTY:
        raise InvalidInputError(
            f"Workflows of the kind '{kind}' cannot be made yet.",
            errors=[
                FieldError(
                    "kind",
                    f"'{kind}' is not available in this release",
                    f"Use one of: {', '.join(SUPPORTED_KINDS)}.",
                    "unsupported_kind",
                )
            ],
        )
    return _EMPTY[kind]


def check_document(raw: object) -> CheckedDocument:
    """Parse, complete and hash what somebody sent.

    Raises:
        DocumentInvalidError: it is not a document; `errors` names each place and the fix.
    """
    try:
        document = parse_document(raw)
        data = document.model_dump(mode="json")
        size = len(canonical_json(data).encode())
        digest = hash_document(document)
    except InvalidDocument as error:
        raise invalid_document(error.problems, "This is not a document.") from error
    except RecursionError as error:
        raise DocumentInvalidError(
            "The document is nested too deeply.",
            errors=[
                FieldError(
                    "document", "is nested too deeply", "Use fewer levels of nesting.", "too_deep"
                )
            ],
        ) from error
    if size > MAX_DOCUMENT_BYTES:
        raise DocumentInvalidError(
            "The document is too large.",
            errors=[
                FieldError(
                    "document",
                    f"has {size:,} bytes; at most {MAX_DOCUMENT_BYTES:,} are kept",
                    "Split the workflow, or keep large data outside of it.",
                    "too_large",
                )
            ],
        )
    return CheckedDocument(
        kind=document.kind, data=data, hash=digest, description=document.description
    )


def invalid_document(problems: Iterable[Problem], message: str) -> DocumentInvalidError:
    """The error that carries these problems."""
    items = problem_items(problems)
    return DocumentInvalidError(
        message if len(items) != 1 else f"{message} {items[0].message}",
        errors=[item.model_dump(mode="json") for item in items],
    )
