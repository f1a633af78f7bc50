"""What people call things."""

from __future__ import annotations

from workflows_app.errors import FieldError, InvalidInputError

MAX_LENGTH = 200
"""Characters, as the columns have."""


def clean_title(title: str, *, thing: str) -> str:
    """The title without spaces around it and with one between its words.

    Args:
        title: As it was given.
        thing: What it is to name, in the words of people: `workflow`.

    Raises:
        InvalidInputError: It is blank, or has more than `MAX_LENGTH` characters.
    """
    cleaned = " ".join(title.split())
    if not cleaned:
        raise _invalid("is blank", f"Give the {thing} a name.", "blank")
    if len(cleaned) > MAX_LENGTH:
        found = f"has {len(cleaned):,} characters"
        raise _invalid(found, f"Shorten it to {MAX_LENGTH} at most.", "too_long")
    return cleaned


def _invalid(found: str, hint: str, code: str) -> InvalidInputError:
    return InvalidInputError(f"The title {found}.", errors=[FieldError("title", found, hint, code)])
