"""Runs on the real engine and its database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.conformance import tasks
from tests.conformance.pattern import ITSELF, Drawing
from tests.conformance.playing import Visit
from tests.engine.build import publish, start
from tests.engine.conftest import Clock
from workflows_app.core.events import CancelRequested, NodeCompleted, NodeStarted
from workflows_app.engine import sweep
from workflows_app.engine.advance import LockedRun, advance, advance_with
from workflows_app.engine.bulk_work import BulkWork
from workflows_app.engine.holding import HeldNode, Holding
from workflows_app.engine.work import Worker, prepare
from workflows_app.models import ChildRun, NodeRun, Run, RunEvent, Workflow
from workflows_app.store import bulks
from workflows_app.store.batches import ClaimedBatch, ClaimedPart
from workflows_app.store.claims import ClaimedNode
from workflows_app.store.codec import Report

_UNDER_WAY = ("queued", "running", "waiting", "retrying")


class Hand(Worker):
    """A worker that claims everything, and runs what it is told, one node at a time."""

    def __init__(self) -> None:
        super().__init__("hand")
        self._claimed: dict[tuple[UUID, Visit], ClaimedNode] = {}
        self._begun: dict[tuple[UUID, Visit], HeldNode] = {}

    def run(self, run_id: UUID, visit: Visit) -> None:
        """Run one claimed node, and nothing that follows from it."""
        holding = Holding(self.name)
        begun = self._begun.pop((run_id, visit), None)
        holding.load([begun] if begun else prepare([self.claimed(run_id, visit)]))
        self._carry_out(holding, deadline=0)

    def begin(self, run_id: UUID, visit: Visit, now: float) -> None:
        """Say of a claimed node that it runs."""
        [held] = prepare([self.claimed(run_id, visit)])
        started = NodeStarted(*visit, held.claim.attempt, now)
        advance_with(run_id, [Report(started, worker=self.name, input={})])
        held.is_start_told = True
        self._begun[run_id, visit] = held

    def claimed(self, run_id: UUID, visit: Visit) -> ClaimedNode:
        """The claim of a node that is, or was, ready."""
        self._claimed |= {(claim.run_id, claim.key): claim for claim in self._claim_nodes(100)}
        return self._claimed[run_id, visit]


class ItemHand(BulkWork):
    """A worker that claims every item of map nodes, and works on those that it is told to."""

    def __init__(self, hand: Hand) -> None:
        super().__init__(hand.name, hand.keeper, hand.pace)
        self._held: dict[Visit, ClaimedBatch] = {}

    def claimed(self, node: str) -> list[Visit]:
        """The items of a node that nobody has worked on, numbered from one as visits are."""
        while (claimed := self._claim()) is not None:
            if isinstance(claimed, ClaimedPart):
                self._carry_out(claimed)
            else:
                for batch in claimed:
                    self._held[batch.bulk.node_id, batch.first_index + 1] = batch
        return [visit for visit in self._held if visit[0] == node]

    def run(self, visit: Visit) -> None:
        """Work on one item; with the last one the node is done."""
        self._carry_out([self._held.pop(visit)])
        self.claimed(visit[0])


class EngineRun:
    """A run as the engine moves it, with the runs that it starts: their visits are counted on."""

    def __init__(self, drawing: Drawing, time: Clock) -> None:
        self._time = time
        self._hand = Hand()
        self._item_hand = ItemHand(self._hand)
        version = publish(drawing.document())
        Workflow.objects.filter(id=version.workflow_id).update(name=ITSELF, latest_version=version)
        self._id = start(version)

    def finish(self, visit: Visit, output: Any) -> None:
        tasks.OUTPUTS[visit[0]] = output
        if visit in self._item_hand.claimed(visit[0]):
            self._item_hand.run(visit)
        else:
            self._hand.run(*self._found(visit))

    def begin(self, visit: Visit) -> None:
        run_id, visit = self._found(visit)
        self._hand.begin(run_id, visit, self._now())

    def finish_late(self, visit: Visit) -> None:
        if items := self._item_hand.claimed(visit[0]):
            self._item_hand.run(items[-1])
            return
        advance_with(self._id, [Report(NodeCompleted(*visit, 1, self._now()), output="late")])

    def add(self, node: str, items: Sequence[Any]) -> None:
        def any_number(total: int) -> None:
            return None

        added = bulks.append_items(
            self._id, node, items, batch_size=1, allowed=any_number, now=self._time.now()
        )
        assert added is not None, f"{node} took no items"

    def signal(self, name: str) -> None:
        advance(self._id, prepare=lambda run: [run.add_signal(name)])

    def decide(self, visit: Visit, outcome: str) -> None:
        def answer(run: LockedRun) -> list[NodeCompleted]:
            run.set_output(*visit, {"outcome": outcome})
            return [NodeCompleted(*visit, 1, run.now.timestamp(), (outcome,))]

        advance(self._id, prepare=answer)

    def pass_time(self, seconds: float) -> None:
        self._time.pass_(seconds)
        sweep.sweep_once()

    def cancel(self) -> None:
        advance(self._id, CancelRequested(self._now()))

    def under_way(self) -> list[Visit]:
        found: list[Visit] = []
        for visit, row in self._rows().items():
            if row.status in _UNDER_WAY:
                is_map = row.execution == "items"
                found += self._item_hand.claimed(row.node_id) if is_map else [visit]
        return found

    def journal(self) -> list[tuple[str, str, int]]:
        rows = RunEvent.objects.filter(run_id__in=self._runs()).order_by("id")
        return [(row.type, row.node_id or "", row.visit or 0) for row in rows]

    def status(self) -> str:
        return str(Run.objects.get(id=self._id).status)

    def _runs(self) -> list[UUID]:
        """The run and, one level after the other, those that it started."""
        runs = [self._id]
        for run_id in runs:
            runs += ChildRun.objects.filter(parent_id=run_id).values_list("run_id", flat=True)
        return runs

    def _rows(self) -> dict[Visit, NodeRun]:
        """Node runs by the node and how many of it there were before, in all runs."""
        counts: Counter[str] = Counter()
        found: dict[Visit, NodeRun] = {}
        for row in NodeRun.objects.filter(run_id__in=self._runs()).order_by("id"):
            counts[row.node_id] += 1
            found[row.node_id, counts[row.node_id]] = row
        return found

    def _found(self, visit: Visit) -> tuple[UUID, Visit]:
        row = self._rows()[visit]
        return row.run_id, (row.node_id, row.visit)

    def _now(self) -> float:
        return self._time.now().timestamp()
