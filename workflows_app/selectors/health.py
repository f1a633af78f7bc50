"""Whether this process can serve: what `/health/ready` reports."""

from __future__ import annotations

from datetime import timedelta

from celery import current_app
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from workflows_app.engine import clock
from workflows_app.models import WorkerHeartbeat
from workflows_app.selectors.dashboard import alive_seconds

_applied_once = False


def is_database_reachable() -> bool:
    """True when the database answers a query."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return False
    return True


def are_migrations_applied() -> bool:
    """True when no migration is missing; looked up until that holds once."""
    global _applied_once
    if not _applied_once:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        _applied_once = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _applied_once


def count_live_workers() -> int:
    """Worker processes that gave a sign of life lately."""
    since = clock.now() - timedelta(seconds=alive_seconds())
    return WorkerHeartbeat.objects.filter(last_seen_at__gte=since).count()


def is_broker_reachable() -> bool:
    """True when Celery's broker takes a connection within a second."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=1, interval_start=0)
    except Exception:  # noqa: BLE001 - each transport has errors of its own
        return False
    return True
