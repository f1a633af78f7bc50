"""The CEL runtime behind expressions: one environment, compiled sources, evaluation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_optional, ext_strings

from workflows_app.core.expression_cost import (
    MAX_DOUBLINGS,
    Spending,
    check_cost,
    doublings,
    shape_of,
)
from workflows_app.core.expression_decimals import decimal_source
from workflows_app.core.expression_errors import (
    MIXED_NUMBERS_HINT,
    ExpressionError,
    overload_message,
    split_types,
    type_word,
)
from workflows_app.core.expression_source import (
    CACHE_SIZE,
    MAX_SOURCE_LENGTH,
    Chain,
    chains,
    tokens,
)
from workflows_app.core.expression_values import (
    MAX_INPUT_SIZE,
    MAX_RESULT_SIZE,
    Meter,
    from_cel,
    to_cel,
)

ROOTS = ("input", "nodes", "vars", "run", "error", "data", "event", "states")
"""The variables. Which nodes exist is checked by name before CEL sees the source, so that one
environment serves all documents and a source is compiled once in a process."""

EXTRA_ROOTS = ("item", "items", "index", "output", "accumulator")
"""Variables that exist only at some places. They are undeclared everywhere else, where people may
use the same words in `list.map(item, …)`."""

UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
OVERLOAD = re.compile(r"no matching overload for '([^']*)' applied to '\((.*?)\)'")
RUNTIME_OVERLOAD = re.compile(r"No matching overloads found : (\S+?)\((.*)\)")
LOCATED = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One expression, ready to run."""

    source: str
    expression: Any
    return_type: str
    """CEL's name of the static type; `DYN` when only the values tell."""
    chains: tuple[Chain, ...]
    path: tuple[str, ...] | None
    """Set when the expression is nothing but a variable with fields: then CEL is not asked, and any
    JSON value passes unchanged."""
    extra: tuple[str, ...] = ()
    """The variables beyond `ROOTS` that it may read."""
    is_decimal: bool = False
    """True: its whole numbers are written as decimals, and so must be what it reads."""


def extra_roots_of(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the extra variables that a scope holds."""
    return tuple(name for name in EXTRA_ROOTS if name in scope)


@lru_cache(maxsize=16)
def _environment(extra: tuple[str, ...]) -> Any:
    return cel.NewEnv(
        variables=dict.fromkeys((*ROOTS, *extra), cel.Type.DYN),
        extensions=[ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional()],
    )


@lru_cache(maxsize=CACHE_SIZE)
def compile_source(source: str, extra: tuple[str, ...] = ()) -> Compiled:
    """Compile what stands between `${` and `}`. Says nothing of whether the nodes exist.

    `extra` names the variables beyond `ROOTS` that exist here.

    Raises:
        ExpressionError: It is empty, too long, or no correct expression.
    """
    if not source.strip():
        raise ExpressionError(
            "The expression is empty.", kind="syntax", hint="Write a name such as input."
        )
    if len(source) > MAX_SOURCE_LENGTH:
        raise ExpressionError(
            f"The expression is longer than {MAX_SOURCE_LENGTH:,} characters.",
            kind="limit",
            hint="Split it over several transform steps.",
        )
    if doublings(source) > MAX_DOUBLINGS:
        raise ExpressionError(
            f"optMap and optFlatMap stand here more than {MAX_DOUBLINGS} times.",
            kind="limit",
            hint="Split the expression over several transform steps.",
        )
    for token in tokens(source) if "format" in source else ():
        if token.text == "format" and source[token.start - 1 : token.start] == ".":
            raise ExpressionError(
                "There is no function format().",
                kind="unknown_name",
                offset=token.start,
                hint="Join texts with “+”, or use several ${ … } in one text.",
            )
    try:
        expression = _compiled(source, extra)
    except ExpressionError as error:
        decimal = decimal_form(source, extra) if error.are_numbers_mixed else None
        if decimal is None:
            raise
        return decimal
    return _with_chains(source, expression, extra, is_decimal=False)


@lru_cache(maxsize=CACHE_SIZE)
def decimal_form(source: str, extra: tuple[str, ...]) -> Compiled | None:
    """The expression calculating with decimals; None where that is no way out."""
    try:
        expression = _compiled(decimal_source(source), extra)
    except ExpressionError:
        return None
    return _with_chains(source, expression, extra, is_decimal=True)


def _compiled(source: str, extra: tuple[str, ...]) -> Any:
    try:
        return _environment(extra).compile(source)
    except (RuntimeError, ValueError, TypeError) as error:
        _raise_compile_error(source, str(error))


def _with_chains(
    source: str, expression: Any, extra: tuple[str, ...], *, is_decimal: bool
) -> Compiled:
    roots = (*ROOTS, *extra)
    found = tuple(chain for chain in chains(source) if chain.root in roots)
    try:
        return_type = str(expression.return_type().name())
    except RuntimeError as error:
        # Maps with keys that have no place in JSON compile, and yet their type cannot be told.
        raise ExpressionError(
            "The result is a map whose keys are no texts.",
            kind="type",
            hint="Put the keys in quotes.",
        ) from error
    is_path = len(found) == 1 and "".join(source.split()) == ".".join(found[0].parts)
    return Compiled(
        source=source,
        expression=expression,
        return_type=return_type,
        chains=found,
        path=found[0].parts if is_path else None,
        extra=extra,
        is_decimal=is_decimal,
    )


def run(compiled: Compiled, scope: Mapping[str, Any], spending: Spending) -> object:
    """Evaluate to a JSON value.

    `scope` holds the variables; what is absent counts as null, and so does the output of a node
    that `scope["nodes"]` does not hold. What it takes is added to `spending`.

    Raises:
        ExpressionError: There is no result, or it is no JSON, or a limit is exceeded.
    """
    if compiled.path is not None:
        return _follow(compiled.path, scope)
    try:
        return _evaluated(compiled, scope, spending)
    except ExpressionError as error:
        decimal = decimal_form(compiled.source, compiled.extra) if error.are_numbers_mixed else None
        if decimal is None or compiled.is_decimal:
            raise
        return _evaluated(decimal, scope, spending)


def _evaluated(compiled: Compiled, scope: Mapping[str, Any], spending: Spending) -> object:
    try:
        data = _data_for(compiled, scope, spending)
        result = compiled.expression.eval(data=data)
        is_error = result.type().name() == "ERROR"
        plain = result.plain_value()
    except ExpressionError:
        raise
    except (RuntimeError, TypeError, ValueError, OverflowError, SystemError) as error:
        _raise_evaluation_error(compiled, str(error), scope)
    if is_error:
        _raise_evaluation_error(compiled, str(plain), scope)
    return from_cel(plain, Meter(MAX_RESULT_SIZE, "The result is"))


def variable(scope: Mapping[str, Any], path: tuple[str, ...]) -> tuple[object, int]:
    """Return the first value on the path, and how many parts named it (two for `nodes.<id>`)."""
    if path[0] == "nodes" and len(path) > 1:
        nodes = scope.get("nodes")
        return (nodes.get(path[1]) if isinstance(nodes, Mapping) else None), 2
    return scope.get(path[0]), 1


def _follow(path: tuple[str, ...], scope: Mapping[str, Any]) -> object:
    value, depth = variable(scope, path)
    for index in range(depth, len(path)):
        if not isinstance(value, Mapping) or path[index] not in value:
            raise _missing(path, index, value)
        value = value[path[index]]
    return value


def _missing(
    path: tuple[str, ...], index: int, value: object, offset: int | None = None
) -> ExpressionError:
    owner, field = ".".join(path[:index]), path[index]
    if isinstance(value, Mapping):
        known = [str(key) for key in list(value)[:20]]
        there = f"It has: {', '.join(known)}." if known else "It is empty."
        return ExpressionError(
            f"{owner} has no field “{field}”.",
            kind="value",
            offset=offset,
            hint=f"{there} Ask with has({'.'.join(path[: index + 1])}) where it may be missing.",
        )
    if value is None:
        return ExpressionError(
            f"{owner} is null, so it has no field “{field}”.",
            kind="value",
            offset=offset,
            hint="A step that was skipped has no output. Ask with “!= null” first.",
        )
    return ExpressionError(
        f"{owner} is {_kind_of(value)}, so it has no field “{field}”.", kind="value", offset=offset
    )


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return type_word("bool")
    names = {str: "string", int: "int", float: "double", list: "list", tuple: "list"}
    return type_word(names.get(type(value), type(value).__name__))


def _data_for(
    compiled: Compiled, scope: Mapping[str, Any], spending: Spending
) -> dict[str, object]:
    """Convert the named parts of the scope only, and check what they may lead to."""
    converted: dict[tuple[str, ...], tuple[object, int]] = {}
    data: dict[str, object] = {"input": {}, "nodes": {}, "vars": {}, "run": {}, "error": None}
    data.update(dict.fromkeys(compiled.extra))
    total = Meter(
        MAX_INPUT_SIZE,
        "The values that the expression reads are",
        makes_decimals=compiled.is_decimal,
    )
    absent = object()
    shape = shape_of(compiled.source)
    read = read_in_bodies = 0
    for chain in sorted(compiled.chains, key=lambda chain: len(chain.parts)):
        path = chain.parts
        covering = next((path[:n] for n in range(1, len(path) + 1) if path[:n] in converted), None)
        if covering is None:
            path, value = _existing(path, scope, absent)
            covering = next(
                (path[:n] for n in range(1, len(path) + 1) if path[:n] in converted), path
            )
            if covering not in converted:
                before = total.size
                result = {} if value is absent else to_cel(value, total)
                converted[path] = (result, total.size - before)
                _put(data, path, result)
        size = converted[covering][1]
        read += size
        read_in_bodies += size if shape.is_in_body(chain.start) else 0
    cost = check_cost(
        shape,
        read=read,
        read_in_bodies=read_in_bodies,
        longest_list=total.longest_list,
        longest_text=total.longest_text,
    )
    spending.add(**cost)
    return data


def _existing(
    path: tuple[str, ...], scope: Mapping[str, Any], absent: object
) -> tuple[tuple[str, ...], object]:
    """Return the longest part of the path that can be followed, and its value.

    When an object lacks the next field, the value is `absent`: an empty object stands for it, so
    that CEL finds the field missing without our converting its neighbours.
    """
    value, depth = variable(scope, path)
    for index in range(depth, len(path)):
        if not isinstance(value, Mapping):
            return path[:index], value
        if path[index] not in value:
            return path[:index], absent
        value = value[path[index]]
    return path, value


def _put(data: dict[str, object], path: tuple[str, ...], value: object) -> None:
    place = data
    for part in path[:-1]:
        inner = place.get(part)
        if not isinstance(inner, dict):
            inner = {}
            place[part] = inner
        place = inner
    place[path[-1]] = value


def _raise_compile_error(source: str, text: str) -> NoReturn:
    located = LOCATED.search(text)
    if located is None or int(located[1]) < 1:
        if "recursion" in text:
            raise ExpressionError(
                "The expression is nested too deeply or has too many parts.",
                kind="limit",
                hint="Split it over several transform steps.",
            ) from None
        raise ExpressionError("The expression cannot be read.", kind="syntax") from None
    lines = source.split("\n")
    line = min(int(located[1]), len(lines))
    offset = min(
        sum(len(part) + 1 for part in lines[: line - 1]) + int(located[2]) - 1, len(source)
    )
    message = located[3]
    if match := UNDECLARED.search(message):
        _raise_undeclared(source, match[1], offset)
    if match := OVERLOAD.search(message):
        words, hint = overload_message(match[1], split_types(match[2]))
        raise ExpressionError(words, kind="type", offset=offset, hint=hint) from None
    if message.startswith("Syntax error"):
        _raise_syntax_error(message, offset)
    if "operand of a select" in message:
        raise ExpressionError("This value has no fields.", kind="type", offset=offset) from None
    raise ExpressionError(
        message[:1].upper() + message[1:300], kind="type", offset=offset
    ) from None


def _raise_syntax_error(message: str, offset: int) -> NoReturn:
    hint = "Check brackets, quotes and operators."
    if "<EOF>" in message:
        words, hint = "The expression ends too early.", "Something is missing at the end."
    elif "token recognition error" in message:
        words, hint = (
            "A text is not closed, or a character has no meaning here.",
            "Check the quotes.",
        )
    elif match := re.search(r"'([^']{1,40})'", message):
        words = f"“{match[1]}” cannot stand here."
    else:
        words = "The expression cannot be read."
    raise ExpressionError(words, kind="syntax", offset=offset, hint=hint) from None


def _raise_undeclared(source: str, name: str, offset: int) -> NoReturn:
    if source[offset : offset + 1] == "(":
        raise ExpressionError(
            f"There is no function {name}().",
            kind="unknown_name",
            offset=max(0, offset - len(name)),
        ) from None
    root = name.split(".")[0]
    start = next((chain.start for chain in chains(source) if chain.root == root), offset)
    raise ExpressionError(
        f"There is no name “{root}”.", kind="unknown_name", offset=start
    ) from None


def _raise_evaluation_error(compiled: Compiled, text: str, scope: Mapping[str, Any]) -> NoReturn:
    text = text.partition(": ")[2] if re.match(r"[A-Z_]+: ", text) else text
    if "Iteration budget" in text:
        raise ExpressionError(
            "The expression goes through too many entries.",
            kind="limit",
            hint="Do this work in a task.",
        ) from None
    if match := RUNTIME_OVERLOAD.search(text):
        words, hint = overload_message(match[1], split_types(match[2]))
        raise ExpressionError(words, kind="value", hint=hint) from None
    if "Key not found" in text or "field" in text.lower():
        absent = object()
        for chain in compiled.chains:
            path, value = _existing(chain.parts, scope, absent)
            if len(path) < len(chain.parts):
                owner = _follow(path, scope)
                raise _missing(chain.parts, len(path), owner, chain.start) from None
    if match := re.search(r"Key not found in map : (.*)", text):
        raise ExpressionError(f"There is no field {match[1]}.", kind="value") from None
    if match := re.search(r"index=(-?\d+) size=(\d+)", text):
        raise ExpressionError(
            f"There is no entry {match[1]}: the list has {match[2]}.",
            kind="value",
            hint="Entries are counted from 0.",
        ) from None
    if "by zero" in text:
        raise ExpressionError("A number is divided by zero.", kind="value") from None
    if "overflow" in text or "out of range" in text:
        raise ExpressionError(
            "A number is too large to calculate with.",
            kind="value",
            hint="Whole numbers have 64 bits.",
        ) from None
    if "Unable to convert" in text or "exception set" in text:
        raise ExpressionError(
            "The result is an optional value.", kind="value", hint="End with .orValue(…)."
        ) from None
    hint = MIXED_NUMBERS_HINT if "double" in text and "int" in text else ""
    raise ExpressionError(
        f"The expression has no result: {text[:300]}.", kind="value", hint=hint
    ) from None
