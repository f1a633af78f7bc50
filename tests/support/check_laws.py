"""Checks the law of the journal for every run of a database, and prints what there was.

Beside it: each step that was compensated had been completed, and was compensated once.

DATABASE_URL=… python -m tests.support.check_laws
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from uuid import UUID

import django

django.setup()

from tests.engine.law import check_law, folded, tables  # noqa: E402 - needs the settings
from workflows_app.models import NodeRun, Run, RunEvent  # noqa: E402


def check_compensations(run_id: UUID) -> None:
    """Fail for a step that was compensated twice, or without having been completed."""
    recorded = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    completed: set[tuple[str, int]] = set()
    for type_, node_id, visit in recorded.values_list("type", "node_id", "visit"):
        if type_ in {"node.succeeded", "node.reused"}:
            completed.add((node_id, visit))
        elif type_ == "node.compensated":
            assert (node_id, visit) in completed, f"{node_id}#{visit} is compensated again"
            completed.remove((node_id, visit))


def main() -> None:
    """Fail with the runs that break the law, and how the first of them does."""
    broken: list[UUID] = []
    for run_id in Run.objects.values_list("id", flat=True):
        try:
            check_law(run_id)
            check_compensations(run_id)
        except AssertionError:
            broken.append(run_id)
    if broken:
        sys.exit(f"{len(broken)} runs break the law of the journal. {story_of(broken[0])}")
    attempts = NodeRun.objects.values_list("earlier_attempts", flat=True)
    told = {
        "statuses": Counter(Run.objects.values_list("status", flat=True)),
        "entries": RunEvent.objects.count(),
        "lost_attempts": sum(a["status"] == "lost" for each in attempts for a in each),
    }
    sys.stdout.write(json.dumps(told))


def story_of(run_id: UUID) -> str:
    """What the journal and the tables say, where they differ, and the journal itself."""
    told, kept = folded(run_id), tables(run_id)
    differ = {key for key in told.keys() | kept.keys() if told.get(key) != kept.get(key)}
    lines = [f"Run {run_id}:"]
    lines += [f"{key}\n  told {told.get(key)}\n  kept {kept.get(key)}" for key in differ]
    journal = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    lines += [
        f"{e.seq} {e.at.isoformat()} {e.type} {e.node_id}#{e.visit} {e.data}" for e in journal
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
