from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from django.core.management import CommandError, call_command

from workflows_app.api.application import api
from workflows_app.contracts.runs import EventType
from workflows_app.management.commands.export_openapi import render_schema

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_schema_is_up_to_date() -> None:
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == render_schema(), (
        "Run: python manage.py export_openapi"
    )


def test_a_stale_schema_fails_the_check_and_is_not_touched(tmp_path: Path) -> None:
    stale = tmp_path / "openapi.json"
    stale.write_text("{}", encoding="utf-8")

    with pytest.raises(CommandError, match="stale"):
        call_command("export_openapi", "--check", "--output", str(stale))

    assert stale.read_text(encoding="utf-8") == "{}"


def test_operations_have_readable_ids_and_tell_their_errors() -> None:
    schema: Any = api.get_openapi_schema(path_prefix="/api/v1/")
    operations = [o for methods in schema["paths"].values() for o in methods.values()]
    ids = [operation["operationId"] for operation in operations]

    assert len(ids) == len(set(ids))
    assert all(name.isalpha() and name[0].islower() for name in ids)
    for operation in operations:
        content = operation["responses"]["default"]["content"]
        assert "application/problem+json" in content
        assert operation["security"]


def test_every_field_that_the_server_sends_is_required() -> None:
    schemas: Any = api.get_openapi_schema()["components"]["schemas"]

    for name in ("WorkflowDetail", "NodeView", "GraphDocument", "EventsFrame", "WaitingView"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"])


def test_every_journal_entry_that_is_written_has_a_name_in_the_contract() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("core", "engine", "services")
        for path in (ROOT / "workflows_app" / room).glob("*.py")
    )
    written = set(re.findall(r'"((?:node|loop|signal|human)\.[a-z_]+)"', sources))

    assert "node.succeeded" in written
    assert written <= set(get_args(EventType))
