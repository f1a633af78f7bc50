"""From a saga to the graph that carries it out, and from there to a plan.

The way forward is a pipeline: steps in order, or all tries and then all confirms side by side.
Beside it stand the nodes that undo, which no edge of the plan leads to: `_undo_<step>` and
`_cancel_<participant>`. Participants keep their ids for their tries and have `_confirm_<id>`;
`_tries` joins the tries and is the pivot, `_confirms` joins the confirms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pydantic import JsonValue

from workflows_app.core.compile_graph import GraphParts, compile_parts
from workflows_app.core.compile_pipeline import END, START, graph_of
from workflows_app.core.document import (
    Edge,
    GraphDocument,
    Node,
    ParallelStep,
    PipelineDocument,
    Step,
    TaskStep,
)
from workflows_app.core.document_saga import (
    CompensationSaga,
    SagaAction,
    SagaParallel,
    SagaStep,
    TccSaga,
)
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import Plan

TRIES, CONFIRMS = "_tries", "_confirms"

AnySaga = CompensationSaga | TccSaga


@dataclass(frozen=True, slots=True)
class Undo:
    """One node that undoes another."""

    step: str
    node: Node
    group: str
    """Steps of one group are undone together."""


@dataclass(frozen=True, slots=True)
class SagaLine:
    """A saga as what its two modes have in common."""

    steps: tuple[Step, ...]
    """The way forward."""
    undos: tuple[Undo, ...]
    pivot: str | None
    """The node after whose success nothing is undone; None: there is no such point."""
    must_succeed: frozenset[str]
    """Nodes after the pivot that are repeated by default."""
    output: JsonValue = None
    """None: the result of the last step."""
    reservation_seconds: float | None = None
    origins: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    """For each node that does what the document says: its step, and the field of the action."""


def compile_saga(document: AnySaga, catalog: Catalog, document_hash: str) -> Plan:
    """Return the plan of a saga without errors."""
    line = line_of(document)
    graph = _forward(document, line, catalog)
    plan = compile_parts(
        GraphParts(
            kind=document.kind,
            hash=document_hash,
            nodes=[*graph.nodes, *(undo.node for undo in line.undos)],
            edges=graph.edges,
            vars=document.vars,
            timeout_seconds=document.settings.timeout_seconds,
            stops_on_failure=document.settings.on_failure == "stop",
        ),
        catalog,
    )
    nodes = dict(plan.nodes)
    for undo in line.undos:
        nodes[undo.step] = replace(
            nodes[undo.step], compensation=undo.node.id, undo_group=undo.group
        )
        nodes[undo.node.id] = replace(nodes[undo.node.id], compensates=undo.step, must_succeed=True)
    for node_id in line.must_succeed:
        nodes[node_id] = replace(nodes[node_id], must_succeed=True)
    if line.pivot is not None:
        nodes[line.pivot] = replace(nodes[line.pivot], is_pivot=True)
    return replace(
        plan,
        nodes=nodes,
        entries=(START,),
        undoes_on_failure=True,
        reservation_seconds=line.reservation_seconds,
    )


def drawing_of(document: AnySaga, catalog: Catalog) -> GraphDocument:
    """Return the saga as a graph to look at: each undo hangs on the step that it undoes."""
    line = line_of(document)
    graph = _forward(document, line, catalog)
    ports = {edge.source: edge.source_port for edge in graph.edges}
    ties = tuple(
        Edge.model_construct(
            id=f"{undo.node.id}_of",
            source=undo.step,
            source_port=ports.get(undo.step, "out"),
            target=undo.node.id,
            label="undo",
        )
        for undo in line.undos
    )
    return graph.model_copy(
        update={
            "nodes": (*graph.nodes, *(undo.node for undo in line.undos)),
            "edges": (*graph.edges, *ties),
        }
    )


def saga_steps(document: CompensationSaga) -> Iterator[tuple[SagaStep, str]]:
    """Yield the steps in order, each with the id of its parallel group or its own."""
    for item in document.steps:
        if isinstance(item, SagaParallel):
            for step in item.steps:
                yield step, item.id
        else:
            yield item, item.id


def line_of(document: AnySaga) -> SagaLine:
    """Return what the saga does, in the terms that both modes share."""
    return _tcc_line(document) if isinstance(document, TccSaga) else _saga_line(document)


def _saga_line(document: CompensationSaga) -> SagaLine:
    undos: list[Undo] = []
    origins: dict[str, tuple[str, str]] = {}
    pivot: str | None = None
    must_succeed: list[str] = []
    for step, group in saga_steps(document):
        origins[step.id] = (step.id, "action")
        if step.step == "retriable":
            must_succeed.append(step.id)
        elif step.compensation is not None and step.step == "compensatable":
            title = f"Undo: {step.title or step.id}"
            undo = _node(f"_undo_{step.id}", title, step.compensation)
            undos.append(Undo(step.id, undo, group))
            origins[undo.id] = (step.id, "compensation")
    before = START
    for item in document.steps:
        is_retriable = _is_retriable(item)
        if item.step == "pivot" or (is_retriable and pivot is None):
            pivot = before if is_retriable else item.id
        before = item.id
    return SagaLine(
        steps=tuple(_step_of(item) for item in document.steps),
        undos=tuple(undos),
        pivot=pivot,
        must_succeed=frozenset(must_succeed),
        output=document.output,
        origins=origins,
    )


def _is_retriable(item: SagaStep | SagaParallel) -> bool:
    if isinstance(item, SagaParallel):
        return bool(item.steps) and all(step.step == "retriable" for step in item.steps)
    return item.step == "retriable"


def _tcc_line(document: TccSaga) -> SagaLine:
    undos: list[Undo] = []
    origins: dict[str, tuple[str, str]] = {}
    tries: list[tuple[Step, ...]] = []
    confirms: list[tuple[Step, ...]] = []
    confirmed: dict[str, JsonValue] = {}
    for participant in document.participants:
        title = participant.title or participant.id
        tries.append((_task(participant.id, title, participant.try_action),))
        origins[participant.id] = (participant.id, "try_action")
        if participant.cancel_action is not None:
            cancel = _node(
                f"_cancel_{participant.id}", f"Cancel: {title}", participant.cancel_action
            )
            undos.append(Undo(participant.id, cancel, TRIES))
            origins[cancel.id] = (participant.id, "cancel_action")
        if participant.confirm_action is not None:
            confirm = f"_confirm_{participant.id}"
            confirms.append((_task(confirm, f"Confirm: {title}", participant.confirm_action),))
            confirmed[participant.id] = f"${{ nodes.{confirm} }}"
            origins[confirm] = (participant.id, "confirm_action")
    steps = [_parallel(TRIES, "Reserve", tries)]
    if confirms:
        steps.append(_parallel(CONFIRMS, "Confirm", confirms))
    return SagaLine(
        steps=tuple(steps),
        undos=tuple(undos),
        pivot=TRIES,
        must_succeed=frozenset(branch[0].id for branch in confirms),
        output=confirmed if document.output is None else document.output,
        reservation_seconds=document.reservation_seconds,
        origins=origins,
    )


def _forward(document: AnySaga, line: SagaLine, catalog: Catalog) -> GraphDocument:
    pipeline = PipelineDocument.model_construct(
        kind="pipeline",
        input_schema=document.input_schema,
        vars=document.vars,
        settings=document.settings,
        steps=line.steps,
    )
    graph = graph_of(pipeline, catalog)
    if line.output is None:
        return graph
    end = Node.model_construct(id=END, type="end", title="End", config={"output": line.output})
    nodes = tuple(end if node.id == END else node for node in graph.nodes)
    return graph.model_copy(update={"nodes": nodes})


def _step_of(item: SagaStep | SagaParallel) -> Step:
    if isinstance(item, SagaParallel):
        branches = [(_task(step.id, step.title, step.action),) for step in item.steps]
        return _parallel(item.id, item.title, branches)
    return _task(item.id, item.title, item.action)


def _parallel(step_id: str, title: str, branches: Sequence[tuple[Step, ...]]) -> ParallelStep:
    return ParallelStep.model_construct(
        step="parallel", id=step_id, title=title, branches=tuple(branches)
    )


def _task(step_id: str, title: str, action: SagaAction) -> TaskStep:
    return TaskStep.model_construct(
        step="task",
        id=step_id,
        type=action.type,
        title=title,
        config=action.config,
        retry=action.retry,
        timeout_seconds=action.timeout_seconds,
    )


def _node(node_id: str, title: str, action: SagaAction) -> Node:
    return Node.model_construct(
        id=node_id,
        type=action.type,
        title=title,
        config=action.config,
        retry=action.retry,
        timeout_seconds=action.timeout_seconds,
    )
