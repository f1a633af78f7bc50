"""State machines over HTTP: what they are doing, and the events they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.core.machines import act, final, machine, on, state
from tests.engine import actions
from tests.support.documents import straight, waiting_for_signal
from workflows_app.engine.work import Worker
from workflows_app.models import AuditEntry, Run

pytestmark = pytest.mark.django_db

ORDER = machine(
    state("pending", on("approve", "approved"), on("cancel", "cancelled")),
    state(
        "approved",
        on("ship", "shipped", guard="${ event.data.weight <= 30 }"),
        entry=[act("reserve", f"task:{actions.ECHO}", value="${ input.order }")],
    ),
    state("shipped", on("deliver.*", "delivered")),
    final("delivered", output="${ nodes.reserve }"),
    final("cancelled"),
    input_schema={
        "type": "object",
        "properties": {"order": {"type": "string"}},
        "required": ["order"],
    },
)


@pytest.fixture
def order(author: Api) -> dict[str, Any]:
    run = author.run(ORDER, {"order": "A-1"})
    assert run["machine"] == {
        "states": ["pending"],
        "events": ["approve", "cancel"],
        "is_acting": False,
    }
    return run


def send(api: Api, run: dict[str, Any], name: str, **body: Any) -> Any:
    return api.post(f"/runs/{run['id']}/events", {"name": name, **body})


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    problem: dict[str, Any] = response.json()
    assert problem["code"] == code
    return problem


def test_an_order_goes_its_way(author: Api, order: dict[str, Any]) -> None:
    acting = send(author, order, "approve").json()
    assert acting["machine"] == {"states": ["approved"], "events": ["ship"], "is_acting": True}
    assert acting["status"] == "running"
    assert acting["current"][1] == {
        "node_id": "reserve",
        "title": "Return the value",
        "status": "queued",
    }
    detail = author.ok("GET", f"/runs/{order['id']}/nodes/reserve")
    assert (detail["title"], detail["type"]) == ("Return the value", "task:test.echo")
    Worker("w").work()
    assert send(author, order, "ship", data={"weight": 3}).json()["machine"]["states"] == [
        "shipped"
    ]
    done = send(author, order, "deliver.home").json()
    assert (done["status"], done["output"]) == ("succeeded", "A-1")
    assert done["machine"] == {"states": [], "events": [], "is_acting": False}
    names = AuditEntry.objects.filter(action="run.event_sent").order_by("id")
    assert [entry.detail["name"] for entry in names] == ["approve", "ship", "deliver.home"]
    history = author.ok("GET", f"/runs/{order['id']}/events")["events"]
    taken = [(e["node_id"], e["data"]) for e in history if e["type"] == "transition.taken"]
    assert [(node, data["event"], data["targets"]) for node, data in taken] == [
        ("pending", "approve", ["approved"]),
        ("approved", "ship", ["shipped"]),
        ("shipped", "deliver.home", ["delivered"]),
    ]
    refused(send(author, order, "approve"), 409, "run_closed")


def test_the_canvas_holds_states_and_transitions(author: Api, order: dict[str, Any]) -> None:
    canvas = author.ok("GET", f"/runs/{order['id']}")["canvas"]
    assert canvas["kind"] == "state_machine"
    assert {node["id"]: node["type"] for node in canvas["nodes"]}["delivered"] == "state.final"
    assert canvas["edges"][0]["source_port"] == "pending_t_approve_approved"


def test_an_event_that_is_not_accepted_now_says_which_are(
    author: Api, order: dict[str, Any]
) -> None:
    problem = refused(send(author, order, "ship"), 409, "event_not_accepted")
    assert problem["accepted"] == ["approve", "cancel"]
    assert problem["states"] == ["pending"]
    assert "approve, cancel" in problem["detail"]
    assert Run.objects.get().seq == order["seq"]
    assert not AuditEntry.objects.filter(action="run.event_sent").exists()


def test_an_event_that_is_not_accepted_now_waits_while_actions_run(
    author: Api, order: dict[str, Any]
) -> None:
    send(author, order, "approve")
    queued = send(author, order, "ship", data={"weight": 1}).json()
    assert queued["machine"]["states"] == ["approved"]
    Worker("w").work()
    assert author.ok("GET", f"/runs/{order['id']}")["machine"]["states"] == ["shipped"]


def test_an_unknown_event_is_refused_with_the_one_that_was_meant(
    author: Api, order: dict[str, Any]
) -> None:
    problem = refused(send(author, order, "aprove"), 422, "invalid_input")
    assert problem["errors"][0]["field"] == "name"
    assert problem["errors"][0]["hint"] == "Did you mean “approve”?"
    for name in ("done.state.pending", "error.reserve", "after.x", "two words", "deliverx"):
        refused(send(author, order, name), 422, "invalid_input")
    assert Run.objects.get().seq == order["seq"]


def test_an_expected_state_or_revision_that_is_past_is_a_conflict(
    author: Api, order: dict[str, Any]
) -> None:
    problem = refused(send(author, order, "approve", expect_state="shipped"), 409, "stale_machine")
    assert (problem["states"], problem["revision"]) == (["pending"], order["seq"])
    refused(send(author, order, "approve", expect_revision=order["seq"] - 1), 409, "stale_machine")
    assert (
        refused(send(author, order, "approve", expect_state="pendign"), 422, "invalid_input")[
            "errors"
        ][0]["hint"]
        == "Did you mean “pending”?"
    )
    assert Run.objects.get().seq == order["seq"]
    both = {"expect_state": "pending", "expect_revision": order["seq"]}
    assert send(author, order, "approve", **both).status_code == 200
    refused(send(author, order, "approve", **both), 409, "stale_machine")


def test_whoever_may_not_operate_sends_no_events(
    author: Api, stranger: Api, nobody: Api, order: dict[str, Any]
) -> None:
    assert send(stranger, order, "approve").status_code == 403
    assert send(nobody, order, "approve").status_code == 401
    assert Run.objects.get().seq == order["seq"]


def test_a_run_of_another_kind_takes_signals_not_events(author: Api) -> None:
    run = author.run(straight())
    refused(send(author, run, "go"), 409, "run_closed")
    waiting = author.run(waiting_for_signal(), {})
    assert waiting["machine"] is None
    refused(send(author, waiting, "go"), 422, "invalid_input")


def test_a_machine_is_not_retried_from_a_state(author: Api, order: dict[str, Any]) -> None:
    send(author, order, "cancel")
    refused(author.post(f"/runs/{order['id']}/retry", {"node_id": "pending"}), 409, "conflict")
    assert Run.objects.count() == 1


def test_input_is_checked_against_the_machines_schema(author: Api) -> None:
    workflow = author.published(ORDER)
    response = author.post(f"/workflows/{workflow}/runs", {"input": {}})
    refused(response, 422, "run_input_invalid")


def test_a_new_machine_is_empty_and_cannot_be_published_yet(author: Api) -> None:
    made = author.ok("POST", "/workflows", {"title": "Order", "kind": "state_machine"})
    response = author.post(f"/workflows/{made['id']}/publish", {"revision": 1})
    assert refused(response, 422, "document_invalid")["errors"][0]["code"] == "empty_document"


def test_the_palette_tells_what_actions_of_machines_can_be(author: Api) -> None:
    palette = author.ok("GET", "/palette")
    assert [action["name"] for action in palette["actions"]] == [
        "assign",
        "raise",
        "send",
        "cancel",
    ]
    assert "assign" not in {kind["name"] for kind in palette["types"]}


def test_expressions_of_a_machine_are_previewed_with_its_names(author: Api) -> None:
    document = {**ORDER, "data": {"total": 3}}
    shown = author.ok(
        "POST",
        "/expressions/preview",
        {"value": "${ data.total + 1 }", "document": document, "node_id": "reserve"},
    )
    assert shown["value"] == 4
    assert {"data.total", "event", "states", "nodes.reserve"} <= set(shown["names"])


def test_a_machine_is_exported_as_scxml_and_imported_again(author: Api) -> None:
    made = author.workflow(ORDER, "Order")
    exported = author.get(f"/workflows/{made['id']}/export?format=scxml")
    assert exported["Content-Type"] == "application/scxml+xml"
    assert exported["Content-Disposition"] == 'attachment; filename="order.scxml"'
    again = author.ok("POST", "/workflows/import", {"text": exported.content.decode()})
    assert again["draft"]["document"] == made["draft"]["document"]


def test_what_is_no_machine_is_neither_exported_nor_imported_as_one(author: Api) -> None:
    other = author.workflow(straight())
    response = author.get(f"/workflows/{other['id']}/export?format=scxml")
    assert refused(response, 422, "invalid_input")["errors"][0]["field"] == "format"
    text = '<scxml xmlns="http://www.w3.org/2005/07/scxml"><state id="a"><invoke/></state></scxml>'
    response = author.post("/workflows/import", {"text": text})
    problem = refused(response, 422, "document_invalid")
    assert problem["errors"][0]["message"] == "There is no <invoke> here."
