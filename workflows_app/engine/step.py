"""One step of a run: reports go in, `decide` judges them, and one change to write comes out.

A step touches no table except to read: what it changes is collected and written together by
`store.statements.write_steps`. Human tasks and child runs are the exception, since they have rows
of their own; they need the run's lock, and a step without it raises `LockNeededError` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import random
from typing import Any
from uuid import UUID

from workflows_app.conf import lease_seconds
from workflows_app.core.commands import (
    ClearTimers,
    CloseRun,
    Command,
    FinishNode,
    HoldNode,
    JournalEntry,
    MarkCompensated,
    MarkNode,
    OrderChild,
    SetTimer,
    StartNode,
    StartUndoing,
)
from workflows_app.core.decide import decide
from workflows_app.core.events import (
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    NodeStarted,
    NodeWaiting,
    ResumeRequested,
    RunStarted,
    TimerFired,
    TimerKind,
)
from workflows_app.core.json_text import plain_text
from workflows_app.core.node_results import NodeResult
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.state import NodeStatus, RunState, RunStatus, VisitKey
from workflows_app.engine import children, clock, closing, inline, map_nodes, waiting
from workflows_app.engine.node_rows import NodeRows, error_to_json
from workflows_app.engine.outputs import Outputs
from workflows_app.engine.scope import resolved_config
from workflows_app.sdk.shell.failures import error_info
from workflows_app.store import bulks, claims, human, node_runs, signals
from workflows_app.store.changes import EventRow, LogRow, StepChange, TimerKey, TimerRow
from workflows_app.store.codec import (
    Absent,
    ProgressTold,
    Report,
    state_to_json,
)
from workflows_app.store.runs import RunRow

_TELLS_ERROR = frozenset({"run.failed", "run.compensating"})
"""Journal entries with the run's error, where they are written together with it."""

_ENDS_OF_ATTEMPTS = frozenset({"node.succeeded", "node.retrying", "node.failed"})
_NODE_TIMERS = (TimerKind.RETRY, TimerKind.NODE_TIMEOUT, TimerKind.WAIT, TimerKind.DELAY)

_CARRY_OUT = {Execution.ENGINE: inline.carry_out, Execution.ITEMS: map_nodes.set_up}
"""Who carries out or sets up what no worker claims; all others wait."""


class LockNeededError(Exception):
    """The step has to write rows of its own, and its caller does not hold the run's lock."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A node that the step claimed for the calling worker."""

    key: VisitKey
    attempt: int
    config: dict[str, Any]
    """Resolved."""
    is_started: bool
    """True when it also tells that the node begins: the worker must run it next."""


class Step:
    """Collects what the reports of one transaction lead to."""

    def __init__(
        self,
        run: RunRow,
        plan: Plan,
        now: datetime,
        *,
        is_locked: bool,
        outputs: Outputs | None = None,
    ) -> None:
        self.run = run
        self.plan = plan
        self.now = now
        self.state: RunState = run.state
        self.outputs = outputs or Outputs(run.id)
        self.rows = NodeRows(run.id)
        self.ready: dict[VisitKey, int] = {}
        """Attempts of worker nodes that the step queued and nobody has."""
        self.called: list[UUID] = []
        """Other runs in whose inboxes the step left a report."""
        self.has_human_news = False
        """True when people's inboxes changed."""
        self.opened_bulks = 0
        """Map nodes whose items the step made ready, or let go on."""
        self._is_locked = is_locked
        self._run_values: dict[str, Any] = {}
        self._journal: list[EventRow] = []
        self._timers: dict[TimerKey, TimerRow] = {}
        self._dropped: dict[TimerKey, None] = {}
        self._logs: list[LogRow] = []
        self._inline = inline.InlineQueue(plan, run.state)
        self._given: dict[VisitKey, Any] = {}
        self._reusable: dict[VisitKey, node_runs.ReusableResult] = {}
        self._is_closed = False

    # What goes in

    def feed(self, report: Report) -> bool:
        """Work in one report; False when it changes nothing, being late or repeated."""
        event = report.event
        if isinstance(event, ProgressTold):
            return self._note_progress(event)
        if self._is_begun_by_another(report):
            return False
        if isinstance(event, NodeWaiting) and "ask" in report.facts:
            return self.feed(waiting.ask_for_worker(self, event, report))
        before = self.state
        decision = decide(self.plan, before, event)
        if decision.is_empty:
            return False
        self.state = decision.state
        at = clock.moment(event.at)
        if isinstance(event, RunStarted):
            self._run_values["started_at"] = at
            self._read_reusable(event)
        elif isinstance(event, ResumeRequested):
            self.opened_bulks += sum(
                self.plan.nodes[active.node].execution is Execution.ITEMS
                and active.status is NodeStatus.RUNNING
                for active in before.active.values()
            )
        for command in decision.commands:
            self._apply(command, report, before, at)
        for entry in decision.journal:
            self._note(entry, report, at)
        return True

    def _is_begun_by_another(self, report: Report) -> bool:
        """True when a worker that was silent for too long has a result of what another one runs.

        Its node was not lost, since nobody knew that it had begun: the attempt is the same. A step
        without the lock needs no look, being fenced by the `seq` of before anybody began.
        """
        event = report.event
        if not (self._is_locked and report.worker):
            return False
        if not isinstance(event, NodeCompleted | NodeFailed | NodeWaiting):
            return False
        key = (event.node, event.visit)
        active = self.state.active.get(key)
        if active is None or active.status is not NodeStatus.RUNNING:
            return False
        has_begun_now = self.rows.values(key).get("worker")
        holder = has_begun_now or claims.find_holder(self.run.id, key)
        return holder not in {report.worker, ""}

    def settle(self) -> None:
        """Carry out the nodes that need no worker, until none is left or the time is over."""
        while (taken := self._inline.take()) is not None:
            key, attempt = taken
            active = self.state.active.get(key)
            if active is None or active.attempt != attempt:
                continue
            if active.status not in {NodeStatus.RUNNING, NodeStatus.QUEUED}:
                continue
            node = self.plan.nodes[key[0]]
            self.feed(_CARRY_OUT.get(node.execution, waiting.set_up)(self, node, key, attempt))

    def take_next(self, worker: str) -> Taken | None:
        """Claim the one worker node that became ready, for this worker.

        None when there is none, or several: those are left for everybody. A node whose expressions
        fail is not claimed, but what follows from its failure may be. One that must not run twice
        is started, too, so that its beginning is known before it begins.
        """
        while len(self.ready) == 1:
            key, attempt = next(iter(self.ready.items()))
            at = self.now.timestamp()
            node = self.plan.nodes[key[0]]
            try:
                config = resolved_config(self.run_now, self.plan, node, self.outputs)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the node's failure
                failed = NodeFailed(key[0], key[1], attempt, at, error_info(error), random())
                self.feed(Report(failed))
                self.settle()
                continue
            if node.may_be_redone and attempt == 1:
                del self.ready[key]
                row = self.rows.touch(key, is_known=True)
                row.values.update(worker=worker, lease_until=self._lease_until)
                return Taken(key, attempt, config, is_started=False)
            started = NodeStarted(key[0], key[1], attempt, at)
            self.feed(Report(started, worker=worker, input=config))
            return Taken(key, attempt, config, is_started=True)
        return None

    def set_output(self, key: VisitKey, value: Any) -> None:
        """Give the output of a node run whose completion is about to be fed."""
        self._given[key] = value

    def note(self, type_: str, node: str, visit: int, data: dict[str, Any], at: datetime) -> None:
        """Journal a fact that changes no state."""
        seq = self.run.seq + len(self._journal) + 1
        self._journal.append(EventRow(seq, type_, node, visit, data, at))

    def log(self, key: VisitKey, attempt: int, level: str, message: str) -> None:
        """Write a line into a node's log."""
        text = plain_text(message)
        self._logs.append(LogRow(key[0], key[1], attempt, level, text, self.now))

    def require_lock(self) -> None:
        """Say that the step writes rows of its own.

        Raises:
            LockNeededError: The caller does not hold the run's lock.
        """
        if not self._is_locked:
            raise LockNeededError

    # What comes out

    @property
    def is_unfinished(self) -> bool:
        """True when the next step has to go on with nodes that this one had no time for."""
        return not self._inline.is_empty

    @property
    def run_now(self) -> RunRow:
        """The run's row with the state that the step has come to."""
        return replace(self.run, state=self.state)

    @property
    def has_news(self) -> bool:
        """True when something happened."""
        return bool(self._journal or self.rows.changes)

    def change(self) -> StepChange | None:
        """What to write; None when nothing happened."""
        if not self.has_news:
            return None
        nodes = self.rows.changes
        return StepChange(
            run_id=self.run.id,
            fence=self.run.seq,
            run={
                "seq": self.run.seq + len(self._journal),
                "status": self.state.status or RunStatus.RUNNING,
                "state": state_to_json(self.state),
                **self._run_values,
            },
            nodes=nodes,
            events=self._journal,
            timers=[] if self._is_closed else list(self._timers.values()),
            dropped_timers=list(self._dropped),
            drops_all_timers=self._is_closed,
            logs=self._logs,
        )

    def row_after(self) -> RunRow:
        """The run's row once the change is written."""
        return replace(
            self.run,
            seq=self.run.seq + len(self._journal),
            status=str(self.state.status),
            state=self.state,
            started_at=self._run_values.get("started_at", self.run.started_at),
        )

    def earliest_timer(self) -> datetime | None:
        """When the first of the timers that the step set is due."""
        if self._is_closed or not self._timers:
            return None
        return min(timer.due_at for timer in self._timers.values())

    def logged_message(self, key: VisitKey) -> str:
        """The last line that the node run logged in this step."""
        lines = [x.message for x in self._logs if (x.node_id, x.visit) == key]
        return lines[-1] if lines else ""

    @property
    def _lease_until(self) -> datetime:
        return self.now + timedelta(seconds=lease_seconds())

    # Commands

    def _apply(self, command: Command, report: Report, before: RunState, at: datetime) -> None:
        match command:
            case StartNode(node, visit, attempt):
                key = (node, visit)
                plan_node = self.plan.nodes[node]
                is_for_worker = plan_node.execution is Execution.WORKER
                # What is carried out at once appears in the journal only when that has happened.
                is_for_workers = is_for_worker or plan_node.execution is Execution.ITEMS
                is_told = is_for_workers or attempt > 1 or _is_held(before, key)
                # States are told in the decision that enters them, with its time.
                is_state = plan_node.execution is Execution.STATE
                queued_at = at if is_told or is_state else self.now
                self.rows.queue(
                    plan_node,
                    key,
                    attempt,
                    queued_at,
                    is_known=key in before.active,
                    is_told=is_told,
                )
                if is_for_worker:
                    self.ready[key] = attempt
                elif not is_state:
                    self._inline.add(key, attempt)
            case HoldNode(node, visit, attempt):
                key = (node, visit)
                plan_node = self.plan.nodes[node]
                self.rows.hold(plan_node, key, attempt, at, is_known=key in before.active)
                self.ready.pop(key, None)
            case MarkNode():
                self._mark(command, report, at)
            case FinishNode():
                self._finish(command, report, before, at)
            case SetTimer(kind, due_at, node, visit, attempt):
                timer_key = TimerKey(kind, node, visit)
                self._timers[timer_key] = TimerRow(timer_key, attempt, clock.moment(due_at))
                self._dropped.pop(timer_key, None)
            case ClearTimers(node, visit):
                for kind in _NODE_TIMERS:
                    timer_key = TimerKey(kind, node, visit)
                    self._timers.pop(timer_key, None)
                    self._dropped[timer_key] = None
            case OrderChild():
                children.pass_on(self, command, at)
            case MarkCompensated(node, visit):
                change = self.rows.touch((node, visit), is_known=True)
                change.values["status"] = NodeStatus.COMPENSATED
            case StartUndoing(_, error, failed_node):
                if error is not None or failed_node is not None:
                    self._run_values["error"] = closing.run_error(self, error, failed_node)
            case CloseRun(status, _, error, failed_node):
                knows_error = before.undo_outcome is not None or "error" in self._run_values
                self._close(status, error, failed_node, at, knows_error=knows_error)

    def _mark(self, command: MarkNode, report: Report, at: datetime) -> None:
        key = (command.node, command.visit)
        self.ready.pop(key, None)
        execution = self.plan.nodes[command.node].execution
        if command.status in {NodeStatus.RETRYING, NodeStatus.NEEDS_ATTENTION}:
            if execution is Execution.ITEMS:
                self._close_bulks(key)
            due_at = clock.moment(command.due_at) if command.due_at is not None else None
            self.rows.fail_attempt(
                key, command.attempt, at, command.status, due_at=due_at, error=command.error
            )
            is_for_people = self.plan.nodes[command.node].execution is Execution.HUMAN
            if is_for_people and command.status is NodeStatus.NEEDS_ATTENTION:
                self._close_human_task(command, report, at)
            return
        values: dict[str, Any] = {"status": command.status}
        if not isinstance(report.input, Absent):
            values["input"] = report.input
        if command.status is NodeStatus.RUNNING:
            values["worker"] = report.worker
            if execution is Execution.WORKER:
                values["lease_until"] = self._lease_until
        elif command.status is NodeStatus.WAITING:
            facts = self._facts(command.node, report)
            values["waiting"] = {
                **facts,
                "since": clock.told(command.at),
                "until": clock.told(command.due_at) or facts.get("until"),
            }
        self.rows.start(key, command.attempt, at, **values)

    def _facts(self, node_id: str, report: Report) -> Mapping[str, Any]:
        """For whom or what the node waits; a machine's state waits for events."""
        chart = self.plan.chart
        if chart is None or node_id not in chart.states:
            return report.facts
        events = list(chart.states[node_id].events)
        return {"kind": "event", "for": events, "human_task_id": None, "run_id": None}

    def _finish(self, command: FinishNode, report: Report, before: RunState, at: datetime) -> None:
        key = (command.node, command.visit)
        node = self.plan.nodes[command.node]
        self.ready.pop(key, None)
        values: dict[str, Any] = {}
        if command.status is NodeStatus.SUCCEEDED:
            values = {"ports": list(command.ports), "error": None}
            output = self._output(command, report)
            if isinstance(output, Absent):
                self.outputs.remember_stored(key, command.ports)
            else:
                values["output"] = output
                self._remember(key, NodeResult(command.ports, output))
            if command.is_reused or _is_memoized(report, key):
                values["is_reused"] = True
            if command.is_reused and key in self._reusable:
                values["input"] = self._reusable[key].input
        elif command.status is NodeStatus.FAILED:
            failure = error_to_json(command.error) if command.error is not None else None
            values = {"ports": list(command.ports), "error": failure, "output": None}
            self._remember(key, NodeResult(command.ports, None, failure))
        elif command.status is NodeStatus.CANCELLED:
            values = {"output": None}
        active = before.active.get(key)
        is_known = active is not None
        self.rows.finish(node, key, at, command.status, is_known=is_known, **values)
        asked = node.execution is Execution.HUMAN or (
            node.execution is Execution.WORKER
            and active is not None
            and active.status is NodeStatus.WAITING
        )
        if asked and command.status is not NodeStatus.SKIPPED:
            self._close_human_task(command, report, at)
        if node.execution is Execution.ITEMS and is_known:
            self._close_bulks(key)

    def _remember(self, key: VisitKey, result: NodeResult) -> None:
        self.outputs.remember(key[0], result)
        if self.plan.chart is not None:
            self.outputs.remember_visit(key, result)

    def _output(self, command: FinishNode, report: Report) -> Any:
        """The output of a node that succeeded; ABSENT when its row has it."""
        key = (command.node, command.visit)
        event = report.event
        if command.is_reused:
            reused = self._reusable.get(key)
            return reused.output if reused is not None else None
        if command.signal_id is not None:
            return signals.read_payload(command.signal_id)
        if key in self._given:
            return self._given.pop(key)
        if isinstance(event, NodeCompleted) and (event.node, event.visit) == key:
            is_child = self.plan.nodes[command.node].execution is Execution.CHILD
            if is_child and isinstance(report.output, Absent):
                return children.output_of_child(self.run.id, key, command.attempt)
            return report.output
        return {} if self.plan.nodes[command.node].execution is Execution.WAIT else None

    def _close_human_task(
        self, command: FinishNode | MarkNode, report: Report, at: datetime
    ) -> None:
        self.require_lock()
        self.has_human_news = True
        if command.status is NodeStatus.SUCCEEDED:
            return
        event = report.event
        has_expired = (
            isinstance(event, TimerFired)
            and event.kind is TimerKind.NODE_TIMEOUT
            and (event.node, event.visit) == (command.node, command.visit)
        )
        human.close_human_task(
            run_id=self.run.id,
            node_id=command.node,
            visit=command.visit,
            status="expired" if has_expired else "cancelled",
            now=at,
        )

    def _close_bulks(self, key: VisitKey) -> None:
        self.require_lock()
        bulks.close_bulks(self.run.id, key)
        children.cancel_items(self, key)

    def _close(
        self,
        status: RunStatus,
        error: ErrorInfo | None,
        failed_node: str | None,
        at: datetime,
        *,
        knows_error: bool,
    ) -> None:
        self._is_closed = True
        self._inline.clear()
        self._run_values["finished_at"] = at
        if status is RunStatus.SUCCEEDED:
            self._run_values["output"] = closing.run_output(self)
        elif status is RunStatus.FAILED and not knows_error:
            self._run_values["error"] = closing.run_error(self, error, failed_node)
        children.report_end(self, status, self._run_values.get("error"), at)

    # Journal

    def _note(self, entry: JournalEntry, report: Report, at: datetime) -> None:
        data = dict(entry.data)
        if entry.type == "node.started":
            data["worker"] = report.worker
        elif entry.type == "node.waiting":
            data.update(self._facts(entry.node, report))
            if entry.data.get("until") is not None:
                data["until"] = clock.told(entry.data["until"])
        elif entry.type == "node.retrying":
            data["retry_at"] = clock.told(data["retry_at"])
        elif entry.type in _TELLS_ERROR and "error" in self._run_values:
            failure = self._run_values["error"]
            data["error"] = {"type": failure["type"], "message": failure["message"]}
            data["node"] = failure["node_id"]
        if "usage" in report.facts and entry.type in _ENDS_OF_ATTEMPTS:
            data["usage"] = report.facts["usage"]
        if "error" in data:
            info = data["error"]
            data["error"] = error_to_json(ErrorInfo(info["type"], info["message"]))
        self.note(entry.type, entry.node, entry.visit, data, at)

    def _note_progress(self, event: ProgressTold) -> bool:
        key = (event.node, event.visit)
        active = self.state.active.get(key)
        if active is None or active.attempt != event.attempt:
            return False
        if active.status is not NodeStatus.RUNNING:
            return False
        progress = {"done": event.done, "total": event.total, "text": plain_text(event.text, 500)}
        self.rows.touch(key, is_known=True).values["progress"] = progress
        self.note("node.progress", event.node, event.visit, progress, clock.moment(event.at))
        return True

    def _read_reusable(self, event: RunStarted) -> None:
        if event.reusable and self.run.rerun_of_id is not None:
            self._reusable = node_runs.read_reusable(self.run.rerun_of_id, list(event.reusable))


def _is_held(state: RunState, key: VisitKey) -> bool:
    active = state.active.get(key)
    return active is not None and active.status is NodeStatus.HELD


def _is_memoized(report: Report, key: VisitKey) -> bool:
    event = report.event
    if not isinstance(event, NodeCompleted) or not event.is_memoized:
        return False
    return (event.node, event.visit) == key
