"""From any JSON to a document, or to problems that name the field and the fix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from workflows_app.core.document import (
    BaseDocument,
    ConditionalStep,
    DocumentModel,
    Edge,
    GraphDocument,
    Join,
    Layout,
    Memo,
    Node,
    ParallelStep,
    PipelineDocument,
    Position,
    Retry,
    Settings,
    TaskStep,
)
from workflows_app.core.document_bulk import (
    BulkDocument,
    CircuitBreaker,
    FailureThreshold,
    MapResult,
    Processor,
)
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.document_saga import (
    CompensationSaga,
    SagaAction,
    SagaParallel,
    SagaStep,
    TccParticipant,
    TccSaga,
)
from workflows_app.core.kinds import ADAPTERS, AnyDocument
from workflows_app.core.problems import InvalidDocument, Problem

MAX_DOCUMENT_BYTES = 5_000_000
"""Size of a document as JSON text."""

MAX_DOCUMENT_DEPTH = 60
"""Lists and objects within each other."""

MAX_PROBLEMS = 200
"""More are of no use to anybody."""

KINDS = tuple(ADAPTERS)

ROOTS: Mapping[str, type[DocumentModel]] = {
    "graph": GraphDocument,
    "pipeline": PipelineDocument,
    "compensation": CompensationSaga,
    "tcc": TccSaga,
    "bulk": BulkDocument,
    "state_machine": StateMachineDocument,
}
"""Whole documents: by their kind, sagas by their mode."""

MODELS: Mapping[str, type[DocumentModel]] = {
    "nodes": Node,
    "edges": Edge,
    "retry": Retry,
    "join": Join,
    "memo": Memo,
    "settings": Settings,
    "layout": Layout,
    "task": TaskStep,
    "conditional": ConditionalStep,
    "parallel": ParallelStep,
    "participants": TccParticipant,
    "action": SagaAction,
    "compensation": SagaAction,
    "try_action": SagaAction,
    "confirm_action": SagaAction,
    "cancel_action": SagaAction,
    "processor": Processor,
    "failure_threshold": FailureThreshold,
    "circuit_breaker": CircuitBreaker,
    "result": MapResult,
    "states": State,
    "children": State,
    "transitions": Transition,
    "actions": Action,
    "entry": Action,
    "exit": Action,
}
"""Where an unknown field is found, by the name of what holds it."""

_STEPS: list[type[DocumentModel]] = [
    TaskStep,
    ConditionalStep,
    ParallelStep,
    SagaStep,
    SagaParallel,
]

_HOLDERS = frozenset({"nodes", "edges", "steps", "participants"})
"""Fields of a document that list what has an id."""

_TAGS = {"_kind_of_step()": "step", "_mode_of_saga()": "mode"}
"""The field that decides what something is, by the function that reads it."""

_KIND_WORDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "an object",
    "list_type": "a list",
    "tuple_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def check_size(size: int) -> None:
    """Refuse a document by the length of its JSON in bytes, before it is read.

    Raises:
        InvalidDocument: It is too large.
    """
    if size > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(
            [
                Problem(
                    code="document_too_large",
                    message=f"The document has {size / 1_000_000:.1f} MB; "
                    f"{MAX_DOCUMENT_BYTES / 1_000_000:.0f} MB are allowed.",
                    hint="Keep data out of the document: read it in a step, or pass it as input.",
                )
            ]
        )


def parse_document(data: object) -> AnyDocument:
    """Return the document that this JSON describes.

    Raises:
        InvalidDocument: It is not of a known kind, has unknown or missing fields or values of a
            wrong type, or is too large or too deep. Nothing else is raised, whatever the data.
    """
    if isinstance(data, BaseDocument):
        if isinstance(data, AnyDocument):
            return data
        data = data.model_dump(mode="json")
    if not isinstance(data, Mapping):
        raise InvalidDocument(
            [_problem("wrong_type", "A document is an object.", 'Send {"kind": …, …}.', "")]
        )
    _check_extent(data)
    kind = data.get("kind")
    if kind not in KINDS:
        raise InvalidDocument([_kind_problem("kind" in data, kind)])
    try:
        parsed: AnyDocument = ADAPTERS[kind].validate_python(data)
        return parsed
    except ValidationError as error:
        problems = [_translated(dict(item), data) for item in error.errors(include_url=False)]
        raise InvalidDocument(problems[:MAX_PROBLEMS]) from None
    except (RecursionError, ValueError, TypeError, OverflowError):
        raise InvalidDocument(
            [_problem("wrong_type", "The document cannot be read.", "Send plain JSON.", "")]
        ) from None


def _kind_problem(is_given: bool, kind: object) -> Problem:
    if not is_given:
        return _problem(
            "missing_field",
            "The document does not say its kind.",
            f"Add “kind”: {_listed(KINDS)}.",
            "kind",
        )
    near = get_close_matches(kind, KINDS, n=1) if isinstance(kind, str) and len(kind) < 50 else []
    hint = f"Did you mean “{near[0]}”?" if near else f"Use one of: {_listed(KINDS)}."
    return _problem("unknown_kind", f"There is no kind of document {_shown(kind)}.", hint, "kind")


def _check_extent(data: Mapping[Any, Any]) -> None:
    """Refuse what is too deep or too large, without recursion."""
    size = 0
    level: list[object] = [data]
    for _ in range(MAX_DOCUMENT_DEPTH + 1):
        following: list[object] = []
        for item in level:
            if isinstance(item, Mapping):
                for key in item:
                    if not isinstance(key, str):
                        raise InvalidDocument(
                            [
                                _problem(
                                    "wrong_type",
                                    "Names of fields are texts.",
                                    "Send plain JSON.",
                                    "",
                                )
                            ]
                        )
                    _check_text(key)
                    size += len(key) + 3
                following.extend(item.values())
            elif isinstance(item, list | tuple):
                following.extend(item)
            elif isinstance(item, str):
                size += len(item)
                _check_text(item)
            elif isinstance(item, float) and not math.isfinite(item):
                raise InvalidDocument(
                    [_problem("wrong_type", "A number is not finite.", "Send plain JSON.", "")]
                )
            size += 2
        check_size(size)
        if not following:
            return
        level = following
    raise InvalidDocument(
        [
            _problem(
                "document_too_deep",
                f"The document is nested more than {MAX_DOCUMENT_DEPTH} levels deep.",
                "Flatten its configs.",
                "",
            )
        ]
    )


def _check_text(text: str) -> None:
    is_broken = not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)
    if is_broken or "\x00" in text:
        raise InvalidDocument(
            [
                _problem(
                    "invalid_value",
                    "A text holds a character that cannot be stored (NUL or half of a pair).",
                    f"Remove it from the text that begins with {_shown(text.strip(chr(0))[:20])}.",
                    "",
                )
            ]
        )


def _translated(error: Mapping[str, Any], data: Mapping[str, Any]) -> Problem:
    """Return pydantic's error as a problem."""
    path = _path(error["loc"], data)
    field = ".".join(str(part) for part in path)
    node_id, edge_id, inner = _owner(path, data)
    code, message, hint = _words(error, path, field or "document", data)
    return Problem(
        code=code,
        message=message,
        hint=hint,
        node_id=node_id,
        edge_id=edge_id,
        field=".".join(part for part in (inner, _tag_of(error)) if part) or None,
    )


def _tag_of(error: Mapping[str, Any]) -> str:
    """The field of a part that would say what it is, when the error is that it does not."""
    return _TAGS.get((error.get("ctx") or {}).get("discriminator", ""), "")


def _path(loc: Sequence[int | str], data: Mapping[str, Any]) -> list[int | str]:
    """Drop the names of union members that pydantic writes into a path."""
    path: list[int | str] = []
    place: object = data
    for index, part in enumerate(loc):
        is_last = index == len(loc) - 1
        if isinstance(part, int):
            place = place[part] if isinstance(place, list | tuple) and part < len(place) else None
            path.append(part)
        elif isinstance(place, Mapping) and (part in place or is_last):
            place = place.get(part)
            path.append(part)
        elif place is None and not part.startswith(("json", "dict", "list", "str", "int", "float")):
            path.append(part)
    return path


def _owner(
    path: Sequence[int | str], data: Mapping[str, Any]
) -> tuple[str | None, str | None, str]:
    """Return the node, step or edge that holds the field, and the field's path within it."""
    found: str | None = None
    inner = path
    place: object = data
    for depth, part in enumerate(path if path and path[0] in _HOLDERS else (), start=1):
        if isinstance(place, Mapping):
            place = place.get(part)
        elif isinstance(place, list | tuple) and isinstance(part, int) and part < len(place):
            place = place[part]
        else:
            break
        own_id = place.get("id") if isinstance(place, Mapping) else None
        if isinstance(own_id, str) and own_id:
            found, inner = own_id, path[depth:]
    within = ".".join(str(part) for part in inner)
    return (None, found, within) if path[:1] == ["edges"] else (found, None, within)


def _words(
    error: Mapping[str, Any], path: Sequence[int | str], field: str, data: Mapping[str, Any]
) -> tuple[str, str, str]:
    kind, context = error["type"], error.get("ctx") or {}
    given = error.get("input")
    if kind == "extra_forbidden":
        near = get_close_matches(str(path[-1]), _known_fields(path, data), n=1)
        hint = f"Did you mean “{near[0]}”?" if near else "Remove it."
        return "unknown_field", f"There is no field “{field}”.", hint
    if kind == "missing":
        return "missing_field", f"“{field}” is missing.", "Add it."
    if kind in ("literal_error", "union_tag_invalid", "enum"):
        expected = str(context.get("expected") or context.get("expected_tags") or "")
        tag = _tag_of(error)
        place = ".".join(str(part) for part in (*path, tag) if part != "")
        shown = _shown(context.get("tag") if tag else given)
        return "invalid_value", f"“{place}” cannot be {shown}.", f"Use one of: {expected}."
    if kind == "union_tag_not_found":
        return "missing_field", f"“{field}.step” is missing.", "Add it."
    if kind in _KIND_WORDS:
        wanted = _KIND_WORDS[kind]
        return (
            "wrong_type",
            f"“{field}” must be {wanted}.",
            f"It is {_shown(given)}; give {wanted}.",
        )
    if kind == "string_pattern_mismatch" and path[-1] in ("id", "source", "target"):
        return (
            "invalid_value",
            f"“{field}” cannot be {_shown(given)}.",
            "Begin with a letter; use only letters, digits and “_”, 64 at most.",
        )
    message = str(error.get("msg", "is not valid"))
    return (
        "invalid_value",
        f"“{field}” is not valid: {message[:1].lower()}{message[1:]}.",
        "Correct it.",
    )


def _known_fields(path: Sequence[int | str], data: Mapping[str, Any]) -> list[str]:
    holder = next((str(part) for part in reversed(path[:-1]) if isinstance(part, str)), "")
    models: list[type[DocumentModel]] = [MODELS[holder]] if holder in MODELS else []
    if not models and len(path) == 1:
        models = [ROOTS[_root_of(data)]]
    if not models:
        models = [Position] if "layout" in path else _STEPS
    return [name for model in models for name in model.model_fields]


def _root_of(data: Mapping[str, Any]) -> str:
    kind = str(data["kind"])
    return kind if kind in ROOTS else str(data.get("mode", "compensation"))


def _problem(code: str, message: str, hint: str, field: str) -> Problem:
    return Problem(code=code, message=message, hint=hint, field=field or None)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"“{value[:40]}{'…' if len(value) > 40 else ''}”"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)[:40]
    return "a list" if isinstance(value, list | tuple) else "an object"
