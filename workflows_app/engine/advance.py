"""Moving a run: lock it, drain its inbox, decide, write once, commit; then tell the others.

There are three ways in, and they all write the same:

`advance` waits for the run's lock. Services and the sweep use it.

`try_advance` gives up when somebody else holds the lock. Workers use it for the results of parallel
branches; what could not be worked in at once is left in the run's inbox.

`advance_in_hand` takes no lock at all. A worker that has just finished the only node under way of
a run still has the state in hand; the next step is fenced by the run's `seq` and by the emptiness
of its inbox, and shares one statement with the steps of the other runs that the worker has in hand.
What is fenced out goes through the other two.

**Why no report is left lying in an inbox.** A worker F leaves a report and commits (1), then tries
the lock (2). When F gets the lock it drains the inbox itself. When it does not, a holder H had the
lock at (2). H releases it by committing, later than (2) and so later than (1), and then looks into
the inbox again (`_look_again`): it sees F's report, and tries the lock like anybody else. Should it
miss the lock, then another holder has it who will look again in turn. Only holders that look again
may make others miss the lock. A holder that brings the result of the only node that was with a
worker need not: nobody else can have left a report. Nor does a fenced step, which holds the lock
for the length of its statement: it is only taken while no other node of the run is with a worker,
so that nobody can be at (2). Services, the sweep, reports of progress and what runs have to say to
each other wait for the lock. What a crash leaves behind, the sweep finds.

**Why runs that speak to each other never hang.** A run leaves what it has to say to another in that
one's inbox, within its own step (see `engine.children`); writing an inbox item waits for nobody who
holds the run. After the commit `_move_others` moves the other run, and those that are called in
turn, one after the other: it waits for each lock while it holds none, so that no two wait for each
other. With the lock it drains the inbox, and the report with it. When its time is over, or its
process dies, the reports lie where they are, and the sweep finds them.

**Why nobody holds a run for long.** Gates and expressions are carried out within the step, but only
for `inline.STEP_SECONDS`. A step that has to stop leaves a reminder in the inbox, and nobody looks
again: the sweep goes on, with a pause in which others get at the run.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows_app.core.events import Event, NodeCompleted, NodeFailed, RunStarted, SignalReceived
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.state import ActiveNode, NodeStatus, RunState
from workflows_app.engine import alarm, clock, trigger_points
from workflows_app.engine.inline import STEP_SECONDS
from workflows_app.engine.outputs import Outputs
from workflows_app.engine.plans import plan_of
from workflows_app.engine.step import LockNeededError, Step, Taken
from workflows_app.errors import FieldError, InvalidInputError, NotFoundError
from workflows_app.outbound.dispatch import hint_work
from workflows_app.outbound.wakeups import wake
from workflows_app.sdk.shell.values import UnstorableValueError, storable
from workflows_app.store import inbox, runs, signals
from workflows_app.store.changes import StepChange
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import Report
from workflows_app.store.ids import new_id
from workflows_app.store.runs import RunRow
from workflows_app.store.statements import write_steps


class LockedRun:
    """A run whose row is locked, as `prepare` functions see it."""

    def __init__(self, step: Step) -> None:
        self._step = step

    @property
    def run(self) -> RunRow:
        """The run's row."""
        return self._step.run

    @property
    def id(self) -> UUID:
        """The run's id."""
        return self._step.run.id

    @property
    def plan(self) -> Plan:
        """What runs."""
        return self._step.plan

    @property
    def state(self) -> RunState:
        """The state before the step."""
        return self._step.state

    @property
    def seq(self) -> int:
        """Number of the last journal entry so far."""
        return self._step.row_after().seq

    @property
    def now(self) -> datetime:
        """The time of the step."""
        return self._step.now

    def add_journal(self, type_: str, node: str, visit: int, data: dict[str, Any]) -> None:
        """Journal a fact that changes no state, such as `human.claimed`."""
        self._step.note(type_, node, visit, data, self._step.now)

    def set_output(self, node: str, visit: int, value: Any) -> None:
        """Give the output of the node run that a `NodeCompleted` event of this step finishes.

        Raises:
            InvalidInputError: It is too large, or holds what no database takes.
        """
        self._step.set_output((node, visit), _storable_input(value, "answer", "data"))

    def add_signal(
        self, name: str, payload: Any = None, *, signal_id: UUID | None = None
    ) -> SignalReceived:
        """Keep a signal's payload, and return the event that hands it to whoever waits for it.

        Args:
            name: The signal's name.
            payload: Any JSON.
            signal_id: Lets a sender send the same signal twice without harm.

        Raises:
            InvalidInputError: The payload is too large, or holds what no database takes.
        """
        chosen = signal_id or new_id()
        signals.insert_signal(
            signal_id=chosen,
            run_id=self.id,
            name=name,
            payload=_storable_input(payload, "signal's payload", "payload"),
            now=self.now,
        )
        return SignalReceived(name, str(chosen), self.now.timestamp())


def _storable_input(value: Any, what: str, field: str) -> Any:
    try:
        return storable(value, what)
    except UnstorableValueError as error:
        problem = FieldError(field, error.message, "Send less, or plain JSON.", "unstorable")
        raise InvalidInputError(error.message, errors=[problem]) from error


Prepare = Callable[[LockedRun], Sequence[Event]]

BREATH = timedelta(seconds=0.2)
"""Between two steps of a run that has much to do at once: SQLite's writers look every 0.1 s."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A node that the calling worker has claimed, with the state in hand."""

    run: RunRow
    plan: Plan
    outputs: Outputs
    claim: ClaimedNode
    config: dict[str, Any]
    """Resolved."""
    is_started: bool = False
    """True when the run's journal tells that it has begun."""

    @property
    def is_alone(self) -> bool:
        """True when no other node of the run is with a worker, now or soon."""
        return not any(
            key != self.claim.key and _is_with_workers(self.plan, active)
            for key, active in self.run.state.active.items()
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step came to."""

    next: Continuation | None = None
    is_unfinished: bool = False
    """True when the step ran out of time; the sweep goes on."""


def advance(run_id: UUID, *events: Event, prepare: Prepare | None = None) -> None:
    """Work events into a run, in one transaction. Late and repeated ones change nothing.

    Args:
        run_id: Which run.
        events: What happened, in order.
        prepare: Called while the run is locked and before anything else: may write through the
            store, add to the journal, and return further events.

    Raises:
        NotFoundError: There is no such run.
    """
    reports = [Report(event) for event in events]
    if advance_with(run_id, reports, prepare=prepare) is None:
        raise NotFoundError(f"There is no run {run_id}.")


def advance_with(
    run_id: UUID, reports: Sequence[Report], *, worker: str = "", prepare: Prepare | None = None
) -> Moved | None:
    """`advance` for reports of a worker; None where there is no such run.

    Args:
        run_id: Which run.
        reports: What happened, in order.
        worker: Who asks, and takes the next node if exactly one became ready; empty for nobody.
        prepare: See `advance`.
    """
    return _move(run_id, reports, waits=True, worker=worker, prepare=prepare)


def try_advance(run_id: UUID, reports: Sequence[Report], *, worker: str = "") -> Moved | None:
    """Like `advance_with`, but None, with nothing done, when somebody else holds the run."""
    return _move(run_id, reports, waits=False, worker=worker)


def advance_in_hand(
    told: Sequence[tuple[Continuation, Sequence[Report]]], *, worker: str = "", takes: int = 0
) -> dict[UUID, Continuation | None]:
    """Work reports into different runs on the states in hand, all in one statement.

    Args:
        told: What happened to the node of each continuation, which is alone in its run.
        worker: Who asks.
        takes: For how many runs the worker takes the next node. It takes one at most that it has
            to run at once.

    Returns:
        The runs that were moved, each with the node that was taken. The others have moved on, or
        need their lock.
    """
    steps: dict[UUID, tuple[Step, Taken | None]] = {}
    changes: list[StepChange] = []
    for held, reports in told:
        step = Step(held.run, held.plan, clock.now(), is_locked=False, outputs=held.outputs)
        try:
            _work_in(step, reports)
            taken = step.take_next(worker) if takes > 0 else None
        except LockNeededError:
            continue
        change = step.change()
        if change is None or step.is_unfinished:
            continue
        if taken is not None:
            takes = 0 if taken.is_started else takes - 1
        changes.append(change)
        steps[held.run.id] = step, taken
    moved = write_steps(changes, heeds_inbox=True) if changes else set()
    _tell([steps[run_id][0] for run_id in moved], bool(worker))
    return {run_id: _continuation(*steps[run_id]) for run_id in moved}


def begin_in_hand(held: Continuation, begun: Report) -> Continuation | None:
    """Tell that the node begins, on the state in hand; None, and nothing told, if that is old."""
    if not held.is_alone:
        return None
    step = Step(held.run, held.plan, clock.now(), is_locked=False, outputs=held.outputs)
    step.feed(begun)
    change = step.change()
    if change is None or not write_steps([change], heeds_inbox=True):
        return None
    _tell([step], is_worker=False)
    return replace(held, run=step.row_after(), is_started=True)


def start_locked(steps: Sequence[Step], started: RunStarted) -> None:
    """Start runs that the caller's transaction has just made, all in one statement."""
    for step in steps:
        _work_in(step, [Report(started)])
    _write(steps)
    transaction.on_commit(
        lambda: _after_commit(steps, is_worker=False, looks_again=False), robust=True
    )


def _move(
    run_id: UUID,
    reports: Sequence[Report],
    *,
    waits: bool,
    worker: str = "",
    prepare: Prepare | None = None,
    is_second_look: bool = False,
    called: deque[UUID] | None = None,
) -> Moved | None:
    with transaction.atomic():
        row = runs.lock_run(run_id, waits=waits)
        if row is None:
            return None
        step = Step(row, plan_of(row.version_id), clock.now(), is_locked=True)
        # Whoever waited for the lock knows the inbox as it was before the wait.
        drained = inbox.drain(run_id) if waits or row.has_reports else []
        step.settle()
        _work_in(step, drained)
        trigger_points.reach(trigger_points.RUN_LOCKED)
        _work_in(step, reports)
        if prepare is not None:
            _work_in(step, [Report(event) for event in prepare(LockedRun(step))])
        taken = step.take_next(worker) if worker else None
        _write([step])
        is_sole = _ends_all_worker_nodes(row, step.plan, reports)
        looks_again = not is_sole and not is_second_look and not step.is_unfinished
        # No `partial`: Django logs the name of what fails, and a partial has none.
        transaction.on_commit(
            lambda: _after_commit([step], bool(worker), looks_again, called), robust=True
        )
    return Moved(_continuation(step, taken), step.is_unfinished)


def _work_in(step: Step, reports: Sequence[Report]) -> None:
    for report in reports:
        step.feed(report)
        step.settle()


def _write(steps: Sequence[Step]) -> None:
    changes = [change for step in steps if (change := step.change()) is not None]
    moved = {change.run_id for change in changes} - (write_steps(changes) if changes else set())
    if moved:
        raise RuntimeError(f"Runs moved although their rows were locked: {moved}.")
    for step in steps:
        if step.is_unfinished:
            inbox.leave_reminder(step.run.id, step.now)


def _ends_all_worker_nodes(row: RunRow, plan: Plan, reports: Sequence[Report]) -> bool:
    """True when no worker but the caller had a node of the run, so that nobody left a report.

    Those who get a node that the step made ready get it after its commit, and find the lock free.
    """
    ended = {
        (report.event.node, report.event.visit)
        for report in reports
        if isinstance(report.event, NodeCompleted | NodeFailed)
    }
    return bool(ended) and all(
        key in ended or not _is_with_workers(plan, active)
        for key, active in row.state.active.items()
    )


def _is_with_workers(plan: Plan, active: ActiveNode) -> bool:
    is_for_worker = plan.nodes[active.node].execution is Execution.WORKER
    return is_for_worker and active.status in {NodeStatus.QUEUED, NodeStatus.RUNNING}


def _after_commit(
    steps: Sequence[Step],
    is_worker: bool,
    looks_again: bool,
    called: deque[UUID] | None = None,
) -> None:
    """Tell the others. `called` is the queue of a caller that moves other runs by itself."""
    trigger_points.reach(trigger_points.STEP_COMMITTED)
    _tell(steps, is_worker)
    others = deque[UUID]() if called is None else called
    for step in steps:
        others.extend(step.called)
        if looks_again:
            _look_again(step.run.id, others)
    if called is None:
        _move_others(others)


def _look_again(run_id: UUID, called: deque[UUID]) -> None:
    """Work in what came while the run was locked. Whoever else holds it now does the same."""
    while inbox.has_reports(run_id):
        moved = _move(run_id, (), waits=False, is_second_look=True, called=called)
        if moved is None or moved.is_unfinished:
            return


OTHERS_SECONDS = STEP_SECONDS
"""How long a process moves the runs that its step called."""


def _move_others(called: deque[UUID]) -> None:
    """Work in what was left for other runs, and what they leave for others in turn, for a moment.

    What is left after it is the sweep's: a parent can start children that are over at once for
    hours.
    """
    ends_at = time.monotonic() + OTHERS_SECONDS
    while called and time.monotonic() < ends_at:
        _move(called.popleft(), (), waits=True, called=called)


def _tell(steps: Sequence[Step], is_worker: bool) -> None:
    """Wake whoever waits for what was committed. A worker that asks looks for work by itself."""
    news = [step for step in steps if step.has_news]
    wake(step.run.id for step in news)
    for step in news:
        due_at = step.earliest_timer()
        if due_at is not None:
            alarm.set_alarm(due_at)
        if step.is_unfinished:
            alarm.set_alarm(clock.now() + BREATH)
    hint_work(sum(len(step.ready) + step.opened_bulks for step in news) - int(is_worker))


def _continuation(step: Step, taken: Taken | None) -> Continuation | None:
    if taken is None:
        return None
    claim = ClaimedNode(step.run.id, taken.key[0], taken.key[1], taken.attempt)
    return Continuation(
        step.row_after(), step.plan, step.outputs, claim, taken.config, taken.is_started
    )
