"""Moving open runs to another version through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.support.documents import waiting_for_signal
from workflows_app.models import AuditEntry, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving(author: Api) -> dict[str, Any]:
    """Two runs that wait, and a second version whose wait has another id."""
    document = waiting_for_signal()
    workflow_id = author.published(document)
    runs = [author.start(workflow_id, {}, business_key=f"K-{n}")["id"] for n in (1, 2)]
    document["nodes"][1]["id"] = "hold"
    document["nodes"][2]["config"]["output"] = "${ nodes.hold }"
    document["edges"][0]["target"] = document["edges"][1]["source"] = "hold"
    author.put(f"/workflows/{workflow_id}/draft", {"document": document}, **{"If-Match": '"1"'})
    author.ok("POST", f"/workflows/{workflow_id}/publish", {"revision": 2})
    return {"path": f"/workflows/{workflow_id}/versions/2/migrate-runs", "runs": runs}


def numbers(runs: list[str]) -> list[int]:
    return [Run.objects.get(id=run).version.number for run in runs]


def test_a_dry_run_says_what_stands_in_the_way_and_moves_nothing(
    author: Api, moving: dict[str, Any]
) -> None:
    report = author.ok("POST", moving["path"], {})

    assert (report["to_version"], report["is_dry_run"]) == (2, True)
    assert [run["run_id"] for run in report["runs"]] == moving["runs"]
    first = report["runs"][0]
    assert (first["business_key"], first["from_version"]) == ("K-1", 1)
    assert first["verdict"] == "needs_mapping"
    (obstacle,) = first["obstacles"]
    assert (obstacle["kind"], obstacle["node_id"]) == ("needs_mapping", "wait")
    assert "“wait” is under way" in obstacle["message"]
    mapped = author.ok("POST", moving["path"], {"mapping": {"wait": "hold"}})
    assert [run["verdict"] for run in mapped["runs"]] == ["can_move", "can_move"]
    assert numbers(moving["runs"]) == [1, 1]
    assert not AuditEntry.objects.filter(action="run.migrated").exists()


def test_the_runs_that_are_named_move_and_go_on(author: Api, moving: dict[str, Any]) -> None:
    first, second = moving["runs"]
    body = {"mapping": {"wait": "hold"}, "run_ids": [first], "dry_run": False}
    report = author.ok("POST", moving["path"], body)

    assert [(run["run_id"], run["verdict"]) for run in report["runs"]] == [(first, "moved")]
    assert numbers([first, second]) == [2, 1]
    entry = AuditEntry.objects.get(action="run.migrated")
    assert (entry.target_id, entry.actor_name) == (first, "ana")
    assert entry.detail == {"from_version": 1, "to_version": 2, "mapping": {"wait": "hold"}}
    done = author.ok("POST", f"/runs/{first}/signal", {"name": "paid", "payload": 3})
    assert (done["status"], done["output"], done["version"]) == ("succeeded", 3, 2)
    events = author.ok("GET", f"/runs/{first}/events")["events"]
    assert [e["data"] for e in events if e["type"] == "run.migrated"] == [
        {"from": 1, "to": 2, "mapping": {"wait": "hold"}}
    ]


def test_a_run_that_cannot_move_stays_while_others_go(author: Api, moving: dict[str, Any]) -> None:
    report = author.ok("POST", moving["path"], {"dry_run": False})
    assert {run["verdict"] for run in report["runs"]} == {"needs_mapping"}
    assert numbers(moving["runs"]) == [1, 1]


def test_nobody_resumes_a_run_on_another_version(author: Api, moving: dict[str, Any]) -> None:
    run = moving["runs"][0]
    author.ok("POST", f"/runs/{run}/pause")
    refused = author.post(f"/runs/{run}/resume?version=2")

    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["version"]) == ("workflow_version_mismatch", 1)
    assert author.ok("GET", f"/runs/{run}")["status"] == "paused"
    assert author.ok("POST", f"/runs/{run}/resume?version=1")["status"] == "waiting"


def test_moving_needs_the_permission_and_the_version(
    author: Api, approver: Api, moving: dict[str, Any]
) -> None:
    assert approver.post(moving["path"], {}).status_code == 403
    nowhere = moving["path"].replace("/versions/2/", "/versions/9/")
    assert author.post(nowhere, {}).status_code == 404
    assert author.post(moving["path"], {"mapping": {"1 2": "x"}}).status_code == 422
