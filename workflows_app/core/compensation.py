"""Undoing a run: which node runs are undone, in which order, and when a person is asked.

A plan that undoes on failure never closes without success while something it did is left. What is
under way is cancelled. A node run that was with a worker counts as done, since nobody knows: it is
undone like those that succeeded. Compensations run newest first, neighbours of one group together,
each once. When the pivot has succeeded there is no way back: from then on, and for compensations,
a final failure asks an operator.

These functions are moves of a `Turn`; what they share with all other moves stands there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflows_app.core.commands import StartUndoing
from workflows_app.core.events import AttentionResolved, Choice, ErrorInfo
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.state import ActiveNode, NodeStatus, RunState, RunStatus, VisitKey

if TYPE_CHECKING:
    from workflows_app.core.turn import Turn


def must_undo(turn: Turn, status: RunStatus) -> bool:
    """True when the run may not be closed with this status before it was undone."""
    return (
        turn.plan.undoes_on_failure
        and status is not RunStatus.SUCCEEDED
        and turn.undo_outcome is None
        and not turn.is_past_pivot
    )


def only_goes_forward(plan: Plan, state: RunState | Turn) -> bool:
    """True when nothing can be undone any more, or nobody knows whether it still can."""
    return state.is_past_pivot or any(
        is_irrevocable(plan, active) for active in state.active.values()
    )


def is_irrevocable(plan: Plan, active: ActiveNode) -> bool:
    """True for a pivot that may have happened."""
    node = plan.nodes[active.node]
    return node.is_pivot and node.compensation is None and _may_have_happened(plan, active)


def asks_on_failure(turn: Turn, active: ActiveNode) -> bool:
    """True when a final failure of this node run is for an operator to judge."""
    if not turn.plan.undoes_on_failure:
        return False
    is_being_undone = turn.undo_outcome is not None
    return (
        is_being_undone
        or turn.is_past_pivot
        or (active.is_uncertain and is_irrevocable(turn.plan, active))
    )


def remember_success(turn: Turn, key: VisitKey) -> None:
    """What a node run that succeeded means for the undoing."""
    node = turn.plan.nodes[key[0]]
    if node.compensates is not None:
        turn.mark_compensated((node.compensates, key[1]))
    elif node.is_pivot:
        turn.is_past_pivot = True
        turn.undoable = ()
    elif node.compensation is not None and not turn.is_past_pivot:
        turn.undoable = (*turn.undoable, key)


def remember_uncertain(turn: Turn, active: ActiveNode) -> None:
    """A node run that failed counts as done where nobody knows."""
    if active.is_uncertain and turn.plan.nodes[active.node].compensation is not None:
        turn.undoable = (*turn.undoable, (active.node, active.visit))


def begin(turn: Turn, status: RunStatus, error: ErrorInfo | None) -> None:
    """Turn round: cancel what is under way, and undo the run before it is closed."""
    for active in list(turn.active.values()):
        was_begun = _may_have_happened(turn.plan, active)
        remember_uncertain(turn, replace(active, is_uncertain=was_begun))
        turn.cancel(active)
    turn.forget_paths()
    is_cancelled = status is RunStatus.CANCELLED
    turn.undo_outcome = RunStatus.CANCELLED if is_cancelled else RunStatus.COMPENSATED
    if turn.status is not RunStatus.PAUSED:
        turn.status = RunStatus.COMPENSATING
    failed_node = turn.failure[0] if turn.failure is not None else None
    turn.note_run("run.compensating", steps=[node for node, _ in turn.undoable])
    turn.ask(StartUndoing(turn.at, error, failed_node))


def go_on(turn: Turn) -> None:
    """Nothing is under way: start the next compensations, or close the run."""
    if not turn.undoable:
        turn.close(turn.undo_outcome or RunStatus.COMPENSATED)
        return
    group = turn.plan.nodes[turn.undoable[-1][0]].undo_group
    first = len(turn.undoable)
    while first > 0 and turn.plan.nodes[turn.undoable[first - 1][0]].undo_group == group:
        first -= 1
    together = turn.undoable[first:]
    turn.undoable = turn.undoable[:first]
    for node, visit in reversed(together):
        compensation = turn.plan.nodes[node].compensation
        if compensation is not None:
            turn.start(ActiveNode(compensation, visit, 1, NodeStatus.QUEUED))


def give_up(turn: Turn, active: ActiveNode, error: ErrorInfo) -> None:
    """The node run may not fail: it waits for an operator."""
    turn.note("node.gave_up", active, attempt=active.attempt, **error.told())
    turn.clear_timers(active)
    turn.mark(active, NodeStatus.NEEDS_ATTENTION, error=error)


def give_up_all(turn: Turn, error: ErrorInfo) -> None:
    """The time of a run that only goes forward is over: an operator says what becomes of it."""
    for active in list(turn.active.values()):
        if active.status is not NodeStatus.NEEDS_ATTENTION:
            was_begun = _may_have_happened(turn.plan, active)
            give_up(turn, replace(active, is_uncertain=was_begun), error)


def resolve(turn: Turn, active: ActiveNode, event: AttentionResolved) -> None:
    """Go on as the operator chose."""
    turn.note(
        "attention.resolved",
        active,
        attempt=active.attempt,
        choice=str(event.choice),
        note=event.note,
        by=event.by,
    )
    node = turn.plan.nodes[active.node]
    ports = tuple(edge.source_port for edge in node.outgoing[:1])
    match event.choice:
        case Choice.RETRY:
            turn.start_again(replace(active, pardoned=active.attempt), crashes=0)
        case Choice.RESOLVE:
            turn.note("node.succeeded", active, attempt=active.attempt, ports=list(ports))
            turn.succeed(active, ports)
        case Choice.SKIP:
            turn.note("node.skipped", active)
            turn.finish(active, NodeStatus.SKIPPED)
            _leave_out(turn, active, ports)


def _leave_out(turn: Turn, active: ActiveNode, ports: tuple[str, ...]) -> None:
    node = turn.plan.nodes[active.node]
    if turn.undo_outcome is RunStatus.COMPENSATED:
        # “Compensated” promises that nothing is left.
        turn.undo_outcome = RunStatus.FAILED
    elif node.is_pivot and not turn.is_past_pivot:
        turn.failure = (active.node, active.visit)
        message = "An operator found that the pivot had not happened."
        begin(turn, RunStatus.FAILED, ErrorInfo("PivotSkipped", message))
    elif node.is_end:
        # The path came this far; only what the end would have told is missing.
        turn.reach_end(node, active.visit)
    else:
        turn.leave(node, ports)


def _may_have_happened(plan: Plan, active: ActiveNode) -> bool:
    """True when an attempt was with a worker or a child run, and nobody knows how it ended."""
    execution = plan.nodes[active.node].execution
    is_under_way = (execution, active.status) in {
        (Execution.WORKER, NodeStatus.RUNNING),
        (Execution.ITEMS, NodeStatus.RUNNING),
        (Execution.CHILD, NodeStatus.WAITING),
    }
    return active.is_uncertain or is_under_way
