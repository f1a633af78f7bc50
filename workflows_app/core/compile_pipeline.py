"""From a pipeline to the graph that carries it out, and from there to a plan.

Steps keep their ids. What is added begins with an underscore, which no step's id can: `_start`,
`_end`, `_split_<id>` where a parallel step fans out, and `_result_<id>` where ways of a choice meet
again and their result is used. The node `<id>` of a parallel step joins its branches; its output is
an object of their results by the id of each branch's last step. The node `<id>` of a conditional
step is its gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows_app.core.builtin_schemas import OTHERWISE_PORT
from workflows_app.core.builtin_types import completed_config
from workflows_app.core.compile_graph import GraphParts, compile_parts
from workflows_app.core.document import (
    ConditionalStep,
    Edge,
    GraphDocument,
    Join,
    Node,
    ParallelStep,
    PipelineDocument,
    Step,
    TaskStep,
)
from workflows_app.core.node_types import Catalog
from workflows_app.core.plan import Lane, Plan

START, END = "_start", "_end"

Way = tuple[str, str]
"""A node and one of its ports."""


def compile_pipeline(document: PipelineDocument, catalog: Catalog, document_hash: str) -> Plan:
    """Return the plan of a pipeline without errors."""
    drawn = _draw(document, catalog)
    return compile_parts(
        GraphParts(
            kind=document.kind,
            hash=document_hash,
            nodes=drawn.nodes,
            edges=drawn.edges,
            vars=document.vars,
            timeout_seconds=document.settings.timeout_seconds,
            stops_on_failure=document.settings.on_failure == "stop",
            lanes=drawn.lanes,
        ),
        catalog,
    )


def graph_of(document: PipelineDocument, catalog: Catalog) -> GraphDocument:
    """Return the graph that does what the pipeline says. Its own nodes break the rule for ids."""
    drawn = _draw(document, catalog)
    return GraphDocument.model_construct(
        kind="graph",
        vars=document.vars,
        settings=document.settings,
        nodes=tuple(drawn.nodes),
        edges=tuple(drawn.edges),
    )


def _draw(document: PipelineDocument, catalog: Catalog) -> _Drawn:
    drawn = _Drawn(catalog)
    config = {"input_schema": document.input_schema} if document.input_schema else {}
    drawn.add(Node.model_construct(id=START, type="start", title="Start", config=config), [])
    ways, result = drawn.sequence(document.steps, [(START, "out")], is_result_used=True)
    output = f"${{ nodes.{result} }}" if result else None
    end = Node.model_construct(id=END, type="end", title="End", config={"output": output})
    drawn.add(end, ways)
    return drawn


def steps_of(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps and all steps within them, in the order of the document."""
    for step in steps:
        yield step
        if isinstance(step, ConditionalStep):
            yield from steps_of(step.then)
            yield from steps_of(step.otherwise)
        elif isinstance(step, ParallelStep):
            for branch in step.branches:
                yield from steps_of(branch)


@dataclass(slots=True)
class _Drawn:
    """The graph so far."""

    catalog: Catalog
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    lanes: dict[str, tuple[Lane, ...]] = field(default_factory=dict)
    """Of the nodes on bounded ways."""
    _here: tuple[Lane, ...] = ()
    """The bounded ways that are being drawn."""

    def add(self, node: Node, ways: Sequence[Way]) -> None:
        """Add a node behind these ways."""
        self.nodes.append(node)
        if self._here:
            self.lanes[node.id] = self._here
        for source, port in ways:
            self.edges.append(
                Edge.model_construct(
                    id=f"_e{len(self.edges) + 1}", source=source, source_port=port, target=node.id
                )
            )

    def sequence(
        self, steps: Sequence[Step], ways: list[Way], *, is_result_used: bool
    ) -> tuple[list[Way], str | None]:
        """Add steps in order. Return the ways out and the node whose output is the result."""
        result: str | None = None
        for index, step in enumerate(steps):
            is_last = index == len(steps) - 1
            if isinstance(step, TaskStep):
                ways, result = self._task(step, ways)
            elif isinstance(step, ConditionalStep):
                is_used = is_last and is_result_used
                ways, result = self._conditional(step, ways, is_result_used=is_used)
            else:
                ways, result = self._parallel(step, ways)
        return ways, result

    def _task(self, step: TaskStep, ways: list[Way]) -> tuple[list[Way], str]:
        node = Node.model_construct(
            id=step.id,
            type=step.type,
            title=step.title,
            config=step.config,
            retry=step.retry,
            timeout_seconds=step.timeout_seconds,
        )
        self.add(node, ways)
        spec = self.catalog.get(step.type)
        ports = spec.ports_of(completed_config(step.type, step.config)) if spec else ()
        normal = [(step.id, port.id) for port in ports if port.kind == "normal"]
        return normal or [(step.id, "out")], step.id

    def _conditional(
        self, step: ConditionalStep, ways: list[Way], *, is_result_used: bool
    ) -> tuple[list[Way], str | None]:
        branch = {"id": "then", "label": "Then", "condition": step.condition}
        config: Mapping[str, Any] = {"mode": "first", "branches": [branch]}
        self.add(
            Node.model_construct(id=step.id, type="gate", title=step.title, config=config), ways
        )
        after: list[Way] = []
        results: list[str] = []
        for port, steps in (("then", step.then), (OTHERWISE_PORT, step.otherwise)):
            tails, result = self.sequence(steps, [(step.id, port)], is_result_used=is_result_used)
            after += tails
            results += [result] if result else []
        if not is_result_used:
            return after, None
        return self._result(step.id, after, results)

    def _parallel(self, step: ParallelStep, ways: list[Way]) -> tuple[list[Way], str]:
        split = f"_split_{step.id}"
        title = step.title or step.id
        config: dict[str, Any] = {"output": None}
        self.add(
            Node.model_construct(
                id=split, type="transform", title=f"{title}: begin", config=config
            ),
            ways,
        )
        after: list[Way] = []
        output: dict[str, Any] = {}
        outer = self._here
        for number, branch in enumerate(step.branches):
            if step.max_concurrency is not None:
                self._here = (*outer, Lane(step.id, number, step.max_concurrency))
            tails, result = self.sequence(branch, [(split, "out")], is_result_used=True)
            if len(tails) > 1 and result is not None:
                tails, result = self._result(branch[-1].id, tails, [result])
            after += tails
            self._here = outer
            if branch:
                output[branch[-1].id] = f"${{ nodes.{result} }}" if result else None
        join = Node.model_construct(
            id=step.id,
            type="transform",
            title=title,
            config={"output": output},
            join=Join(mode="all"),
        )
        self.add(join, after)
        return [(step.id, "out")], step.id

    def _result(
        self, step_id: str, ways: list[Way], results: Sequence[str]
    ) -> tuple[list[Way], str]:
        """Add the node where ways meet again; at most one of the results is not null."""
        node_id = f"_result_{step_id}"
        names = [f"nodes.{result}" for result in results]
        if len(names) == 2:
            output: str | None = f"${{ {names[0]} != null ? {names[0]} : {names[1]} }}"
        else:
            output = f"${{ {names[0]} }}" if names else None
        config: dict[str, Any] = {"output": output}
        title = f"Result of {step_id}"
        self.add(
            Node.model_construct(id=node_id, type="transform", title=title, config=config), ways
        )
        return [(node_id, "out")], node_id
