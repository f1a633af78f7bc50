"""Moving open runs to another version."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from workflows_app.contracts.base import Contract


class ObstacleView(Contract):
    """Why a run cannot move."""

    kind: Literal["needs_mapping", "would_get_stuck", "busy"]
    """`busy`: only for now."""
    node_id: str | None
    message: str


class RunMigration(Contract):
    """What became, or would become, of one run."""

    run_id: UUID
    business_key: str
    from_version: int
    verdict: Literal["can_move", "moved", "needs_mapping", "would_get_stuck", "busy"]
    obstacles: list[ObstacleView]


class MigrationReport(Contract):
    """Open runs of a workflow that are on other versions, and whether they can move."""

    to_version: int
    is_dry_run: bool
    runs: list[RunMigration]
    """At most 500, the oldest first."""
