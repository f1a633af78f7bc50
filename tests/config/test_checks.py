import pytest
from django.core.checks import registry
from django.db import connections

from workflows_app.checks import SQLITE_WAITS, check_sqlite_waits


def warnings(monkeypatch, vendor, options):
    monkeypatch.setattr(connections["default"], "vendor", vendor)
    monkeypatch.setitem(connections["default"].settings_dict, "OPTIONS", options)
    return check_sqlite_waits(None, databases=["default"])


@pytest.mark.parametrize("options", [{}, {"transaction_mode": "DEFERRED"}])
def test_sqlite_whose_writers_do_not_wait_is_warned_of(monkeypatch, options):
    assert warnings(monkeypatch, "sqlite", options) == [SQLITE_WAITS]


@pytest.mark.parametrize(
    "vendor, options",
    [
        ("sqlite", {"transaction_mode": "IMMEDIATE"}),
        ("sqlite", {"transaction_mode": "exclusive"}),
        ("postgresql", {}),
    ],
)
def test_databases_whose_writers_wait_are_not_warned_of(monkeypatch, vendor, options):
    assert warnings(monkeypatch, vendor, options) == []


def test_the_check_runs_with_those_of_databases():
    assert check_sqlite_waits in registry.registry.get_checks()
