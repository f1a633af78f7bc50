"""Writing what workers report: at once where the run is free, else through its inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from workflows_app.engine import clock, trigger_points
from workflows_app.engine.advance import Continuation, advance_in_hand, try_advance
from workflows_app.engine.persistence import persist
from workflows_app.store import inbox
from workflows_app.store.codec import Report
from workflows_app.store.inbox import NodeReports


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker has to say of a node that it claimed; the last report may carry the output."""

    continuation: Continuation
    reports: Sequence[Report]
    is_in_hand: bool
    """True when the worker knows of nothing that has moved the run since."""


def report(results: Sequence[Told], *, worker: str, takes: int = 0) -> list[Continuation]:
    """Work results into their runs; those of runs that others hold go into the inboxes.

    Args:
        results: What happened to claimed nodes.
        worker: Who reports.
        takes: For how many runs the worker takes the next node, if exactly one becomes ready.

    Returns:
        The nodes that were taken.
    """
    in_hand = [(r.continuation, r.reports) for r in results if _may_be_fenced(r)]
    moved = persist(lambda: advance_in_hand(in_hand, worker=worker, takes=takes))
    taken = [continuation for continuation in moved.values() if continuation is not None]
    rest: dict[UUID, list[Told]] = defaultdict(list)
    for result in results:
        run_id = result.continuation.run.id
        if run_id not in moved:
            rest[run_id].append(result)
    left: list[NodeReports] = []
    for run_id, of_run in rest.items():
        reports = [report for result in of_run for report in result.reports]
        asks = worker if len(taken) < takes and not any(t.is_started for t in taken) else ""
        step = persist(partial(try_advance, run_id, reports, worker=asks))
        if step is None:
            left += [NodeReports(result.continuation.claim, result.reports) for result in of_run]
        elif step.next is not None:
            taken.append(step.next)
    if left:
        persist(lambda: _leave(left, worker))
    return taken


def _may_be_fenced(result: Told) -> bool:
    return result.is_in_hand and result.continuation.is_alone


def _leave(results: Sequence[NodeReports], worker: str) -> None:
    """Leave results in the inboxes, then look whether the runs have become free (see `advance`)."""
    run_ids = inbox.store_results(results, worker=worker, now=clock.now())
    trigger_points.reach(trigger_points.RESULTS_STORED)
    for run_id in run_ids:
        try_advance(run_id, ())
