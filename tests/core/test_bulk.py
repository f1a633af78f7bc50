from __future__ import annotations

from typing import Any

import pytest

from tests.core.bulk_documents import RATE_MOVIES, bulk, map_node
from tests.core.catalog import CATALOG
from tests.core.documents import chain, node, pipeline
from tests.core.world import World
from workflows_app.core.builtin_types import DEFAULT_CONFIGS
from workflows_app.core.canonical import hash_document
from workflows_app.core.canvas import canvas_of
from workflows_app.core.commands import ChildOrder
from workflows_app.core.compile import compile_document
from workflows_app.core.document_bulk import BulkDocument, FailureThreshold, MapConfig
from workflows_app.core.events import (
    CancelRequested,
    ErrorInfo,
    NodeCompleted,
    NodeFailed,
    NodeStarted,
    PauseRequested,
    ResumeRequested,
    TimerKind,
)
from workflows_app.core.expressions import evaluate
from workflows_app.core.parse import parse_document
from workflows_app.core.plan import Execution
from workflows_app.core.problems import InvalidDocument, Problem
from workflows_app.core.validate import validate_document


def problems(document: dict[str, Any]) -> list[Problem]:
    return validate_document(document, CATALOG)


def only(document: dict[str, Any]) -> Problem:
    found = problems(document)
    assert len(found) == 1, found
    return found[0]


def processor(type: str = "task:any", **more: Any) -> dict[str, Any]:
    return {"type": type, "config": {"value": "${ item }"}, **more}


RUNS = {"type": "subworkflow", "config": {"workflow": "x"}}
"""Each item is a run."""


# Documents


def test_a_document_with_every_field_is_read_and_sound():
    parsed = parse_document(RATE_MOVIES)
    assert isinstance(parsed, BulkDocument)
    assert parsed.batch_size == 200
    assert parsed.failure_threshold.percent == 5
    assert problems(RATE_MOVIES) == []


def test_a_canvas_shows_the_limits_of_a_job_and_none_of_its_data():
    drawn = canvas_of(RATE_MOVIES, CATALOG)["bulk"]
    assert drawn["processor"] == {**RATE_MOVIES["processor"], "config": {}} | {
        "retry": drawn["processor"]["retry"]
    }
    assert (drawn["batch_size"], drawn["circuit_breaker"]["failures"]) == (200, 5)
    assert (drawn["items"], drawn["input_schema"]) == (None, {})
    assert (drawn["result"]["mode"], drawn["result"]["keep"]) == ("filter", "${ output }")
    parse_document(drawn)
    assert canvas_of(chain(node("a")), CATALOG)["bulk"] is None


def test_a_message_of_a_job_names_no_node():
    both = bulk(failure_threshold={"count": 1, "percent": 1})
    problem = only(both)
    assert problem.message == "The failure threshold is a number and a percentage at once."
    assert (problem.node_id, problem.field) == (None, "failure_threshold")


def test_defaults_do_not_change_the_hash():
    assert hash_document(parse_document(bulk())) == hash_document(
        parse_document(bulk(batch_size=100, max_concurrency=4, result={"mode": "map"}))
    )
    assert hash_document(parse_document(bulk())) != hash_document(
        parse_document(bulk(batch_size=99))
    )


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 10_001}, "batch_size"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"max_concurrency": 1_001}, "max_concurrency"),
        ({"failure_threshold": {"percent": 101}}, "failure_threshold.percent"),
        ({"failure_threshold": {"count": -1}}, "failure_threshold.count"),
        ({"circuit_breaker": {"failures": 0}}, "circuit_breaker.failures"),
        ({"processor": processor(mode="all")}, "processor.mode"),
        ({"result": {"mode": "sort"}}, "result.mode"),
    ],
)
def test_values_out_of_range_are_refused_with_their_field(fields, field):
    with pytest.raises(InvalidDocument) as refused:
        parse_document(bulk(**fields))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_misspelt_field_offers_the_right_one():
    with pytest.raises(InvalidDocument) as refused:
        parse_document(bulk(processor=processor(timeout=3)))
    assert refused.value.problems[0].hint == "Did you mean “timeout_seconds”?"


def test_an_empty_document_can_be_saved_but_not_run():
    assert parse_document({"kind": "bulk"})
    assert only({"kind": "bulk"}).code == "empty_document"


# Validation


@pytest.mark.parametrize(
    "fields, code, field",
    [
        ({"items": []}, "empty_source", "items"),
        ({"items": ""}, "empty_source", "items"),
        ({"items": "orders"}, "invalid_source", "items"),
        ({"items": "all of ${ input.orders }"}, "invalid_source", "items"),
        ({"items": 3}, "invalid_source", "items"),
        ({"items": {"file": "x"}}, "invalid_source", "items"),
        ({"processor": processor("task:anny")}, "unknown_node_type", "processor.type"),
        ({"processor": processor("human")}, "processor_not_on_worker", "processor.type"),
        ({"processor": processor("gate")}, "processor_not_on_worker", "processor.type"),
        ({"processor": processor("map")}, "processor_not_on_worker", "processor.type"),
        (
            {"processor": {**RUNS, "mode": "batch"}},
            "runs_have_one_item",
            "processor.mode",
        ),
        (
            {"processor": {**RUNS, "config": {"workflow": "x", "wait": False}}},
            "items_are_awaited",
            "processor.config.wait",
        ),
        (
            {"failure_threshold": {"count": 1, "percent": 1}},
            "ambiguous_threshold",
            "failure_threshold",
        ),
        ({"items": "${ item.list }"}, "unknown_name", "items"),
        (
            {"processor": {"type": "task:any", "config": {"value": "${ output }"}}},
            "unknown_name",
            "processor.config.value",
        ),
        (
            {"processor": {"type": "task:any", "config": {"value": "${ items }"}}},
            "unknown_name",
            "processor.config.value",
        ),
        (
            {"processor": processor(mode="batch")},
            "unknown_name",
            "processor.config.value",
        ),
        (
            {"processor": {"type": "task:check_expense", "config": {"amount": "much"}}},
            "config_invalid",
            "processor.config.amount",
        ),
        ({"result": {"mode": "filter", "keep": "always"}}, "expression_type", "result.keep"),
        ({"result": {"mode": "filter", "keep": "${ 'x' }"}}, "expression_type", "result.keep"),
        (
            {"result": {"mode": "filter", "keep": "${ accumulator }"}},
            "unknown_name",
            "result.keep",
        ),
        ({"result": {"mode": "reduce"}}, "missing_field", "result.combine"),
        (
            {"result": {"mode": "reduce", "combine": "${ accumulator + item + nothing }"}},
            "unknown_name",
            "result.combine",
        ),
    ],
)
def test_what_cannot_run_is_found_at_its_place(fields, code, field):
    problem = only(bulk(**fields))
    assert (problem.code, problem.field, problem.node_id) == (code, field, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"processor": {"type": "task:any", "mode": "batch", "config": {"all": "${ items }"}}},
        {"processor": {"type": "task:any", "config": {"n": "${ index + input.first }"}}},
        {"result": {"mode": "filter"}},
        {"result": {"mode": "filter", "keep": "${ output.ok && item.n > index }"}},
        {"result": {"mode": "reduce", "initial": 0, "combine": "${ accumulator + output }"}},
        {"items": "${ input.a.map(item, item.b) }"},
        {"items": [1, 2, 3]},
        {"items": {"upload": "${ input.file }"}},
        {"failure_threshold": {"count": 0}},
    ],
)
def test_what_can_run_has_no_problems(fields):
    assert problems(bulk(**fields)) == []


def test_a_map_node_is_checked_in_graphs_and_pipelines():
    wrong = processor("task:anny")
    for document in (chain(map_node(processor=wrong)), pipeline(map_node(processor=wrong))):
        problem = only(document)
        assert (problem.code, problem.node_id) == ("unknown_node_type", "each")
        assert problem.field == "config.processor.type"
    assert problems(chain(node("list"), map_node(items="${ nodes.list }"))) == []
    assert only(chain(map_node(batch_size=0))).field == "config.batch_size"


def test_a_map_node_from_the_palette_asks_for_its_processor():
    problem = only(chain(node("each", "map", **DEFAULT_CONFIGS["map"])))
    assert (problem.code, problem.field) == ("missing_field", "config.processor.type")


def test_a_processor_may_read_earlier_steps_only():
    late = {"type": "task:any", "config": {"x": "${ nodes.after.y }"}}
    found = only(chain(map_node(processor=late), node("after")))
    assert found.node_id == "each"


# Plans


def test_a_bulk_document_is_a_run_of_one_map_node():
    plan = compile_document(bulk(input_schema={"type": "object"}), CATALOG)
    assert list(plan.nodes) == ["_start", "items", "_end"]
    assert plan.kind == "bulk"
    assert plan.entries == ("_start",)
    assert plan.input_schema == {"type": "object"}
    items = plan.nodes["items"]
    assert items.execution is Execution.ITEMS
    assert MapConfig.model_validate(items.config).batch_size == 100
    assert plan.nodes["_end"].is_end


def test_a_map_node_loads_what_its_processor_names():
    inner = {"type": "task:any", "config": {"x": "${ nodes.rates.usd * item }"}}
    document = chain(node("rates"), map_node(processor=inner))
    assert compile_document(document, CATALOG).nodes["each"].references == {"rates"}


def test_a_bulk_document_is_drawn():
    canvas = canvas_of(bulk(), CATALOG)
    assert canvas["kind"] == "bulk"
    assert [drawn["type"] for drawn in canvas["nodes"]] == ["start", "map", "end"]
    assert [port["id"] for port in canvas["nodes"][1]["ports"]] == ["out", "timeout", "error"]


@pytest.mark.parametrize(
    "threshold, total, allowed",
    [
        ({}, 100, None),
        ({"count": 3}, None, 3),
        ({"count": 3}, 100, 3),
        ({"percent": 10}, None, None),
        ({"percent": 10}, 99, 9),
        ({"percent": 4.35}, 10_000, 435),
        ({"percent": 0}, 10, 0),
        ({"percent": 100}, 7, 7),
    ],
)
def test_a_percentage_is_applied_when_the_total_is_known(threshold, total, allowed):
    assert FailureThreshold(**threshold).allowed(total) == allowed


# Expressions of items


@pytest.mark.parametrize(
    "value, expected",
    [
        ("${ item }", {"n": 2}),
        ("${ item.n + index }", 5),
        ("no. ${ index }", "no. 3"),
        ("${ input.list.map(item, item * 2) }", [2, 4]),
        ("${ item.n * 1.5 }", 3.0),
    ],
)
def test_items_are_names_where_the_scope_has_them(value, expected):
    scope = {"input": {"list": [1, 2]}, "item": {"n": 2}, "index": 3}
    assert evaluate(value, scope) == expected


# Decisions


def begun(document: dict[str, Any]) -> World:
    world = World(compile_document(document, CATALOG)).begin()
    world.complete("start")
    return world


def test_many_items_are_one_node_run():
    world = begun(chain(map_node()))
    world.send(NodeStarted("each", 1, 1, world.now))
    world.send(NodeCompleted("each", 1, 1, world.now))
    assert [entry for entry in world.types() if entry.endswith("each")] == [
        "node.queued each",
        "node.started each",
        "node.succeeded each",
    ]


def test_a_map_node_ends_with_its_time_limit_and_may_be_tried_again():
    document = chain({**map_node(), "timeout_seconds": 5, "retry": {"max_attempts": 2}})
    world = begun(document)
    world.send(NodeStarted("each", 1, 1, world.now))
    world.fire(TimerKind.NODE_TIMEOUT, "each", 1)
    assert world.statuses()["each"] == "retrying"
    world.fire(TimerKind.RETRY, "each", 1)
    world.send(NodeStarted("each", 1, 2, world.now))
    world.fire(TimerKind.NODE_TIMEOUT, "each", 1)
    assert world.statuses()["each"] == "failed"


def test_a_failed_map_node_takes_its_error_edge():
    document = chain(map_node(), node("after"))
    document["nodes"].append(node("rescue"))
    document["edges"] += [
        {"id": "e", "source": "each", "source_port": "error", "target": "rescue"},
        {"id": "r", "source": "rescue", "source_port": "out", "target": "end"},
    ]
    world = begun(document)
    world.send(NodeStarted("each", 1, 1, world.now))
    error = ErrorInfo("TooManyFailures", "…", is_final=True)
    world.send(NodeFailed("each", 1, 1, world.now, error))
    assert world.ports["each", 1] == ("error",)
    assert "rescue" in world.statuses()


def test_a_paused_run_keeps_a_map_node_that_has_begun():
    world = begun(chain(map_node()))
    world.send(NodeStarted("each", 1, 1, world.now))
    world.send(PauseRequested(world.now))
    assert world.statuses()["each"] == "running"
    world.send(ResumeRequested(world.now))
    world.send(CancelRequested(world.now))
    assert world.statuses()["each"] == "cancelled"
    # The runs of its items hear of both, and the node's end is their end.
    assert [command.order for command in world.orders] == [ChildOrder.PAUSE, ChildOrder.RESUME]
