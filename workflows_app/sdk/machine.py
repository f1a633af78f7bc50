"""State machines: states, the events that each accepts, and where these lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from workflows_app.core.document_machine import State, StateMachineDocument, Transition
from workflows_app.core.plan import Plan
from workflows_app.errors import EventNotAcceptedError
from workflows_app.sdk.local.execution import Execution, WorkflowFailedError
from workflows_app.sdk.local.programs import compile_local
from workflows_app.sdk.local.run import run_plan, send_event
from workflows_app.sdk.names import require_id
from workflows_app.sdk.publishing import Publishable

Ways = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""For each state the events that it accepts, and where they lead."""


class StateMachine(Publishable):
    """A finite-state machine: a subclass, or an object, with its table of transitions.

    A state without transitions is final: in it the machine is over.
    """

    def __init__(
        self,
        *,
        initial: str,
        transitions: Mapping[str, Mapping[str, str]],
        name: str = "",
        description: str = "",
    ) -> None:
        """Make a machine in its initial state.

        Args:
            initial: The state in which it begins.
            transitions: For each state the events that it accepts, and where they lead.
            name: What it is registered under; the class's `name` by default.
            description: What it is for.

        Raises:
            ValueError: A transition leads, or the machine begins, where there is no state.
        """
        self.name = name or getattr(type(self), "name", "")
        self._description = description
        self._initial = initial
        self._transitions = {state: dict(ways) for state, ways in transitions.items()}
        self._execution: Execution | None = None
        self._state = initial
        self._require_state(initial, "The machine begins in")
        for state, ways in self._transitions.items():
            require_id(state)
            for event, target in ways.items():
                self._require_state(target, f"“{event}” leads from “{state}” to")

    @property
    def state(self) -> str:
        """The state that it is in."""
        return self._state

    @property
    def accepted(self) -> tuple[str, ...]:
        """The events that its state accepts."""
        return tuple(self._transitions[self._state])

    @property
    def is_over(self) -> bool:
        """True in a final state."""
        return not self.accepted

    def can_transition(self, event: str) -> bool:
        """True when its state accepts the event."""
        return event in self.accepted

    async def transition(self, event: str, data: Any = None) -> str:
        """Send it an event in memory, and return the state that it is in then.

        Args:
            event: The event's name.
            data: What it carries, as JSON.

        Raises:
            EventNotAcceptedError: The state accepts no such event; the machine stays in it.
            InvalidDocument: The machine cannot run; its problems say why.
        """
        if not self.can_transition(event):
            accepts = ", ".join(self.accepted) or "none"
            raise EventNotAcceptedError(
                f"“{self._state}” does not accept the event “{event}”. It accepts: {accepts}.",
                extra={"accepted": list(self.accepted)},
            )
        before = self._execution or await run_plan(_plan_of(self._initial, self._ways))
        self._execution = await send_event(before, event, data)
        if self._execution.failure is not None:
            raise WorkflowFailedError(self._execution.failure, self._execution)
        # A machine that is over has left its final state, whose name is the run's output.
        self._state = next(iter(self._execution.states), self._execution.output)
        return self._state

    def to_document(self) -> StateMachineDocument:
        """The document that the canvas shows and that runs."""
        return _document(self._initial, self._ways, self._description)

    @property
    def _ways(self) -> Ways:
        return tuple((state, tuple(ways.items())) for state, ways in self._transitions.items())

    def _require_state(self, state: str, where: str) -> None:
        if state not in self._transitions:
            raise ValueError(
                f"{where} “{state}”, which is no state. There are: {', '.join(self._transitions)}. "
                "A state without transitions is written as `{}`."
            )


def _document(initial: str, ways: Ways, description: str = "") -> StateMachineDocument:
    return StateMachineDocument(
        kind="state_machine",
        description=description,
        initial=initial,
        states=tuple(_drawn(state, leaving) for state, leaving in ways),
    )


@lru_cache(maxsize=64)
def _plan_of(initial: str, ways: Ways) -> Plan:
    """Compiled once for all machines of the table."""
    return compile_local(_document(initial, ways), {})


def _drawn(state: str, leaving: Sequence[tuple[str, str]]) -> State:
    if not leaving:
        return State(id=state, type="final", output=state)
    transitions = (
        Transition(id=f"{state}_{index}", event=event, targets=(target,))
        for index, (event, target) in enumerate(leaving, start=1)
    )
    return State(id=state, transitions=tuple(transitions))
