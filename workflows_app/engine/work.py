"""The work of a worker: claim what is ready, run it, go straight on with what follows."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from random import random
from uuid import UUID

from django.db import InterfaceError, OperationalError

from workflows_app.conf import lease_seconds
from workflows_app.core.events import NodeFailed, NodeStarted
from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.scope import sources_of
from workflows_app.core.state import NodeStatus
from workflows_app.engine import clock, memo, trigger_points
from workflows_app.engine.advance import Continuation, advance_with, begin_in_hand
from workflows_app.engine.bulk_work import BulkWork
from workflows_app.engine.execute import execute
from workflows_app.engine.holding import HeldNode, Holding
from workflows_app.engine.keeper import Keeper
from workflows_app.engine.lane import Lane
from workflows_app.engine.outputs import Outputs
from workflows_app.engine.pace import Pace
from workflows_app.engine.persistence import persist
from workflows_app.engine.plans import plan_of
from workflows_app.engine.recovery import worker_name
from workflows_app.engine.reporting import report
from workflows_app.engine.scope import resolved_config
from workflows_app.outbound.dispatch import hint_work
from workflows_app.sdk.shell.failures import error_info
from workflows_app.store import batches, claims, runs
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import Report

logger = logging.getLogger(__name__)

ALONE_SECONDS = 0.1
"""How long runs go on alone, one after the other, before claimed nodes that wait go to others."""

WORK_SECONDS = 20.0
"""How long one call looks for work before it makes room for another and asks to be called again."""


class Worker:
    """One worker process. Its threads share a name, a pace and a keeper."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pace = Pace()
        self.lane = Lane()
        self.keeper = Keeper(name, self.lane)
        self.bulk_work = BulkWork(name, self.keeper, self.pace)

    def work(self, *, seconds: float = WORK_SECONDS) -> int:
        """Claim and run nodes and batches until none is ready, or the time is over.

        Returns:
            How many nodes were run and turns with batches taken.
        """
        holding = Holding(self.name)
        if not self.lane.enter(holding, is_quick=self.pace.is_quick):
            return 0
        self.keeper.watch(holding)

        def make_room() -> None:
            self.keeper.open_lane(holding)

        deadline = time.monotonic() + seconds
        count = 0
        try:
            while time.monotonic() < deadline:
                if not self.lane.enter(holding, is_quick=self.pace.is_quick):
                    return count
                done = self._carry_out(holding, deadline) + self.bulk_work.take_turn(make_room)
                count += done
                if not done and self.lane.leave(holding):
                    return count
        finally:
            self.lane.open(holding)
            self.keeper.forget(holding)
        hint_work(1)
        return count

    def give_up(self) -> None:
        """The process ends although nodes are running: let others have them at once."""
        claims.expire_leases(worker=self.name, now=clock.now())
        batches.expire_leases(worker=self.name, now=clock.now())

    def _claim(self, holding: Holding, limit: int) -> bool:
        """Claim up to so many nodes. False when there were fewer."""
        claimed = persist(lambda: self._claim_nodes(limit))
        if claimed:
            trigger_points.reach(trigger_points.NODES_CLAIMED)
            holding.load(persist(lambda: prepare(claimed)))
        return len(claimed) == limit

    def _claim_nodes(self, limit: int) -> list[ClaimedNode]:
        clock.adjust()
        now = clock.now()
        until = now + timedelta(seconds=lease_seconds())
        return claims.claim_nodes(worker=self.name, limit=limit, now=now, lease_until=until)

    def _carry_out(self, holding: Holding, deadline: float) -> int:
        """Claim nodes, run them and what follows from them for this worker, in rounds.

        The runs that the worker has in hand go on side by side: a round runs one node of each, and
        writes what came of them together. A run whose nodes must not run twice goes on alone;
        others do not wait for it longer than a moment.
        """
        count = done = 0
        seconds = 0.0
        may_be_more = True
        alone_until = 0.0
        while True:
            loaded = holding.next()
            if loaded is None:
                self.pace.learn(done, seconds)
                done, seconds = 0, 0.0
                self._write(holding, deadline)
                may_be_more = may_be_more and time.monotonic() < deadline
                room = self.pace.chunk - holding.count
                if may_be_more and room > 0:
                    may_be_more = self._claim(holding, room)
                    alone_until = time.monotonic() + ALONE_SECONDS
                if not holding.count and not may_be_more:
                    return count
                continue
            held = self._begin(holding, loaded)
            if held is None:
                continue
            began = time.monotonic()
            holding.end(held, held.failure or self._execute(holding, held))
            seconds += time.monotonic() - began
            done += 1
            count += 1
            if held.is_grouped and not holding.should_write():
                continue
            if not held.is_grouped and holding.count and time.monotonic() > alone_until:
                self.pace.shrink()
                # Quick ones, so far: whoever takes them goes on with the next.
                self.keeper.hand_back(holding.drop_waiting(), hints=1)
            self._write(holding, deadline)

    def _begin(self, holding: Holding, held: HeldNode) -> HeldNode | None:
        """Start a claimed node. None when it is the worker's no longer.

        Nodes that must not run twice are begun only once everybody knows that they are.
        """
        claim = held.claim
        at = clock.now().timestamp()
        started = NodeStarted(claim.node_id, claim.visit, claim.attempt, at)
        if held.is_grouped or held.is_start_told or held.failure is not None:
            holding.begin(held, started)
            return held
        told = Report(started, worker=self.name, input=held.continuation.config)
        begun = persist(lambda: begin_in_hand(held.continuation, told))
        if begun is not None:
            held = HeldNode(begun)
            holding.begin(held, started)
            return held
        persist(lambda: advance_with(claim.run_id, [told]))
        lease = clock.now() + timedelta(seconds=lease_seconds())
        if claims.extend_leases([claim], worker=self.name, lease_until=lease):
            return None
        held.is_start_told = True
        holding.begin(held, started)
        return held

    def _execute(self, holding: Holding, held: HeldNode) -> Report:
        claim = held.claim
        known = persist(lambda: memo.recall(claim, held.node, held.continuation.config))
        if known is not None:
            return known

        def tell_progress(done: float, total: float | None, text: str) -> None:
            holding.tell_progress(done, total, text, clock.now().timestamp())

        def extend_lease() -> None:
            lease = clock.now() + timedelta(seconds=lease_seconds())
            claims.extend_leases([claim], worker=self.name, lease_until=lease)

        result = execute(
            claim,
            held.node.type,
            held.continuation.config,
            held.log,
            on_progress=tell_progress,
            is_abandoned=lambda: holding.is_abandoned(claim),
            on_heartbeat=extend_lease,
        )
        trigger_points.reach(trigger_points.NODE_EXECUTED)
        persist(held.log.write)
        persist(lambda: memo.remember(held.node, held.continuation.config, result))
        return result

    def _write(self, holding: Holding, takes_until: float) -> None:
        """Write what came of the nodes, and take those that follow."""
        results = holding.take_results()
        if results:
            has_time = time.monotonic() < takes_until
            takes = self.pace.chunk - holding.count if has_time else 0
            taken = report(results, worker=self.name, takes=takes)
            holding.load([HeldNode(continuation) for continuation in taken])


def prepare(claimed: Sequence[ClaimedNode]) -> list[HeldNode]:
    """Resolve the inputs of claimed nodes, reading each run and each named output once.

    Runs that cannot be read are left alone until their leases end, so that one of them does not
    keep the others from running.
    """
    by_run: dict[UUID, list[ClaimedNode]] = defaultdict(list)
    for claim in claimed:
        by_run[claim.run_id].append(claim)
    rows = runs.read_runs(by_run)
    held: list[HeldNode] = []
    for run_id, of_run in by_run.items():
        try:
            held += _prepare_run(rows[run_id], of_run)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("Run %s cannot be read; its nodes are left for later.", run_id)
    return held


def _prepare_run(row: runs.RunRow, claimed: Sequence[ClaimedNode]) -> list[HeldNode]:
    plan = plan_of(row.version_id)
    nodes = [plan.nodes[claim.node_id] for claim in claimed]
    outputs = Outputs(row.id)
    outputs.load({name for node in nodes for name in sources_of(node)})
    return [
        _resolve(claim, row, plan, node, outputs)
        for claim, node in zip(claimed, nodes, strict=True)
        if _is_queued(row, claim)
    ]


def _is_queued(row: runs.RunRow, claim: ClaimedNode) -> bool:
    """False when, since the claim, the run was paused, or somebody else was quicker."""
    active = row.state.active.get(claim.key)
    return active is not None and (active.attempt, active.status) == (
        claim.attempt,
        NodeStatus.QUEUED,
    )


def _resolve(
    claim: ClaimedNode, row: runs.RunRow, plan: Plan, node: PlanNode, outputs: Outputs
) -> HeldNode:
    try:
        config = resolved_config(row, plan, node, outputs)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the node's failure
        at = clock.now().timestamp()
        failed = NodeFailed(*claim.key, claim.attempt, at, error_info(error), random())
        return HeldNode(Continuation(row, plan, outputs, claim, {}), failure=Report(failed))
    return HeldNode(Continuation(row, plan, outputs, claim, config))


_worker: Worker | None = None
_guard = threading.Lock()


def _forget() -> None:
    """A forked child is a worker of its own: threads do not survive a fork."""
    global _worker, _guard
    _worker, _guard = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


def this_worker() -> Worker:
    """The worker of this process."""
    global _worker
    with _guard:
        if _worker is None:
            _worker = Worker(worker_name())
        return _worker
