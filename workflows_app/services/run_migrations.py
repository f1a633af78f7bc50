"""Moving open runs to a version of their workflow, after a look at what would become of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.migrations import MigrationReport, ObstacleView, RunMigration
from workflows_app.contracts.permissions import require
from workflows_app.core.migrate import Obstacle
from workflows_app.engine.migration import check_run, move_run
from workflows_app.errors import NotFoundError
from workflows_app.selectors.open_runs import OpenRun, open_runs_on_other_versions
from workflows_app.services import audit
from workflows_app.store.definitions import VersionRow, find_version


def plan_migration(
    *,
    actor: Actor,
    workflow_id: UUID,
    version: int,
    mapping: Mapping[str, str],
    run_ids: Collection[UUID] | None = None,
) -> MigrationReport:
    """What would become of the workflow's open runs; changes nothing.

    Args:
        actor: Who asks.
        workflow_id: Which workflow.
        version: Where the runs would go.
        mapping: New ids of nodes that have another one in that version.
        run_ids: Only these runs.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such version.
    """
    target, runs = _runs_to_move(actor, workflow_id, version, run_ids)
    told = [_told(run, check_run(run.id, target, mapping), "can_move") for run in runs]
    return MigrationReport(to_version=version, is_dry_run=True, runs=told)


def migrate_runs(
    *,
    actor: Actor,
    workflow_id: UUID,
    version: int,
    mapping: Mapping[str, str],
    run_ids: Collection[UUID] | None = None,
) -> MigrationReport:
    """Move the runs that can; each one in a transaction of its own, with its audit entry.

    Args and errors are those of `plan_migration`.
    """
    target, runs = _runs_to_move(actor, workflow_id, version, run_ids)
    told = [_told(run, _move(actor, run, target, mapping), "moved") for run in runs]
    return MigrationReport(to_version=version, is_dry_run=False, runs=told)


@transaction.atomic
def _move(
    actor: Actor, run: OpenRun, target: VersionRow, mapping: Mapping[str, str]
) -> tuple[Obstacle, ...]:
    obstacles = move_run(run.id, target, mapping)
    if not obstacles:
        audit.record(
            actor=actor,
            action="run.migrated",
            target_type="run",
            target_id=run.id,
            from_version=run.version,
            to_version=target.number,
            mapping=dict(mapping),
        )
    return obstacles


def _runs_to_move(
    actor: Actor, workflow_id: UUID, number: int, run_ids: Collection[UUID] | None
) -> tuple[VersionRow, list[OpenRun]]:
    require(actor, "operate_run")
    version = find_version(workflow_id=workflow_id, number=number)
    if version is None:
        raise NotFoundError(f"The workflow has no version {number}, or does not exist.")
    runs = open_runs_on_other_versions(
        workflow_id=workflow_id, version_id=version.id, run_ids=run_ids
    )
    return version, runs


def _told(run: OpenRun, obstacles: tuple[Obstacle, ...], when_free: str) -> RunMigration:
    return RunMigration.model_validate(
        {
            "run_id": run.id,
            "business_key": run.business_key,
            "from_version": run.version,
            "verdict": obstacles[0].kind if obstacles else when_free,
            "obstacles": [
                ObstacleView(kind=each.kind, node_id=each.node or None, message=each.message)
                for each in obstacles
            ],
        }
    )
