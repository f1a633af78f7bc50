"""What a finished run leaves for another try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from workflows_app.core.state import RunStatus, VisitKey
from workflows_app.models import NodeRun, Run


@dataclass(frozen=True, slots=True)
class RerunSource:
    """An earlier run and the results of its node runs that succeeded."""

    workflow_id: UUID
    version_id: UUID
    is_closed: bool
    input: Any
    business_key: str
    labels: Mapping[str, Any]
    succeeded: Mapping[VisitKey, tuple[str, ...]]
    """Output ports by node and visit."""


def find_rerun_source(*, run_id: UUID) -> RerunSource | None:
    """The run to try again; None when there is no such run."""
    run = Run.objects.defer("state", "output").filter(id=run_id).first()
    if run is None:
        return None
    succeeded = NodeRun.objects.filter(run_id=run_id, status="succeeded")
    return RerunSource(
        workflow_id=run.workflow_id,
        version_id=run.version_id,
        is_closed=RunStatus(run.status).is_closed,
        input=run.input,
        business_key=run.business_key,
        labels=run.labels,
        succeeded={
            (node_id, visit): tuple(ports)
            for node_id, visit, ports in succeeded.values_list("node_id", "visit", "ports")
        },
    )
