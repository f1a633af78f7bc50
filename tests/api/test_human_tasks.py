from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.support.documents import approval
from workflows_app.models import Decision, HumanTask, Run, RunEvent

pytestmark = pytest.mark.django_db

FORM = {
    "type": "object",
    "required": ["account"],
    "properties": {"account": {"type": "string", "minLength": 3}},
}


def task_of(api: Api, state: str = "claimable") -> Any:
    items = api.ok("GET", f"/human-tasks?state={state}")["items"]
    assert len(items) == 1
    return items[0]


def test_a_task_for_everybody_is_claimable_by_who_may_decide(
    author: Api, approver: Api, stranger: Api
) -> None:
    run = author.run(approval(), {"amount": 7}, business_key="K-7")

    task = task_of(approver)

    assert task["heading"] == "Spend 7"
    assert task["key_values"] == [{"label": "Amount", "value": 7}]
    assert task["requested_by"] == "ana"
    assert task["run_id"] == run["id"]
    assert task["business_key"] == "K-7"
    assert task["is_mine"] is False
    assert approver.ok("GET", "/me")["inbox_count"] == 1
    assert stranger.ok("GET", "/human-tasks?state=claimable")["items"] == []
    assert stranger.ok("GET", "/me")["inbox_count"] == 0


def test_a_decision_moves_the_run_on_and_is_told(author: Api, approver: Api) -> None:
    run = author.run(approval())
    task = task_of(approver)

    decided = approver.ok(
        "POST", f"/human-tasks/{task['id']}/decide", {"outcome": "approved", "comment": " fine "}
    )

    assert decided["status"] == "decided"
    assert decided["decision"]["decided_by"] == "bob"
    assert decided["decision"]["label"] == "Approve"
    assert decided["decision"]["comment"] == "fine"
    assert decided["may_decide"] is False
    assert "bob" in decided["may_not_reason"]
    texts = [entry["text"] for entry in decided["history"]]
    assert texts[0] == "ana started the run"
    assert "bob decided “Manager's approval”: Approve" in texts
    detail = approver.ok("GET", f"/runs/{run['id']}")
    assert detail["status"] == "succeeded"
    assert detail["output"] == "approved"
    node = approver.ok("GET", f"/runs/{run['id']}/nodes/approve")
    assert node["output"]["decided_by"] == "bob"
    assert node["output"]["data"] == {}
    assert approver.ok("GET", "/human-tasks?state=claimable")["items"] == []
    assert task_of(approver, "done")["id"] == task["id"]


def test_a_second_decision_is_told_who_was_first(author: Api, approver: Api, admin: Api) -> None:
    author.run(approval())
    task = task_of(approver)
    path = f"/human-tasks/{task['id']}"
    approver.ok("POST", f"{path}/decide", {"outcome": "approved"})

    for call, body in (("decide", {"outcome": "rejected", "comment": "No"}), ("claim", {})):
        response = admin.post(f"{path}/{call}", body)
        assert response.status_code == 409
        problem = response.json()
        assert problem["code"] == "already_decided"
        assert problem["decision"]["decided_by"] == "bob"
        assert problem["decision"]["outcome"] == "approved"
    assert Decision.objects.count() == 1
    assert admin.ok("GET", path)["decision"]["decided_by"] == "bob"


def test_a_refusal_needs_a_comment_and_a_known_outcome(author: Api, approver: Api) -> None:
    author.run(approval())
    task = task_of(approver)
    path = f"/human-tasks/{task['id']}/decide"

    silent = approver.post(path, {"outcome": "rejected", "comment": "  "})
    unknown = approver.post(path, {"outcome": "maybe"})
    extra = approver.post(path, {"outcome": "approved", "data": {"x": 1}})

    assert [r.status_code for r in (silent, unknown, extra)] == [422, 422, 422]
    assert silent.json()["errors"][0]["field"] == "comment"
    assert unknown.json()["errors"][0]["field"] == "outcome"
    assert "approved, rejected" in unknown.json()["errors"][0]["hint"]
    assert extra.json()["errors"][0]["field"] == "data"
    assert Decision.objects.count() == 0
    assert Run.objects.get().status == "waiting"


def test_a_form_is_checked_field_by_field(author: Api, approver: Api) -> None:
    author.run(approval(form_schema=FORM))
    task = task_of(approver)
    path = f"/human-tasks/{task['id']}/decide"

    missing = approver.post(path, {"outcome": "approved"})
    short = approver.post(path, {"outcome": "approved", "data": {"account": "a"}})
    good = approver.ok("POST", path, {"outcome": "approved", "data": {"account": "abc"}})

    assert task["has_form"] is True
    assert missing.json()["errors"][0]["field"] == "data.account"
    assert short.json()["errors"][0]["field"] == "data.account"
    assert good["decision"]["data"] == {"account": "abc"}


def test_a_claimed_task_is_left_alone_by_others(
    author: Api, approver: Api, make_user: Callable[..., Any]
) -> None:
    other = Api(make_user("cem", "Approvers"))
    author.run(approval())
    path = f"/human-tasks/{task_of(approver)['id']}"

    claimed = approver.ok("POST", f"{path}/claim")
    assert claimed["claimed_by"] == "bob"
    assert claimed["is_mine"] is True
    assert approver.ok("POST", f"{path}/claim")["claimed_by"] == "bob"
    assert other.ok("GET", "/human-tasks?state=claimable")["items"] == []
    assert other.ok("GET", path)["may_decide"] is False
    assert other.post(f"{path}/claim").status_code == 409
    assert other.post(f"{path}/release").status_code == 403
    refused = other.post(f"{path}/decide", {"outcome": "approved"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "not_assigned"

    assert approver.ok("POST", f"{path}/release")["claimed_by"] is None
    assert other.ok("POST", f"{path}/decide", {"outcome": "approved"})["status"] == "decided"
    types = RunEvent.objects.filter(type__startswith="human.").values_list("type", flat=True)
    assert list(types) == ["human.claimed", "human.released", "human.decided"]


def test_named_people_decide_without_a_permission_and_others_may_not(
    author: Api, approver: Api, make_user: Callable[..., Any]
) -> None:
    named = Api(make_user("dee"))
    author.run(approval(assignees={"users": ["dee"], "groups": []}))

    assert approver.ok("GET", "/human-tasks?state=claimable")["items"] == []
    task = task_of(named, "mine")
    assert task["is_mine"] is True
    refused = approver.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "not_assigned"
    assert "dee" in refused.json()["detail"]
    assert Decision.objects.count() == 0
    assert named.ok("GET", "/me")["inbox_count"] == 1
    named.ok("POST", f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})
    assert named.ok("GET", "/me")["inbox_count"] == 0


def test_groups_claim(author: Api, make_user: Callable[..., Any]) -> None:
    operator = Api(make_user("oli", "Operators"))
    author.run(approval(assignees={"users": [], "groups": ["Operators"]}))

    assert task_of(operator)["is_mine"] is False
    assert task_of(author)["is_mine"] is False


def test_nobody_decides_a_request_of_their_own_where_that_is_forbidden(
    admin: Api, approver: Api
) -> None:
    admin.run(approval(allow_requester=False))
    task = task_of(approver)
    path = f"/human-tasks/{task['id']}"

    assert admin.ok("GET", "/human-tasks?state=claimable")["items"] == []
    assert admin.ok("GET", path)["may_decide"] is False
    refused = admin.post(f"{path}/decide", {"outcome": "approved"})
    assert refused.status_code == 403
    assert Decision.objects.count() == 0
    assert approver.ok("POST", f"{path}/decide", {"outcome": "approved"})["status"] == "decided"


def test_a_request_stays_its_makers_when_somebody_else_retries_it(
    admin: Api, author: Api, approver: Api
) -> None:
    first = admin.run(approval(allow_requester=False))
    admin.ok("POST", f"/runs/{first['id']}/cancel", {})
    second = author.ok("POST", f"/runs/{first['id']}/retry", {"node_id": "start"})
    author.ok("POST", f"/runs/{second['id']}/cancel", {})
    author.ok("POST", f"/runs/{second['id']}/retry", {"node_id": "start"})
    task = HumanTask.objects.get(status="open")
    path = f"/human-tasks/{task.id}"

    assert admin.ok("GET", path)["may_decide"] is False
    assert admin.post(f"{path}/decide", {"outcome": "approved"}).status_code == 403
    assert not Decision.objects.exists()
    assert approver.ok("POST", f"{path}/decide", {"outcome": "approved"})["status"] == "decided"


def test_a_task_of_a_cancelled_run_is_told_as_no_longer_needed(author: Api, approver: Api) -> None:
    run = author.run(approval())
    task = task_of(approver)
    author.ok("POST", f"/runs/{run['id']}/cancel", {})

    response = approver.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    assert response.status_code == 409
    assert "no longer needed" in response.json()["detail"]
    assert HumanTask.objects.get().status == "cancelled"
    assert approver.ok("GET", f"/human-tasks/{task['id']}")["status"] == "cancelled"


def test_a_stranger_may_neither_read_nor_decide(author: Api, approver: Api, stranger: Api) -> None:
    author.run(approval())
    path = f"/human-tasks/{task_of(approver)['id']}"

    for response in (
        stranger.get(path),
        stranger.post(f"{path}/claim"),
        stranger.post(f"{path}/decide", {"outcome": "approved"}),
    ):
        assert response.status_code == 403
        assert response.json()["code"] == "not_assigned"
    assert Decision.objects.count() == 0


def test_the_inbox_is_filtered_and_paged(author: Api, approver: Api) -> None:
    workflow_id = author.published(approval())
    for amount in (1, 2, 3):
        author.start(workflow_id, {"amount": amount}, business_key=f"K-{amount}")

    first = approver.ok("GET", "/human-tasks?state=claimable&limit=2")
    rest = approver.ok("GET", f"/human-tasks?state=claimable&limit=2&cursor={first['next_cursor']}")
    found = approver.ok("GET", f"/human-tasks?state=claimable&search=k-2&workflow={workflow_id}")

    assert [t["heading"] for t in first["items"] + rest["items"]] == [
        "Spend 1",
        "Spend 2",
        "Spend 3",
    ]
    assert [t["heading"] for t in found["items"]] == ["Spend 2"]


def test_the_inbox_takes_the_same_queries_for_one_row_and_for_many(
    author: Api, approver: Api, django_assert_max_num_queries: Any
) -> None:
    workflow_id = author.published(approval())
    for _ in range(6):
        author.start(workflow_id)

    # Session, account, two permission queries, tasks, users, groups, decisions.
    with django_assert_max_num_queries(8):
        items = approver.ok("GET", "/human-tasks?state=claimable")["items"]

    assert len(items) == 6
