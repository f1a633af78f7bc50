"""`decide`: one event and the state before it give the state after it, commands and journal.

The function is pure and total: an event that is late, repeated or impossible gives an empty
decision. The first journal entry of a decision names its cause (see `workflows_app.core.replay`).

Paths work by dead-path elimination (BPEL 2.0, section 11.6.2): each forward edge carries one live
or one dead arrival for each completed visit of its source, so that joins know what can still come.
Edges that leave a loop's body are withheld while the body may still take them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from workflows_app.core import compensation
from workflows_app.core.commands import ChildOrder, Decision
from workflows_app.core.events import (
    AttentionResolved,
    CancelRequested,
    ErrorInfo,
    Event,
    NodeCompleted,
    NodeEvent,
    NodeFailed,
    NodeResumed,
    NodeStarted,
    NodeWaiting,
    PauseRequested,
    ResumeRequested,
    RunStarted,
    SignalReceived,
    TimerFired,
    TimerKind,
    WorkerLost,
)
from workflows_app.core.holds import may_start
from workflows_app.core.plan import Execution, Plan, PlanEdge, PlanNode, RetryPolicy
from workflows_app.core.retries import retry_delay
from workflows_app.core.state import ActiveNode, NodeStatus, RunState, RunStatus
from workflows_app.core.statechart.turn import MachineTurn
from workflows_app.core.turn import Turn

MAX_CRASHES = 3
"""Lost workers after which a node run fails: it may be the node that kills them."""

RETRY_WHAT_MUST_SUCCEED = RetryPolicy(max_attempts=3)
"""For a node that must succeed, without a policy of its own."""

_TAKES_RESULTS = frozenset(
    {NodeStatus.QUEUED, NodeStatus.HELD, NodeStatus.RUNNING, NodeStatus.WAITING}
)
_CAN_TIME_OUT = frozenset({NodeStatus.RUNNING, NodeStatus.WAITING})
_CAN_BE_ASKED_AGAIN = frozenset({Execution.WORKER, Execution.ITEMS, Execution.CHILD})
"""People and signals do not come sooner when they are asked again."""


def decide(plan: Plan, state: RunState, event: Event) -> Decision:
    """The state after `event`, what the shell must do, and what the journal says.

    Args:
        plan: What runs.
        state: The state that the last decision gave; `RunState()` before the first.
        event: What happened.

    Returns:
        A decision whose state is `state` itself when the event changes nothing.
    """
    is_first = isinstance(event, RunStarted)
    if is_first is not (state.status is None) or (state.status and state.status.is_closed):
        return Decision(state)
    turn = _turn(plan, state, event.at)
    _handle(event, turn)
    if turn.is_untouched:
        return Decision(state)
    turn.settle()
    return turn.decision()


def _turn(plan: Plan, state: RunState, at: float) -> Turn:
    """The rules that the plan asks for: those of its chart where it has one, else its edges."""
    return Turn(plan, state, at) if plan.chart is None else MachineTurn(plan, plan.chart, state, at)


@singledispatch
def _handle(event: object, turn: Turn) -> None:
    raise TypeError(f"decide() knows no event of type {type(event).__name__}.")


@_handle.register
def _(event: RunStarted, turn: Turn) -> None:
    turn.begin(event.reusable)


@_handle.register
def _(event: NodeStarted, turn: Turn) -> None:
    active = _current(turn, event)
    if active is None or active.status not in {NodeStatus.QUEUED, NodeStatus.HELD}:
        return
    if _has_no_turn(turn, active):
        return
    turn.note("node.started", active, attempt=active.attempt)
    turn.mark(active, NodeStatus.RUNNING)
    _set_node_timeout(turn, active)


@_handle.register
def _(event: NodeWaiting, turn: Turn) -> None:
    active = _current(turn, event)
    is_with_worker = turn.plan.nodes[event.node].execution is Execution.WORKER
    before = NodeStatus.RUNNING if is_with_worker else NodeStatus.QUEUED
    if active is None or active.status is not before:
        return
    turn.note("node.waiting", active, attempt=active.attempt, until=event.until)
    waiting = turn.mark(active, NodeStatus.WAITING, due_at=event.until)
    if event.until is not None:
        turn.set_timer(TimerKind.WAIT, event.until, waiting)
    _set_node_timeout(turn, waiting)
    node = turn.plan.nodes[event.node]
    buffered = turn.take_signal(node.signal) if node.takes_early_signal else None
    if buffered is not None:
        _complete(turn, waiting, ("out",), signal_id=buffered)


@_handle.register
def _(event: NodeResumed, turn: Turn) -> None:
    active = _current(turn, event)
    is_with_worker = turn.plan.nodes[event.node].execution is Execution.WORKER
    if active is None or active.status is not NodeStatus.WAITING or not is_with_worker:
        return
    turn.note("node.resumed", active, attempt=active.attempt)
    turn.clear_timers(active)
    turn.start(active)


@_handle.register
def _(event: NodeCompleted, turn: Turn) -> None:
    active = _current(turn, event)
    if active is None or active.status not in _TAKES_RESULTS or _has_no_turn(turn, active):
        return
    if event.is_memoized:
        ports = list(event.ports)
        turn.note("node.memoized", active, attempt=active.attempt, ports=ports)
    _complete(turn, active, event.ports)


@_handle.register
def _(event: NodeFailed, turn: Turn) -> None:
    active = _current(turn, event)
    if active is None or active.status not in _TAKES_RESULTS or _has_no_turn(turn, active):
        return
    is_uncertain = active.is_uncertain or event.error.is_uncertain
    failing = replace(active, is_uncertain=is_uncertain)
    _retry_or_fail(turn, failing, event.error, event.chance)


@_handle.register
def _(event: WorkerLost, turn: Turn) -> None:
    active = _current(turn, event)
    if active is None or active.status is not NodeStatus.RUNNING:
        return
    if turn.plan.nodes[event.node].execution is not Execution.WORKER:
        return
    turn.note("node.lost", active, attempt=active.attempt)
    crashes = active.crashes + 1
    active = replace(active, is_uncertain=True)
    if turn.plan.nodes[event.node].reruns_after_crash and crashes < MAX_CRASHES:
        turn.start_again(active, crashes=crashes)
        return
    message = (
        "The worker stopped in the middle of the node, and the node may not run twice."
        if crashes < MAX_CRASHES
        else f"The worker stopped {crashes} times in the middle of the node."
    )
    _fail(turn, active, ErrorInfo(type="WorkerLost", message=message, is_final=True))


@_handle.register
def _(event: AttentionResolved, turn: Turn) -> None:
    active = _current(turn, event)
    if active is not None and active.status is NodeStatus.NEEDS_ATTENTION:
        compensation.resolve(turn, active, event)


@_handle.register
def _(event: TimerFired, turn: Turn) -> None:
    if event.kind is TimerKind.RUN_TIMEOUT:
        _time_out(turn)
        return
    if event.kind is TimerKind.RESERVATION:
        _expire_reservation(turn)
        return
    if event.kind is TimerKind.DELAY:
        turn.end_delay(event)
        return
    active = turn.active.get((event.node, event.visit))
    if active is None or active.attempt != event.attempt:
        return
    if event.kind is TimerKind.RETRY and active.status is NodeStatus.RETRYING:
        turn.start_again(active, crashes=active.crashes)
    elif event.kind is TimerKind.WAIT and active.status is NodeStatus.WAITING:
        _complete(turn, active, ("out",))
    elif event.kind is TimerKind.NODE_TIMEOUT and active.status in _CAN_TIME_OUT:
        turn.note("node.timed_out", active, attempt=active.attempt, chance=event.chance)
        limit = _plain_seconds(turn.plan.nodes[event.node].timeout_seconds or 0)
        error = ErrorInfo(type="Timeout", message=f"No result within {limit}.")
        turn.order_child(active, ChildOrder.CANCEL)
        is_repeatable = turn.plan.nodes[event.node].execution in _CAN_BE_ASKED_AGAIN
        if not is_repeatable:
            _fail(turn, active, error, catching=("timeout", "error"))
        else:
            uncertain = replace(active, is_uncertain=True)
            _retry_or_fail(turn, uncertain, error, event.chance, catching=("timeout", "error"))


@_handle.register
def _(event: SignalReceived, turn: Turn) -> None:
    if turn.has_heard(event.signal_id):
        return
    turn.note_run("signal.received", name=event.name, signal_id=event.signal_id)
    waiting = [
        active
        for active in turn.active.values()
        if active.status is NodeStatus.WAITING and turn.plan.nodes[active.node].signal == event.name
    ]
    if not waiting and event.name not in turn.plan.lost_signals:
        turn.keep_signal(event)
        return
    turn.remember_signal(event.signal_id)
    for active in waiting:
        if (active.node, active.visit) in turn.active:
            _complete(turn, active, ("out",), signal_id=event.signal_id)


@_handle.register
def _(event: CancelRequested, turn: Turn) -> None:
    if turn.undo_outcome is not None or compensation.only_goes_forward(turn.plan, turn):
        return
    turn.note_run("run.cancel_requested", reason=event.reason)
    turn.close(RunStatus.CANCELLED)


@_handle.register
def _(event: PauseRequested, turn: Turn) -> None:
    if turn.status is RunStatus.PAUSED:
        return
    turn.note_run("run.paused")
    turn.status = RunStatus.PAUSED
    for active in list(turn.active.values()):
        if active.status is NodeStatus.QUEUED:
            turn.hold(active)
        turn.order_child(active, ChildOrder.PAUSE)


@_handle.register
def _(event: ResumeRequested, turn: Turn) -> None:
    if turn.status is not RunStatus.PAUSED:
        return
    turn.note_run("run.resumed")
    turn.status = RunStatus.RUNNING
    for active in list(turn.active.values()):
        if active.status is NodeStatus.HELD:
            turn.start(active)
        turn.order_child(active, ChildOrder.RESUME)


def _time_out(turn: Turn) -> None:
    """The run's own time is over. Undoing takes the time that it takes."""
    if turn.plan.timeout_seconds is None or turn.undo_outcome is not None:
        return
    turn.note_run("run.timed_out")
    limit = _plain_seconds(turn.plan.timeout_seconds)
    error = ErrorInfo(type="Timeout", message=f"The run took longer than {limit}.")
    if compensation.only_goes_forward(turn.plan, turn):
        compensation.give_up_all(turn, error)
    else:
        turn.close(RunStatus.FAILED, error)


def _expire_reservation(turn: Turn) -> None:
    seconds = turn.plan.reservation_seconds
    if seconds is None or turn.undo_outcome is not None or turn.is_past_pivot:
        return
    turn.note_run("run.reservation_expired")
    message = f"Not everything was reserved within {_plain_seconds(seconds)}."
    turn.close(RunStatus.FAILED, ErrorInfo(type="ReservationExpired", message=message))


def _current(turn: Turn, event: NodeEvent) -> ActiveNode | None:
    """The node run that the event speaks of, unless it is over or on another attempt."""
    active = turn.active.get((event.node, event.visit))
    return active if active is not None and active.attempt == event.attempt else None


def _has_no_turn(turn: Turn, active: ActiveNode) -> bool:
    """True for a held node that no worker can have begun before the run was paused."""
    return active.status is NodeStatus.HELD and not may_start(turn.plan, turn.active, active)


def _complete(
    turn: Turn, active: ActiveNode, ports: tuple[str, ...], *, signal_id: str | None = None
) -> None:
    """The node is done, unless it would take a loop once too often."""
    exhausted = turn.exhausted_loop(active, ports)
    if exhausted is not None:
        _fail(turn, active, _loop_limit(exhausted))
        return
    turn.note("node.succeeded", active, attempt=active.attempt, ports=list(ports))
    turn.succeed(active, ports, signal_id=signal_id)


def _loop_limit(loop: PlanEdge) -> ErrorInfo:
    message = (
        f"The loop back to “{loop.target}” reached its limit of {loop.max_iterations} iterations."
    )
    return ErrorInfo(type="LoopLimit", message=message, is_final=True)


def _retry_or_fail(
    turn: Turn,
    active: ActiveNode,
    error: ErrorInfo,
    chance: float,
    catching: tuple[str, ...] = ("error",),
) -> None:
    node = turn.plan.nodes[active.node]
    policy = node.retry or (RETRY_WHAT_MUST_SUCCEED if node.must_succeed else None)
    tries = active.attempt - active.crashes - active.pardoned
    delay = retry_delay(policy, error, tries=tries, chance=chance)
    if delay is None:
        _fail(turn, active, error, catching)
        return
    retry_at = turn.at + delay
    turn.note(
        "node.retrying",
        active,
        attempt=active.attempt,
        retry_at=retry_at,
        **error.told(),
    )
    turn.clear_timers(active)
    retrying = turn.mark(active, NodeStatus.RETRYING, due_at=retry_at, error=error)
    turn.set_timer(TimerKind.RETRY, retry_at, retrying)


def _fail(
    turn: Turn, active: ActiveNode, error: ErrorInfo, catching: tuple[str, ...] = ("error",)
) -> None:
    """A final failure: an edge catches it, the node shrugs it off, or the run fails.

    Where the run cannot be undone any more, an operator is asked instead.
    """
    node = turn.plan.nodes[active.node]
    ports = _catching_ports(node, catching)
    if not ports and compensation.asks_on_failure(turn, active):
        compensation.give_up(turn, active, error)
        return
    exhausted = turn.exhausted_loop(active, ports)
    if exhausted is not None:
        error, ports = _loop_limit(exhausted), ()
    turn.note(
        "node.failed",
        active,
        attempt=active.attempt,
        ports=list(ports),
        **error.told(),
    )
    turn.finish(active, NodeStatus.FAILED, ports=ports, error=error)
    turn.after_failure(active, error, ports)


def _catching_ports(node: PlanNode, catching: tuple[str, ...]) -> tuple[str, ...]:
    wired = {edge.source_port for edge in node.outgoing}
    for port in catching:
        if port in wired:
            return (port,)
    return ("out",) if node.continues_on_error else ()


def _set_node_timeout(turn: Turn, active: ActiveNode) -> None:
    node = turn.plan.nodes[active.node]
    if node.timeout_seconds is not None and node.execution is not Execution.ENGINE:
        turn.set_timer(TimerKind.NODE_TIMEOUT, turn.at + node.timeout_seconds, active)


def _plain_seconds(seconds: float) -> str:
    return f"{seconds:g} second" + ("" if seconds == 1 else "s")
