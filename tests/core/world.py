"""A small world around `decide`: it carries out commands as a shell would, without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows_app.core.commands import (
    ClearTimers,
    CloseRun,
    Decision,
    FinishNode,
    HoldNode,
    MarkCompensated,
    MarkNode,
    OrderChild,
    SetTimer,
    StartNode,
    StartUndoing,
)
from workflows_app.core.decide import decide
from workflows_app.core.document import GraphDocument
from workflows_app.core.events import (
    AttentionResolved,
    Choice,
    ErrorInfo,
    Event,
    NodeCompleted,
    NodeFailed,
    NodeStarted,
    NodeWaiting,
    RunStarted,
    TimerFired,
)
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.replay import RecordedEntry
from workflows_app.core.state import CLOSED, NodeStatus, RunState, VisitKey

BOOM = ErrorInfo(type="ValueError", message="boom")


@dataclass
class World:
    """What a run looks like from outside: rows, timers and the journal."""

    plan: Plan
    state: RunState = field(default_factory=RunState)
    now: float = 1_000.0
    startable: dict[VisitKey, int] = field(default_factory=dict)
    """Attempts that `StartNode` asked for and nobody took."""
    rows: dict[VisitKey, NodeStatus] = field(default_factory=dict)
    ports: dict[VisitKey, tuple[str, ...]] = field(default_factory=dict)
    timers: dict[tuple[str, str, int], TimerFired] = field(default_factory=dict)
    due: dict[tuple[str, str, int], float] = field(default_factory=dict)
    journal: list[RecordedEntry] = field(default_factory=list)
    closed: CloseRun | None = None
    undoing: StartUndoing | None = None
    orders: list[OrderChild] = field(default_factory=list)
    """What child runs were told."""
    events: list[Event] = field(default_factory=list)

    def send(self, event: Event) -> Decision:
        """Decide, check what must hold at every step, and carry out the commands."""
        before = self.state
        decision = decide(self.plan, before, event)
        if before.status in CLOSED:
            assert decision.is_empty, f"{event} changed a closed run"
        self.events.append(event)
        self.state = decision.state
        self.journal.extend(RecordedEntry(entry, event.at) for entry in decision.journal)
        for command in decision.commands:
            self._apply(command)
        self._check_groups()
        self._check_holds(decision)
        return decision

    def begin(self, reusable: Mapping[VisitKey, tuple[str, ...]] | None = None) -> World:
        """Start the run."""
        self.send(RunStarted(self.now, reusable or {}))
        return self

    def _check_holds(self, decision: Decision) -> None:
        held = {(c.node, c.visit) for c in decision.commands if isinstance(c, HoldNode)}
        started = {(c.node, c.visit) for c in decision.commands if isinstance(c, StartNode)}
        assert not held & started, f"held and started at once: {held & started}"

    def _check_groups(self) -> None:
        groups = [
            self.plan.nodes[active.node].exclusive
            for active in self.state.active.values()
            if active.status is not NodeStatus.HELD
        ]
        busy = [group for group in groups if group]
        assert len(busy) == len(set(busy)), f"two nodes of a group are under way: {busy}"

    def _apply(self, command: object) -> None:
        assert self.closed is None, f"{command} after the run was closed"
        match command:
            case StartNode(node, visit, attempt):
                key = (node, visit)
                startable = {
                    NodeStatus.RETRYING,
                    NodeStatus.RUNNING,
                    NodeStatus.HELD,
                    NodeStatus.NEEDS_ATTENTION,
                }
                if self.plan.nodes[node].execution is Execution.WORKER:
                    startable.add(NodeStatus.WAITING)
                assert (attempt == 1 and key not in self.rows) or self.rows[key] in startable, (
                    f"{key} started twice"
                )
                self.rows[key] = NodeStatus.QUEUED
                self.startable[key] = attempt
            case HoldNode(node, visit, _):
                self.rows[node, visit] = NodeStatus.HELD
                self.startable.pop((node, visit), None)
            case MarkNode(node, visit, status=status):
                self.rows[node, visit] = status
                self.startable.pop((node, visit), None)
            case FinishNode(node, visit, status=status, ports=ports):
                key = (node, visit)
                assert self.rows.get(key) not in {
                    NodeStatus.SUCCEEDED,
                    NodeStatus.FAILED,
                    NodeStatus.SKIPPED,
                    NodeStatus.CANCELLED,
                }, f"{key} finished twice"
                self.rows[key] = status
                self.ports[key] = ports
                self.startable.pop(key, None)
            case SetTimer(kind, due_at, node, visit, attempt):
                timer = TimerFired(kind, due_at, node, visit, attempt)
                self.timers[kind, node, visit] = timer
                self.due[kind, node, visit] = due_at
            case ClearTimers(node, visit):
                for timer_key in [k for k in self.timers if k[1:] == (node, visit)]:
                    del self.timers[timer_key]
            case MarkCompensated(node, visit):
                assert self.rows[node, visit] in {
                    NodeStatus.SUCCEEDED,
                    NodeStatus.FAILED,
                    NodeStatus.CANCELLED,
                }, f"{node} was not there to be undone"
                self.rows[node, visit] = NodeStatus.COMPENSATED
            case StartUndoing():
                assert self.undoing is None, "the run was undone twice"
                self.undoing = command
            case OrderChild(node, visit):
                has_items = self.plan.nodes[node].execution is Execution.ITEMS
                begun = NodeStatus.RUNNING if has_items else NodeStatus.WAITING
                assert self.rows[node, visit] is begun, f"{command} to nobody"
                self.orders.append(command)
            case CloseRun():
                self.closed = command
                self.timers.clear()
            case _:
                raise AssertionError(command)

    # What people, workers and time do

    def complete(self, node: str, *ports: str, visit: int = 1) -> Decision:
        """The node is started, where nobody did, and done."""
        attempt = self._take(node, visit)
        return self.send(NodeCompleted(node, visit, attempt, self.now, ports or ("out",)))

    def fail(self, node: str, error: ErrorInfo = BOOM, *, visit: int = 1) -> Decision:
        """The current attempt fails."""
        attempt = self._take(node, visit)
        return self.send(NodeFailed(node, visit, attempt, self.now, error))

    def resolve(self, node: str, choice: Choice, note: str = "") -> Decision:
        """An operator chooses how to go on."""
        attempt = self.state.active[node, 1].attempt
        event = AttentionResolved(node, 1, attempt, self.now, choice, note, by="ola")
        return self.send(event)

    def begin_node(self, node: str, *, visit: int = 1, until: float | None = None) -> int:
        """A worker takes the node, or its wait is set up. Gives the attempt."""
        attempt = self.startable[node, visit]
        execution = self.plan.nodes[node].execution
        if execution in {Execution.HUMAN, Execution.WAIT, Execution.CHILD}:
            self.send(NodeWaiting(node, visit, attempt, self.now, until))
        else:
            self.send(NodeStarted(node, visit, attempt, self.now))
        return attempt

    def run_inline(self) -> World:
        """The engine carries out its own nodes, as it does at the end of each step."""
        while inline := sorted(
            key for key in self.startable if self.plan.nodes[key[0]].execution is Execution.ENGINE
        ):
            node, visit = inline[0]
            attempt = self.startable.pop((node, visit))
            self.send(NodeCompleted(node, visit, attempt, self.now))
        return self

    def fire(self, kind: str, node: str = "", visit: int = 0) -> Decision:
        """The timer is due."""
        timer = self.timers.pop((kind, node, visit))
        self.now = max(self.now, timer.at)
        return self.send(timer)

    def _take(self, node: str, visit: int) -> int:
        if (node, visit) in self.startable:
            return self.begin_node(node, visit=visit)
        return self.state.active[node, visit].attempt

    def statuses(self) -> dict[str, str]:
        """Status of each node's last visit."""
        return {node: str(status) for (node, _), status in sorted(self.rows.items())}

    def types(self) -> list[str]:
        """The journal, as `type` or `type node`."""
        return [f"{r.entry.type} {r.entry.node}".strip() for r in self.journal]


def graph(
    edges: str | Iterable[str], *, nodes: Mapping[str, dict] | None = None, **document
) -> GraphDocument:
    """A document from lines such as `gate.big > review`, `a > b`, `gate.again > a loop=3`.

    Ids starting with start, end, gate, human, wait, subworkflow make nodes of that type; others are
    tasks.
    """
    lines = edges.split(",") if isinstance(edges, str) else list(edges)
    ids: dict[str, None] = {}
    drawn = []
    for number, line in enumerate(lines):
        arrow, _, loop = line.strip().partition(" loop")
        left, right = (part.strip() for part in arrow.split(">"))
        source, _, port = left.partition(".")
        ids |= {source: None, right: None}
        edge: dict[str, object] = {
            "id": f"e{number}",
            "source": source,
            "source_port": port or "out",
            "target": right,
        }
        if " loop" in line:
            edge |= {"loop": True, "max_iterations": int(loop.removeprefix("=") or 25)}
        drawn.append(edge)
    ids |= dict.fromkeys(nodes or {})
    made = [_node(name, drawn, dict((nodes or {}).get(name, {}))) for name in ids]
    return GraphDocument.model_validate(
        {"kind": "graph", "nodes": made, "edges": drawn, **document}
    )


def _node(name: str, edges: list[dict], given: dict) -> dict:
    own = given.pop("config", {})
    ports = [e["source_port"] for e in edges if e["source"] == name]
    config: dict = {}
    type_ = "task:once" if name.startswith("once") else "task:any"
    for prefix in ("start", "end", "gate", "human", "wait", "subworkflow"):
        if name.startswith(prefix):
            type_ = prefix
    if type_ == "gate":
        branches = [port for port in dict.fromkeys(ports) if port != "otherwise"]
        config = {
            "mode": "every" if name.startswith("gate_every") else "first",
            "branches": [
                {"id": port, "label": port, "condition": "${ true }"} for port in branches
            ],
        }
    elif type_ == "subworkflow":
        config = {"workflow": "other"}
    elif type_ == "wait":
        config = {"mode": "signal", "signal": "go"}
    return {"id": name, "type": type_, "config": config | own, **given}
