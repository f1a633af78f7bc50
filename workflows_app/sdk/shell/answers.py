"""What a person may answer to a human task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows_app.errors import FieldError
from workflows_app.sdk.shell.json_schemas import check_value


def errors_of_answer(
    *,
    outcomes: Sequence[Mapping[str, Any]],
    form_schema: Mapping[str, Any] | None,
    outcome: str,
    comment: str,
    data: Mapping[str, Any],
) -> list[FieldError]:
    """What is wrong with an answer; nothing when it may be given."""
    chosen = next((entry for entry in outcomes if entry["id"] == outcome), None)
    errors: list[FieldError] = []
    if chosen is None:
        names = ", ".join(str(entry["id"]) for entry in outcomes)
        errors.append(
            FieldError(
                "outcome",
                f"'{outcome}' is not an outcome of this task",
                f"Use one of: {names}.",
                "unknown_outcome",
            )
        )
    elif chosen.get("comment_required") and not comment.strip():
        errors.append(
            FieldError("comment", "is missing", "Say why, in a few words.", "comment_required")
        )
    if form_schema:
        errors += check_value(schema=form_schema, value=dict(data), prefix="data")
    elif data:
        errors.append(
            FieldError("data", "is not asked for", "This task has no form; leave it out.", "extra")
        )
    return errors
