"""One turn of `decide`: a working copy of the state, and the moves that all events share."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows_app.core import compensation
from workflows_app.core.commands import (
    ChildOrder,
    ClearTimers,
    CloseRun,
    Command,
    Decision,
    FinishNode,
    HoldNode,
    JournalEntry,
    MarkCompensated,
    MarkNode,
    OrderChild,
    SetTimer,
    StartNode,
)
from workflows_app.core.events import ErrorInfo, SignalReceived, TimerFired, TimerKind
from workflows_app.core.holds import has_begun, is_too_late, may_start
from workflows_app.core.joins import receive, without_live
from workflows_app.core.loops import LoopExits, resolve_dead_edges
from workflows_app.core.plan import Execution, Plan, PlanEdge, PlanNode
from workflows_app.core.state import ActiveNode, NodeStatus, RunState, RunStatus, VisitKey

_RESTING = frozenset({NodeStatus.WAITING, NodeStatus.HELD})
_REMEMBERED_SIGNALS = 64
"""More than one run can reasonably be sent twice in a row."""


class Turn:
    """What becomes of the state while one event is worked in. Not kept between events."""

    def __init__(self, plan: Plan, state: RunState, at: float) -> None:
        self.plan = plan
        self.state = state
        self.at = at
        self.status = state.status
        self.active = dict(state.active)
        self.signals = state.signals
        self.failure = state.failure
        self.undoable = state.undoable
        self.is_past_pivot = state.is_past_pivot
        self.undo_outcome = state.undo_outcome
        self._joins = dict(state.joins)
        self._visits = dict(state.visits)
        self._iterations = dict(state.iterations)
        self._passed = state.passed
        self._exits = state.exits
        self._consumed_signals = state.consumed_signals
        self._ends = state.ends
        self._reusable = dict(state.reusable)
        self._commands: list[Command] = []
        self._journal: list[JournalEntry] = []
        self._pending: deque[tuple[PlanEdge, bool]] = deque()
        self._untold_holds: dict[VisitKey, ActiveNode] = {}
        self._needs_attention = False
        """True when a node has come to need attention."""

    @property
    def is_untouched(self) -> bool:
        """True while the event has led to nothing."""
        return not self._commands and not self._journal

    def decision(self) -> Decision:
        """The result of the turn."""
        state = RunState(
            status=self.status,
            active=self.active,
            joins=self._joins,
            visits=self._visits,
            iterations=self._iterations,
            passed=self._passed,
            exits=self._exits,
            signals=self.signals,
            consumed_signals=self._consumed_signals,
            ends=self._ends,
            reusable=self._reusable,
            undoable=self.undoable,
            is_past_pivot=self.is_past_pivot,
            undo_outcome=self.undo_outcome,
            failure=self.failure,
        )
        return Decision(state, tuple(self._commands), tuple(self._journal))

    # Journal

    def note(self, type_: str, active: ActiveNode, **data: Any) -> None:
        """Journal a fact about a node run."""
        self._journal.append(JournalEntry(type_, active.node, active.visit, data))

    def note_run(self, type_: str, **data: Any) -> None:
        """Journal a fact about the run."""
        self._journal.append(JournalEntry(type_, data=data))

    def ask(self, command: Command) -> None:
        """Ask the shell for something."""
        self._commands.append(command)

    # Node runs

    def begin(self, reusable: Mapping[VisitKey, tuple[str, ...]]) -> None:
        """Start the run at its entries."""
        self.status = RunStatus.RUNNING
        self._reusable = dict(reusable)
        self.note_run(
            "run.started", reused=[[*key, list(ports)] for key, ports in reusable.items()]
        )
        if self.plan.timeout_seconds is not None:
            due_at = self.at + self.plan.timeout_seconds
            self._commands.append(SetTimer(TimerKind.RUN_TIMEOUT, due_at))
        if self.plan.reservation_seconds is not None:
            due_at = self.at + self.plan.reservation_seconds
            self._commands.append(SetTimer(TimerKind.RESERVATION, due_at))
        for entry in self.plan.entries:
            self._activate(self.plan.nodes[entry])

    def start(self, active: ActiveNode) -> None:
        """Hand the attempt to whoever carries it out, unless it has to be kept back."""
        if self.status is RunStatus.PAUSED:
            self.hold(active)
            return
        if not may_start(self.plan, self.active, active):
            self._keep_back(active)
            return
        if self._untold_holds.pop((active.node, active.visit), None) is not None:
            active = replace(active, status=NodeStatus.QUEUED)
        execution = self.plan.nodes[active.node].execution
        is_inline = execution is Execution.ENGINE
        status = NodeStatus.RUNNING if is_inline else NodeStatus.QUEUED
        self.active[active.node, active.visit] = replace(active, status=status)
        was_held = active.status is NodeStatus.HELD
        is_told = execution in {Execution.WORKER, Execution.ITEMS}
        if is_told or active.attempt > 1 or was_held:
            self.note("node.queued", active, attempt=active.attempt)
        self._commands.append(StartNode(active.node, active.visit, active.attempt))

    def start_again(self, active: ActiveNode, *, crashes: int) -> None:
        """Start the next attempt."""
        self.clear_timers(active)
        self.start(replace(active, attempt=active.attempt + 1, crashes=crashes))

    def hold(self, active: ActiveNode) -> None:
        """Keep the attempt back until the run resumes."""
        self._keep_back(active)
        self._tell_hold(active)

    def _keep_back(self, active: ActiveNode) -> None:
        """Let the attempt wait; told at the end of the turn, since it may start within it."""
        if active.status is not NodeStatus.HELD:
            held = replace(active, status=NodeStatus.HELD)
            self.active[active.node, active.visit] = held
            self._untold_holds[active.node, active.visit] = held

    def tell_holds(self) -> None:
        """Say which attempts are kept back after all."""
        for held in list(self._untold_holds.values()):
            self._tell_hold(held)

    def _tell_hold(self, active: ActiveNode) -> None:
        if self._untold_holds.pop((active.node, active.visit), None) is not None:
            self.note("node.held", active, attempt=active.attempt)
            self._commands.append(HoldNode(active.node, active.visit, active.attempt))

    def mark(
        self,
        active: ActiveNode,
        status: NodeStatus,
        *,
        due_at: float | None = None,
        error: ErrorInfo | None = None,
    ) -> ActiveNode:
        """Change the status of a node run that goes on."""
        self._needs_attention |= status is NodeStatus.NEEDS_ATTENTION
        marked = replace(active, status=status)
        self.active[active.node, active.visit] = marked
        self._commands.append(
            MarkNode(active.node, active.visit, active.attempt, status, self.at, due_at, error)
        )
        return marked

    def succeed(
        self, active: ActiveNode, ports: tuple[str, ...], *, signal_id: str | None = None
    ) -> None:
        """The node is done; go on along `ports`. The caller has journalled it."""
        node = self.plan.nodes[active.node]
        self.finish(active, NodeStatus.SUCCEEDED, ports=ports, signal_id=signal_id)
        self._after_success(node, active.visit, ports)

    def finish(
        self,
        active: ActiveNode,
        status: NodeStatus,
        *,
        ports: tuple[str, ...] = (),
        error: ErrorInfo | None = None,
        signal_id: str | None = None,
    ) -> None:
        """Take the node run off the frontier."""
        del self.active[active.node, active.visit]
        self._pass_milestone(active.node)
        self._commands.append(
            FinishNode(
                active.node,
                active.visit,
                active.attempt,
                status,
                self.at,
                ports=ports,
                error=error,
                signal_id=signal_id,
            )
        )
        self.clear_timers(active)

    def mark_compensated(self, key: VisitKey) -> None:
        """The node run, which is over, has been undone."""
        self._journal.append(JournalEntry("node.compensated", *key))
        self._commands.append(MarkCompensated(*key))

    def order_child(self, active: ActiveNode, order: ChildOrder) -> None:
        """Pass an order on to the runs that the node waits for, where it does.

        Those of a map node's items need none to be cancelled: the node's end is one.
        """
        execution = self.plan.nodes[active.node].execution
        is_child = execution is Execution.CHILD and active.status is NodeStatus.WAITING
        has_items = execution is Execution.ITEMS and active.status is NodeStatus.RUNNING
        if is_child or (has_items and order is not ChildOrder.CANCEL):
            self._commands.append(OrderChild(active.node, active.visit, active.attempt, order))

    def set_timer(self, kind: TimerKind, due_at: float, active: ActiveNode) -> None:
        """Ask to be woken for this attempt."""
        self._commands.append(SetTimer(kind, due_at, active.node, active.visit, active.attempt))

    def clear_timers(self, active: ActiveNode) -> None:
        """Drop the node run's timers, where it can have any."""
        node = self.plan.nodes[active.node]
        if node.timeout_seconds is not None or node.execution is Execution.WAIT:
            self._commands.append(ClearTimers(active.node, active.visit))

    def after_failure(self, active: ActiveNode, error: ErrorInfo, ports: tuple[str, ...]) -> None:
        """Go on after a final failure along `ports`; without any the run, or this path, fails."""
        if not ports:
            compensation.remember_uncertain(self, active)
        if ports or not self.plan.stops_on_failure:
            if not ports and self.failure is None:
                self.failure = (active.node, active.visit)
            self.leave(self.plan.nodes[active.node], ports)
        else:
            self.failure = (active.node, active.visit)
            self.close(RunStatus.FAILED, error)

    def end_delay(self, event: TimerFired) -> None:
        """A delay of a machine is over. Nothing else has any."""

    # Signals

    def has_heard(self, signal_id: str) -> bool:
        """True when the signal arrived before."""
        return signal_id in self._consumed_signals or any(
            known == signal_id for _, known in self.signals
        )

    def keep_signal(self, event: SignalReceived) -> None:
        """Keep a signal that nobody waits for yet."""
        self.signals = (*self.signals, (event.name, event.signal_id))

    def take_signal(self, name: str | None) -> str | None:
        """The id of the oldest buffered signal of that name, which is then used up."""
        for entry in self.signals if name is not None else ():
            if entry[0] == name:
                self.signals = tuple(other for other in self.signals if other is not entry)
                self.remember_signal(entry[1])
                return entry[1]
        return None

    def remember_signal(self, signal_id: str) -> None:
        """Note that the signal was handed out."""
        self._consumed_signals = (*self._consumed_signals, signal_id)[-_REMEMBERED_SIGNALS:]

    # Paths

    def exhausted_loop(self, active: ActiveNode, ports: tuple[str, ...]) -> PlanEdge | None:
        """The loop edge that these ports would take once too often."""
        for edge in self.plan.nodes[active.node].outgoing:
            is_taken = edge.is_loop and edge.source_port in ports
            if is_taken and self._iterations.get(edge.index, 0) >= edge.max_iterations:
                return edge
        return None

    def leave(self, node: PlanNode, ports: tuple[str, ...]) -> None:
        """Resolve the node's outgoing edges: live from `ports`, dead from all others."""
        live = [edge for edge in node.outgoing if edge.source_port in ports]
        self._exits, dead = resolve_dead_edges(self.plan.loops, self._exits, node.outgoing, ports)
        self._pending.extend((edge, True) for edge in live if not edge.is_loop)
        self._pending.extend((self.plan.edges[index], False) for index in dead)
        self._pending.extend((edge, True) for edge in live if edge.is_loop)

    def _follow_edges(self) -> None:
        """Let every pending arrival happen, and what follows from it."""
        while self._pending:
            edge, is_live = self._pending.popleft()
            if edge.is_loop:
                self._take_loop(edge)
            else:
                self._arrive(edge, is_live)

    def _take_loop(self, edge: PlanEdge) -> None:
        iteration = self._iterations.get(edge.index, 0) + 1
        self._iterations[edge.index] = iteration
        self.note_run("loop.taken", edge=edge.id, iteration=iteration)
        beside = self.plan.loops.entered_beside.get(edge.index, ())
        self._pending.extend((self.plan.edges[index], False) for index in beside)
        self._activate(self.plan.nodes[edge.target])

    def _arrive(self, edge: PlanEdge, is_live: bool) -> None:
        node = self.plan.nodes[edge.target]
        if len(node.incoming) == 1:
            verdicts = [is_live]
        else:
            rounds = self._joins.pop(node.id, ())
            rounds, verdicts = receive(node, rounds, edge.index, is_live)
            if rounds:
                self._joins[node.id] = rounds
        for starts in verdicts:
            if not starts:
                self._skip(node)
                continue
            self._enter(node)
            if node.join.cancels_rest:
                self._withdraw_all(node.cancels)

    def _enter(self, node: PlanNode) -> None:
        """Start a node that was reached from before it; loops back to it count anew."""
        for index in [i for i in self._iterations if self.plan.edges[i].target == node.id]:
            del self._iterations[index]
        self._activate(node)

    def _activate(self, node: PlanNode) -> None:
        if is_too_late(self.plan, self.active, self._passed, node.id):
            self._skip(node)
            return
        if node.id in self._passed:
            self._passed = tuple(other for other in self._passed if other != node.id)
        visit = self._next_visit(node)
        ports = self._reusable.pop((node.id, visit), None)
        if ports is None:
            self.start(ActiveNode(node.id, visit, 1, NodeStatus.QUEUED))
            return
        reused = ActiveNode(node.id, visit, 1, NodeStatus.SUCCEEDED)
        self.note("node.reused", reused, ports=list(ports))
        self._commands.append(
            FinishNode(
                node.id, visit, 1, NodeStatus.SUCCEEDED, self.at, ports=ports, is_reused=True
            )
        )
        self._pass_milestone(node.id)
        self._after_success(node, visit, ports)

    def _after_success(self, node: PlanNode, visit: int, ports: tuple[str, ...]) -> None:
        compensation.remember_success(self, (node.id, visit))
        if node.is_end:
            self.reach_end(node, visit)
            if node.terminates:
                self._close_by_ends()
                return
        self._withdraw_all(node.cancels_when_done)
        self.leave(node, ports)

    def reach_end(self, node: PlanNode, visit: int) -> None:
        """A path has come to this end."""
        self._ends = (*self._ends, (node.id, visit))

    def _skip(self, node: PlanNode) -> None:
        skipped = ActiveNode(node.id, self._next_visit(node), 1, NodeStatus.SKIPPED)
        self.note("node.skipped", skipped)
        self._commands.append(FinishNode(node.id, skipped.visit, 1, NodeStatus.SKIPPED, self.at))
        self._pass_milestone(node.id)
        self.leave(node, ())

    def _next_visit(self, node: PlanNode) -> int:
        if not node.is_repeatable:
            return 1
        visit = self._visits.get(node.id, 0) + 1
        self._visits[node.id] = visit
        return visit

    def _pass_milestone(self, node_id: str) -> None:
        if node_id in self.plan.milestones and node_id not in self._passed:
            self._passed = (*self._passed, node_id)

    # Withdrawing

    def _withdraw_all(self, nodes: frozenset[str]) -> None:
        """Take these nodes off the frontier, and whatever was about to start them."""
        if not nodes:
            return
        for active in [a for a in self.active.values() if a.node in nodes]:
            self._withdraw(active)
        for node_id in [node_id for node_id in self._joins if node_id in nodes]:
            self._joins[node_id] = tuple(map(without_live, self._joins[node_id]))
        self._pending = deque(
            (edge, is_live and (edge.is_loop or edge.target not in nodes))
            for edge, is_live in self._pending
        )

    def _withdraw(self, active: ActiveNode) -> None:
        """Cancel a node run; the ways behind it die."""
        self.cancel(active)
        self.leave(self.plan.nodes[active.node], ())

    def cancel(self, active: ActiveNode) -> None:
        """Take the node run off the frontier: nobody waits for it any more."""
        self._tell_hold(active)
        self.note("node.cancelled", active)
        self.order_child(active, ChildOrder.CANCEL)
        self.finish(active, NodeStatus.CANCELLED)

    # The run

    def settle(self) -> None:
        """Bring the turn to rest: follow paths, let loop bodies end, close or wait."""
        self._follow_edges()
        while self._let_go() or self._end_loop_bodies() or self._give_up_held():
            self._follow_edges()
        self.tell_holds()
        if self.status is None or self.status.is_closed:
            return
        if not self.active and self.undo_outcome is None:
            self._close_by_ends()
        if not self.active and self.undo_outcome is not None:
            compensation.go_on(self)
            self.tell_holds()
        if self.active:
            self.note_status()

    def note_status(self) -> None:
        """Say whether the run waits or works, unless it is paused."""
        if self.status is RunStatus.PAUSED:
            return
        status = self._status_of_frontier()
        if status is not self.status:
            self.status = status
            self.note_run(f"run.{status}")

    def _status_of_frontier(self) -> RunStatus:
        # A run that works has no node that needs attention, unless this turn has brought one. Of
        # thousands of branches the first then tells enough.
        may_need_attention = self.status is not RunStatus.RUNNING or self._needs_attention
        if may_need_attention and any(
            active.status is NodeStatus.NEEDS_ATTENTION for active in self.active.values()
        ):
            return RunStatus.NEEDS_ATTENTION
        if self.undo_outcome is not None:
            return RunStatus.COMPENSATING
        is_waiting = all(active.status in _RESTING for active in self.active.values())
        return RunStatus.WAITING if is_waiting else RunStatus.RUNNING

    def _let_go(self) -> bool:
        """Start held nodes that may start now, withdraw those for which it is too late."""
        if not self.plan.can_hold:
            return False
        has_moved = False
        for active in list(self.active.values()):
            is_late = is_too_late(self.plan, self.active, self._passed, active.node)
            if is_late and not has_begun(active):
                self._withdraw(active)
                has_moved = True
            elif (
                active.status is NodeStatus.HELD
                and self.status is not RunStatus.PAUSED
                and may_start(self.plan, self.active, active)
            ):
                self.start(active)
                has_moved = True
        return has_moved

    def _end_loop_bodies(self) -> bool:
        """Let the edges die that loops might still have taken: nothing is left that turns them."""
        left = self._exits.withheld
        if not left or not self._is_still:
            return False
        self._exits = replace(self._exits, withheld=())
        self._pending.extend((self.plan.edges[index], False) for _, index in left)
        return True

    def _give_up_held(self) -> bool:
        """Withdraw nodes that wait for something that cannot come any more."""
        if not self.active or not self._is_still:
            return False
        for active in list(self.active.values()):
            self._withdraw(active)
        return True

    @property
    def _is_still(self) -> bool:
        """True when nothing is under way, and nobody will bring the held nodes under way."""
        is_paused = self.status is RunStatus.PAUSED
        return not self.active or (
            not is_paused and all(a.status is NodeStatus.HELD for a in self.active.values())
        )

    def _close_by_ends(self) -> None:
        if self.failure is not None:
            self.close(RunStatus.FAILED)
            return
        failing = next((key for key in self._ends if self.plan.nodes[key[0]].fails_run), None)
        if failing is not None:
            self.failure = failing
            self.close(RunStatus.FAILED)
        elif not self._ends:
            message = "No path led to an end: every way on was skipped or could not come together."
            self.close(RunStatus.FAILED, ErrorInfo("NoEndReached", message, is_final=True))
        else:
            self.close(RunStatus.SUCCEEDED)

    def close(self, status: RunStatus, error: ErrorInfo | None = None) -> None:
        """End the run; whatever is under way is cancelled. Only ends and failure stay in the state.

        Without an error, a failed run reports the error of `failure`'s node run. A run that must be
        undone first is closed when that is done.
        """
        if compensation.must_undo(self, status):
            compensation.begin(self, status, error)
            return
        for active in list(self.active.values()):
            self.cancel(active)
        self.status = status
        is_failed = status in {RunStatus.FAILED, RunStatus.COMPENSATED}
        failed_node = self.failure[0] if self.failure and is_failed else None
        data: dict[str, Any] = {}
        if is_failed:
            data["node"] = failed_node
            if error is not None:
                data["error"] = {"type": error.type, "message": error.message}
        self.note_run(f"run.{status}", **data)
        self._commands.append(CloseRun(status, self.at, error, failed_node))
        self.forget_paths()
        self._visits = {}
        self._passed = ()
        self.signals = ()
        self._consumed_signals = ()
        self.undoable = ()
        self.is_past_pivot = False
        self.undo_outcome = None

    def forget_paths(self) -> None:
        """Nothing follows any more from what was done."""
        self._pending.clear()
        self._joins = {}
        self._iterations = {}
        self._exits = LoopExits()
        self._reusable = {}
