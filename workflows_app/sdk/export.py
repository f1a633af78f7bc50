"""Export as code: a document as the Python that builds it.

Running the source gives `workflow`, whose document has the same hash. Nodes and steps are written
as drawn, with their types and configs, so that no function has to be imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from workflows_app.core.document import (
    BaseDocument,
    ConditionalStep,
    DocumentModel,
    Edge,
    GraphDocument,
    Join,
    Node,
    ParallelStep,
    PipelineDocument,
    Retry,
    Step,
    TaskStep,
)
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.parse import parse_document
from workflows_app.errors import InvalidInputError
from workflows_app.sdk.builder import default_edge_id, normal_ports
from workflows_app.sdk.python_literals import Call, source_of


def to_python(document: AnyDocument | Mapping[str, Any]) -> str:
    """The source of a module that builds the document.

    Args:
        document: A model, or its JSON. It need not be able to run, but its edges have to connect
            nodes that it holds. The layout is left out, since it never changes what runs.

    Raises:
        InvalidDocument: It is no document.
        InvalidInputError: Two nodes have one id, or an edge leads to no node.
    """
    parsed = parse_document(document)
    writer = _Writer()
    match parsed:
        case GraphDocument():
            statements = writer.graph(parsed)
        case PipelineDocument():
            statements = writer.pipeline(parsed)
        case _:
            statement = _written_out(parsed, writer.used)
            imports = _imports("workflows_app.sdk.documents", writer.used)
            return "\n".join([imports, statement, ""])
    return "\n".join([_imports("workflows_app.sdk", writer.used), *statements, ""])


def _imports(module: str, used: set[str]) -> str:
    names = sorted(used)
    line = f"from {module} import {', '.join(names)}\n"
    if len(line) <= 101:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def _written_out(document: BaseDocument, used: set[str]) -> str:
    """A document field by field; `used` gets the names of the models that it is made of."""
    used.add("DocumentWorkflow")
    call = Call("DocumentWorkflow", (_model(document, used, without=("layout",)),))
    return source_of(call, before="workflow = ")


def _model(model: DocumentModel, used: set[str], without: tuple[str, ...] = ()) -> Call:
    """A model as the call that makes it, with the fields that do not hold their defaults."""
    used.add(type(model).__name__)
    named: dict[str, Any] = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name in without or (
            not field.is_required() and value == field.get_default(call_default_factory=True)
        ):
            continue
        named[name] = _value(value, used)
    return Call(type(model).__name__, named=named)


def _value(value: Any, used: set[str]) -> Any:
    if isinstance(value, DocumentModel):
        return _model(value, used)
    if isinstance(value, tuple):
        return [_value(item, used) for item in value]
    return value


class _Writer:
    """Writes statements, and remembers which names of the SDK they use."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    # Graphs

    def graph(self, document: GraphDocument) -> list[str]:
        """A builder, its nodes and edges, and what it builds."""
        _refuse_broken(document)
        nodes = {node.id: node for node in document.nodes}
        types = {node.type for node in document.nodes}
        is_whole = {"start", "end"} <= types
        build = Call("builder.build", named={} if is_whole else {"is_completed": False})
        return [
            source_of(
                self._call("WorkflowBuilder", named=_settings(document, self.used)),
                before="builder = ",
            ),
            *(source_of(Call("builder.add_node", (self._node(n),))) for n in document.nodes),
            *(
                source_of(self._edge(edge, index, nodes[edge.source]))
                for index, edge in enumerate(document.edges)
            ),
            source_of(build, before="workflow = "),
        ]

    def _node(self, node: Node) -> Call:
        named: dict[str, Any] = {"id": node.id, "type": node.type}
        named |= _set_fields(node, "title", "config")
        named |= self._policies(node.retry, node.timeout_seconds, "timeout_seconds")
        named |= _set_fields(node, "on_error", "cancels", "exclusive", "only_while")
        if node.memo is not None:
            named["memo"] = self._call("Memo", named=_set_fields(node.memo, "ttl_seconds"))
        if node.join != Join():
            named["join"] = self._call(
                "Join", named=_set_fields(node.join, "mode", "count", "rest")
            )
        return self._call("Node", named=named)

    def _edge(self, edge: Edge, index: int, source: Node) -> Call:
        named: dict[str, Any] = {}
        if normal_ports(source) != [edge.source_port]:
            named["port"] = edge.source_port
        named |= _set_fields(edge, "label", "loop", "max_iterations")
        if edge.id != default_edge_id(index):
            named["id"] = edge.id
        return Call("builder.add_edge", (edge.source, edge.target), named)

    # Pipelines

    def pipeline(self, document: PipelineDocument) -> list[str]:
        """A pipeline and its steps."""
        named = _settings(document, self.used)
        if document.input_schema:
            named["input_schema"] = document.input_schema
        begin = source_of(self._call("Pipeline", named=named), before="workflow = ")
        steps = (Call("workflow.add_step", (self._step(step),)) for step in document.steps)
        return [begin, *(source_of(step) for step in steps)]

    def _step(self, step: Step) -> Call:
        if isinstance(step, TaskStep):
            config = (step.config,) if step.config else ()
            named = _set_fields(step, "title")
            named |= self._policies(step.retry, step.timeout_seconds, "timeout")
            return self._call("TaskStep", (step.id, step.type, *config), named)
        if isinstance(step, ConditionalStep):
            named = {"condition": step.condition, **_set_fields(step, "title")}
            ways = {"then": step.then, "otherwise": step.otherwise}
            named |= {name: self._steps(steps) for name, steps in ways.items() if steps}
            return self._call("ConditionalStep", (step.id,), named)
        return self._parallel(step)

    def _parallel(self, step: ParallelStep) -> Call:
        branches = [self._steps(branch) for branch in step.branches]
        named = {**_set_fields(step, "title", "max_concurrency"), "branches": branches}
        return self._call("ParallelStep", (step.id,), named)

    def _steps(self, steps: tuple[Step, ...]) -> list[Call]:
        return [self._step(step) for step in steps]

    # Both

    def _policies(
        self, retry: Retry | None, seconds: float | None, name_of_timeout: str
    ) -> dict[str, Any]:
        named: dict[str, Any] = {}
        if retry is not None:
            fields = _set_fields(retry, *type(retry).model_fields)
            named["retry"] = self._call("Retry", named=fields)
        if seconds is not None:
            named[name_of_timeout] = seconds
        return named

    def _call(
        self, name: str, positional: tuple[Any, ...] = (), named: Mapping[str, Any] | None = None
    ) -> Call:
        self.used.add(name)
        return Call(name, positional, named or {})


def _settings(document: BaseDocument, used: set[str]) -> dict[str, Any]:
    """What the whole run is told, as far as it is not as usual."""
    named: dict[str, Any] = _set_fields(document, "description", "vars")
    if document.settings.timeout_seconds is not None:
        named["timeout"] = document.settings.timeout_seconds
    if document.settings.retry is not None:
        named["retry"] = _model(document.settings.retry, used)
    return named | _set_fields(document.settings, "on_failure")


def _set_fields(model: DocumentModel, *names: str) -> dict[str, Any]:
    """The fields that do not hold their defaults, as JSON."""
    told = model.model_dump(mode="json", exclude_defaults=True)
    return {name: told[name] for name in names if name in told}


def _refuse_broken(document: GraphDocument) -> None:
    """Refuse what no builder can be told.

    Raises:
        InvalidInputError: Two nodes have one id, or an edge leads to no node.
    """
    ids = Counter(node.id for node in document.nodes)
    double = next((node_id for node_id, count in ids.items() if count > 1), None)
    if double is not None:
        raise InvalidInputError(f"Two nodes have the id “{double}”. Give one of them another.")
    for edge in document.edges:
        for end in (edge.source, edge.target):
            if end not in ids:
                raise InvalidInputError(
                    f"The edge “{edge.id}” connects “{end}”, which is no node. Remove the edge."
                )
