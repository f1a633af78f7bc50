"""What keeps a map node, or a bulk document, from running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflows_app.core.compile_bulk import ITEMS, map_config
from workflows_app.core.document_bulk import BulkDocument
from workflows_app.core.expressions import Names, errors_of, single_expression
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import Execution
from workflows_app.core.problems import Problem, did_you_mean
from workflows_app.core.validate_config import (
    check_condition,
    check_config,
    check_object_schema,
    expression_problem,
)

ITEM_NAMES = ("item", "index")
BATCH_NAMES = ("items", "index")
RESULT_NAMES = ("item", "index", "output")


def check_bulk(document: BulkDocument, catalog: Catalog) -> Iterator[Problem]:
    """Find everything that is wrong with a bulk document."""
    if document.input_schema:
        yield from check_object_schema(document.input_schema, None, "Input", "input_schema")
    if document.processor is None:
        yield Problem(
            code="empty_document",
            message="Nothing is done with the items yet.",
            hint="Choose a processor.",
            field="processor",
        )
        return
    names = Names(frozenset(), frozenset(document.vars))
    config = map_config(document)
    found = [
        *check_config(ITEMS, "Items", config, catalog["map"], names, {}),
        *check_map(ITEMS, "Items", config, catalog, names, {}),
    ]
    for problem in found:
        field = (problem.field or "").removeprefix("config.")
        message = problem.message.removeprefix("Items: ")
        message = message[:1].upper() + message[1:]
        yield replace(problem, node_id=None, field=field, message=message)


def check_map(
    node_id: str,
    title: str,
    config: Mapping[str, Any],
    catalog: Catalog,
    names: Names,
    validators: dict[str, Any],
) -> Iterator[Problem]:
    """Find what is wrong with a map node beyond what its schema says of its fields."""
    items = config.get("items")
    if items in ("", [], None) or not _may_be_source(items):
        is_empty = items in ("", [], None)
        reason = "there is nothing to work on" if is_empty else "its items are no list"
        yield Problem(
            code="empty_source" if is_empty else "invalid_source",
            message=f"{title}: {reason}.",
            hint="Name a list such as ${ input.items }, or an uploaded file.",
            node_id=node_id,
            field="config.items",
        )
    threshold = config.get("failure_threshold")
    if isinstance(threshold, Mapping) and None not in (
        threshold.get("count"),
        threshold.get("percent"),
    ):
        yield Problem(
            code="ambiguous_threshold",
            message=f"{title}: the failure threshold is a number and a percentage at once.",
            hint="Keep one of them.",
            node_id=node_id,
            field="config.failure_threshold",
        )
    processor = config.get("processor")
    if isinstance(processor, Mapping) and isinstance(processor.get("type"), str):
        yield from _check_processor(node_id, title, processor, catalog, names, validators)
    result = config.get("result")
    if isinstance(result, Mapping):
        yield from _check_result(node_id, title, result, names)


def _may_be_source(items: object) -> bool:
    """Tell whether a value is a list or an upload, or an expression that may give one."""
    if isinstance(items, Mapping):
        return set(items) == {"upload"}
    return isinstance(items, list | tuple) or single_expression(items) is not None


def _check_processor(
    node_id: str,
    title: str,
    processor: Mapping[str, Any],
    catalog: Catalog,
    names: Names,
    validators: dict[str, Any],
) -> Iterator[Problem]:
    type_name = processor["type"]
    if not type_name:
        yield Problem(
            code="missing_field",
            message=f"{title}: nothing is done with the items yet.",
            hint="Choose a processor.",
            node_id=node_id,
            field="config.processor.type",
        )
        return
    spec = catalog.get(type_name)
    if spec is None:
        near = did_you_mean(type_name, catalog)
        yield Problem(
            code="unknown_node_type",
            message=f"{title}: the processor is of the type “{type_name}”, "
            "which does not exist here.",
            hint=f"Did you mean “{near}”?" if near else "Choose a task.",
            node_id=node_id,
            field="config.processor.type",
        )
        return
    if spec.execution is Execution.CHILD:
        yield from _check_items_as_runs(node_id, title, processor)
    elif spec.execution is not Execution.WORKER:
        yield Problem(
            code="processor_not_on_worker",
            message=f"{title}: “{spec.title}” cannot be a processor, since no worker carries it "
            "out.",
            hint="Choose a task, an HTTP request or a subworkflow.",
            node_id=node_id,
            field="config.processor.type",
        )
        return
    config = processor.get("config", {})
    if not isinstance(config, Mapping):
        return
    extra = BATCH_NAMES if processor.get("mode") == "batch" else ITEM_NAMES
    inner = replace(names, extra=extra)
    for problem in check_config(node_id, title, config, spec, inner, validators):
        yield replace(problem, field=f"config.processor.{problem.field}")


def _check_items_as_runs(
    node_id: str, title: str, processor: Mapping[str, Any]
) -> Iterator[Problem]:
    """A run has one item, and its result is waited for."""
    config = processor.get("config")
    if processor.get("mode") == "batch":
        yield Problem(
            code="runs_have_one_item",
            message=f"{title}: each item is a run of its own, so it cannot take whole batches.",
            hint="Let it take one item at a time.",
            node_id=node_id,
            field="config.processor.mode",
        )
    if isinstance(config, Mapping) and config.get("wait") is False:
        yield Problem(
            code="items_are_awaited",
            message=f"{title}: an item is done when its run is, so the run has to be waited for.",
            hint="Switch “wait for its result” on.",
            node_id=node_id,
            field="config.processor.config.wait",
        )


def _check_result(
    node_id: str, title: str, result: Mapping[str, Any], names: Names
) -> Iterator[Problem]:
    mode = result.get("mode", "map")
    if mode == "filter":
        keep = result.get("keep", "${ output }")
        inner = replace(names, extra=RESULT_NAMES)
        field = "config.result.keep"
        for _, error in errors_of(keep, inner):
            yield expression_problem(error, node_id, field)
        if isinstance(keep, str):
            yield from check_condition(node_id, title, keep, field, extra=RESULT_NAMES)
    elif mode == "reduce":
        combine = result.get("combine")
        if combine is None:
            yield Problem(
                code="missing_field",
                message=f"{title}: it is not said how outputs are combined.",
                hint="Write one ${ … }, such as ${ accumulator + output }.",
                node_id=node_id,
                field="config.result.combine",
            )
        inner = replace(names, extra=("accumulator", *RESULT_NAMES))
        for path, error in errors_of({"combine": combine}, inner):
            yield expression_problem(error, node_id, f"config.result.{path}")
        for path, error in errors_of({"initial": result.get("initial")}, names):
            yield expression_problem(error, node_id, f"config.result.{path}")
