"""Writing what workers report: at once where the run is free, else through its inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from workflows_app.engine import clock, trigger_points
from workflows_app.engine.advance import Continuation, try_advance
from workflows_app.store import inbox
from workflows_app.store.inbox import NodeReports


def report(
    results: Sequence[NodeReports], *, worker: str, takes_next: bool = False
) -> list[Continuation]:
    """Work results into their runs; those of runs that others hold go into the inboxes.

    Args:
        results: What happened to claimed nodes.
        worker: Who reports.
        takes_next: Start the next node of a run for the worker, if exactly one becomes ready.

    Returns:
        The nodes that were started.
    """
    by_run: dict[UUID, list[NodeReports]] = defaultdict(list)
    for result in results:
        by_run[result.claim.run_id].append(result)
    taken: list[Continuation] = []
    left: list[NodeReports] = []
    for run_id, of_run in by_run.items():
        reports = [r for result in of_run for r in result.reports]
        asks = worker if takes_next and not taken else ""
        moved = try_advance(run_id, reports, worker=asks)
        if moved is None:
            left += of_run
        elif moved.next is not None:
            taken.append(moved.next)
    if left:
        _leave(left, worker)
    return taken


def _leave(results: Sequence[NodeReports], worker: str) -> None:
    """Leave results in the inboxes, then look whether the runs have become free (see `advance`)."""
    run_ids = inbox.store_results(results, worker=worker, now=clock.now())
    trigger_points.reach(trigger_points.RESULTS_STORED)
    for run_id in run_ids:
        try_advance(run_id, ())
