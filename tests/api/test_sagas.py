from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Api
from workflows_app.models import AuditEntry, Run

pytestmark = pytest.mark.django_db(transaction=True)

Json = dict[str, Any]


def fails() -> Json:
    """An action that fails when it is carried out, without a worker."""
    return {"type": "transform", "config": {"output": "${ input.amount / 0 }"}}


def works(value: Any = 1) -> Json:
    return {"type": "transform", "config": {"output": value}}


def saga(*steps: Json, **more: Any) -> Json:
    return {"kind": "saga", "steps": list(steps), **more}


def step(id: str, action: Json | None = None, undo: Json | None = None) -> Json:
    return {"id": id, "action": action or works(id), "compensation": undo or works(f"undo {id}")}


def stuck(author: Api) -> Json:
    """A run whose compensation of `a` has given up."""
    run = author.run(saga(step("a", undo=fails()), step("b", fails())))
    assert run["status"] == "needs_attention"
    return run


def test_a_saga_is_made_published_and_run(author: Api) -> None:
    workflow = author.ok("POST", "/workflows", {"title": "Order", "kind": "saga"})
    draft = author.ok("GET", f"/workflows/{workflow['id']}")["draft"]
    assert draft["document"]["mode"] == "compensation"
    assert [p["code"] for p in draft["problems"]] == ["empty_document"]
    run = author.run(saga(step("a"), step("b")))
    assert (run["status"], run["output"]) == ("succeeded", "b")


def test_a_saga_that_fails_is_compensated_and_says_which_step_failed(author: Api) -> None:
    run = author.run(saga(step("a"), step("b", fails())))
    assert run["status"] == "compensated"
    assert run["error"]["node_id"] == "b"
    assert {n["node_id"]: n["status"] for n in run["nodes"]} == {
        "_start": "succeeded",
        "a": "compensated",
        "b": "failed",
        "_undo_a": "succeeded",
    }
    listed = author.ok("GET", "/runs?status=compensated")["items"]
    assert [row["id"] for row in listed] == [run["id"]]
    detail = author.ok("GET", f"/runs/{run['id']}")
    drawn = {node["id"]: node["title"] for node in detail["canvas"]["nodes"]}
    assert drawn["_undo_a"] == "Undo: a"
    types = [e["type"] for e in author.ok("GET", f"/runs/{run['id']}/events")["events"]]
    assert types[-4:] == [
        "run.compensating",
        "node.succeeded",
        "node.compensated",
        "run.compensated",
    ]


def test_what_needs_attention_stands_first_on_the_dashboard(author: Api) -> None:
    run = stuck(author)
    first = author.ok("GET", "/dashboard")["attention"][0]
    assert (first["kind"], first["count"]) == ("needs_attention", 1)
    assert first["link"] == "/runs?status=needs_attention"
    assert [item["id"] for item in first["items"]] == [run["id"]]


@pytest.mark.parametrize(
    "choice, note, status, step_status",
    [("resolve", "By phone", "compensated", "compensated"), ("skip", "", "failed", "succeeded")],
)
def test_an_operator_chooses_how_to_go_on(
    author: Api, choice: str, note: str, status: str, step_status: str
) -> None:
    run = stuck(author)
    body = {"node_id": "_undo_a", "choice": choice, "note": note}
    after = author.ok("POST", f"/runs/{run['id']}/attention", body)
    assert after["status"] == status
    assert {n["node_id"]: n["status"] for n in after["nodes"]}["a"] == step_status
    entry = AuditEntry.objects.get(action="run.attention_resolved")
    assert (entry.actor_name, entry.target_id) == ("ana", run["id"])
    assert entry.detail == {"node": "_undo_a", "choice": choice, "note": note}


def test_a_retry_that_fails_again_needs_attention_again(author: Api) -> None:
    run = stuck(author)
    body = {"node_id": "_undo_a", "choice": "retry"}
    after = author.ok("POST", f"/runs/{run['id']}/attention", body)
    assert after["status"] == "needs_attention"
    node = author.ok("GET", f"/runs/{run['id']}/nodes/_undo_a")
    assert [a["number"] for a in node["attempts"]] == [1, 2]


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        ({"node_id": "_undo_a", "choice": "resolve", "note": " "}, 422, "invalid_input", "note"),
        ({"node_id": "_undo_a", "choice": "forget"}, 422, "invalid_input", "choice"),
        ({"node_id": "_undo_a"}, 422, "invalid_input", "choice"),
        ({"choice": "skip"}, 422, "invalid_input", "node_id"),
        ({"node_id": "a", "choice": "skip"}, 409, "conflict", None),
        ({"node_id": "nope", "choice": "skip"}, 409, "conflict", None),
        ({"node_id": "_undo_a", "choice": "skip", "visit": 2}, 409, "conflict", None),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_changes_nothing(
    author: Api, body: Json, status: int, code: str, field: str | None
) -> None:
    run = stuck(author)
    answer = author.post(f"/runs/{run['id']}/attention", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if field is not None:
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    elif body["node_id"] != "_undo_a":
        assert "These do: _undo_a." in answer.json()["detail"]
    row = Run.objects.get(id=run["id"])
    assert (row.status, row.seq) == ("needs_attention", run["seq"])
    assert not AuditEntry.objects.filter(action="run.attention_resolved").exists()


def test_only_operators_resolve_and_only_what_is_there(
    author: Api, approver: Api, stranger: Api, nobody: Api
) -> None:
    run = stuck(author)
    body = {"node_id": "_undo_a", "choice": "skip"}
    path = f"/runs/{run['id']}/attention"
    assert approver.post(path, body).status_code == 403
    assert stranger.post(path, body).status_code == 403
    assert nobody.post(path, body).status_code == 401
    assert author.post(f"/runs/{uuid4()}/attention", body).status_code == 404
    assert Run.objects.get(id=run["id"]).seq == run["seq"]
    author.ok("POST", path, body)
    assert author.post(path, body).json()["code"] == "run_closed"


def test_a_run_that_is_being_undone_or_is_past_its_pivot_is_not_cancelled(author: Api) -> None:
    run = stuck(author)
    refused = author.post(f"/runs/{run['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["detail"] == "The run is being undone already."
    past = author.run(
        saga(
            {"step": "pivot", "id": "p", "action": works()},
            {"step": "retriable", "id": "r", "action": fails()},
        )
    )
    assert past["status"] == "needs_attention"
    refused = author.post(f"/runs/{past['id']}/cancel")
    assert "only goes forward" in refused.json()["detail"]


def test_a_cancelled_saga_is_undone(author: Api) -> None:
    wait = {"type": "wait", "config": {"mode": "signal", "signal": "go"}}
    run = author.run(saga(step("a"), step("b", wait)))
    assert run["status"] == "waiting"
    after = author.ok("POST", f"/runs/{run['id']}/cancel", {"reason": "Enough"})
    assert (after["status"], after["error"]) == ("cancelled", None)
    assert {n["node_id"]: n["status"] for n in after["nodes"]}["a"] == "compensated"


def test_trying_again_does_what_was_undone_anew(author: Api) -> None:
    run = author.run(saga(step("a"), {"id": "n", "action": works(2)}, step("b", fails())))
    again = author.ok("POST", f"/runs/{run['id']}/retry", {"node_id": "b"})
    assert again["status"] == "compensated"
    reused = {n["node_id"]: n["is_reused"] for n in again["nodes"]}
    assert (reused["a"], reused["n"]) == (False, True)
    refused = author.post(f"/runs/{run['id']}/retry", {"node_id": "_undo_a"})
    assert refused.status_code == 422


def test_a_saga_that_cannot_run_is_not_published(author: Api) -> None:
    bad = saga({"step": "retriable", "id": "r", "action": works()}, {"step": "pivot"} | step("p"))
    workflow = author.workflow(bad)
    answer = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})
    assert answer.status_code == 422
    assert {(e["code"], e["node_id"]) for e in answer.json()["errors"]} == {
        ("retriable_before_pivot", "r"),
        ("compensation_never_runs", "p"),
    }


# The drill


def test_a_drill_shows_what_would_be_undone(author: Api) -> None:
    document = saga(step("a"), step("b"), {"step": "pivot", "id": "p", "action": works()})
    drill = author.ok("POST", "/failure-drill", {"document": document, "step_id": "p"})
    assert drill == {
        "outcome": "compensated",
        "groups": [
            [{"step_id": "b", "node_id": "_undo_b", "title": "Undo: b"}],
            [{"step_id": "a", "node_id": "_undo_a", "title": "Undo: a"}],
        ],
    }
    workflow = author.workflow(document)
    body = {"workflow_id": workflow["id"], "step_id": "a"}
    assert author.ok("POST", "/failure-drill", body) == {"outcome": "compensated", "groups": []}


@pytest.mark.parametrize(
    "body, status, code",
    [
        ({"document": saga(step("a")), "step_id": "nope"}, 422, "invalid_input"),
        ({"document": saga(), "step_id": "a"}, 422, "document_invalid"),
        ({"document": {"kind": "nope"}, "step_id": "a"}, 422, "document_invalid"),
        ({"document": 3, "step_id": "a"}, 422, "document_invalid"),
        ({"document": {"kind": "pipeline"}, "step_id": "a"}, 422, "document_invalid"),
        ({"step_id": "a"}, 404, "not_found"),
        ({"workflow_id": str(uuid4()), "step_id": "a"}, 404, "not_found"),
        ({"document": saga(step("a"))}, 422, "invalid_input"),
    ],
)
def test_a_drill_that_cannot_be_says_why(author: Api, body: Json, status: int, code: str) -> None:
    answer = author.post("/failure-drill", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_only_who_sees_workflows_drills(stranger: Api) -> None:
    body = {"document": saga(step("a")), "step_id": "a"}
    assert stranger.post("/failure-drill", body).status_code == 403


def test_expressions_of_a_saga_know_what_runs_before_them(author: Api) -> None:
    document = saga(step("a"), step("b"), step("c"))

    def names(node_id: str) -> set[str]:
        body = {"value": "${ 1 }", "document": document, "node_id": node_id}
        listed = author.ok("POST", "/expressions/preview", body)["names"]
        return {name for name in listed if name.startswith("nodes.")}

    assert names("b") == {"nodes.a"}
    assert names("_undo_b") == {"nodes.a", "nodes.b"}
