"""`WorkflowBuilder`: a graph from nodes and edges, and the workflow that it builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from workflows_app.core import graph_shape
from workflows_app.core.builtin_types import BUILTIN_TYPES, completed_config
from workflows_app.core.document import Edge, GraphDocument, Node, Retry, Settings
from workflows_app.core.node_types import Port
from workflows_app.core.plan import Execution
from workflows_app.sdk.names import require_id
from workflows_app.sdk.nodes import AbstractWorkflowNode, results_of_decision
from workflows_app.sdk.publishing import Publishable

_SPECS = {spec.name: spec for spec in BUILTIN_TYPES}
_TASK_PORTS = (Port("out"),)


@dataclass(frozen=True, slots=True)
class Link:
    """An edge as it was added: from all normal ports of its source where it names none."""

    source: str
    target: str
    port: str | None = None
    id: str | None = None
    label: str = ""
    loop: bool = False
    max_iterations: int = 25


@dataclass(frozen=True, slots=True)
class Workflow(Publishable):
    """A graph that can run in memory, be registered, and be drawn on the canvas."""

    nodes: Mapping[str, AbstractWorkflowNode | Node]
    """In the order in which they were added."""
    links: tuple[Link, ...]
    name: str = ""
    description: str = ""
    vars: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = Settings()
    is_completed: bool = True
    """True: a start and an end are added where there is none."""

    def to_document(self) -> GraphDocument:
        """The document that the canvas shows and that runs."""
        drawn = _Drawing(self)
        return GraphDocument(
            kind="graph",
            description=self.description,
            vars=dict(self.vars),
            settings=self.settings,
            nodes=tuple(drawn.nodes),
            edges=tuple(drawn.edges),
        )

    def starting_at(self, name: str) -> Workflow:
        """The part of the workflow that lies behind a node, that node included.

        Raises:
            ValueError: There is no such node.
        """
        if name not in self.nodes:
            raise ValueError(f"There is no node “{name}” to start at. {_listed(self.nodes)}")
        links = graph_shape.links_of(self.nodes, ((x.source, x.target) for x in self.links))
        behind = graph_shape.reachable(links, [name])
        return replace(
            self,
            nodes={key: node for key, node in self.nodes.items() if key in behind},
            links=tuple(link for link in self.links if link.source in behind),
        )


class WorkflowBuilder:
    """Collects nodes and edges."""

    def __init__(
        self,
        *,
        name: str = "",
        description: str = "",
        timeout: float | None = None,
        retry: Retry | None = None,
        vars: Mapping[str, Any] | None = None,
        on_failure: Literal["stop", "finish_other_paths"] = "stop",
    ) -> None:
        """Begin a graph.

        Args:
            name: What it is registered under.
            description: What it is for.
            timeout: Seconds after which the whole run fails.
            retry: Of every node on a worker that says nothing itself.
            vars: Constants that expressions read as `vars.<name>`.
            on_failure: What a failure without an error edge does to the paths beside it.
        """
        self._name = name
        self._description = description
        self._vars = dict(vars or {})
        self._settings = Settings(timeout_seconds=timeout, on_failure=on_failure, retry=retry)
        self._nodes: dict[str, AbstractWorkflowNode | Node] = {}
        self._links: list[Link] = []

    def add_node(self, node: AbstractWorkflowNode | Node) -> WorkflowBuilder:
        """Add a node; returns the builder.

        Args:
            node: An instance of a node class, or a `Node` of any type with its config as drawn.

        Raises:
            ValueError: It has no name, or that of another node.
        """
        name = node.id if isinstance(node, Node) else node.name
        if not name:
            raise ValueError(
                f"{type(node).__qualname__} has no name: set `name` in the class, or give one."
            )
        require_id(name)
        if name in self._nodes:
            raise ValueError(f"There is a node “{name}” already. Give this one a name of its own.")
        self._nodes[name] = node
        return self

    def add_edge(
        self,
        source: str,
        target: str,
        *,
        port: str | None = None,
        label: str = "",
        loop: bool = False,
        max_iterations: int = 25,
        id: str | None = None,
    ) -> WorkflowBuilder:
        """Connect two nodes; returns the builder.

        Args:
            source: The node that the edge leaves.
            target: The node that it leads to.
            port: The way out of the source: a gate's branch, a person's outcome, `error`. Without
                one the edge leaves from every way out, but those for errors and time limits.
            label: What the canvas writes on it.
            loop: True for the edge that closes a circle.
            max_iterations: How often a loop may turn.
            id: A name of its own.

        Raises:
            ValueError: There is no such node.
        """
        for name in (source, target):
            if name not in self._nodes:
                raise ValueError(
                    f"There is no node “{name}” to connect. {_listed(self._nodes)} "
                    "Add nodes before edges."
                )
        self._links.append(Link(source, target, port, id, label, loop, max_iterations))
        return self

    def build(self, *, is_completed: bool = True) -> Workflow:
        """The workflow as it stands.

        Args:
            is_completed: True: where there is no start node, one is added before all nodes that no
                edge leads to; where there is no end, one is added behind every way out that leads
                nowhere.
        """
        return Workflow(
            nodes=dict(self._nodes),
            links=tuple(self._links),
            name=self._name,
            description=self._description,
            vars=self._vars,
            settings=self._settings,
            is_completed=is_completed,
        )


class _Drawing:
    """Makes the document's nodes and edges."""

    def __init__(self, workflow: Workflow) -> None:
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        ways = _Ways(workflow)
        entries: dict[str, str] = {}
        inner: list[Link] = []
        for name, node in workflow.nodes.items():
            drawn = [node] if isinstance(node, Node) else node.draw(ways.results_before(name))
            entries[name] = drawn[0].id
            inner += [Link(a.id, b.id) for a, b in zip(drawn, drawn[1:], strict=False)]
            self.nodes += drawn
        self._by_id = {node.id: node for node in self.nodes}
        for link in inner:
            self._connect(link)
        for link in workflow.links:
            self._connect(replace(link, target=entries[link.target]))
        if workflow.is_completed:
            self._complete()

    def _connect(self, link: Link) -> None:
        ports = [link.port] if link.port else normal_ports(self._by_id[link.source])
        for port in ports:
            self.edges.append(
                Edge(
                    id=link.id or default_edge_id(len(self.edges)),
                    source=link.source,
                    source_port=port,
                    target=link.target,
                    label=link.label,
                    loop=link.loop,
                    max_iterations=link.max_iterations,
                )
            )

    def _complete(self) -> None:
        drawn = [node for node in self.nodes if node.type != "note"]
        if not any(node.type == "start" for node in drawn):
            reached = {edge.target for edge in self.edges if not edge.loop}
            entries = [node.id for node in drawn if node.id not in reached]
            start = Node(id=self._free_id("start"), type="start")
            self.nodes.insert(0, start)
            self._by_id[start.id] = start
            for entry in entries:
                self._connect(Link(start.id, entry))
        if not any(node.type == "end" for node in drawn):
            taken = {(edge.source, edge.source_port) for edge in self.edges}
            end = self._free_id("end")
            for node in drawn:
                for port in normal_ports(node):
                    if (node.id, port) not in taken:
                        self._connect(Link(node.id, end, port))
            self.nodes.append(Node(id=end, type="end"))

    def _free_id(self, wanted: str) -> str:
        while wanted in self._by_id:
            wanted += "_"
        return wanted


class _Ways:
    """Which nodes may have run before which."""

    def __init__(self, workflow: Workflow) -> None:
        self._nodes = nodes = workflow.nodes
        links = workflow.links
        forward = [(link.target, link.source) for link in links if not link.loop]
        self._every = graph_shape.links_of(nodes, ((x.target, x.source) for x in links))
        self._forward = graph_shape.links_of(nodes, forward)
        self._order = [*reversed(graph_shape.topological_order(self._forward))]

    def results_before(self, name: str) -> list[str]:
        """What a node may read: in a loop what the last turn gave, and over it what this one did.

        Expressions, as `context_config` takes them.
        """
        before = graph_shape.reachable(self._forward, self._forward[name])
        turned = graph_shape.reachable(self._every, self._every[name]) - before
        names = [other for group in (turned, before) for other in self._order if other in group]
        return [result for other in names for result in _results_of(self._nodes[other])]


def normal_ports(node: Node) -> list[str]:
    """The ways out of a node, but those for errors and time limits."""
    spec = _SPECS.get(node.type)
    ports = spec.ports_of(completed_config(node.type, node.config)) if spec else _TASK_PORTS
    return [port.id for port in ports if port.kind == "normal"]


def default_edge_id(index: int) -> str:
    """The id of the edge in this place, where it has none of its own."""
    return f"e{index + 1}"


def _results_of(node: AbstractWorkflowNode | Node) -> Sequence[str]:
    """Expressions of what a node gives to later ones' states: see `merged_state`."""
    if not isinstance(node, Node):
        return node.results()
    execution = _SPECS[node.type].execution if node.type in _SPECS else Execution.WORKER
    if execution is Execution.HUMAN:
        return results_of_decision(node.id)
    return [f"${{ nodes.{node.id} }}"] if execution is Execution.WORKER else []


def _listed(names: Mapping[str, Any]) -> str:
    return f"There are: {', '.join(names)}." if names else "There are none yet."
