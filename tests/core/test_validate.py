from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.catalog import CATALOG
from tests.core.documents import chain, edge, gate, graph, node, pipeline, step
from workflows_app.core.builtin_types import DEFAULT_CONFIGS
from workflows_app.core.compile import compile_document
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import Problem
from workflows_app.core.validate import validate_document
from workflows_app.core.validate_graph import Drawing
from workflows_app.core.validate_joins import check_joins


def problems(data: dict[str, Any]) -> list[Problem]:
    return validate_document(data, CATALOG)


def codes(data: dict[str, Any]) -> list[str]:
    return [problem.code for problem in problems(data)]


def only(data: dict[str, Any]) -> Problem:
    found = problems(data)
    assert len(found) == 1, found
    return found[0]


def check(**config: Any) -> dict[str, Any]:
    return chain(node("check", "task:check_expense", title="Check", **config))


SPLIT = [
    edge("start", "g"),
    edge("g.yes", "a"),
    edge("g.otherwise", "b"),
    edge("a", "end"),
    edge("b", "end"),
]


def branched(condition: str = "${ input.x }", **more: Any) -> dict[str, Any]:
    return graph([gate("g", "yes", condition=condition), node("a"), node("b")], SPLIT, **more)


def test_a_sound_document_has_no_problems():
    assert problems(chain(node("a"), node("b", x="${ nodes.a.y }"))) == []
    assert problems(branched()) == []


def test_an_empty_document_says_so():
    assert only({"kind": "graph"}).code == "empty_document"
    assert only({"kind": "pipeline"}).code == "empty_document"


def test_an_unknown_type_offers_a_near_one():
    found = only(chain(node("a", "task:check_expens", title="Check")))
    assert found.message == "“Check” is of the type “task:check_expens”, which does not exist here."
    assert (found.code, found.hint) == ("unknown_node_type", "Did you mean “task:check_expense”?")
    assert (found.node_id, found.field) == ("a", "type")


@pytest.mark.parametrize(
    "config, code, field, message",
    [
        ({}, "config_missing", "config.amount", "Check: “Amount” is missing."),
        ({"amount": "x"}, "config_invalid", "config.amount", "Check: “Amount” must be a number."),
        (
            {"amount": "a ${ 1 }"},
            "config_invalid",
            "config.amount",
            "Check: “Amount” must be a number.",
        ),
        ({"amount": -1}, "config_invalid", "config.amount", "Check: “Amount” must be at least 0."),
        (
            {"amount": 1, "currency": "GBP"},
            "config_invalid",
            "config.currency",
            "Check: “Currency” has a value that is not offered.",
        ),
        (
            {"amount": 1, "amont": 2},
            "config_invalid",
            "config.amont",
            "Check: There is no field “amont”.",
        ),
    ],
)
def test_a_config_that_breaks_its_schema_is_found(
    config: dict[str, Any], code: str, field: str, message: str
):
    found = only(check(**config))
    assert (found.code, found.node_id, found.field, found.message) == (
        code,
        "check",
        field,
        message,
    )
    assert found.hint


@pytest.mark.parametrize(
    "config", [{"amount": "${ input.x }"}, {"amount": 1, "currency": "${ input.c }"}]
)
def test_an_expression_satisfies_any_type(config: dict[str, Any]):
    assert problems(check(**config)) == []


def test_a_text_with_expressions_satisfies_any_pattern_of_a_text():
    assert problems(check(amount=1, currency="${ input.a }${ input.b }")) == []


def test_what_a_wait_needs_depends_on_its_mode():
    found = only(chain(node("w", "wait", mode="signal", duration_seconds=1)))
    assert (found.code, found.field) == ("config_missing", "config.signal")


def test_literal_fields_hold_no_expressions():
    found = only(chain(node("w", "wait", mode="${ input.mode }")))
    assert (found.code, found.field) == ("config_invalid", "config.mode")


@pytest.mark.parametrize(
    "schema, field",
    [
        ({"type": "objct"}, "config.input_schema.type"),
        ({"type": "string"}, "config.input_schema.type"),
        ({"properties": {"a": {"$ref": "#/$defs/a"}}}, "config.input_schema.properties.a.$ref"),
        ({"$ref": "https://example.com/schema"}, "config.input_schema.$ref"),
        ({"$ref": "#"}, "config.input_schema"),
    ],
)
def test_a_start_form_must_be_a_schema_of_an_object(schema: dict[str, Any], field: str):
    start = node("start", "start", input_schema=schema)
    found = only(graph([start, node("a")], [edge("start", "a"), edge("a", "end")]))
    assert (found.code, found.node_id, found.field) == ("invalid_schema", "start", field)


def test_an_unknown_name_is_found_with_its_place():
    found = only(chain(node("a"), node("b", x={"y": ["t ${ nodes.aa.y }"]})))
    assert (found.code, found.node_id, found.field) == ("unknown_name", "b", "config.x.y.0")
    assert (found.line, found.column) == (1, 6)
    assert found.hint == "Did you mean nodes.a?"


def test_error_is_known_only_behind_an_error_edge():
    nodes = [node("a"), node("b", x="${ error.message }"), node("c", x="${ error.message }")]
    edges = [
        edge("start", "a"),
        edge("a", "b"),
        edge("a.error", "c"),
        edge("b", "end"),
        edge("c", "end"),
    ]
    assert [(p.code, p.node_id) for p in problems(graph(nodes, edges))] == [("unknown_name", "b")]


@pytest.mark.parametrize(
    "condition, code",
    [
        ("true", "expression_type"),
        ("x ${ true }", "expression_type"),
        ("${ true } ", "expression_type"),
        ("${ true }${ true }", "expression_type"),
        ("${ 1 + 1 }", "expression_type"),
        ("${ size(input.x) }", "expression_type"),
        ("${ true", "expression_invalid"),
        ("${ 1 + }", "expression_invalid"),
        ("${ 1 + 'a' }", "expression_type"),
    ],
)
def test_a_condition_must_be_one_expression_that_is_true_or_false(condition: str, code: str):
    found = only(branched(condition))
    assert (found.code, found.node_id) == (code, "g")
    assert found.field == "config.branches.0.condition"


def test_reading_from_a_step_that_does_not_run_before_is_an_error():
    data = graph(
        [node("a", x="${ nodes.b }"), node("b"), node("c", x="${ nodes.c }")],
        [
            edge("start", "a"),
            edge("start", "b"),
            edge("a", "c"),
            edge("c", "end"),
            edge("b", "end"),
        ],
    )
    assert [(p.code, p.severity, p.node_id, p.related) for p in problems(data)] == [
        ("reference_not_upstream", "error", "a", ("b",)),
        ("reference_not_upstream", "error", "c", ("c",)),
    ]


def looped(**changes: Any) -> dict[str, Any]:
    back = {**edge("g.yes", "a", loop=True), **changes}
    return graph(
        [node("a", x="${ nodes.a }"), gate("g", "yes")],
        [edge("start", "a"), edge("a", "g"), back, edge("g.otherwise", "end")],
    )


def test_within_a_loop_a_step_may_read_its_own_last_result():
    assert problems(looped()) == []


def test_a_cycle_without_a_loop_edge_is_found():
    found = [p for p in problems(looped(loop=False)) if p.code == "cycle_without_loop"]
    assert [(p.edge_id, p.related) for p in found] == [("g.yes-a", ("a", "g"))]


def test_a_loop_that_nothing_can_end_is_found():
    data = graph(
        [node("a"), node("b")],
        [edge("start", "a"), edge("a", "b"), edge("b", "a", loop=True), edge("b.error", "end")],
    )
    assert codes(data) == ["loop_without_way_out"]


def test_a_step_that_runs_only_when_repeating_may_close_the_loop():
    data = graph(
        [node("draft"), gate("g", "rework"), node("mend")],
        [
            edge("start", "draft"),
            edge("draft", "g"),
            edge("g.otherwise", "end"),
            edge("g.rework", "mend"),
            edge("mend", "draft", loop=True),
        ],
    )
    assert codes(data) == []


def test_a_loop_edge_that_closes_no_cycle_is_found():
    found = only(
        graph(
            [gate("g", "yes"), node("a")],
            [
                edge("start", "g"),
                edge("g.otherwise", "a"),
                edge("g.yes", "a", loop=True),
                edge("a", "end"),
            ],
        )
    )
    assert (found.code, found.edge_id) == ("loop_edge_without_cycle", "g.yes-a")


def test_a_loop_into_a_side_path_is_found():
    data = graph(
        [node("a"), gate("g", "yes"), node("rework")],
        [
            edge("start", "a"),
            edge("a", "g"),
            edge("g.otherwise", "end"),
            edge("g.yes", "rework", loop=True),
            edge("rework", "a"),
        ],
    )
    found = only(data)
    assert (found.code, found.edge_id, found.related) == (
        "loop_to_side_path",
        "g.yes-rework",
        ("rework",),
    )


def test_unreachable_steps_and_dead_ends_are_found():
    data = graph([node("a"), node("b")], [edge("start", "a"), edge("a", "end"), edge("b", "end")])
    assert [(p.code, p.node_id) for p in problems(data)] == [("unreachable_node", "b")]
    data = graph([node("a"), node("b")], [edge("start", "a"), edge("a", "end"), edge("a", "b")])
    assert [(p.code, p.node_id) for p in problems(data)] == [("dead_end", "b")]


def test_every_normal_way_out_leads_somewhere():
    data = graph([node("h", "human", heading="x")], [edge("start", "h"), edge("h.approved", "end")])
    found = only(data)
    assert (found.code, found.node_id, found.field) == ("port_unwired", "h", "ports.rejected")
    data = graph([node("a")], [edge("start", "a"), edge("a.error", "end")])
    assert [(p.code, p.severity) for p in problems(data)] == [("port_unwired", "error")]


def test_a_timeout_way_without_a_time_limit_is_a_warning():
    def waiting(**fields: Any) -> dict[str, Any]:
        wait = node("w", "wait", mode="signal", signal="paid", **fields)
        return graph([wait], [edge("start", "w"), edge("w", "end"), edge("w.timeout", "end")])

    found = only(waiting())
    assert (found.code, found.severity) == ("timeout_port_without_timeout", "warning")
    assert problems(waiting(timeout_seconds=60)) == []


def test_edges_begin_and_end_where_they_can():
    data = graph(
        [node("a"), node("n", "note", text="x")],
        [
            edge("start", "a"),
            edge("a", "end"),
            edge("a", "ende"),
            edge("a.okay", "end"),
            edge("end", "a"),
            edge("a.error", "start"),
            edge("a", "n"),
        ],
    )
    found = {(p.code, p.edge_id, p.field) for p in problems(data)}
    assert found >= {
        ("edge_to_unknown_node", "a.out-ende", "target"),
        ("unknown_port", "a.okay-end", "source_port"),
        ("edge_out_of_end", "end.out-a", "source"),
        ("edge_into_start", "a.error-start", "target"),
        ("edge_on_note", "a.out-n", "target"),
    }


def test_starts_and_ends_are_counted():
    two = graph(
        [node("s2", "start"), node("a")], [edge("start", "a"), edge("s2", "a"), edge("a", "end")]
    )
    assert [(p.code, p.node_id, p.related) for p in problems(two)] == [
        ("multiple_starts", "s2", ("start", "s2"))
    ]
    assert set(codes({"kind": "graph", "nodes": [node("a")]})) == {"no_start", "no_end", "dead_end"}


@pytest.mark.parametrize(
    "data, place",
    [
        (graph([node("a"), node("a")], [edge("start", "a"), edge("a", "end")]), ("a", None, "id")),
        (
            graph([node("a")], [edge("start", "a"), edge("a", "end"), edge("a", "end")]),
            (None, "a.out-end", "id"),
        ),
        (
            graph(
                [gate("g", "yes", "yes")],
                [edge("start", "g"), edge("g.yes", "end"), edge("g.otherwise", "end")],
            ),
            ("g", None, "config.branches"),
        ),
        (
            graph([gate("g", "otherwise")], [edge("start", "g"), edge("g.otherwise", "end")]),
            ("g", None, "config.branches"),
        ),
        (pipeline(step("a"), step("a")), ("a", None, "id")),
    ],
)
def test_ids_that_stand_twice_are_found(data: dict[str, Any], place: tuple[str | None, ...]):
    found = only(data)
    assert found.code == "duplicate_id"
    assert (found.node_id, found.edge_id, found.field) == place


def test_a_join_cannot_wait_for_more_ways_than_there_are():
    def joined(**join: Any) -> dict[str, Any]:
        return graph(
            [node("a"), node("b"), node("j", join=join)],
            [
                edge("start", "a"),
                edge("start", "b"),
                edge("a", "j"),
                edge("b", "j"),
                edge("j", "end"),
            ],
        )

    assert problems(joined(mode="count", count=2)) == []
    assert only(joined(mode="count", count=3)).code == "join_count_too_large"
    assert only(joined(mode="count")).code == "join_count_missing"


def choosing(split: dict[str, Any], *ports: str, mode: str = "all") -> dict[str, Any]:
    names = [f"n{index}" for index in range(len(ports))]
    return graph(
        [split, *(node(name) for name in names), node("j", title="Join", join={"mode": mode})],
        [
            edge("start", split["id"]),
            *(edge(f"{split['id']}.{port}", name) for port, name in zip(ports, names, strict=True)),
            *(edge(name, "j") for name in names),
            edge("j", "end"),
        ],
    )


HUMAN = node("h", "human", heading="x", title="Approval")


@pytest.mark.parametrize(
    "split, ports",
    [
        (gate("g", "a"), ("a", "otherwise")),
        (gate("g", "a", mode="every"), ("a", "otherwise")),
        (HUMAN, ("approved", "rejected")),
        (node("t"), ("out", "error")),
    ],
)
def test_a_strict_join_behind_a_choice_never_completes(
    split: dict[str, Any], ports: tuple[str, ...]
):
    found = only(choosing(split, *ports))
    assert (found.code, found.node_id) == ("join_never_completes", "j")
    assert found.related == (split["id"], "j")
    assert problems(choosing(split, *ports, mode="active")) == []


def test_a_strict_join_behind_branches_that_are_all_taken_can_complete():
    data = choosing(gate("g", "a", "b", mode="every"), "a", "b", "otherwise")
    data["edges"] = [item for item in data["edges"] if item["id"] != "n2.out-j"] + [
        edge("n2", "end")
    ]
    assert problems(data) == []


def test_a_conflict_is_found_behind_an_inner_merge():
    data = graph(
        [gate("g", "a", "b"), node("m"), node("j", join={"mode": "all"})],
        [
            edge("start", "g"),
            edge("g.a", "m"),
            edge("g.b", "m"),
            edge("m", "j"),
            edge("g.otherwise", "j"),
            edge("j", "end"),
        ],
    )
    assert only(data).related == ("g", "j")


def test_a_choice_in_a_loop_may_feed_a_strict_join_behind_it_over_several_turns():
    data = graph(
        [
            node("a"),
            gate("g", "x"),
            node("m"),
            gate("again", "yes"),
            node("j", join={"mode": "all"}),
        ],
        [
            edge("start", "a"),
            edge("a", "g"),
            edge("g.x", "m"),
            edge("g.otherwise", "m"),
            edge("g.x", "j"),
            {**edge("g.otherwise", "j"), "id": "other"},
            edge("m", "again"),
            edge("again.yes", "a", loop=True),
            edge("again.otherwise", "end"),
            edge("j", "end"),
        ],
    )
    assert problems(data) == []


@st.composite
def choice_graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Acyclic graphs of gates, joins and plain steps, every port wired forward."""
    count = draw(st.integers(3, 8))
    names = [f"n{index}" for index in range(count)]
    nodes, edges = [], []
    for index, name in enumerate(names):
        later = [*names[index + 1 :], "end"]
        join = {"mode": draw(st.sampled_from(["active", "all", "all", "any"]))}
        if draw(st.booleans()):
            nodes.append(gate(name, "a", mode=draw(st.sampled_from(["first", "every"])), join=join))
            ports = ["a", "otherwise"]
        else:
            nodes.append(node(name, join=join))
            ports = ["out"]
        for port in ports:
            targets = draw(st.lists(st.sampled_from(later), min_size=1, max_size=2, unique=True))
            edges += [edge(f"{name}.{port}", target) for target in targets]
    return graph(nodes, [edge("start", names[0]), *edges])


def live_nodes(data: dict[str, Any], choices: dict[str, str]) -> set[str]:
    """Which nodes run when each gate takes the port that `choices` says."""
    live = {"start"}
    for item in data["nodes"]:
        incoming = [e for e in data["edges"] if e["target"] == item["id"]]
        arrived = [
            e
            for e in incoming
            if e["source"] in live
            and choices.get(e["source"], e["source_port"]) == e["source_port"]
        ]
        needed = len(incoming) if item.get("join", {}).get("mode") == "all" else 1
        if incoming and len(arrived) >= needed:
            live.add(item["id"])
    return live


@given(choice_graphs())
@settings(max_examples=200)
def test_a_join_that_is_said_never_to_complete_never_does(data: dict[str, Any]):
    document = parse_document(data)
    assert document.kind == "graph"
    accused = {p.node_id for p in check_joins(Drawing.of(document, CATALOG))}
    gates = [item["id"] for item in data["nodes"] if item["type"] == "gate"]
    for ports in product(("a", "otherwise"), repeat=len(gates)):
        assert not accused & live_nodes(data, dict(zip(gates, ports, strict=True)))


def test_a_pipeline_knows_its_steps_by_name():
    data = pipeline(
        step("a"),
        {
            "step": "conditional",
            "id": "c",
            "condition": "${ nodes.a.ok }",
            "then": [step("b", x="${ nodes.bb }")],
        },
        step("d", x="${ nodes.b }"),
    )
    found = only(data)
    assert (found.code, found.node_id, found.field) == ("unknown_name", "b", "config.x")


def test_a_pipelines_condition_is_checked_at_its_own_field():
    data = pipeline(step("a"), {"step": "conditional", "id": "c", "condition": "${ 1 }"})
    found = only(data)
    assert (found.code, found.node_id, found.field) == ("expression_type", "c", "condition")


def test_a_pipeline_step_cannot_read_from_a_later_or_parallel_one():
    data = pipeline(
        {"step": "parallel", "id": "p", "branches": [[step("a", x="${ nodes.b }")], [step("b")]]}
    )
    assert [(p.code, p.node_id) for p in problems(data)] == [("reference_not_upstream", "a")]


def test_a_pipeline_holds_no_flow_nodes():
    assert only(pipeline(step("a", "end"), step("b"))).code == "type_not_in_pipeline"


def choices_of_length(length: int) -> dict[str, Any]:
    """A pipeline with each step that others are added to, all ids that long."""
    first, second, third, task = (letter * length for letter in "abcd")
    choice = {"step": "conditional", "condition": "${ input.x }", "then": [step(task)]}
    return pipeline(
        {
            "step": "parallel",
            "id": first,
            "branches": [[{**choice, "id": second}], [step("other")]],
        },
        {**choice, "id": third, "then": [step("last")]},
    )


def test_ids_of_steps_leave_room_for_those_of_what_is_added():
    assert problems(choices_of_length(56)) == []
    plan = compile_document(choices_of_length(56), CATALOG)
    assert max(len(node_id) for node_id in plan.nodes) == 64

    found = problems(choices_of_length(57))
    assert [(p.code, p.node_id, p.field) for p in found] == [
        ("id_too_long", letter * 57, "id") for letter in "abdc"
    ]
    assert found[0].message == f"The id “{'a' * 57}” has 57 characters."
    assert found[0].hint == "Use 56 at most."


def test_errors_stand_before_warnings():
    wait = node("w", "wait", mode="signal", signal="paid")
    data = graph(
        [wait, node("x")], [edge("start", "w"), edge("w", "end"), edge("w.timeout", "end")]
    )
    assert [p.severity for p in problems(data)] == ["error", "error", "warning"]


def test_what_an_ai_node_needs_is_asked_for_only_where_it_matters():
    def blanks(kind: str, config: dict[str, Any]) -> list[str]:
        document = chain(node("a", kind, **{**DEFAULT_CONFIGS[kind], **config}))
        found = validate_document(document, CATALOG)
        return [problem.field for problem in found if problem.code == "blank"]

    assert blanks("llm", {}) == ["config.connection", "config.model", "config.prompt"]
    assert blanks("llm", {"connection": "c", "model": "m", "prompt": "p"}) == []
    assert blanks("tool", {}) == ["config.tool"]
    assert blanks("tool", {"source": "mcp", "tool": "add"}) == ["config.connection"]
