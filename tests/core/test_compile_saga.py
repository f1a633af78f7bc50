from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.sagas import ORDER, TRIP, plain, saga, tcc, together, undoable
from workflows_app.core.canvas import canvas_of
from workflows_app.core.compile import compile_document
from workflows_app.core.plan import Plan


def plan(data: dict[str, Any]) -> Plan:
    return compile_document(data, CATALOG)


def links(data: Plan) -> list[str]:
    return [f"{edge.source} > {edge.target}" for edge in data.edges]


def test_a_saga_s_way_forward_is_a_pipeline_and_nothing_leads_to_what_undoes():
    compiled = plan(ORDER)
    assert links(compiled) == [
        "_start > reserve",
        "reserve > _split_prepare",
        "_split_prepare > charge",
        "_split_prepare > label",
        "charge > prepare",
        "label > prepare",
        "prepare > ship",
        "ship > tell",
        "tell > _end",
    ]
    assert compiled.entries == ("_start",)
    assert compiled.undoes_on_failure
    assert compiled.timeout_seconds == 600
    undone = {
        node.id: (node.compensation, node.undo_group)
        for node in compiled.nodes.values()
        if node.compensation
    }
    assert undone == {
        "reserve": ("_undo_reserve", "reserve"),
        "charge": ("_undo_charge", "prepare"),
    }
    undo = compiled.nodes["_undo_reserve"]
    assert (undo.compensates, undo.must_succeed, undo.timeout_seconds) == ("reserve", True, 30)
    assert undo.retry is not None
    assert undo.retry.max_attempts == 5
    assert compiled.nodes["_undo_charge"].references == {"charge", "reserve"}
    assert [node.id for node in compiled.nodes.values() if node.is_pivot] == ["ship"]
    assert compiled.nodes["tell"].must_succeed
    assert not compiled.nodes["ship"].must_succeed
    assert compiled.nodes["_end"].config == {"output": {"parcel": "${ nodes.ship }"}}
    assert compiled.input_schema == ORDER["input_schema"]


@pytest.mark.parametrize(
    "steps, pivot",
    [
        ((undoable("a"), plain("r", "retriable")), ["a"]),
        ((together("g", undoable("a"), undoable("b")), plain("r", "retriable")), ["g"]),
        ((undoable("a"), together("h", plain("r", "retriable"), plain("s", "retriable"))), ["a"]),
        ((plain("r", "retriable"),), ["_start"]),
        ((undoable("a"), undoable("b")), []),
        ((plain("p", "pivot"), plain("r", "retriable")), ["p"]),
    ],
)
def test_the_point_of_no_return(steps: Any, pivot: list[str]):
    nodes = plan(saga(*steps)).nodes.values()
    assert [node.id for node in nodes if node.is_pivot] == pivot


def test_participants_try_side_by_side_and_confirm_side_by_side():
    compiled = plan(TRIP)
    assert links(compiled) == [
        "_start > _split__tries",
        "_split__tries > flight",
        "_split__tries > hotel",
        "flight > _tries",
        "hotel > _tries",
        "_tries > _split__confirms",
        "_split__confirms > _confirm_flight",
        "_split__confirms > _confirm_hotel",
        "_confirm_flight > _confirms",
        "_confirm_hotel > _confirms",
        "_confirms > _end",
    ]
    assert compiled.reservation_seconds == 120
    assert compiled.nodes["_tries"].is_pivot
    assert compiled.nodes["flight"].compensation == "_cancel_flight"
    assert compiled.nodes["_confirm_hotel"].must_succeed
    assert compiled.nodes["_end"].config["output"] == {
        "flight": "${ nodes._confirm_flight }",
        "hotel": "${ nodes._confirm_hotel }",
    }


def test_an_undo_hangs_on_its_step_when_a_saga_is_drawn():
    canvas = canvas_of(saga(undoable("a"), undoable("b")), CATALOG)
    drawn = [(edge["source"], edge["target"], edge["label"]) for edge in canvas["edges"]]
    assert drawn[-2:] == [("a", "_undo_a", "undo"), ("b", "_undo_b", "undo")]
    assert canvas["kind"] == "saga"
    assert {node["id"] for node in canvas_of(tcc("x"), CATALOG)["nodes"]} >= {"x", "_cancel_x"}
