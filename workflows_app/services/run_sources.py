"""Lists and uploads that a run's input should bring, looked at before there is a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows_app.core.expressions import single_expression
from workflows_app.core.plan import Execution, Plan
from workflows_app.engine.map_nodes import InvalidSourceError, source_of
from workflows_app.errors import FieldError


def check_sources(plan: Plan, run_input: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the items of map nodes with which the run begins.

    Only items that are a plain `${ input.… }` are looked at; others are known when the run is under
    way.
    """
    errors: list[FieldError] = []
    for path in _paths(plan):
        value: Any = run_input
        for part in path[1:]:
            value = value.get(part) if isinstance(value, Mapping) else None
        try:
            source_of(value)
        except InvalidSourceError as error:
            hint = 'Give a list, or upload a file and give {"upload": its id}.'
            errors.append(FieldError(".".join(path), error.message, hint, "invalid_source"))
    return errors


def _paths(plan: Plan) -> Iterator[list[str]]:
    for node in plan.nodes.values():
        is_first = all(plan.nodes[edge.source].type == "start" for edge in node.incoming)
        if node.execution is not Execution.ITEMS or not is_first:
            continue
        parts = (single_expression(node.config.get("items")) or "").strip().split(".")
        if parts[0] == "input" and all(part.isidentifier() for part in parts):
            yield parts
