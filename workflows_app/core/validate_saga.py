"""What keeps a saga from running."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workflows_app.core.compile_pipeline import END, steps_of
from workflows_app.core.compile_saga import AnySaga, SagaLine, drawing_of, line_of
from workflows_app.core.document import Node, TaskStep
from workflows_app.core.document_saga import CompensationSaga, TccSaga
from workflows_app.core.expressions import Names
from workflows_app.core.node_types import Catalog
from workflows_app.core.problems import Problem
from workflows_app.core.validate_config import (
    check_config,
    check_expressions,
    check_object_schema,
)
from workflows_app.core.validate_graph import MAX_NODES, Drawing, unknown_type_problem
from workflows_app.core.validate_pipeline import FLOW_TYPES, check_step_ids
from workflows_app.core.validate_references import check_references
from workflows_app.core.validate_saga_order import check_participants, check_steps

MAX_ID_LENGTH = 54
"""Ids of what is added to a step (`_confirm_<id>`) are no longer than ids may be."""


def check_saga(document: AnySaga, catalog: Catalog) -> Iterator[Problem]:
    """Find everything that is wrong with a saga."""
    ids = _ids(document)
    if not ids:
        is_tcc = isinstance(document, TccSaga)
        yield Problem(
            code="empty_document",
            message=f"The saga has no {'participant' if is_tcc else 'step'} yet.",
            hint=f"Add a {'participant' if is_tcc else 'step'}.",
            field="participants" if is_tcc else "steps",
        )
        return
    if len(ids) > MAX_NODES:
        yield Problem(
            code="document_too_large",
            message=f"There are {len(ids):,} steps; {MAX_NODES:,} are allowed.",
            hint="Split the work into several workflows.",
            field="steps",
        )
        return
    if document.input_schema:
        yield from check_object_schema(document.input_schema, None, "Input", "input_schema")
    yield from check_step_ids(ids, MAX_ID_LENGTH)
    if isinstance(document, TccSaga):
        yield from check_participants(document)
    else:
        yield from check_steps(document)
    names = Names(frozenset(ids), frozenset(document.vars))
    line = line_of(document)
    yield from _check_actions(line, catalog, names)
    for problem in check_expressions(END, {"output": document.output}, frozenset(), names):
        yield _at_origin(problem, line)
    for problem in check_references(Drawing.of(drawing_of(document, catalog), catalog)):
        yield _at_origin(problem, line)


def _ids(document: AnySaga) -> list[str]:
    if isinstance(document, CompensationSaga):
        return [step.id for step in steps_of(line_of(document).steps)]
    return [participant.id for participant in document.participants]


def _check_actions(line: SagaLine, catalog: Catalog, names: Names) -> Iterator[Problem]:
    """Check the type and config of everything that the saga does."""
    validators: dict[str, Any] = {}
    forward = (step for step in steps_of(line.steps) if isinstance(step, TaskStep))
    actions: list[TaskStep | Node] = [*forward, *(undo.node for undo in line.undos)]
    for action in actions:
        spec = catalog.get(action.type)
        title = action.title or action.id
        if spec is None:
            found = iter([unknown_type_problem(action.id, title, action.type, catalog)])
        elif action.type in FLOW_TYPES:
            found = iter([_flow_type_problem(action.id, title, action.type)])
        else:
            found = check_config(action.id, title, action.config, spec, names, validators)
        for problem in found:
            yield _at_origin(problem, line)


def _flow_type_problem(node_id: str, title: str, type_name: str) -> Problem:
    return Problem(
        code="type_not_in_saga",
        message=f"“{title}” is of the type “{type_name}”, which no saga can hold.",
        hint="Let each step do one thing; to route between ways, draw a graph.",
        node_id=node_id,
        field="type",
    )


def _at_origin(problem: Problem, line: SagaLine) -> Problem:
    """The problem of a node that was made from a document, where its author finds it."""
    if problem.node_id == END:
        return replace(problem, node_id=None, field="output")
    if problem.node_id is None or problem.node_id not in line.origins:
        return problem
    step, field = line.origins[problem.node_id]
    return replace(problem, node_id=step, field=f"{field}.{problem.field}")
