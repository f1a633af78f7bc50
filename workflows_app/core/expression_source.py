"""The text side of expressions: where `${ … }` begins and ends, and which names an expression uses.

CEL itself parses and checks; the scanner here only knows strings, comments, names and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<string>(?i:rb|br|r)(?:'{3}.*?'{3}|"{3}.*?"{3}|'[^'\n]*'|"[^"\n]*")
        | [bB]?(?:'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3})
        | [bB]?(?:'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*"))
    | (?P<number>\d(?:[\w.]|(?<=[eE])[+-])*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<mark>\.\?|\[\?|.)
    """,
    re.VERBOSE | re.DOTALL,
)


MAX_SOURCE_LENGTH = 2_000
"""Characters of one expression. Evaluation is bounded through this among others."""

CACHE_SIZE = 20_000
"""Expressions that a process remembers: more than the largest documents hold."""

KEYWORDS = frozenset({"true", "false", "null", "in"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression. `start` counts characters from the beginning of the text."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `${ … }` in a text. `source` is what stands between the braces, beginning at `start`."""

    source: str
    start: int


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A `${` at `start` whose closing brace is missing or too far away."""

    start: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A variable and the plain fields that follow it, such as `nodes.check.amount`."""

    parts: tuple[str, ...]
    start: int

    @property
    def root(self) -> str:
        """The variable."""
        return self.parts[0]


def split_template(text: str) -> list[str | Fragment | Unclosed]:
    """Cut a text into literal pieces and expressions. `$${` stands for a literal `${`.

    Braces within strings, comments, maps and nested braces of the expression do not end it. Nothing
    follows an `Unclosed` piece.
    """
    pieces: list[str | Fragment | Unclosed] = []
    literal: list[str] = []
    position = 0
    while True:
        opening = text.find("${", position)
        if opening < 0:
            literal.append(text[position:])
            break
        if opening > position and text[opening - 1] == "$":
            literal.append(text[position : opening - 1] + "${")
            position = opening + 2
            continue
        literal.append(text[position:opening])
        closing = _closing_brace(text, opening + 2)
        if any(literal):
            pieces.append("".join(literal))
        literal = []
        if closing is None:
            pieces.append(Unclosed(opening))
            return pieces
        pieces.append(Fragment(text[opening + 2 : closing], opening + 2))
        position = closing + 1
    if any(literal) or not pieces:
        pieces.append("".join(literal))
    return pieces


def tokens(source: str) -> Iterator[Token]:
    """Yield the pieces of an expression without spaces and comments. Never fails."""
    for match in TOKEN.finditer(source):
        if match.lastgroup != "space":
            yield Token(match.lastgroup or "mark", match.group(), match.start())


@lru_cache(maxsize=CACHE_SIZE)
def chains(source: str) -> tuple[Chain, ...]:
    """Return every use of a variable with its plain fields, in the order of the text.

    Function and method names are left out. Variables that a macro such as `map` binds are included.
    """
    found: list[Chain] = []
    items = list(tokens(source))
    index = 0
    while index < len(items):
        token = items[index]
        is_variable = token.kind == "name" and token.text not in KEYWORDS
        if not is_variable or _is_member(items, index) or _is_call(items, index):
            index += 1
            continue
        parts = [token.text]
        while (
            index + 2 < len(items)
            and items[index + 1].text == "."
            and items[index + 2].kind == "name"
            and not _is_call(items, index + 2)
        ):
            parts.append(items[index + 2].text)
            index += 2
        found.append(Chain(tuple(parts), token.start))
        index += 1
    return tuple(found)


def node_ids(source: str) -> frozenset[str]:
    """Return the ids of the nodes that an expression names as `nodes.<id>`."""
    return frozenset(
        chain.parts[1] for chain in chains(source) if chain.root == "nodes" and len(chain.parts) > 1
    )


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the position of a character, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _closing_brace(text: str, start: int) -> int | None:
    depth = 0
    for match in TOKEN.finditer(text, start, start + MAX_SOURCE_LENGTH + 1):
        mark = match.group() if match.lastgroup == "mark" else ""
        if mark == "{":
            depth += 1
        elif mark == "}":
            if depth == 0:
                return match.start()
            depth -= 1
    return None


def _is_member(items: list[Token], index: int) -> bool:
    """Tell whether the name is a field or method of what stands before it, not a variable."""
    if index == 0 or items[index - 1].text not in (".", ".?"):
        return False
    if index == 1:
        return False
    before = items[index - 2]
    return before.kind != "mark" or before.text in (")", "]", "}")


def _is_call(items: list[Token], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].text == "("
