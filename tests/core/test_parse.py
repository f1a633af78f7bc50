from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.catalog import CATALOG
from tests.core.documents import chain, edge, gate, graph, node, pipeline, step
from tests.core.sagas import ORDER, TRIP
from tests.core.test_canonical import JSON
from workflows_app.core.canvas import canvas_of
from workflows_app.core.compile import compile_document
from workflows_app.core.parse import MAX_DOCUMENT_BYTES, check_size, parse_document
from workflows_app.core.problems import InvalidDocument, Problem
from workflows_app.core.validate import problems_of


def problems(data: object) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDocument) as caught:
        parse_document(data)
    return caught.value.problems


def only(data: object) -> Problem:
    found = problems(data)
    assert len(found) == 1
    return found[0]


def test_a_graph_and_a_pipeline_are_read():
    assert parse_document(chain(node("a"))).kind == "graph"
    assert parse_document(pipeline(step("a"))).kind == "pipeline"
    parsed = parse_document(chain(node("a")))
    assert parse_document(parsed) is parsed


@pytest.mark.parametrize(
    "data, code, field, message, hint",
    [
        ([], "wrong_type", None, "A document is an object.", 'Send {"kind": …, …}.'),
        (
            {"kind": "grpah"},
            "unknown_kind",
            "kind",
            "There is no kind of document “grpah”.",
            "Did you mean “graph”?",
        ),
        (
            {"kind": 3},
            "unknown_kind",
            "kind",
            "There is no kind of document 3.",
            "Use one of: “graph”, “pipeline”, “saga”, “bulk”, “state_machine”.",
        ),
        (
            {},
            "missing_field",
            "kind",
            "The document does not say its kind.",
            "Add “kind”: “graph”, “pipeline”, “saga”, “bulk”, “state_machine”.",
        ),
        (
            {"kind": "graph", "node": []},
            "unknown_field",
            "node",
            "There is no field “node”.",
            "Did you mean “nodes”?",
        ),
        (
            {"kind": "graph", "nodes": {}},
            "wrong_type",
            "nodes",
            "“nodes” must be a list.",
            "It is an object; give a list.",
        ),
        (
            {"kind": "graph", "settings": {"on_failure": "ignore"}},
            "invalid_value",
            "settings.on_failure",
            "“settings.on_failure” cannot be “ignore”.",
            "Use one of: 'stop' or 'finish_other_paths'.",
        ),
        (
            {"kind": "pipeline", "steps": [{"step": "loop", "id": "a"}]},
            "invalid_value",
            "step",
            "“steps.0.step” cannot be “loop”.",
            "Use one of: 'task', 'conditional', 'parallel'.",
        ),
        (
            {"kind": "pipeline", "steps": [{"id": "a", "type": 3}]},
            "wrong_type",
            "type",
            "“steps.0.type” must be a text.",
            "It is 3; give a text.",
        ),
    ],
)
def test_what_cannot_be_read_names_the_field_and_the_fix(
    data: object, code: str, field: str, message: str, hint: str
):
    found = only(data)
    assert (found.code, found.field, found.message, found.hint) == (code, field, message, hint)


def test_a_problem_within_a_node_names_the_node():
    found = only(chain({**node("a"), "confg": {}}))
    assert (found.code, found.node_id, found.field) == ("unknown_field", "a", "confg")
    assert found.hint == "Did you mean “config”?"


def test_a_problem_within_an_edge_names_the_edge():
    found = only(graph([node("a")], [{"id": "e1", "source": "start"}]))
    assert (found.code, found.edge_id, found.field) == ("missing_field", "e1", "target")


def test_an_id_that_is_no_identifier_is_explained():
    found = only(graph([node("1st")], []))
    assert (found.code, found.field) == ("invalid_value", "id")
    assert found.hint == "Begin with a letter; use only letters, digits and “_”, 64 at most."


def test_several_problems_are_found_at_once():
    data = chain({**node("a"), "x": 1, "timeout_seconds": -1}, nodse=[])
    assert {found.field for found in problems(data)} == {"x", "timeout_seconds", "nodse"}


@pytest.mark.parametrize(
    "value, code",
    [
        ("x" * (MAX_DOCUMENT_BYTES + 1), "document_too_large"),
        (math.nan, "wrong_type"),
        ("\x00", "invalid_value"),
        ("\ud800", "invalid_value"),
        ({1: 2}, "wrong_type"),
    ],
)
def test_values_that_cannot_be_stored_are_refused(value: object, code: str):
    assert only(chain(node("a", x=value))).code == code


def test_depth_is_bounded():
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert only(chain(node("a", x=deep))).code == "document_too_deep"


def test_size_is_checked_before_reading():
    check_size(MAX_DOCUMENT_BYTES)
    with pytest.raises(InvalidDocument) as caught:
        check_size(10_000_000)
    assert caught.value.problems[0].message == "The document has 10.0 MB; 5 MB are allowed."


SCRAPS = (
    JSON
    | st.sampled_from(
        [
            "graph",
            "pipeline",
            "saga",
            "tcc",
            "pivot",
            "gate",
            "start",
            "end",
            "task:any",
            "out",
            "all",
            "a",
            "b",
        ]
    )
    | st.sampled_from(["${ input.x }", "${ nodes.a", "${ 1 + }", "${ nodes.b.c > 1 }"])
)
KEYS = st.sampled_from(
    [
        "kind",
        "nodes",
        "edges",
        "steps",
        "id",
        "type",
        "config",
        "source",
        "target",
        "source_port",
        "loop",
        "join",
        "mode",
        "count",
        "rest",
        "layout",
        "vars",
        "settings",
        "condition",
        "then",
        "otherwise",
        "branches",
        "step",
        "participants",
        "action",
        "compensation",
        "outcomes",
        "input_schema",
    ]
)
NASTY = st.recursive(
    SCRAPS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(NASTY)
def test_no_json_crashes_the_checks(data: object):
    assert isinstance(problems_of(data, CATALOG), list)


LOOSE_NODES = st.fixed_dictionaries({"id": st.sampled_from("abc"), "type": SCRAPS, "config": NASTY})
LOOSE_EDGES = st.fixed_dictionaries(
    {
        "id": st.sampled_from("xyz"),
        "source": st.sampled_from("abc"),
        "target": st.sampled_from("abc"),
    },
    optional={"source_port": SCRAPS, "loop": st.booleans()},
)


@given(st.lists(LOOSE_NODES, max_size=4), st.lists(LOOSE_EDGES, max_size=6))
def test_no_graph_crashes_the_checks(nodes: list[Any], edges: list[Any]):
    assert isinstance(problems_of({"kind": "graph", "nodes": nodes, "edges": edges}, CATALOG), list)


LOOSE_ACTIONS = st.fixed_dictionaries({"type": SCRAPS}, optional={"config": NASTY})
LOOSE_STEPS = st.fixed_dictionaries(
    {"id": st.sampled_from("abc"), "action": LOOSE_ACTIONS},
    optional={
        "step": st.sampled_from(["compensatable", "pivot", "retriable"]),
        "compensation": LOOSE_ACTIONS,
    },
)
LOOSE_GROUPS = st.fixed_dictionaries(
    {
        "step": st.just("parallel"),
        "id": st.sampled_from("abcd"),
        "steps": st.lists(LOOSE_STEPS, max_size=3),
    }
)
LOOSE_PARTICIPANTS = st.fixed_dictionaries(
    {"id": st.sampled_from("abc"), "try_action": LOOSE_ACTIONS},
    optional={"confirm_action": LOOSE_ACTIONS, "cancel_action": LOOSE_ACTIONS},
)


@given(st.lists(LOOSE_STEPS | LOOSE_GROUPS, max_size=5), NASTY)
def test_no_saga_crashes_the_checks(steps: list[Any], output: Any):
    assert isinstance(
        problems_of({"kind": "saga", "steps": steps, "output": output}, CATALOG), list
    )


@given(st.lists(LOOSE_PARTICIPANTS, max_size=4))
def test_no_reservation_crashes_the_checks(participants: list[Any]):
    data = {"kind": "saga", "mode": "tcc", "participants": participants}
    assert isinstance(problems_of(data, CATALOG), list)


TYPES = st.sampled_from(
    ["start", "end", "gate", "human", "wait", "transform", "note", "task:any", "nope"]
)
FIELDS = st.sampled_from(["branches", "outcomes", "mode", "form_schema", "output", "signal"])
PORTS = st.sampled_from(["out", "error", "yes", "otherwise", "timeout"])
CONFIGS = st.dictionaries(FIELDS, NASTY, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    ids = draw(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=7))
    nodes = [
        {
            "id": node_id,
            "type": draw(TYPES),
            "config": draw(CONFIGS),
            "join": {"mode": draw(st.sampled_from(["active", "all", "any", "count"]))},
        }
        for node_id in ids
    ]
    ends = st.sampled_from(ids)
    edges = [
        edge(f"{draw(ends)}.{draw(PORTS)}", draw(ends), loop=draw(st.booleans()))
        for _ in range(draw(st.integers(0, 10)))
    ]
    return {"kind": "graph", "nodes": nodes, "edges": edges}


@given(documents())
@example(chain(node("a")))
@example(pipeline(step("a")))
@example(ORDER)
@example(TRIP)
def test_a_document_compiles_exactly_when_it_has_no_errors(data: dict[str, Any]):
    found = problems_of(data, CATALOG)
    with suppress(InvalidDocument):
        assert compile_document(data, CATALOG).nodes
        assert not any(problem.is_error for problem in found)
        assert canvas_of(data, CATALOG)["nodes"]
        return
    assert any(problem.is_error for problem in found)


def test_all_problems_of_meaning_come_together():
    nodes = [gate("g", "yes", condition="${ x }"), node("a", "task:nope")]
    data = graph(nodes, [edge("start", "g"), edge("g.yes", "end")])
    codes = {problem.code for problem in problems_of(data, CATALOG)}
    assert codes >= {"unknown_name", "unknown_node_type", "port_unwired", "unreachable_node"}
