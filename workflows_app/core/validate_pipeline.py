"""What keeps a pipeline from running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from workflows_app.core.compile_pipeline import graph_of, steps_of
from workflows_app.core.document import ConditionalStep, PipelineDocument, TaskStep
from workflows_app.core.expressions import Names
from workflows_app.core.node_types import Catalog
from workflows_app.core.problems import Problem
from workflows_app.core.validate_config import (
    check_condition,
    check_config,
    check_expressions,
    check_object_schema,
)
from workflows_app.core.validate_graph import MAX_NODES, Drawing, unknown_type_problem
from workflows_app.core.validate_map import check_map
from workflows_app.core.validate_references import check_references

FLOW_TYPES = frozenset({"start", "end", "gate", "note"})
"""Types that a pipeline's own steps replace."""

MAX_ID_LENGTH = 56
"""Ids of what is added to a step (`_result_<id>`) are no longer than ids may be."""


def check_pipeline(document: PipelineDocument, catalog: Catalog) -> Iterator[Problem]:
    """Find everything that is wrong with a pipeline."""
    steps = list(steps_of(document.steps))
    if not any(isinstance(step, TaskStep) for step in steps):
        yield Problem(
            code="empty_document",
            message="The pipeline has no step that does something.",
            hint="Add a step.",
            field="steps",
        )
        return
    if len(steps) > MAX_NODES:
        yield Problem(
            code="document_too_large",
            message=f"There are {len(steps):,} steps; {MAX_NODES:,} are allowed.",
            hint="Split the work into several workflows.",
            field="steps",
        )
        return
    if document.input_schema:
        yield from check_object_schema(document.input_schema, None, "Input", "input_schema")
    yield from check_step_ids([step.id for step in steps], MAX_ID_LENGTH)
    names = Names(frozenset(step.id for step in steps), frozenset(document.vars))
    validators: dict[str, Any] = {}
    for step in steps:
        title = step.title or step.id
        if isinstance(step, TaskStep):
            spec = catalog.get(step.type)
            if spec is None:
                yield unknown_type_problem(step.id, step.title, step.type, catalog)
            elif step.type in FLOW_TYPES:
                yield Problem(
                    code="type_not_in_pipeline",
                    message=f"“{title}” is of the type “{step.type}”, which no pipeline can hold.",
                    hint="Use a conditional or parallel step, or draw a graph.",
                    node_id=step.id,
                    field="type",
                )
            else:
                yield from check_config(step.id, title, step.config, spec, names, validators)
                if spec.name == "map":
                    yield from check_map(step.id, title, step.config, catalog, names, validators)
        elif isinstance(step, ConditionalStep):
            for problem in check_expressions(
                step.id, {"condition": step.condition}, frozenset(), names
            ):
                yield replace(problem, field="condition")
            yield from check_condition(step.id, title, step.condition, "condition")
    drawing = Drawing.of(graph_of(document, catalog), catalog)
    yield from check_references(drawing)


def check_step_ids(ids: list[str], max_length: int) -> Iterator[Problem]:
    """Find ids that several steps have, and those that leave no room for what is added."""
    for step_id, count in Counter(ids).items():
        if count > 1:
            yield Problem(
                code="duplicate_id",
                message=f"{count} steps have the id “{step_id}”.",
                hint="Give each step its own id.",
                node_id=step_id,
                field="id",
            )
        if len(step_id) > max_length:
            yield Problem(
                code="id_too_long",
                message=f"The id “{step_id}” has {len(step_id)} characters.",
                hint=f"Use {max_length} at most.",
                node_id=step_id,
                field="id",
            )
