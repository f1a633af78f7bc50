"""The value of an expression on sample data, and the names that it may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from workflows_app import task_types
from workflows_app.contracts.actor import Actor
from workflows_app.contracts.operations import Preview, PreviewError
from workflows_app.contracts.permissions import require
from workflows_app.core.canvas import canvas_of
from workflows_app.core.expression_cel import EXTRA_ROOTS
from workflows_app.core.expressions import ExpressionError, Names, compile_value, evaluate
from workflows_app.core.graph_shape import links_of, reachable, reversed_links
from workflows_app.core.problems import InvalidDocument
from workflows_app.errors import NotFoundError
from workflows_app.models import Draft

ValueType = Literal["null", "bool", "int", "double", "string", "list", "map", "unknown"]

_CATCHING_PORTS = frozenset({"error", "timeout"})


@dataclass(frozen=True, slots=True)
class Sample:
    """Values for the names of an expression."""

    input: Mapping[str, Any]
    nodes: Mapping[str, Any]
    vars: Mapping[str, Any] | None
    extra: Mapping[str, Any]
    """Of the names that exist only at some places: `item` and its like. Where any are given, the
    others do not exist there."""


def preview_expression(
    *,
    user: Actor,
    value: Any,
    workflow_id: UUID | None,
    document: object,
    node_id: str | None,
    sample: Sample,
) -> Preview:
    """Evaluate a config value of a node on sample data. A wrong expression is an answer, too.

    Args:
        user: Who asks; needs `view_workflow`.
        value: A literal, or a text with `${ }`, or a structure of them.
        workflow_id: Whose draft tells the names, when no document is given.
        document: The document on the screen.
        node_id: Where the value stands; without it, all nodes count as upstream.
        sample: What the names stand for.

    Raises:
        PermissionDeniedError: the user may not see workflows.
        NotFoundError: there is no such workflow.
    """
    require(user, "view_workflow")
    shown = document if isinstance(document, Mapping) else _draft_document(workflow_id)
    names = names_at(shown, node_id)
    if sample.extra:
        names = replace(names, extra=tuple(name for name in names.extra if name in sample.extra))
    scope = {
        "input": dict(sample.input),
        "nodes": dict(sample.nodes),
        "vars": dict(sample.vars if sample.vars is not None else _mapping(shown.get("vars"))),
        "run": {
            "id": "00000000-0000-0000-0000-000000000000",
            "workflow": "sample",
            "business_key": "SAMPLE-1",
            "started_at": "2026-01-01T00:00:00Z",
        },
        **({"error": {"type": "Sample", "message": "A sample error"}} if names.has_error else {}),
        **({} if names.data is None else _sample_of_machine(shown)),
        **{name: sample.extra.get(name) for name in names.extra},
    }
    try:
        compile_value(value, names)
        result = evaluate(value, scope)
    except ExpressionError as error:
        return Preview(
            ok=False,
            value=None,
            type="unknown",
            error=PreviewError(
                message=f"{error.message} {error.hint}".strip(),
                line=error.line,
                column=error.column,
                names=list(error.names),
            ),
            names=list(names.listed()),
        )
    return Preview.model_validate(
        {
            "ok": True,
            "value": result,
            "type": type_of(result),
            "error": None,
            "names": list(names.listed()),
        }
    )


def names_at(document: Mapping[str, Any], node_id: str | None) -> Names:
    """The names that exist at a node of a document, which need not be able to run.

    Which of the names of an item exist depends on the field; all of them are given. The sample of a
    preview tells which do.
    """
    node_vars = frozenset(str(name) for name in _mapping(document.get("vars")))
    if document.get("kind") == "bulk":
        return Names(vars=node_vars, extra=EXTRA_ROOTS)
    names = _names_at_step(document, node_id, node_vars)
    steps = [*_objects(document.get("nodes")), *_steps(document.get("steps"))]
    is_map = any(step.get("id") == node_id and step.get("type") == "map" for step in steps)
    return replace(names, extra=EXTRA_ROOTS) if is_map else names


def _names_at_step(
    document: Mapping[str, Any], node_id: str | None, node_vars: frozenset[str]
) -> Names:
    if document.get("kind") == "saga":
        document = _saga_as_graph(document)
    if document.get("kind") == "pipeline":
        steps = [str(step["id"]) for step in _steps(document.get("steps"))]
        known = steps[: steps.index(node_id)] if node_id in steps else steps
        return Names(nodes=frozenset(known), vars=node_vars)
    if document.get("kind") == "state_machine":
        return Names(
            nodes=frozenset(_action_ids(document.get("states"))),
            vars=node_vars,
            data=frozenset(str(name) for name in _mapping(document.get("data"))),
        )
    nodes = {
        node["id"] for node in _objects(document.get("nodes")) if isinstance(node.get("id"), str)
    }
    if node_id is None or node_id not in nodes:
        own = frozenset(name for name in nodes if not name.startswith("_"))
        return Names(nodes=own, vars=node_vars)
    edges = [
        edge
        for edge in _objects(document.get("edges"))
        if all(
            isinstance(edge.get(end), str) and edge[end] in nodes for end in ("source", "target")
        )
    ]
    back = reversed_links(links_of(nodes, [(edge["source"], edge["target"]) for edge in edges]))
    upstream = reachable(back, back[node_id]) if back[node_id] else set()
    return Names(
        nodes=frozenset(name for name in upstream if not name.startswith("_")),
        vars=node_vars,
        has_error=any(
            edge["target"] == node_id and str(edge.get("source_port")) in _CATCHING_PORTS
            for edge in edges
        ),
    )


def type_of(value: Any) -> ValueType:
    """The name of a JSON value's type, in the words of CEL."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "double"
        case str():
            return "string"
        case list():
            return "list"
        case dict():
            return "map"
    return "unknown"


def _sample_of_machine(document: Mapping[str, Any]) -> dict[str, Any]:
    """The variables' first values, an event without data, and no active states."""
    return {
        "data": dict(_mapping(document.get("data"))),
        "event": {"name": "sample", "data": None},
        "states": [],
    }


def _draft_document(workflow_id: UUID | None) -> Mapping[str, Any]:
    if workflow_id is None:
        return {}
    document = (
        Draft.objects.filter(workflow_id=workflow_id).values_list("document", flat=True).first()
    )
    if document is None:
        raise NotFoundError("There is no such workflow.")
    return _mapping(document)


def _saga_as_graph(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The nodes and edges of a saga, each undo behind its step; none when it cannot be read."""
    try:
        return canvas_of(document, task_types.catalog())
    except InvalidDocument:
        return {}


def _steps(steps: object) -> Iterator[Mapping[str, Any]]:
    """Steps with an id in the order of running; a step's own branches come behind it."""
    for step in _objects(steps):
        if isinstance(step.get("id"), str):
            yield step
        for name in ("then", "otherwise"):
            yield from _steps(step.get(name))
        branches = step.get("branches")
        for branch in branches if isinstance(branches, list) else ():
            yield from _steps(branch)


def _action_ids(states: object) -> Iterator[str]:
    """Ids of the actions of these states, of the states within them and of their transitions."""
    for state in _objects(states):
        blocks = [state.get("entry"), state.get("exit")]
        blocks += [item.get("actions") for item in _objects(state.get("transitions"))]
        for block in blocks:
            found = (action.get("id") for action in _objects(block))
            yield from (action_id for action_id in found if isinstance(action_id, str))
        yield from _action_ids(state.get("children"))


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, Mapping):
            yield item


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
