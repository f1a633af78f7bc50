"""JSON Schemas of the documents, for editors, importers and other programs."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from workflows_app.core.kinds import ADAPTERS, Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(kind: str | None = None) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of documents of one kind, or of all kinds.

    Raises:
        KeyError: There is no such kind.
    """
    adapter = TypeAdapter[Any](Document) if kind is None else ADAPTERS[kind]
    title = f"Flowdeck {kind or 'document'}"
    schema = adapter.json_schema()
    return {"$schema": DIALECT, **schema, "title": title}
