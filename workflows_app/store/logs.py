"""Lines that nodes write while they run."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from workflows_app.models import NodeLog
from workflows_app.store.changes import LogRow


def append_lines(lines: Iterable[tuple[UUID, LogRow]]) -> None:
    """Write lines of any number of runs."""
    NodeLog.objects.bulk_create(
        NodeLog(
            run_id=run_id,
            node_id=line.node_id,
            visit=line.visit,
            attempt=line.attempt,
            level=line.level,
            message=line.message,
            at=line.at,
        )
        for run_id, line in lines
    )


def last_message(run_id: UUID, node_id: str, visit: int) -> str:
    """The last line of a node run's log; empty where there is none."""
    lines = NodeLog.objects.filter(run_id=run_id, node_id=node_id, visit=visit).order_by("-id")
    return lines.values_list("message", flat=True).first() or ""
