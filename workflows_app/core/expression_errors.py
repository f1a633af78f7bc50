"""What is wrong with an expression, in words for the people who wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

ErrorKind = Literal["syntax", "unknown_name", "type", "value", "limit"]

OPERATORS = {
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "_/_": "/",
    "_%_": "%",
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_&&_": "&&",
    "_||_": "||",
    "_?_:_": "? :",
    "_[_]": "[ ]",
    "@in": "in",
    "_in_": "in",
    "!_": "!",
    "-_": "-",
}

TYPE_WORDS = {
    "string": "a text",
    "int": "a whole number",
    "int64": "a whole number",
    "uint": "an unsigned whole number",
    "uint64": "an unsigned whole number",
    "double": "a decimal number",
    "bool": "true or false",
    "list": "a list",
    "map": "an object",
    "null_type": "nothing (null)",
    "dyn": "any value",
    "timestamp": "a time",
    "google.protobuf.timestamp": "a time",
    "duration": "a length of time",
    "google.protobuf.duration": "a length of time",
    "bytes": "bytes",
    "type": "a type",
}

NUMBER_TYPES = frozenset({"int", "int64", "uint", "uint64", "double"})

MIXED_NUMBERS_HINT = (
    "Whole and decimal numbers do not mix: write double(…) around both sides, "
    "such as double(input.amount) * 1.2."
)


class ExpressionError(ValueError):
    """An expression cannot be read or has no result. The message is for people."""

    def __init__(
        self,
        message: str,
        *,
        kind: ErrorKind,
        expression: str = "",
        offset: int | None = None,
        line: int | None = None,
        column: int | None = None,
        names: Sequence[str] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind: ErrorKind = kind
        self.expression = expression
        """The source between the braces."""
        self.offset = offset
        """Position within the source, from 0. Line and column count in the whole text, from 1."""
        self.line = line
        self.column = column
        self.names = tuple(names)
        """Names that may be used here."""
        self.hint = hint
        self.field: str | None = None
        """Path of the value within what was evaluated, such as `headers.Accept`."""

    @property
    def are_numbers_mixed(self) -> bool:
        """True when whole and decimal numbers met."""
        return self.hint == MIXED_NUMBERS_HINT


def type_word(name: str) -> str:
    """Return the everyday word for a CEL type."""
    return TYPE_WORDS.get(re.split(r"[(<]", name.strip().lower(), maxsplit=1)[0], name)


def overload_message(function: str, types: Sequence[str]) -> tuple[str, str]:
    """Return message and hint for an operator or function that does not take these types."""
    names = [name.strip().lower() for name in types]
    words = [type_word(name) for name in types]
    operator = OPERATORS.get(function)
    operands = names[1:] if function == "_?_:_" else names
    are_mixed_numbers = len(set(operands)) > 1 and all(name in NUMBER_TYPES for name in operands)
    hint = (
        MIXED_NUMBERS_HINT
        if are_mixed_numbers
        else "Check the types of the values that you combine."
    )
    if function == "_?_:_":
        if names and names[0] not in ("bool", "dyn"):
            return f"The part before “?” must be true or false, not {words[0]}.", hint
        return (
            "Both results of “? :” must be of the same type.",
            hint if are_mixed_numbers else "Write dyn(…) around one of them to mix types.",
        )
    if function == "_[_]" and len(words) == 2:
        return f"{words[0].capitalize()} has no entry that is named by {words[1]}.", hint
    if operator and len(words) == 1:
        return f"“{operator}” cannot be used on {words[0]}.", hint
    if operator and len(words) == 2:
        return f"“{operator}” cannot combine {words[0]} and {words[1]}.", hint
    if words:
        return f"{function}() does not take {' and '.join(words)}.", hint
    return f"{function}() needs a value.", hint


def split_types(text: str) -> list[str]:
    """Cut `map(string, int), int` at its outer commas."""
    parts: list[str] = []
    depth = 0
    current = ""
    for letter in text:
        depth += (letter in "(<") - (letter in ")>")
        if letter == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [part.strip() for part in [*parts, current] if part.strip()]
