"""What one thread of a worker holds: nodes it claimed, the one it runs, results not yet written.

Fast nodes are written in groups: their starts and results stay here until `GROUP_SECONDS` have
passed or the thread has no more nodes. A node that takes longer does not keep anybody waiting: the
keeper's thread then writes what lies here, tells the start of the node that runs, and hands the
nodes that wait behind it back to other workers. A crash in between re-executes what was not
written, so nodes that must not run twice are never grouped.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workflows_app.core.events import NodeStarted
from workflows_app.core.plan import PlanNode
from workflows_app.engine.advance import Continuation
from workflows_app.engine.reporting import Told
from workflows_app.engine.task_log import TaskLog
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import ProgressTold, Report

GROUP_SECONDS = 0.005
"""How long a thread collects results before it writes them."""

START_TOLD_AFTER_SECONDS = 0.02
"""How long a node may run, or a result lie, before the keeper writes it."""

HANDED_BACK_AFTER_SECONDS = 0.25
"""How long a node may run before those behind it go to others."""


@dataclass(slots=True)
class HeldNode:
    """A claimed node, ready to run."""

    continuation: Continuation
    failure: Report | None = None
    """Set when its expressions failed: there is nothing to run."""
    is_start_told: bool = False
    started: NodeStarted | None = None
    begun_at: float = 0.0
    log: TaskLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = TaskLog(self.claim)
        self.is_start_told = self.continuation.is_started

    @property
    def claim(self) -> ClaimedNode:
        """Which node run it is."""
        return self.continuation.claim

    @property
    def node(self) -> PlanNode:
        """The node in its plan."""
        return self.continuation.plan.nodes[self.claim.node_id]

    @property
    def is_grouped(self) -> bool:
        """True when its start need not be written first: a crash may run it again, and none has."""
        has_history = self.claim.was_claimed_before or self.claim.attempt > 1
        return self.node.may_be_redone and not has_history

    def told(self, reports: Sequence[Report]) -> Told:
        """What there is to say of it."""
        # Once the keeper has told its start, the run is no longer as it was.
        is_in_hand = self.is_start_told is self.continuation.is_started
        return Told(self.continuation, reports, is_in_hand)


class Holding:
    """Shared by the thread that runs nodes and the keeper's thread."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._guard = threading.Lock()
        self._waiting: deque[HeldNode] = deque()
        self._current: HeldNode | None = None
        self._results: list[Told] = []
        self._oldest_result = 0.0
        self._progress: ProgressTold | None = None
        self._abandoned: set[ClaimedNode] = set()

    # The running thread

    def load(self, nodes: Sequence[HeldNode]) -> None:
        """Take in claimed nodes. Those that are told to have begun go first."""
        with self._guard:
            self._waiting.extend(held for held in nodes if not held.is_start_told)
            self._waiting.extendleft(held for held in nodes if held.is_start_told)

    def next(self) -> HeldNode | None:
        """The next node to run, which from now on is the current one."""
        with self._guard:
            self._current = self._waiting.popleft() if self._waiting else None
            return self._current

    def begin(self, held: HeldNode, started: NodeStarted) -> None:
        """The node begins now."""
        with self._guard:
            self._current = held
            self._progress = None
            held.begun_at = time.monotonic()
            held.started = started

    @property
    def count(self) -> int:
        """How many claimed nodes wait to be run."""
        with self._guard:
            return len(self._waiting)

    def end(self, held: HeldNode, report: Report) -> None:
        """The node is done; its result waits to be written."""
        with self._guard:
            self._current = None
            self._progress = None
            if not self._results:
                self._oldest_result = time.monotonic()
            told = replace(report, worker=self.worker)
            self._results.append(held.told([*self._start_of(held), told]))

    def should_write(self) -> bool:
        """True when the results have waited long enough."""
        with self._guard:
            waited = time.monotonic() - self._oldest_result
            return bool(self._results) and waited > GROUP_SECONDS

    def take_results(self) -> list[Told]:
        """All results that are not written yet; the caller writes them."""
        with self._guard:
            results, self._results = self._results, []
            return results

    def give_back(self, results: Sequence[Told]) -> None:
        """Results that could not be written after all."""
        with self._guard:
            self._results[:0] = results
            self._oldest_result = time.monotonic()

    def tell_progress(self, done: float, total: float | None, text: str, at: float) -> None:
        """Remember the last word of the current node; the keeper writes it."""
        with self._guard:
            held = self._current
            if held is not None:
                claim = held.claim
                self._progress = ProgressTold(
                    claim.node_id, claim.visit, claim.attempt, at, done, total, text
                )

    def is_abandoned(self, claim: ClaimedNode) -> bool:
        """True when the node is the worker's no longer."""
        return claim in self._abandoned

    # The keeper's thread

    def overdue_results(self) -> list[Told]:
        """Results that lie while a slow node runs."""
        with self._guard:
            if not self._results or self._current is None:
                return []
            if time.monotonic() - self._oldest_result < START_TOLD_AFTER_SECONDS:
                return []
            results, self._results = self._results, []
            return results

    @property
    def is_held_up(self) -> bool:
        """True while a node runs that is not quick."""
        with self._guard:
            held = self._current
            return held is not None and self._has_run(held, START_TOLD_AFTER_SECONDS)

    def untold_start(self) -> tuple[HeldNode, Told] | None:
        """The start of a node that has been running for a while and nobody knows of."""
        with self._guard:
            held = self._current
            if held is None or held.is_start_told or held.started is None:
                return None
            if not self._has_run(held, START_TOLD_AFTER_SECONDS):
                return None
            # Under the lock, and so with a second look: the node may end at this moment, and its
            # worker leave the result in the inbox.
            return held, Told(held.continuation, self._start_of(held), is_in_hand=False)

    def stuck_behind(self) -> list[HeldNode]:
        """Nodes that wait behind a slow one; they are held no longer."""
        with self._guard:
            held = self._current
            if held is None or not self._has_run(held, HANDED_BACK_AFTER_SECONDS):
                return []
        return self.drop_waiting()

    def drop_waiting(self) -> list[HeldNode]:
        """Nodes that nobody has begun; they are held no longer."""
        with self._guard:
            waiting = list(self._waiting)
            self._waiting.clear()
            return waiting

    def take_progress(self) -> tuple[ClaimedNode, ProgressTold] | None:
        """The last word of the current node since the last call, once its start is told."""
        with self._guard:
            held = self._current
            if held is None or not held.is_start_told or self._progress is None:
                return None
            told, self._progress = self._progress, None
            return held.claim, told

    def write_lines(self) -> None:
        """Write what the current node has logged so far."""
        with self._guard:
            held = self._current
        if held is not None:
            held.log.write()

    def claims(self) -> list[ClaimedNode]:
        """Everything whose lease must not end."""
        with self._guard:
            return [*self._all(), *(told.continuation.claim for told in self._results)]

    def abandon(self, claims: set[ClaimedNode]) -> None:
        """These nodes are the worker's no longer: not begun ones are dropped."""
        with self._guard:
            self._abandoned = (self._abandoned & set(self._all())) | claims
            self._waiting = deque(h for h in self._waiting if h.claim not in claims)

    @property
    def is_busy(self) -> bool:
        """True while a node runs or results lie."""
        with self._guard:
            return self._current is not None or bool(self._results)

    def _all(self) -> list[ClaimedNode]:
        held = [h.claim for h in self._waiting]
        return [*held, self._current.claim] if self._current is not None else held

    def _has_run(self, held: HeldNode, seconds: float) -> bool:
        return held.started is not None and time.monotonic() - held.begun_at >= seconds

    def _start_of(self, held: HeldNode) -> list[Report]:
        if held.is_start_told or held.started is None:
            return []
        return [Report(held.started, worker=self.worker, input=held.continuation.config)]
