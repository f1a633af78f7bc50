"""An upper bound for what an expression can build, so that a short one cannot fill the memory.

CEL bounds its iterations but not its memory: `[x].map(a, a + a).map(a, a + a)…` doubles a text with
each step, and `replace` multiplies. The bound is taken from the expression's shape when it is
compiled, and from the sizes of the values that it reads when it is evaluated. It is generous to
what people write and far too small for what grows by powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt

from workflows_app.core.expression_errors import ExpressionError
from workflows_app.core.expression_source import CACHE_SIZE, Token, tokens

MAX_BUILT = 20_000_000
"""Characters and values that an evaluation may build."""

MAX_ITERATIONS = 10_000
"""The budget of the CEL runtime."""

MAX_COPIED_ENTRIES = 8_000_000
"""`map` and `filter` copy their result for each entry, so n entries cost n² in time and memory.

This allows one of them 2,828 entries (0.2 s and 60 MB), two of them 2,000 each.
"""

COPYING_MACROS = frozenset({"map", "filter"})
DOUBLING_MACROS = ("optMap", "optFlatMap")
"""CEL writes what stands before one of these twice, so that a chain of them grows by powers of two
before anything is evaluated."""
MAX_DOUBLINGS = 8
MACROS = COPYING_MACROS | {"all", "exists", "exists_one", *DOUBLING_MACROS}

MAX_TOGETHER = {
    "read": 50_000_000,
    "built": 1_000_000_000,
    "copied": 100_000_000,
    "returned": 1_000_000,
}
"""What all expressions of one value may read, build, copy and return: a few seconds in all, and no
more than can be stored."""


class Spending:
    """Adds up what the expressions of one value take, since a value may hold thousands of them."""

    def __init__(self) -> None:
        self._left = dict(MAX_TOGETHER)

    def add(self, **sizes: int) -> None:
        """Note what an expression took.

        Raises:
            ExpressionError: All together take too much.
        """
        for name, size in sizes.items():
            self._left[name] -= size
            if self._left[name] < 0:
                raise ExpressionError(
                    "All expressions here together take too much.",
                    kind="limit",
                    hint="Name only the fields that you need, or do this work in a task.",
                )


@dataclass(frozen=True, slots=True)
class Shape:
    """How an expression multiplies what it reads."""

    growth: int = 1
    """Factor by repeated use of a macro's variable and by literal replacements."""
    depth: int = 0
    """Macros within each other that loop over lists independent of each other."""
    copies: int = 0
    """Uses of `map` and `filter`."""
    joined_lists: int = 1
    """Lists that may be added to each other before they are looped over."""
    widens: int = 0
    """Replacements and separators that are not literals: each multiplies by the longest text."""
    length: int = 0
    literal_items: int = 1
    splits_text: bool = False
    bodies: tuple[tuple[int, int], ...] = ()
    """Where the bodies of macros stand in the source."""

    def is_in_body(self, offset: int) -> bool:
        """Tell whether the position is evaluated once for each entry of a list."""
        return any(start <= offset < end for start, end in self.bodies)


@dataclass(slots=True)
class _Macro:
    name: str
    variable: str
    range_root: str
    opening: int
    closing: int
    parent: _Macro | None = None
    depth: int = 1


def doublings(source: str) -> int:
    """Return how often CEL may double a part of the expression, at most."""
    return sum(source.count(name) for name in DOUBLING_MACROS)


@lru_cache(maxsize=CACHE_SIZE)
def shape_of(source: str) -> Shape:
    """Return the shape of an expression that CEL accepts."""
    items = list(tokens(source))
    closings = _closings(items)
    macros = [macro for index in range(len(items)) if (macro := _macro_at(items, index, closings))]
    doubled = 2 ** doublings(source)
    growth = others = 1
    for macro in macros:
        macro.parent = _innermost(macros, macro)
        uses = max(1, _uses(items, macro.variable, macro))
        if macro.name == "map" or macro.name in DOUBLING_MACROS:
            growth *= uses
        else:
            others = max(others, uses)
        macro.depth = _depth(items, macro)
    widens = 0
    for index, item in enumerate(items):
        if (
            item.text in ("replace", "join")
            and index + 1 in closings
            and items[index + 1].text == "("
        ):
            factor = _literal_factor(items[index + 1 : closings[index + 1]])
            growth *= factor or 1
            widens += factor is None
    return Shape(
        growth=growth * others * doubled,
        depth=max((macro.depth for macro in macros), default=0),
        copies=doubled * sum(macro.name in COPYING_MACROS for macro in macros),
        joined_lists=1
        + sum(
            item.text == "+" and not _is_inside(index, macros) for index, item in enumerate(items)
        ),
        widens=widens,
        length=len(source),
        literal_items=sum(item.text == "," for item in items) + 1,
        splits_text=any(item.text == "split" for item in items),
        bodies=tuple((items[m.opening].start, items[m.closing].start) for m in macros),
    )


def check_cost(
    shape: Shape, *, read: int, read_in_bodies: int, longest_list: int, longest_text: int
) -> dict[str, int]:
    """Refuse an evaluation that could build too much. Sizes are characters and values.

    Returns:
        What it takes at most, for `Spending`.

    Raises:
        ExpressionError: The values are too large for this expression.
    """
    longest_loop = max(longest_list, shape.literal_items, longest_text if shape.splits_text else 0)
    loop = longest_loop * shape.joined_lists
    if shape.copies * loop**2 > MAX_COPIED_ENTRIES:
        allowed = isqrt(MAX_COPIED_ENTRIES // shape.copies) // shape.joined_lists
        raise ExpressionError(
            f"map and filter may go through {allowed:,} entries here, and there may be "
            f"{longest_loop:,}.",
            kind="limit",
            hint="Do this work in a task.",
        )
    built = shape.growth * max(1, longest_text, shape.length) ** shape.widens
    outer = min(loop ** max(0, shape.depth - 1), MAX_ITERATIONS)
    inner = min(loop**shape.depth, MAX_ITERATIONS) if shape.depth else 1
    built *= (read + shape.length) * outer + inner * (read_in_bodies + shape.length)
    if built > MAX_BUILT:
        raise ExpressionError(
            "The expression could build a value that is too large.",
            kind="limit",
            hint="Use smaller values or fewer repetitions, or do this work in a task.",
        )
    return {"read": read, "built": built, "copied": shape.copies * loop**2}


def _closings(items: Sequence[Token]) -> dict[int, int]:
    """Map each opening round bracket to its closing one."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for index, item in enumerate(items):
        if item.text == "(":
            stack.append(index)
        elif item.text == ")" and stack:
            found[stack.pop()] = index
    return found


def _macro_at(items: Sequence[Token], index: int, closings: dict[int, int]) -> _Macro | None:
    is_macro = (
        items[index].text in MACROS
        and index > 0
        and items[index - 1].text == "."
        and index + 3 in range(len(items))
        and items[index + 1].text == "("
        and index + 1 in closings
        and items[index + 2].kind == "name"
        and items[index + 3].text == ","
    )
    if not is_macro:
        return None
    start = index - 2
    while start >= 2 and items[start].kind == "name" and items[start - 1].text == ".":
        start -= 2
    root = items[start]
    return _Macro(
        name=items[index].text,
        variable=items[index + 2].text,
        range_root=root.text if root.kind == "name" else "",
        opening=index + 3,
        closing=closings[index + 1],
    )


def _innermost(macros: Sequence[_Macro], inner: _Macro) -> _Macro | None:
    around = [m for m in macros if m is not inner and m.opening < inner.opening < m.closing]
    return max(around, key=lambda macro: macro.opening, default=None)


def _is_inside(index: int, macros: Sequence[_Macro]) -> bool:
    return any(macro.opening < index < macro.closing for macro in macros)


def _uses(items: Sequence[Token], variable: str, macro: _Macro) -> int:
    return sum(
        items[index].kind == "name"
        and items[index].text == variable
        and items[index - 1].text not in (".", ".?")
        for index in range(macro.opening, macro.closing)
    )


def _depth(items: Sequence[Token], macro: _Macro) -> int:
    parent = macro.parent
    if macro.name in DOUBLING_MACROS:
        return parent.depth if parent else 0
    if parent is None:
        return 1
    loops_over_part = macro.range_root == parent.variable
    if loops_over_part and _uses(items, parent.variable, macro) == 0:
        return parent.depth
    return parent.depth + 1


def _literal_factor(arguments: Sequence[Token]) -> int | None:
    """Return by how much `replace` or `join` can multiply; None when a value decides."""
    texts = [item for item in arguments if item.kind == "string"]
    last = arguments[-1] if arguments else None
    if len(arguments) == 1:
        return 1
    if last is None or last.kind != "string":
        return None
    replaced = texts[0].text if len(texts) > 1 else ""
    return max(1, len(last.text) - 2 + (len(replaced) <= 2))
