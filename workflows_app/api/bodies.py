"""Reading requests: JSON that the databases can store, of a size that the API takes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from workflows_app.api.problems import BodyTooLargeError, MalformedBodyError
from workflows_app.errors import FieldError, InvalidInputError
from workflows_app.services.json_text import UnreadableTextError, parse_json

MAX_BODY_BYTES = 2_400_000
"""Room for a document of 2 MB and what stands around it."""


class JsonParser(Parser):
    """Refuses what is not JSON, and JSON that PostgreSQL cannot keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as a JSON value.

        Raises:
            BodyTooLargeError: it has more than `MAX_BODY_BYTES` bytes.
            MalformedBodyError: it is not JSON, too deep, or holds NUL, half a surrogate pair,
                NaN or an infinite number.
        """
        if len(request.body) > MAX_BODY_BYTES:
            raise too_large()
        try:
            return parse_json(request.body)
        except UnreadableTextError as error:
            raise MalformedBodyError(
                f"The body cannot be read. {error}",
                errors=[FieldError("body", str(error), "Send plain JSON in UTF-8.", "malformed")],
            ) from error

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """The query as a dict; a NUL in it would be an error of the database."""
        parsed = super().parse_querydict(data, list_fields, request)
        for name, value in parsed.items():
            texts = value if isinstance(value, list) else [value]
            if any("\x00" in text for text in texts if isinstance(text, str)):
                raise InvalidInputError(
                    f"{name}: holds a NUL character.",
                    errors=[FieldError(name, "holds a NUL character", "Remove it.", "nul")],
                )
        return parsed


def too_large() -> BodyTooLargeError:
    """The refusal of a body for its size."""
    return BodyTooLargeError(
        f"The body is larger than {MAX_BODY_BYTES / 1_000_000:.1f} MB. "
        "Split the workflow into smaller ones, or keep large data outside of it.",
        errors=[
            FieldError(
                "body",
                f"has more than {MAX_BODY_BYTES:,} bytes",
                "Split the workflow into smaller ones, or keep large data outside of it.",
                "body_too_large",
            )
        ],
    )
