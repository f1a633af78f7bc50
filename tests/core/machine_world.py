"""A world around a machine: events come in by name, guards are answered from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.core.catalog import CATALOG
from tests.core.world import World
from workflows_app.core.commands import Decision
from workflows_app.core.compile_machine import compile_machine
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.events import NodeCompleted, SignalReceived
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.state import NodeStatus
from workflows_app.core.statechart.chart import GUARDS_NODE, error_event


def machine_plan(data: Mapping[str, Any]) -> Plan:
    """The plan of a machine, without validation."""
    return compile_machine(StateMachineDocument.model_validate(data), CATALOG, "hash")


@dataclass
class MachineWorld(World):
    """A world that carries out at once what the engine does: guards, assign, raise, send, log."""

    guards: dict[str, bool | None] = field(default_factory=dict)
    """What each transition's guard gives; None: it has no result. Absent: false."""
    asked: list[tuple[str, ...]] = field(default_factory=list)
    sent: int = 0

    @classmethod
    def of(cls, data: Mapping[str, Any], **guards: bool | None) -> MachineWorld:
        """A machine that has started."""
        world = cls(machine_plan(data), guards=guards)
        world.begin()
        world.carry_out()
        return world

    @property
    def states(self) -> list[str]:
        """The active states in document order."""
        chart = self.plan.chart
        assert chart is not None
        return chart.ordered(node for node, _ in self.state.active if node in chart.states)

    @property
    def acting(self) -> list[str]:
        """Actions under way."""
        assert self.plan.chart is not None
        return [n for n, _ in self.state.active if n not in self.plan.chart.states]

    def hear(self, name: str, signal_id: str | None = None) -> Decision:
        """An event comes from outside."""
        self.sent += 1
        decision = self.send(SignalReceived(name, signal_id or f"s{self.sent}", self.now))
        self.carry_out()
        return decision

    def do(self, action: str, *ports: str) -> None:
        """A worker is done with an action."""
        self.complete(action, *ports, visit=self._visit(action))
        self.carry_out()

    def break_(self, action: str) -> None:
        """An action fails."""
        self.fail(action, visit=self._visit(action))
        self.carry_out()

    def elapse(self, timer: str, visit: int = 1) -> None:
        """A delay is over."""
        self.fire("delay", timer, visit)
        self.carry_out()

    def carry_out(self) -> None:
        """Do what the engine does within the transaction."""
        while (key := self._inline()) is not None:
            node, visit = key
            ports: tuple[str, ...] = ("out",)
            if node == GUARDS_NODE:
                question = self.state.machine.question
                assert question is not None
                self.asked.append(question.transitions)
                ports = tuple(self._answers(question.transitions))
            self.startable.pop(key)
            self.send(NodeCompleted(node, visit, 1, self.now, ports))

    def _answers(self, transitions: tuple[str, ...]) -> list[str]:
        found = {name: self.guards.get(name, False) for name in transitions}
        return [
            name if holds else error_event(name)
            for name, holds in found.items()
            if holds is not False
        ]

    def _inline(self) -> tuple[str, int] | None:
        for key, active in self.state.active.items():
            is_engine = self.plan.nodes[key[0]].execution is Execution.ENGINE
            if is_engine and active.status is NodeStatus.RUNNING:
                return key
        return None

    def _visit(self, action: str) -> int:
        return next(visit for node, visit in self.state.active if node == action)

    def path(self) -> list[str]:
        """What was entered, left, run and taken, in order."""
        signs = {"node.waiting": "+", "transition.taken": "~", "node.failed": "!"}
        assert self.plan.chart is not None
        told: list[str] = []
        for recorded in self.journal:
            entry = recorded.entry
            if entry.type == "node.succeeded":
                told.append(("-" if entry.node in self.plan.chart.states else "") + entry.node)
            elif entry.type == "transition.taken":
                told.append(f"~{entry.data['transition']}")
            elif entry.type in signs:
                told.append(signs[entry.type] + entry.node)
        return [item for item in told if item != GUARDS_NODE]
