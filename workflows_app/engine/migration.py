"""Moving an open run to another version of its workflow, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from workflows_app.core.migrate import Migration, Obstacle, migrate_state
from workflows_app.engine import clock
from workflows_app.engine.advance import advance
from workflows_app.engine.plans import plan_of
from workflows_app.errors import NotFoundError
from workflows_app.outbound.wakeups import wake
from workflows_app.store import inbox, migrations, runs
from workflows_app.store.definitions import VersionRow, find_version_by_id
from workflows_app.store.runs import RunRow

_REPORTS_WAIT = Obstacle(
    "busy", "", "Results have just come that are not worked in yet. Try again."
)
_IS_OVER = Obstacle("would_get_stuck", "", "The run is over.")


def check_run(
    run_id: UUID, version: VersionRow, mapping: Mapping[str, str]
) -> tuple[Obstacle, ...]:
    """What stands in the way of the run as it is now. Changes and locks nothing."""
    row = runs.read_runs([run_id]).get(run_id)
    return (_IS_OVER,) if row is None else _migration(row, version, mapping).obstacles


def move_run(run_id: UUID, version: VersionRow, mapping: Mapping[str, str]) -> tuple[Obstacle, ...]:
    """Move the run to the version; with obstacles nothing is moved.

    What lies in its inbox is worked in on the old version before: it names nodes by their old ids.

    Raises:
        NotFoundError: There is no such run.
    """
    with transaction.atomic():
        advance(run_id)
        row = runs.lock_run(run_id)
        if row is None:
            raise NotFoundError("There is no such run.")
        migration = _migration(row, version, mapping)
        if migration.obstacles:
            return migration.obstacles
        renamed = {old: new for old, new in mapping.items() if old != new}
        with transaction.atomic():
            migrations.rename_nodes(run_id, renamed)
            if inbox.has_reports(run_id):
                transaction.set_rollback(True)
                return (_REPORTS_WAIT,)
        before = find_version_by_id(row.version_id)
        migrations.pin_run(
            run_id=run_id,
            version_id=version.id,
            state=migration.state,
            seq=row.seq + 1,
            told={
                "from": before.number if before is not None else None,
                "to": version.number,
                "mapping": renamed,
            },
            now=clock.now(),
        )
        transaction.on_commit(lambda: wake([run_id]), robust=True)
    return ()


def _migration(row: RunRow, version: VersionRow, mapping: Mapping[str, str]) -> Migration:
    if row.state.status is None or row.state.status.is_closed:
        return Migration(row.state, (_IS_OVER,))
    return migrate_state(
        plan_of(row.version_id),
        plan_of(version.id),
        row.state,
        mapping,
        visited=migrations.read_visits(row.id),
    )
