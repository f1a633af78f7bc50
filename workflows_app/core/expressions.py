"""Values with `${ … }`: checked against the names that exist, then evaluated.

A text that is exactly one `${ … }` becomes the expression's result with its type. In any other text
each expression is replaced by the text form of its result (`expression_values.to_text`). Lists and
objects are gone through; the names of an object's fields are never expressions. `$${` stands for a
literal `${`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from workflows_app.core import expression_cel as runtime
from workflows_app.core.expression_cost import Spending
from workflows_app.core.expression_errors import ExpressionError
from workflows_app.core.expression_source import (
    CACHE_SIZE,
    MAX_SOURCE_LENGTH,
    Fragment,
    Unclosed,
    chains,
    line_and_column,
    node_ids,
    split_template,
)
from workflows_app.core.expression_values import (
    MAX_DEPTH,
    MAX_INPUT_SIZE,
    MAX_RESULT_SIZE,
    Meter,
    size_of,
    to_text,
)
from workflows_app.core.problems import did_you_mean

__all__ = [
    "MAX_DEPTH",
    "MAX_INPUT_SIZE",
    "MAX_RESULT_SIZE",
    "MAX_SOURCE_LENGTH",
    "ExpressionError",
    "Names",
    "Template",
    "compile_value",
    "errors_of",
    "evaluate",
    "has_expression",
    "names_in",
    "references",
    "references_of_config",
    "resolve_config",
    "single_expression",
    "static_type",
]

RUN_FIELDS = frozenset({"id", "workflow", "business_key", "started_at"})
EVENT_FIELDS = frozenset({"name", "data"})
MACHINE_ROOTS = frozenset({"data", "event", "states"})


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression may name at some place in a document."""

    nodes: frozenset[str] = frozenset()
    vars: frozenset[str] | None = None
    """Names of the document's constants; None when they are not known."""
    has_error: bool = False
    """True right behind an error or timeout edge."""
    data: frozenset[str] | None = None
    """Variables of a machine; None where there is none, and no event or states to name either."""
    extra: tuple[str, ...] = ()
    """Names that exist only here, of `expression_cel.EXTRA_ROOTS`: `item` in a map."""

    def listed(self) -> tuple[str, ...]:
        """Return all names, as they are written."""
        names = ["input", *sorted(f"nodes.{node}" for node in self.nodes)]
        names += sorted(f"vars.{name}" for name in self.vars) if self.vars is not None else ["vars"]
        names += sorted(f"run.{name}" for name in RUN_FIELDS)
        if self.data is not None:
            names += [*sorted(f"data.{name}" for name in self.data), "event", "states"]
        names += ["error"] if self.has_error else []
        return (*names, *self.extra)


@dataclass(frozen=True, slots=True)
class Template:
    """A value whose expressions are known to be correct."""

    value: object
    references: frozenset[str] = field(default=frozenset())

    def evaluate(self, scope: Mapping[str, Any]) -> object:
        """Return the JSON value; see `evaluate`."""
        return evaluate(self.value, scope)


def compile_value(value: object, names: Names) -> Template:
    """Check all expressions in a value.

    Raises:
        ExpressionError: The first that cannot be read, is too long or names what does not exist.
    """
    for _, error in errors_of(value, names):
        raise error
    return Template(value, references(value))


def errors_of(value: object, names: Names) -> Iterator[tuple[str, ExpressionError]]:
    """Yield each wrong expression with the path of its text, such as `headers.Accept`."""
    for path, text in _texts(value):
        for piece in _pieces(text):
            try:
                if isinstance(piece, Unclosed):
                    raise _unclosed_error(text, piece)
                if isinstance(piece, Fragment):
                    _check_names(piece.source, names)
                    runtime.compile_source(piece.source, names.extra)
            except ExpressionError as error:
                yield path, _placed(error, text, piece, names, path)


def evaluate(value: object, scope: Mapping[str, Any]) -> object:
    """Return a JSON value in which every expression is replaced by its result.

    `scope` holds `input`, `nodes` (outputs by node id), `vars`, `run` and `error`; in a machine
    also `data`, `event` and `states`, and where they exist the extra names. A node that is not in
    `nodes` counts as skipped: its output is null.

    Raises:
        ExpressionError: An expression cannot be read or has no result; `field` is its path.
    """
    return _evaluate(value, scope, "", 0, Spending())


def resolve_config(
    config: Mapping[str, Any],
    scope: Mapping[str, Any],
    literal_fields: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return a node's config with its expressions evaluated; literal fields are taken as they are.

    Raises:
        ExpressionError: See `evaluate`.
    """
    spending = Spending()
    return {
        name: value if name in literal_fields else _evaluate(value, scope, name, 0, spending)
        for name, value in config.items()
    }


def references(value: object) -> frozenset[str]:
    """Return the ids of the nodes that the expressions in a value name."""
    found: set[str] = set()
    for _, text in _texts(value):
        for piece in _pieces(text):
            if isinstance(piece, Fragment):
                found |= node_ids(piece.source)
    return frozenset(found)


def names_in(value: object, roots: frozenset[str]) -> frozenset[str]:
    """Return where the expressions in a value use these variables: `event`, `data.<name>`."""
    found: set[str] = set()
    for _, text in _texts(value):
        for piece in _pieces(text):
            if isinstance(piece, Fragment):
                used = (chain for chain in chains(piece.source) if chain.root in roots)
                found |= {".".join(chain.parts[:2]) for chain in used}
    return frozenset(found)


def references_of_config(
    config: Mapping[str, Any], literal_fields: frozenset[str]
) -> frozenset[str]:
    """Return the ids of the nodes that a node's config names."""
    return references({name: value for name, value in config.items() if name not in literal_fields})


def has_expression(value: object) -> bool:
    """Tell whether a value is a text with at least one `${ … }`."""
    return isinstance(value, str) and any(not isinstance(piece, str) for piece in _pieces(value))


def single_expression(value: object) -> str | None:
    """Return the source when the value is exactly one `${ … }`."""
    if not isinstance(value, str):
        return None
    pieces = _pieces(value)
    if len(pieces) == 1 and isinstance(pieces[0], Fragment):
        return pieces[0].source
    return None


def static_type(source: str, extra: tuple[str, ...] = ()) -> str:
    """Return CEL's name for the type of a correct expression, `DYN` when only the values tell.

    Raises:
        ExpressionError: It cannot be read.
    """
    return runtime.compile_source(source, extra).return_type


def _evaluate(
    value: object, scope: Mapping[str, Any], path: str, depth: int, spending: Spending
) -> object:
    if isinstance(value, str):
        return _evaluate_text(value, scope, path, spending) if "${" in value else value
    if not isinstance(value, Mapping | list | tuple):
        return value
    if depth > MAX_DEPTH:
        raise ExpressionError(f"Values are nested more than {MAX_DEPTH} deep.", kind="limit")
    if isinstance(value, Mapping):
        return {
            key: _evaluate(item, scope, _join(path, key), depth + 1, spending)
            for key, item in value.items()
        }
    return [
        _evaluate(item, scope, _join(path, index), depth + 1, spending)
        for index, item in enumerate(value)
    ]


def _evaluate_text(text: str, scope: Mapping[str, Any], path: str, spending: Spending) -> object:
    pieces = _pieces(text)
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        return _evaluate_piece(pieces[0], text, scope, path, spending)
    meter = Meter(MAX_RESULT_SIZE, "The text is")
    parts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
            meter.count(len(piece))
            continue
        value = _evaluate_piece(piece, text, scope, path, spending)
        try:
            parts.append(to_text(value))
            meter.count(len(parts[-1]))
        except ExpressionError as error:
            raise _placed(error, text, piece, None, path) from None
    return "".join(parts)


def _evaluate_piece(
    piece: Fragment | Unclosed, text: str, scope: Mapping[str, Any], path: str, spending: Spending
) -> object:
    try:
        if isinstance(piece, Unclosed):
            raise _unclosed_error(text, piece)
        compiled = runtime.compile_source(piece.source, runtime.extra_roots_of(scope))
        result = runtime.run(compiled, scope, spending)
        spending.add(returned=size_of(result))
    except ExpressionError as error:
        raise _placed(error, text, piece, None, path) from None
    return result


@lru_cache(maxsize=CACHE_SIZE)
def _pieces(text: str) -> tuple[str | Fragment | Unclosed, ...]:
    return tuple(split_template(text)) if "${" in text else (text,)


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Yield every text that may hold expressions with its path, in the order of the value."""
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str):
            if "${" in item:
                yield path, item
        elif isinstance(item, Mapping):
            waiting += [(_join(path, key), inner) for key, inner in reversed(list(item.items()))]
        elif isinstance(item, list | tuple):
            waiting += [(_join(path, index), item[index]) for index in reversed(range(len(item)))]


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _check_names(source: str, names: Names) -> None:
    for chain in chains(source):
        root, field_name = chain.root, chain.parts[1] if len(chain.parts) > 1 else None
        if root == "nodes":
            if field_name is None:
                raise ExpressionError(
                    "Name one step, as in nodes.check.", kind="unknown_name", offset=chain.start
                )
            if field_name not in names.nodes:
                near = did_you_mean(field_name, names.nodes)
                raise ExpressionError(
                    f"There is no step “{field_name}” to read from.",
                    kind="unknown_name",
                    offset=chain.start,
                    hint=f"Did you mean nodes.{near}?" if near else "",
                )
        elif root == "vars" and names.vars is not None and field_name is not None:
            _check_field(chain.start, root, field_name, names.vars)
        elif root == "run" and field_name is not None:
            _check_field(chain.start, root, field_name, RUN_FIELDS)
        elif root in MACHINE_ROOTS and names.data is None:
            raise ExpressionError(
                f"The name “{root}” exists only in state machines.",
                kind="unknown_name",
                offset=chain.start,
            )
        elif root == "data":
            if field_name is None or names.data is None:
                raise ExpressionError(
                    "Name one variable, as in data.total.", kind="unknown_name", offset=chain.start
                )
            _check_field(chain.start, root, field_name, names.data)
        elif root == "event" and field_name is not None:
            _check_field(chain.start, root, field_name, EVENT_FIELDS)
        elif root == "error" and not names.has_error:
            raise ExpressionError(
                "The name “error” exists only right behind an error or timeout connection.",
                kind="unknown_name",
                offset=chain.start,
            )


def _check_field(offset: int, root: str, name: str, known: frozenset[str]) -> None:
    if name not in known:
        near = did_you_mean(name, known)
        raise ExpressionError(
            f"There is no {root}.{name}.",
            kind="unknown_name",
            offset=offset,
            hint=f"Did you mean {root}.{near}?" if near else "",
        )


def _unclosed_error(text: str, piece: Unclosed) -> ExpressionError:
    source = text[piece.start + 2 : piece.start + 2 + MAX_SOURCE_LENGTH]
    if len(text) - piece.start - 2 > MAX_SOURCE_LENGTH:
        return ExpressionError(
            f"A ${{ is not closed, or holds more than {MAX_SOURCE_LENGTH:,} characters.",
            kind="limit",
            expression=source,
            hint="Close it with }, or split it over several transform steps.",
        )
    return ExpressionError(
        "A ${ is not closed.",
        kind="syntax",
        expression=source,
        hint="Close it with }, or write $${ for a plain ${.",
    )


def _placed(
    error: ExpressionError,
    text: str,
    piece: str | Fragment | Unclosed,
    names: Names | None,
    path: str,
) -> ExpressionError:
    """Return the error with its place in the text and the names that exist there."""
    start = piece.start if isinstance(piece, Fragment | Unclosed) else 0
    line, column = line_and_column(text, start + (error.offset or 0))
    known: tuple[str, ...] = ()
    hint = error.hint
    if names is not None and error.kind == "unknown_name":
        known = names.listed()
        hint = hint or _names_hint(error, known)
    placed = ExpressionError(
        error.message,
        kind=error.kind,
        expression=piece.source.strip() if isinstance(piece, Fragment) else error.expression,
        offset=error.offset,
        line=line,
        column=column,
        names=known,
        hint=hint,
    )
    placed.field = path or None
    return placed


def _names_hint(error: ExpressionError, known: tuple[str, ...]) -> str:
    quoted = error.message.partition("“")[2].partition("”")[0]
    near = (
        did_you_mean(quoted, [*known, "vars", "run", "true", "false", "null"]) if quoted else None
    )
    if near:
        return f"Did you mean {near}?"
    return f"Known names: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}."
