"""The state of a local run: events go in, `decide` judges, and its commands are carried out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from workflows_app.core import closing
from workflows_app.core.builtin_types import BUILTIN_TYPES
from workflows_app.core.commands import (
    ClearTimers,
    CloseRun,
    Command,
    FinishNode,
    HoldNode,
    JournalEntry,
    MarkCompensated,
    MarkNode,
    SetTimer,
    StartNode,
    StartUndoing,
)
from workflows_app.core.decide import decide
from workflows_app.core.events import (
    ErrorInfo,
    Event,
    NodeCompleted,
    NodeFailed,
    NodeWaiting,
    SignalReceived,
    TimerFired,
    TimerKind,
)
from workflows_app.core.expressions import evaluate, resolve_config
from workflows_app.core.inline_machine import MACHINE_NODES
from workflows_app.core.inline_nodes import INLINE_NODES
from workflows_app.core.json_text import plain_text
from workflows_app.core.node_results import NodeResult, outputs_before
from workflows_app.core.plan import Execution as CarriedOutBy
from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.scope import scope_of
from workflows_app.core.state import NodeStatus, RunState, RunStatus, VisitKey
from workflows_app.errors import FatalError
from workflows_app.sdk.local.clock import Clock
from workflows_app.sdk.local.execution import Execution, Failure, Waiting, merged_state
from workflows_app.sdk.local.items import ItemsDone
from workflows_app.sdk.local.journal import Journal
from workflows_app.sdk.local.machine_names import active_states, machine_names
from workflows_app.sdk.local.people import question_of
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.values import storable
from workflows_app.sdk.shell.waits import end_of_wait

RUN: VisitKey = ("", 0)
"""Where a journal line speaks of the run."""

_NODE_TIMERS = (TimerKind.RETRY, TimerKind.NODE_TIMEOUT, TimerKind.WAIT, TimerKind.DELAY)
_INLINE = {**INLINE_NODES, **MACHINE_NODES}
_DEADLINES = frozenset(
    {TimerKind.NODE_TIMEOUT, TimerKind.RUN_TIMEOUT, TimerKind.RESERVATION, TimerKind.DELAY}
)
_TELLS_FAILURE = frozenset({"run.failed", "run.compensating"})
"""Journal entries with why the run failed, where they are written together with it."""
_LITERAL_FIELDS = {spec.name: spec.literal_fields | spec.deferred_fields for spec in BUILTIN_TYPES}

_BY_WORKERS = frozenset({CarriedOutBy.WORKER, CarriedOutBy.ITEMS, CarriedOutBy.CHILD})
"""Other workflows need a database; in memory a fake stands for each."""

TimerKey = tuple[TimerKind, str, int]


class ChildNotStartedError(FatalError):
    """A step runs another workflow, and in memory no other is registered."""


def literal_fields_of(type_name: str) -> frozenset[str]:
    """The config fields of a node type that are taken as they are written."""
    return _LITERAL_FIELDS.get(type_name, frozenset())


@dataclass(frozen=True, slots=True)
class _Timer:
    due_at: float
    alarm: float
    """When it is due by the event loop's clock, for those who wait beside running nodes."""
    attempt: int


class LocalStep:
    """Moves one run. Everything happens in the event loop's thread."""

    def __init__(self, plan: Plan, input: Any, clock: Clock, *, business_key: str = "") -> None:
        self.plan = plan
        self.run_id = uuid4()
        self.journal = Journal()
        self.ready: dict[VisitKey, int] = {}
        """Attempts of worker nodes that nobody has begun, in the order of their queueing."""
        self.items: dict[str, ItemsDone] = {}
        """What became of the items of map nodes."""
        self._state = RunState()
        self.input = input
        self._clock = clock
        self._run = {
            "id": str(self.run_id),
            "workflow": "",
            "business_key": business_key,
            "started_at": datetime.fromtimestamp(clock.now(), UTC).isoformat(),
        }
        self._inline: deque[tuple[VisitKey, int]] = deque()
        self._results: dict[str, NodeResult | None] = {}
        self._results_of_visits: dict[VisitKey, NodeResult] = {}
        """For machines, which remember values by node run."""
        self._payloads: dict[str, Any] = {}
        """What signals carried, by their ids."""
        self._waiting: dict[VisitKey, Waiting] = {}
        self._timers: dict[TimerKey, _Timer] = {}
        self._causes: dict[str, BaseException] = {}
        self._output: Any = None
        self._failure: Failure | None = None
        self._compensated: list[VisitKey] = []
        self._attention: dict[VisitKey, Failure] = {}

    # What goes in

    def feed(self, event: Event, *, output: Any = None, cause: BaseException | None = None) -> None:
        """Work in an event and all that follows from it at once. Late ones change nothing.

        Args:
            event: What happened.
            output: Of the node that it completes, or the payload of its signal.
            cause: What the task raised.
        """
        if isinstance(event, SignalReceived):
            self._payloads[event.signal_id] = output
        if self._judge(event, output, cause):
            self._settle()

    def decide(self, key: VisitKey, outcome: str, output: Mapping[str, Any], *, by: str) -> None:
        """A person answers a human node."""
        attempt = self._state.active[key].attempt
        self.journal.note("human.decided", key, {"by": by, "outcome": outcome}, self.now)
        self.feed(NodeCompleted(*key, attempt, self.now, (outcome,)), output=output)

    def fire_timers(self) -> None:
        """Tell the run of all timers that are due."""
        wake_at = asyncio.get_running_loop().time()
        for key, timer in sorted(self._timers.items(), key=lambda item: item[1].due_at):
            if timer.due_at <= self.now or timer.alarm <= wake_at:
                self._clock.skip_to(timer.due_at)
                if self._timers.get(key) is timer:
                    del self._timers[key]
                    kind, node, visit = key
                    self.feed(TimerFired(kind, self.now, node, visit, timer.attempt))

    def note_progress(self, key: VisitKey, attempt: int, told: dict[str, Any]) -> None:
        """A running task tells how far it is."""
        if self.is_running(key, attempt):
            self.journal.note("node.progress", key, told, self.now)

    # What comes out

    @property
    def now(self) -> float:
        """The time."""
        return self._clock.now()

    @property
    def is_closed(self) -> bool:
        """True when the run is over."""
        return self._state.status is not None and self._state.status.is_closed

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The nodes that wait, in the order in which they began to."""
        return tuple(self._waiting.values())

    @property
    def attention(self) -> tuple[Failure, ...]:
        """Why nodes gave up that may not fail."""
        return tuple(self._attention.values())

    def is_running(self, key: VisitKey, attempt: int) -> bool:
        """True while somebody waits for the result of this attempt."""
        active = self._state.active.get(key)
        return (
            active is not None and active.attempt == attempt and active.status is NodeStatus.RUNNING
        )

    def resolved_config(self, key: VisitKey) -> dict[str, Any]:
        """A node's config with its expressions evaluated.

        Raises:
            ExpressionError: One of them has no result.
            UnstorableValueError: The result is too large.
        """
        node = self.plan.nodes[key[0]]
        literal = literal_fields_of(node.type)
        config: dict[str, Any] = storable(
            resolve_config(node.config, self.scope(node), literal), "resolved input"
        )
        return config

    def seconds_to_timer(self) -> float | None:
        """Seconds of real time until the first timer is due; None where none is set."""
        now, wake_at = self.now, asyncio.get_running_loop().time()
        left = [min(t.due_at - now, t.alarm - wake_at) for t in self._timers.values()]
        return max(0.0, min(left)) if left else None

    @property
    def hears_events(self) -> bool:
        """True for a machine that is not over."""
        return bool(active_states(self.plan, self._state))

    def skip_to(self, moment: float) -> bool:
        """Let it be that time at once. False where time cannot be skipped."""
        return self._clock.skip_to(moment)

    def skip_to_timer(self, *, passes_deadlines: bool) -> float | None:
        """Let it be the time of the first timer; the seconds that are left to wait for it.

        Args:
            passes_deadlines: False: time stands still before time limits, and before delays of
                machines.

        Returns:
            None where no timer may be waited for.
        """
        due = [
            timer.due_at
            for (kind, _, _), timer in self._timers.items()
            if passes_deadlines or kind not in _DEADLINES
        ]
        if not due:
            return None
        first = min(due)
        return 0.0 if self._clock.skip_to(first) else max(0.0, first - self.now)

    def execution(self) -> Execution:
        """The run as it stands."""
        return Execution(
            plan=self.plan,
            status=self._state.status or RunStatus.RUNNING,
            input=self.input,
            output=self._output,
            failure=self._failure,
            outputs=self._outputs(),
            waiting=self.waiting,
            compensated=tuple(node for node, _ in self._compensated),
            needs_attention=self.attention,
            items=dict(self.items),
            states=active_states(self.plan, self._state),
            journal=tuple(self.journal.lines),
            logs=tuple(self.journal.logs),
            checkpoint=None if self.is_closed else self,
        )

    # Deciding

    def _judge(self, event: Event, output: Any, cause: BaseException | None) -> bool:
        decision = decide(self.plan, self._state, event)
        if decision.is_empty:
            return False
        before, self._state = self._state, decision.state
        for command in decision.commands:
            self._apply(command, event, output, cause)
        has_failed = self._failure is not None and before.undo_outcome is None
        for entry in decision.journal:
            self._note(entry, event.at, tells_failure=has_failed)
        return True

    def _settle(self) -> None:
        """Carry out the nodes that need no worker, and set up those that wait."""
        while self._inline:
            key, attempt = self._inline.popleft()
            active = self._state.active.get(key)
            if active is None or active.attempt != attempt:
                continue
            node = self.plan.nodes[key[0]]
            if node.execution is CarriedOutBy.ENGINE:
                self._carry_out(node, key, attempt)
            else:
                self._set_up(node, key, attempt)

    def _carry_out(self, node: PlanNode, key: VisitKey, attempt: int) -> None:
        try:
            result = _INLINE[node.type](_Call(self, node))
            output = storable(result.output, "output")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the node's failure
            self._judge(NodeFailed(*key, attempt, self.now, error_info(error)), None, error)
            return
        if result.log is not None:
            self.journal.log(key, *result.log)
        self._judge(NodeCompleted(*key, attempt, self.now, result.ports), output, None)

    def _set_up(self, node: PlanNode, key: VisitKey, attempt: int) -> None:
        """Ask the people, or set the time."""
        until: float | None = None
        question = None
        try:
            config = self.resolved_config(key)
            if node.execution is CarriedOutBy.HUMAN:
                question = question_of(
                    node, key[1], config, merged_state(self.plan, self.input, self._outputs())
                )
            elif node.execution is CarriedOutBy.CHILD:
                raise ChildNotStartedError(f"There is no workflow “{config.get('workflow')}”.")
            else:
                until = end_of_wait(config, self.now)
        except (FatalError, ValueError) as error:
            self._judge(NodeFailed(*key, attempt, self.now, error_info(error)), None, error)
            return
        self._waiting[key] = Waiting(*key, question=question, signal=node.signal, until=until)
        self._judge(NodeWaiting(*key, attempt, self.now, until), None, None)

    # Commands

    def _apply(
        self, command: Command, event: Event, output: Any, cause: BaseException | None
    ) -> None:
        match command:
            case StartNode(node, visit, attempt):
                if self.plan.nodes[node].execution in _BY_WORKERS:
                    self.ready[node, visit] = attempt
                elif self.plan.nodes[node].execution is not CarriedOutBy.STATE:
                    self._inline.append(((node, visit), attempt))
            case MarkNode():
                self._mark(command, cause)
            case HoldNode(node, visit):
                self.ready.pop((node, visit), None)
            case FinishNode():
                self._finish(command, event, output, cause)
            case SetTimer(kind, due_at, node, visit, attempt):
                alarm = asyncio.get_running_loop().time() + due_at - self.now
                self._timers[kind, node, visit] = _Timer(due_at, alarm, attempt)
            case ClearTimers(node, visit):
                for kind in _NODE_TIMERS:
                    self._timers.pop((kind, node, visit), None)
            case MarkCompensated(node, visit):
                self._compensated.append((node, visit))
            case StartUndoing(_, error, failed_node):
                self._failure = self._why(error, failed_node)
            case CloseRun(status, _, error, failed_node):
                self._close(status, error, failed_node)

    def _mark(self, command: MarkNode, cause: BaseException | None) -> None:
        key = (command.node, command.visit)
        self.ready.pop(key, None)
        self._attention.pop(key, None)
        if command.status is NodeStatus.NEEDS_ATTENTION and command.error is not None:
            self._waiting.pop(key, None)
            told = (plain_text(command.error.type, 200), plain_text(command.error.message))
            self._attention[key] = Failure(*told, command.node, cause)

    def _finish(
        self, command: FinishNode, event: Event, output: Any, cause: BaseException | None
    ) -> None:
        key = (command.node, command.visit)
        self.ready.pop(key, None)
        self._waiting.pop(key, None)
        self._attention.pop(key, None)
        if command.status in {NodeStatus.SUCCEEDED, NodeStatus.FAILED}:
            # A node that was visited before moves behind those that were done since.
            self._results.pop(key[0], None)
        if command.status is NodeStatus.SUCCEEDED:
            is_own = isinstance(event, NodeCompleted) and (event.node, event.visit) == key
            if not is_own and command.signal_id is None:
                output = {} if self.plan.nodes[key[0]].execution is CarriedOutBy.WAIT else None
            self._keep(key, NodeResult(command.ports, output))
        elif command.status is NodeStatus.FAILED and command.error is not None:
            told = {
                "type": plain_text(command.error.type, 200),
                "message": plain_text(command.error.message),
            }
            self._keep(key, NodeResult(command.ports, None, told))
            if cause is not None:
                self._causes[key[0]] = cause

    def _keep(self, key: VisitKey, result: NodeResult) -> None:
        if self.plan.nodes[key[0]].execution is CarriedOutBy.STATE:
            return
        self._results[key[0]] = result
        if self.plan.chart is not None:
            self._results_of_visits[key] = result

    def _close(self, status: RunStatus, error: ErrorInfo | None, failed_node: str | None) -> None:
        self._inline.clear()
        self._timers.clear()
        if status is RunStatus.SUCCEEDED:
            self._output = closing.output_of(self._state.ends, self._results)
        elif status is RunStatus.FAILED and self._failure is None:
            self._failure = self._why(error, failed_node)

    def _why(self, error: ErrorInfo | None, failed_node: str | None) -> Failure:
        """What made the run fail."""
        if error is None and failed_node is not None:
            key = self._state.failure or (failed_node, 1)
            error = closing.error_of(
                self.plan.nodes[failed_node],
                self._results.get(failed_node),
                self.journal.last_message(key),
            )
        found = error or ErrorInfo("Failed", "The run failed.")
        return Failure(
            plain_text(found.type, 200),
            plain_text(found.message),
            failed_node,
            self._causes.get(failed_node or ""),
        )

    def _note(self, entry: JournalEntry, at: float, *, tells_failure: bool) -> None:
        data = dict(entry.data)
        if entry.type in _TELLS_FAILURE and tells_failure and self._failure is not None:
            data["error"] = {"type": self._failure.type, "message": self._failure.message}
            data["node"] = self._failure.node
        self.journal.note(entry.type, (entry.node, entry.visit), data, at)

    # Expressions

    def scope(self, node: PlanNode) -> dict[str, Any]:
        """The names of a node's expressions and their values."""
        known = scope_of(self.plan, node, input=self.input, run=self._run, results=self._results)
        visits, payloads = self._results_of_visits, self._payloads
        return {**known, **machine_names(self.plan, node, self._state, visits, payloads)}

    def _outputs(self) -> dict[str, Any]:
        known = self._results.items()
        return {node: result.output for node, result in known if result is not None}

    def asked_guards(self) -> dict[str, str]:
        """The guards that a machine asks for, by their transitions."""
        chart, question = self.plan.chart, self._state.machine.question
        if chart is None or question is None:
            return {}
        found = (chart.transitions[transition] for transition in question.transitions)
        return {transition.id: transition.guard or "" for transition in found}

    def before(self, node: PlanNode) -> dict[str, Any]:
        """Outputs of the nodes that led to this one, gates passed over."""
        return outputs_before(self.plan, node.id, lambda _: self._results)


class _Call:
    """What a node that is carried out at once may ask for."""

    def __init__(self, step: LocalStep, node: PlanNode) -> None:
        self._step = step
        self._node = node
        self._scope: dict[str, Any] | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        return self._node.config

    @property
    def run_input(self) -> Any:
        return self._step.input

    def resolve(self, value: Any) -> Any:
        if self._scope is None:
            self._scope = self._step.scope(self._node)
        return evaluate(value, self._scope)

    def asked_guards(self) -> Mapping[str, str]:
        return self._step.asked_guards()

    def predecessors(self) -> Mapping[str, Any]:
        return self._step.before(self._node)
