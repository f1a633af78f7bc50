"""Runs through `decide` alone: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.conformance import tasks
from tests.conformance.pattern import Drawing
from tests.conformance.playing import Visit
from tests.core.world import World
from workflows_app.core.compile import compile_document
from workflows_app.core.events import CancelRequested, NodeCompleted, SignalReceived
from workflows_app.core.expressions import evaluate
from workflows_app.core.plan import Execution, PlanNode
from workflows_app.core.state import NodeStatus
from workflows_app.task_types import catalog, find

assert tasks.work


class _Call:
    """What a gate may ask for."""

    def __init__(self, node: PlanNode, outputs: Mapping[str, Any]) -> None:
        self.config = node.config
        self.run_input: Any = {}
        self._outputs = outputs

    def resolve(self, value: Any) -> Any:
        return evaluate(value, {"input": {}, "nodes": self._outputs, "vars": {}, "run": {}})

    def predecessors(self) -> Mapping[str, Any]:
        return {}


class InMemoryRun:
    """A run in the in-memory shell of the core's tests."""

    def __init__(self, drawing: Drawing) -> None:
        self._world = World(compile_document(drawing.document(), catalog())).begin()
        self._outputs: dict[str, Any] = {}
        self._signals = 0
        self._settle()

    def finish(self, visit: Visit, output: Any) -> None:
        self._outputs[visit[0]] = output
        self._world.complete(visit[0], visit=visit[1])
        self._settle()

    def begin(self, visit: Visit) -> None:
        self._world.begin_node(visit[0], visit=visit[1])

    def finish_late(self, visit: Visit) -> None:
        self._world.send(NodeCompleted(*visit, 1, self._world.now))

    def add(self, node: str, items: Sequence[Any]) -> None:
        raise AssertionError(f"{node} has no rows in memory to add {items} to.")

    def signal(self, name: str) -> None:
        self._signals += 1
        self._world.send(SignalReceived(name, f"s{self._signals}", self._world.now))
        self._settle()

    def decide(self, visit: Visit, outcome: str) -> None:
        self._world.complete(visit[0], outcome, visit=visit[1])
        self._settle()

    def pass_time(self, seconds: float) -> None:
        world = self._world
        until = world.now + seconds
        while due := [key for key, timer in world.timers.items() if timer.at <= until]:
            world.fire(*min(due, key=lambda key: world.timers[key].at))
            self._settle()
        world.now = until

    def cancel(self) -> None:
        self._world.send(CancelRequested(self._world.now))

    def under_way(self) -> list[Visit]:
        active = self._world.state.active.values()
        return [(a.node, a.visit) for a in active if a.status is not NodeStatus.HELD]

    def journal(self) -> list[tuple[str, str, int]]:
        entries = (recorded.entry for recorded in self._world.journal)
        return [(entry.type, entry.node, entry.visit) for entry in entries]

    def status(self) -> str:
        return str(self._world.state.status)

    def _settle(self) -> None:
        """Carry out what needs nobody, as a shell does."""
        world = self._world
        while ready := [key for key in world.startable if not self._is_for_worker(key[0])]:
            node, visit = ready[0]
            plan_node = world.plan.nodes[node]
            if plan_node.execution is Execution.ENGINE:
                world.startable.pop(ready[0])
                world.send(NodeCompleted(node, visit, 1, world.now, self._carry_out(plan_node)))
            else:
                seconds = plan_node.config.get("duration_seconds")
                until = None if seconds is None else world.now + seconds
                world.begin_node(node, visit=visit, until=until)

    def _is_for_worker(self, node: str) -> bool:
        return self._world.plan.nodes[node].execution is Execution.WORKER

    def _carry_out(self, node: PlanNode) -> tuple[str, ...]:
        kind = find(node.type)
        assert kind is not None
        assert kind.run_inline is not None
        return kind.run_inline(_Call(node, self._outputs)).ports
