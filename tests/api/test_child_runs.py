"""Child runs as the API shows them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.support.documents import approval, edge, graph, node, straight

pytestmark = pytest.mark.django_db(transaction=True)


def calling(name: str, **config: Any) -> dict[str, Any]:
    """start -> call -> end."""
    config = {"workflow": name, "input": {"amount": "${ input.amount }"}, **config}
    return graph(
        [
            node("start", "start"),
            node("call", "subworkflow", config, title="Ask the boss"),
            node("end", "end", {"output": "${ nodes.call }"}),
        ],
        [edge("start", "call"), edge("call", "end")],
    )


@pytest.fixture
def parent(author: Api) -> dict[str, Any]:
    """A run that waits for a run that waits for a decision."""
    author.published(approval(), "Approval")
    return author.start(author.published(calling("approval"), "Purchase"), {"amount": 9})


def test_the_parent_waits_for_a_run_that_it_names(author: Api, parent: dict[str, Any]) -> None:
    run = author.ok("GET", f"/runs/{parent['id']}")
    (child,) = author.ok("GET", f"/runs/{parent['id']}/family")["children"]

    assert (run["status"], run["waiting_for"]) == ("waiting", ["Run of Approval"])
    waiting = next(n["waiting"] for n in run["nodes"] if n["node_id"] == "call")
    assert (waiting["kind"], waiting["for"], waiting["run_id"]) == (
        "run",
        ["Approval"],
        child["id"],
    )


def test_a_family_shows_children_ancestors_and_open_tasks(
    author: Api, parent: dict[str, Any]
) -> None:
    family = author.ok("GET", f"/runs/{parent['id']}/family")
    (child,) = family["children"]
    (task,) = family["open_tasks"]

    assert family["ancestors"] == []
    assert (child["workflow"]["name"], child["status"]) == ("approval", "waiting")
    assert (child["node_id"], child["visit"], child["attempt"]) == ("call", 1, 1)
    assert child["is_awaited"] is True
    assert (task["heading"], task["run_id"]) == ("Spend 9", child["id"])
    assert task["workflow"]["title"] == "Approval"
    below = author.ok("GET", f"/runs/{child['id']}/family")
    assert [above["id"] for above in below["ancestors"]] == [parent["id"]]
    assert below["ancestors"][0]["workflow"]["title"] == "Purchase"
    assert below["children"] == below["open_tasks"] == []


def test_a_decision_in_the_child_ends_the_parent(
    author: Api, approver: Api, parent: dict[str, Any]
) -> None:
    (task,) = author.ok("GET", f"/runs/{parent['id']}/family")["open_tasks"]
    approver.ok("POST", f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    run = author.ok("GET", f"/runs/{parent['id']}")
    assert (run["status"], run["output"]) == ("succeeded", "approved")
    assert author.ok("GET", f"/runs/{parent['id']}/family")["open_tasks"] == []


def test_tasks_of_grandchildren_are_shown_too(author: Api, parent: dict[str, Any]) -> None:
    top = author.start(author.published(calling("purchase"), "Top"), {"amount": 3})

    family = author.ok("GET", f"/runs/{top['id']}/family")
    assert [task["heading"] for task in family["open_tasks"]] == ["Spend 3"]
    assert [child["workflow"]["name"] for child in family["children"]] == ["purchase"]


def test_the_run_list_hides_children_unless_asked(author: Api, parent: dict[str, Any]) -> None:
    (child,) = author.ok("GET", f"/runs/{parent['id']}/family")["children"]

    def listed(query: str) -> list[str]:
        return [run["id"] for run in author.ok("GET", f"/runs{query}")["items"]]

    assert listed("") == [parent["id"]]
    assert listed("?include_children=true") == [child["id"], parent["id"]]
    assert listed(f"?parent={parent['id']}") == [child["id"]]
    assert listed(f"?parent={child['id']}") == []


def test_cancelling_the_parent_closes_the_childs_task(author: Api, parent: dict[str, Any]) -> None:
    (task,) = author.ok("GET", f"/runs/{parent['id']}/family")["open_tasks"]
    author.ok("POST", f"/runs/{parent['id']}/cancel", {})

    (child,) = author.ok("GET", f"/runs/{parent['id']}/family")["children"]
    assert child["status"] == "cancelled"
    assert author.ok("GET", f"/human-tasks/{task['id']}")["status"] == "cancelled"


def test_who_started_the_parent_may_not_decide_in_the_child(author: Api, admin: Api) -> None:
    author.published(approval(allow_requester=False), "Approval")
    workflow_id = author.published(calling("approval"), "Purchase")
    run = admin.start(workflow_id, {"amount": 9})
    (task,) = admin.ok("GET", f"/runs/{run['id']}/family")["open_tasks"]

    refused = admin.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})
    assert refused.status_code == 403


def test_a_family_needs_the_permission_and_the_run(
    author: Api, stranger: Api, parent: dict[str, Any]
) -> None:
    assert stranger.get(f"/runs/{parent['id']}/family").status_code == 403
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert author.get(f"/runs/{nowhere}/family").status_code == 404


class TestPublishing:
    def test_a_workflow_that_does_not_exist_is_refused_with_its_step(self, author: Api) -> None:
        workflow = author.workflow(calling("nobody"))
        refused = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})

        assert refused.status_code == 422
        (problem,) = refused.json()["errors"]
        assert (problem["code"], problem["node_id"]) == ("unknown_workflow", "call")
        assert problem["field"] == "config.workflow"
        assert [p["code"] for p in workflow["draft"]["problems"]] == ["unknown_workflow"]
        assert author.ok("GET", f"/workflows/{workflow['id']}")["latest_version"] is None

    def test_a_version_that_does_not_exist_is_refused(self, author: Api) -> None:
        author.published(straight(), "Straight")
        workflow = author.workflow(calling("straight", version=2))
        refused = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})

        assert [error["code"] for error in refused.json()["errors"]] == ["unknown_version"]

    def test_a_workflow_may_run_itself(self, author: Api) -> None:
        workflow_id = author.published(calling("me"), "Me")
        assert author.ok("GET", f"/workflows/{workflow_id}")["draft"]["problems"] == []

    def test_what_is_not_published_yet_is_a_warning(self, author: Api) -> None:
        author.workflow(straight(), "Later")
        workflow_id = author.published(calling("later"))
        (problem,) = author.ok("GET", f"/workflows/{workflow_id}")["draft"]["problems"]
        assert (problem["code"], problem["severity"]) == ("unpublished_workflow", "warning")
