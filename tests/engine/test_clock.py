"""The engine's clock is the database's, whatever the machine's says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from workflows_app.engine import clock
from workflows_app.store import sql

pytestmark = pytest.mark.django_db(transaction=True)

AHEAD = timedelta(hours=5)


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_began", None)
    monkeypatch.setattr(clock, "_looked_at", float("-inf"))


@pytest.fixture
def on_postgresql() -> None:
    if not sql.is_postgresql():
        pytest.skip("SQLite has no clock of its own")


@pytest.fixture
def ahead(on_postgresql: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock stands five hours after that of this machine."""
    read = sql.read_clock
    monkeypatch.setattr(sql, "read_clock", lambda: read() + AHEAD)


def is_about(found: datetime, wanted: datetime) -> bool:
    return abs(found - wanted) < timedelta(minutes=1)


def test_before_the_first_look_it_is_the_machines() -> None:
    assert is_about(clock.now(), datetime.now(UTC))


@pytest.mark.usefixtures("on_postgresql")
def test_the_database_tells_its_time() -> None:
    assert is_about(sql.read_clock(), datetime.now(UTC))


@pytest.mark.usefixtures("ahead")
def test_after_a_look_it_is_the_databases() -> None:
    clock.adjust()

    assert is_about(clock.now(), datetime.now(UTC) + AHEAD)
    assert clock.now().tzinfo is UTC


@pytest.mark.usefixtures("ahead")
def test_a_new_connection_sets_it() -> None:
    connection.close()
    connection.ensure_connection()

    assert is_about(clock.now(), datetime.now(UTC) + AHEAD)


@pytest.mark.usefixtures("ahead")
def test_a_second_look_comes_only_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.adjust()
    monkeypatch.setattr(sql, "read_clock", lambda: datetime.now(UTC) - AHEAD)
    clock.adjust()
    assert is_about(clock.now(), datetime.now(UTC) + AHEAD)

    monkeypatch.setattr(clock, "TRUSTED_SECONDS", 0.0)
    clock.adjust()
    assert is_about(clock.now(), datetime.now(UTC) - AHEAD)


@pytest.mark.usefixtures("on_postgresql")
def test_a_database_that_does_not_answer_leaves_it_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def be_away() -> datetime:
        raise OperationalError("away")

    clock.adjust()
    monkeypatch.setattr(clock, "TRUSTED_SECONDS", 0.0)
    monkeypatch.setattr(sql, "read_clock", be_away)
    with pytest.raises(OperationalError):
        clock.adjust()
    connection.close()
    connection.ensure_connection()

    assert is_about(clock.now(), datetime.now(UTC))
