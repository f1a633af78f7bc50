"""The decimal form of an expression: the same text with its whole numbers written as decimals.

CEL keeps whole and decimal numbers apart and refuses `100.5 * 2`. JSON knows one kind of number,
so an expression that fails for that reason is taken again in its decimal form, with all numbers
that it reads as decimals, too. Whole numbers stay exact as long as no decimal number meets them.
"""

from __future__ import annotations

from workflows_app.core.expression_source import Token, tokens

TAKES_DECIMALS = frozenset({"map", "filter", "exists", "exists_one", "all", "dyn", "double", "has"})
"""Calls whose arguments may become decimals; others, such as `substring`, want whole numbers."""


def decimal_source(source: str) -> str:
    """Return the decimal form."""
    items = list(tokens(source))
    pieces: list[str] = []
    position = 0
    kept: list[bool] = []
    closing: list[str] = []
    for index, token in enumerate(items):
        pieces.append(source[position : token.start])
        position = token.start + len(token.text)
        text = token.text
        if text in ("(", "[", "{", "[?"):
            is_size = text == "(" and _is_size_call(items, index)
            kept.append(_keeps_whole_numbers(items, index) or bool(kept and kept[-1]))
            closing.append("))" if is_size else ")" if text == "(" else "")
        elif text in (")", "]", "}") and kept:
            kept.pop()
            text = closing.pop() or text
        elif token.kind == "number" and text.isdigit() and not (kept and kept[-1]):
            text = f"{text}.0"
        elif text == "size" and index + 1 < len(items) and _is_size_call(items, index + 1):
            text = "double(size"
        pieces.append(text)
    pieces.append(source[position:])
    return "".join(pieces)


def _is_size_call(items: list[Token], opening: int) -> bool:
    """Tell whether the bracket belongs to `size(…)`, the function and not the method."""
    if opening == 0 or items[opening - 1].text != "size":
        return False
    return opening == 1 or items[opening - 2].text not in (".", ".?")


def _keeps_whole_numbers(items: list[Token], opening: int) -> bool:
    """Tell whether the bracket holds an index, or arguments of a function of whole numbers."""
    before = items[opening - 1] if opening else None
    if before is None:
        return False
    if items[opening].text != "(":
        return items[opening].text != "{" and (before.kind != "mark" or before.text in ")]}")
    if before.kind != "name":
        return False
    is_math = opening >= 3 and items[opening - 3].text == "math"
    return before.text not in TAKES_DECIMALS and not is_math and before.text != "size"
