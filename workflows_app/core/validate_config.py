"""The config of one node, against its type's schema and the names that its expressions may use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from workflows_app.core.expression_errors import type_word
from workflows_app.core.expressions import (
    ExpressionError,
    Names,
    errors_of,
    single_expression,
    static_type,
)
from workflows_app.core.node_types import NodeTypeSpec
from workflows_app.core.problems import Problem
from workflows_app.core.validate_schema import config_errors, config_validator, schema_error

BOOLEAN_TYPES = frozenset({"BOOL", "DYN"})
"""Static types with which a condition can be true or false."""

SCHEMA_FIELDS = {"start": "input_schema", "human": "form_schema", "llm": "output_schema"}
"""Config fields that hold a JSON Schema of an object."""


def check_config(
    node_id: str,
    title: str,
    config: Mapping[str, Any],
    spec: NodeTypeSpec,
    names: Names,
    validators: dict[str, Any],
) -> Iterator[Problem]:
    """Find everything that is wrong with a node's config. `validators` are kept by type."""
    if spec.name not in validators:
        validators[spec.name] = config_validator(spec.config_schema)
    for code, field, message, hint in config_errors(
        validators[spec.name], config, spec.literal_fields
    ):
        yield Problem(
            code=code,
            message=f"{title}: {message}",
            hint=hint,
            node_id=node_id,
            field=f"config.{field}" if field else "config",
        )
    yield from _check_needed(node_id, title, config, spec.config_schema)
    once = spec.literal_fields | spec.deferred_fields
    yield from check_expressions(node_id, config, once, names)
    if spec.name in SCHEMA_FIELDS:
        yield from _check_schema_field(node_id, title, config, SCHEMA_FIELDS[spec.name])
    if spec.ports_from_config is not None:
        rule = spec.ports_from_config
        fixed = {port.id for port in spec.ports}
        yield from _check_port_ids(node_id, title, config, rule.field, rule.id_key, fixed)
    if spec.name == "gate":
        branches = config.get("branches")
        for index, branch in enumerate(branches if isinstance(branches, list | tuple) else ()):
            if isinstance(branch, Mapping) and isinstance(branch.get("condition"), str):
                field = f"config.branches.{index}.condition"
                yield from check_condition(node_id, title, branch["condition"], field)


def _check_needed(
    node_id: str, title: str, config: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find fields that a new node leaves blank, and that it cannot run without."""
    for name, field in schema.get("properties", {}).items():
        shown_if = field.get("x-show-if", {})
        is_shown = all(config.get(other) == value for other, value in shown_if.items())
        if field.get("x-needed") and is_shown and config.get(name) == "":
            yield Problem(
                code="blank",
                message=f"{title}: {field['title']} is blank.",
                hint=field["description"],
                node_id=node_id,
                field=f"config.{name}",
            )


def check_expressions(
    node_id: str, config: Mapping[str, Any], literal_fields: frozenset[str], names: Names
) -> Iterator[Problem]:
    """Find expressions that cannot be read or name what does not exist."""
    open_config = {name: value for name, value in config.items() if name not in literal_fields}
    for path, error in errors_of(open_config, names):
        yield expression_problem(error, node_id, f"config.{path}")


def expression_problem(error: ExpressionError, node_id: str | None, field: str) -> Problem:
    """Return the problem that an expression's error stands for."""
    codes = {"unknown_name": "unknown_name", "type": "expression_type"}
    return Problem(
        code=codes.get(error.kind, "expression_invalid"),
        message=error.message,
        hint=error.hint or "Correct the expression.",
        node_id=node_id,
        field=field,
        line=error.line,
        column=error.column,
    )


def check_condition(
    node_id: str, title: str, condition: str, field: str, *, extra: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Find a condition that cannot be true or false. Wrong expressions are found elsewhere."""
    source = single_expression(condition)
    if source is None:
        if "${" not in condition or single_expression(condition.strip()) is not None:
            yield Problem(
                code="expression_type",
                message=f"{title}: the condition is a text, not an expression.",
                hint="Write exactly one ${ … }, such as ${ input.amount > 1000 }.",
                node_id=node_id,
                field=field,
            )
        elif condition.count("${") > 1 or not condition.startswith("${"):
            yield Problem(
                code="expression_type",
                message=f"{title}: the condition has text around its expression.",
                hint="Write exactly one ${ … }, such as ${ input.amount > 1000 }.",
                node_id=node_id,
                field=field,
            )
        return
    try:
        found = static_type(source, extra)
    except ExpressionError:
        return
    if found not in BOOLEAN_TYPES:
        yield Problem(
            code="expression_type",
            message=f"{title}: the condition gives {type_word(found)}, never true or false.",
            hint="Compare it with something, as in ${ input.amount > 1000 }.",
            node_id=node_id,
            field=field,
        )


def check_object_schema(
    schema: object, node_id: str | None, title: str, field: str
) -> Iterator[Problem]:
    """Find a form's schema that is no valid JSON Schema of an object."""
    wrong = schema_error(schema)
    if wrong is None and isinstance(schema, Mapping) and schema.get("type", "object") != "object":
        wrong = "type", "a form describes an object"
    if wrong is not None:
        path, reason = wrong
        yield Problem(
            code="invalid_schema",
            message=f"{title}: the form is not a valid JSON Schema: {reason}.",
            hint="Correct the schema, or draw the form again.",
            node_id=node_id,
            field=f"{field}.{path}" if path else field,
        )


def _check_schema_field(
    node_id: str, title: str, config: Mapping[str, Any], field: str
) -> Iterator[Problem]:
    schema = config.get(field)
    if isinstance(schema, Mapping):
        yield from check_object_schema(schema, node_id, title, f"config.{field}")


def _check_port_ids(
    node_id: str,
    title: str,
    config: Mapping[str, Any],
    field: str,
    id_key: str,
    fixed: set[str],
) -> Iterator[Problem]:
    entries = config.get(field)
    if not isinstance(entries, list | tuple):
        return
    ids = [
        entry[id_key]
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get(id_key), str)
    ]
    for port_id, count in Counter(ids).items():
        if count > 1 or port_id in fixed:
            reason = "is taken by a fixed way out" if port_id in fixed else f"stands {count} times"
            yield Problem(
                code="duplicate_id",
                message=f"{title}: the id “{port_id}” {reason}.",
                hint="Give each one its own id.",
                node_id=node_id,
                field=f"config.{field}",
            )
