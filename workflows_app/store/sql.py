"""Plain SQL on the two databases, for the few statements that every step needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

Row = tuple[Any, ...]


def is_postgresql() -> bool:
    """False on SQLite, which has neither row locks nor data-modifying CTEs."""
    return connection.vendor == "postgresql"


def query(sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """Execute a statement and return its rows, if it gives any.

    On PostgreSQL the parameters are bound by the server and the statement is prepared, where the
    connection's settings allow that: Django's own cursors never do, and it is worth 1.8 times.
    """
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []
    import psycopg

    connection.ensure_connection()
    is_prepared = connection.connection.prepare_threshold is not None
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as raw:
        raw.execute(sql, parameters, prepare=is_prepared)
        return raw.fetchall() if raw.description else []


def read_clock() -> datetime:
    """The time at PostgreSQL, in UTC."""
    ((seconds,),) = query("SELECT extract(epoch FROM clock_timestamp())::float8")
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def immediate() -> Iterator[None]:
    """A transaction that is going to write; on SQLite it holds the write lock from the start."""
    with transaction.atomic():
        yield


def to_sqlite(value: Any) -> Any:
    """A Python value as SQLite's columns hold it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID):
        return value.hex
    return value


def run_key(run_id: UUID) -> Any:
    """A run's id as a parameter."""
    return run_id if is_postgresql() else run_id.hex


def moment_key(moment: datetime) -> Any:
    """A time as a parameter."""
    return moment if is_postgresql() else to_sqlite(moment)


def as_uuid(value: Any) -> UUID:
    """A UUID column's value."""
    return value if isinstance(value, UUID) else UUID(str(value))


def as_moment(value: Any) -> datetime | None:
    """A time column's value, in UTC."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
