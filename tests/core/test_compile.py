from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.core.catalog import CATALOG
from tests.core.documents import chain, edge, gate, graph, node, pipeline, step
from tests.core.sagas import ORDER, TRIP, plain, saga, undoable
from workflows_app.core import graph_shape
from workflows_app.core.builtin_types import BUILTIN_TYPES, DEFAULT_CONFIGS
from workflows_app.core.canonical import hash_document
from workflows_app.core.canvas import canvas_of
from workflows_app.core.compile import compile_document
from workflows_app.core.parse import parse_document
from workflows_app.core.plan import Execution, JoinMode, JoinPolicy, Plan, RetryPolicy
from workflows_app.core.problems import InvalidDocument
from workflows_app.core.schemas import document_schema
from workflows_app.core.task_defaults import TaskDefaults, with_task_defaults


def plan_of(data: dict[str, Any]) -> Plan:
    return compile_document(data, CATALOG)


def links(plan: Plan) -> list[tuple[str, str, str]]:
    return [(item.source, item.source_port, item.target) for item in plan.edges]


def test_a_chain_becomes_nodes_and_edges_in_order():
    data = chain(
        node("a", title="First", x="${ input.y }"), node("b", "task:once", x="${ nodes.a }")
    )
    plan = plan_of(data)
    assert list(plan.nodes) == ["start", "end", "a", "b"]
    assert links(plan) == [("start", "out", "a"), ("a", "out", "b"), ("b", "out", "end")]
    assert [item.index for item in plan.edges] == [0, 1, 2]
    assert plan.entries == ("start",)
    assert (plan.kind, plan.hash) == ("graph", hash_document(parse_document(data)))
    first, second = plan.nodes["a"], plan.nodes["b"]
    assert (first.title, first.execution, first.reruns_after_crash) == (
        "First",
        Execution.WORKER,
        True,
    )
    assert (second.title, second.references, second.reruns_after_crash) == (
        "Once",
        frozenset({"a"}),
        False,
    )
    assert first.incoming == (plan.edges[0],)
    assert first.outgoing == (plan.edges[1],)
    assert (first.retry, first.timeout_seconds, first.is_repeatable) == (None, None, False)


def test_policies_are_carried_over():
    retry = {"max_attempts": 5, "initial_delay_seconds": 2, "on": ["TimeoutError"]}
    item = node(
        "a",
        retry=retry,
        timeout_seconds=30,
        on_error="continue",
        join={"mode": "count", "count": 1},
    )
    data = chain(
        item, vars={"rate": 2}, settings={"timeout_seconds": 9, "on_failure": "finish_other_paths"}
    )
    plan = plan_of(data)
    compiled = plan.nodes["a"]
    assert compiled.retry == RetryPolicy(
        max_attempts=5, initial_delay=2, on=frozenset({"TimeoutError"})
    )
    assert (compiled.timeout_seconds, compiled.continues_on_error) == (30, True)
    assert compiled.join == JoinPolicy(JoinMode.COUNT, 1)
    assert (plan.vars, plan.timeout_seconds, plan.stops_on_failure) == ({"rate": 2}, 9, False)


def test_ends_waits_and_forms_are_read_from_the_config():
    schema = {"type": "object", "properties": {"amount": {"type": "number"}}}
    nodes = [
        node("start", "start", input_schema=schema),
        node("w", "wait", mode="signal", signal="paid"),
        node("v", "wait", mode="duration", duration_seconds=1),
        node("end", "end", outcome="failed", terminate=True, output="${ nodes.w.x }"),
    ]
    plan = plan_of(graph(nodes, [edge("start", "w"), edge("w", "v"), edge("v", "end")]))
    end = plan.nodes["end"]
    assert (end.is_end, end.fails_run, end.terminates, end.references) == (
        True,
        True,
        True,
        frozenset({"w"}),
    )
    assert (plan.nodes["w"].signal, plan.nodes["v"].signal) == ("paid", None)
    assert plan.input_schema == schema


def test_an_end_without_output_reads_from_its_predecessors():
    assert plan_of(chain(node("a"))).nodes["end"].references == {"a"}


def test_a_human_node_without_outcomes_gets_the_default_ones():
    human = node("h", "human", heading="x")
    data = graph(
        [human], [edge("start", "h"), edge("h.approved", "end"), edge("h.rejected", "end")]
    )
    outcomes = plan_of(data).nodes["h"].config["outcomes"]
    assert [(item["id"], item["comment_required"]) for item in outcomes] == [
        ("approved", False),
        ("rejected", True),
    ]


def test_notes_are_left_out():
    data = chain(node("a"))
    data["nodes"].append(node("n", "note", text="x"))
    assert "n" not in plan_of(data).nodes


def test_loop_edges_are_not_counted_by_joins_and_make_nodes_repeatable():
    data = graph(
        [node("a"), gate("g", "again"), node("b"), node("c")],
        [
            edge("start", "a"),
            edge("start", "c"),
            edge("a", "g"),
            edge("g.again", "a", loop=True, max_iterations=3),
            edge("g.otherwise", "b"),
            edge("b", "end"),
            edge("c", "end"),
        ],
    )
    plan = plan_of(data)
    repeatable = {name for name, item in plan.nodes.items() if item.is_repeatable}
    assert repeatable == {"a", "g", "b", "end"}
    loop = plan.edges[3]
    assert (loop.is_loop, loop.max_iterations) == (True, 3)
    assert [item.id for item in plan.nodes["a"].incoming] == ["start.out-a"]
    assert loop in plan.nodes["g"].outgoing


def test_a_loop_on_one_gate_makes_it_repeatable():
    data = graph(
        [gate("g", "again")],
        [edge("start", "g"), edge("g.again", "g", loop=True), edge("g.otherwise", "end")],
    )
    assert plan_of(data).nodes["g"].is_repeatable


def racing(*extra: dict[str, Any]) -> dict[str, Any]:
    return graph(
        [node("a"), node("b"), node("c"), node("j", join={"mode": "any", "rest": "cancel"})],
        [
            edge("start", "a"),
            edge("start", "b"),
            edge("b", "c"),
            edge("a", "j"),
            edge("c", "j"),
            edge("j", "end"),
            *extra,
        ],
    )


def test_a_join_cancels_what_leads_only_to_it():
    assert plan_of(racing()).nodes["j"].cancels == {"start", "a", "b", "c"}
    assert plan_of(racing(edge("b", "end"))).nodes["j"].cancels == {"a", "c"}
    assert plan_of(racing(edge("c.error", "end"))).nodes["j"].cancels == {"a"}


def test_a_join_that_absorbs_cancels_nothing():
    data = racing()
    data["nodes"][-1]["join"]["rest"] = "absorb"
    assert plan_of(data).nodes["j"].cancels == frozenset()


@st.composite
def wired(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, list[str]], str]:
    """An acyclic graph with loop links and a goal."""
    count = draw(st.integers(2, 8))
    names = [str(index) for index in range(count)]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    forward = draw(st.lists(pairs.filter(lambda pair: pair[0] < pair[1]), max_size=16, unique=True))
    loops = draw(st.lists(pairs.filter(lambda pair: pair[0] >= pair[1]), max_size=3, unique=True))
    as_links = lambda found: graph_shape.links_of(names, ((str(a), str(b)) for a, b in found))  # noqa: E731
    return as_links(forward), as_links(loops), draw(st.sampled_from(names))


@given(wired())
def test_what_leads_only_to_a_goal_cannot_get_past_it(
    drawn: tuple[dict[str, list[str]], dict[str, list[str]], str],
):
    forward, loops, goal = drawn
    back = graph_shape.reversed_links(forward)
    found = graph_shape.only_leading_to(goal, forward, back, loops)
    exits = {name for name in forward if not forward[name]}
    before = graph_shape.reachable(back, [goal]) - {goal}
    past = {name: [n for n in (*forward[name], *loops[name]) if n != goal] for name in forward}
    escaping = {name for name in forward if graph_shape.reachable(past, [name]) & (exits - {goal})}
    assert found == before - escaping


@given(wired())
def test_components_are_what_reaches_each_other(
    drawn: tuple[dict[str, list[str]], dict[str, list[str]], str],
):
    forward, loops, _ = drawn
    every = {name: [*forward[name], *loops[name]] for name in forward}
    reach = {name: graph_shape.reachable(every, [name]) for name in every}
    mutual = {frozenset(n for n in every if n in reach[m] and m in reach[n]) for m in every}
    assert {frozenset(part) for part in graph_shape.strong_components(every)} == mutual
    order = graph_shape.topological_order(forward)
    assert all(order.index(a) < order.index(b) for a in forward for b in forward[a])


def test_large_graphs_compile():
    long = chain(*(node(f"n{index}") for index in range(5_000)))
    assert len(plan_of(long).nodes) == 5_002
    names = [f"n{index}" for index in range(1_000)]
    join = node("j", join={"mode": "all", "rest": "cancel"})
    edges = [edge("start", name) for name in names] + [edge(name, "j") for name in names]
    wide = graph([*map(node, names), join], [*edges, edge("j", "end")])
    assert len(plan_of(wide).nodes["j"].cancels) == 1_001


def test_a_document_with_errors_does_not_compile():
    with pytest.raises(InvalidDocument) as caught:
        plan_of(chain(node("a", "task:nope")))
    assert [problem.code for problem in caught.value.problems] == ["unknown_node_type"]


def test_a_pipeline_is_a_chain_of_its_steps():
    schema = {"type": "object"}
    plan = plan_of(pipeline(step("a"), step("b", x="${ nodes.a }"), input_schema=schema))
    assert links(plan) == [("_start", "out", "a"), ("a", "out", "b"), ("b", "out", "_end")]
    assert (plan.kind, plan.entries, plan.input_schema) == ("pipeline", ("_start",), schema)
    assert plan.nodes["_end"].config["output"] == "${ nodes.b }"


def test_steps_may_be_called_start_and_end():
    plan = plan_of(pipeline(step("start"), step("end")))
    assert [source for source, _, _ in links(plan)] == ["_start", "start", "end"]


def test_a_conditional_step_is_a_gate_whose_ways_meet_again():
    conditional = {
        "step": "conditional",
        "id": "c",
        "condition": "${ input.x > 1 }",
        "then": [step("t")],
        "otherwise": [step("o")],
    }
    plan = plan_of(pipeline(conditional, step("z")))
    assert links(plan) == [
        ("_start", "out", "c"),
        ("c", "then", "t"),
        ("c", "otherwise", "o"),
        ("t", "out", "z"),
        ("o", "out", "z"),
        ("z", "out", "_end"),
    ]
    assert plan.nodes["c"].config["branches"][0]["condition"] == "${ input.x > 1 }"
    last = plan_of(pipeline(conditional))
    assert last.nodes["_result_c"].config["output"] == "${ nodes.t != null ? nodes.t : nodes.o }"
    assert last.nodes["_end"].config["output"] == "${ nodes._result_c }"


def test_a_parallel_step_fans_out_and_joins_all():
    branches = [[step("a"), step("b")], [step("h", "human")]]
    plan = plan_of(pipeline(step("z"), {"step": "parallel", "id": "p", "branches": branches}))
    assert links(plan) == [
        ("_start", "out", "z"),
        ("z", "out", "_split_p"),
        ("_split_p", "out", "a"),
        ("a", "out", "b"),
        ("_split_p", "out", "h"),
        ("h", "approved", "_result_h"),
        ("h", "rejected", "_result_h"),
        ("b", "out", "p"),
        ("_result_h", "out", "p"),
        ("p", "out", "_end"),
    ]
    join = plan.nodes["p"]
    assert (join.join.mode, join.execution) == (JoinMode.ALL, Execution.ENGINE)
    assert join.config["output"] == {"b": "${ nodes.b }", "h": "${ nodes._result_h }"}


@st.composite
def steps(draw: st.DrawFn, depth: int = 3) -> list[dict[str, Any]]:
    """Nested steps; ids are given afterwards."""
    kinds = ["task", "human", "conditional", "parallel"] if depth else ["task", "human"]
    made: list[dict[str, Any]] = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=3)):
        inner = steps(depth - 1)
        if kind == "conditional":
            made.append(
                {
                    "step": kind,
                    "condition": "${ true }",
                    "then": draw(inner),
                    "otherwise": draw(inner),
                }
            )
        elif kind == "parallel":
            made.append({"step": kind, "branches": draw(st.lists(inner, min_size=1, max_size=3))})
        else:
            made.append({"step": "task", "type": "task:any" if kind == "task" else "human"})
    return made


def numbered(found: list[dict[str, Any]], count: list[int]) -> list[dict[str, Any]]:
    for item in found:
        count[0] += 1
        item["id"] = f"s{count[0]}"
        for inner in (item.get("then", []), item.get("otherwise", []), *item.get("branches", [])):
            numbered(inner, count)
    return found


@given(steps())
def test_every_pipeline_becomes_a_graph_from_start_to_end(found: list[dict[str, Any]]):
    try:
        plan = plan_of(pipeline(*numbered(found, [0]), step("last")))
    except InvalidDocument as error:
        raise AssertionError(error.problems) from error
    forward = graph_shape.links_of(plan.nodes, ((e.source, e.target) for e in plan.edges))
    assert plan.entries == ("_start",)
    assert graph_shape.reachable(forward, ["_start"]) == set(plan.nodes)
    assert graph_shape.reachable(graph_shape.reversed_links(forward), ["_end"]) == set(plan.nodes)
    assert graph_shape.cycles(forward) == []
    redrawn = {
        "kind": "graph",
        "nodes": [
            {
                "id": item.id.replace("_", "X"),
                "type": item.type,
                "join": {"mode": item.join.mode.value},
                "config": {**item.config, "output": 1}
                if item.type == "transform"
                else {}
                if item.type == "end"
                else dict(item.config),
            }
            for item in plan.nodes.values()
        ],
        "edges": [
            edge(
                f"{e.source.replace('_', 'X')}.{e.source_port}", e.target.replace("_", "X"), id=e.id
            )
            for e in plan.edges
        ],
    }
    plan_of(redrawn)


def test_a_canvas_shows_what_runs():
    canvas = canvas_of(
        chain(node("a", title="First"), layout={"nodes": {"a": {"x": 1, "y": 2}}}), CATALOG
    )
    assert canvas["kind"] == "graph"
    assert canvas["nodes"][2] == {
        "id": "a",
        "type": "task:any",
        "title": "First",
        "family": "code",
        "icon": "cog",
        "ports": [
            {"id": "out", "label": "", "kind": "normal"},
            {"id": "error", "label": "On error", "kind": "error"},
        ],
    }
    assert canvas["edges"][0] == {
        "id": "start.out-a",
        "source": "start",
        "source_port": "out",
        "target": "a",
        "label": "",
        "loop": False,
        "max_iterations": 25,
    }
    assert canvas["layout"] == {"nodes": {"a": {"x": 1.0, "y": 2.0}}}


def test_a_canvas_outlives_a_type():
    canvas = canvas_of(chain(node("a", "task:gone")), CATALOG)
    assert canvas["nodes"][2]["ports"] == [{"id": "out", "label": "", "kind": "normal"}]


def test_a_pipelines_canvas_is_its_graph():
    canvas = canvas_of(pipeline(step("a")), CATALOG)
    assert [(item["id"], item["title"]) for item in canvas["nodes"]] == [
        ("_start", "Start"),
        ("a", "Any"),
        ("_end", "End"),
    ]
    assert canvas["layout"] == {"nodes": {}}


def test_a_pipelines_canvas_tells_its_steps_and_keeps_their_configs_to_itself():
    secret = step("a", config={"text": "secret"})
    choice = {"step": "conditional", "id": "c", "condition": "${ true }", "then": [secret]}
    both = {"step": "parallel", "id": "p", "title": "Both", "branches": [[choice], []]}
    canvas = canvas_of(pipeline(both), CATALOG)
    [drawn] = canvas["steps"]
    [inner] = drawn["branches"][0]
    assert (drawn["id"], drawn["branches"][1], inner["condition"]) == ("p", [], "${ true }")
    assert [(task["id"], task["config"]) for task in inner["then"]] == [("a", {})]
    assert "secret" not in json.dumps(canvas)
    looks = {node["id"]: (node["type"], node["title"]) for node in canvas["nodes"]}
    assert looks["p"] == ("parallel", "Both")
    assert looks["c"] == ("conditional", "Condition")


def test_a_graphs_canvas_tells_no_steps_and_no_saga():
    canvas = canvas_of(chain(node("a")), CATALOG)
    assert (canvas["steps"], canvas["saga"]) == (None, None)


@pytest.mark.parametrize("document", [ORDER, TRIP])
def test_a_sagas_canvas_tells_what_undoes_what_without_any_config(document: dict[str, Any]):
    saga = canvas_of(document, CATALOG)["saga"]
    holders = saga.get("steps", saga.get("participants"))
    assert [each["id"] for each in holders] == [
        each["id"] for each in document.get("steps", document.get("participants"))
    ]
    assert (saga["vars"], saga["output"]) == ({}, None)
    assert re.search(r'"config": \{[^}]', json.dumps(saga)) is None


@pytest.mark.parametrize("data", [chain(node("a")), pipeline(step("a")), ORDER, TRIP])
def test_the_exported_schema_accepts_documents(data: dict[str, Any]):
    for schema in (document_schema(), document_schema(data["kind"])):
        Draft202012Validator.check_schema(schema)
        assert Draft202012Validator(schema).is_valid(data)
        assert not Draft202012Validator(schema).is_valid({**data, "nope": 1})


@pytest.mark.parametrize("spec", BUILTIN_TYPES, ids=lambda spec: spec.name)
def test_every_field_of_a_built_in_type_has_a_title_and_a_description(spec: Any):
    Draft202012Validator.check_schema(spec.config_schema)
    Draft202012Validator.check_schema(spec.output_schema)
    assert Draft202012Validator(spec.config_schema).is_valid(DEFAULT_CONFIGS[spec.name])
    waiting = [spec.config_schema, spec.output_schema]
    while waiting:
        schema = waiting.pop()
        for inner in schema.get("properties", {}).values():
            assert inner["title"]
            assert inner["description"]
            waiting.append(inner)
        if isinstance(schema.get("items"), dict):
            waiting.append(schema["items"])


def test_steps_without_a_policy_take_that_of_the_document_and_before_that_of_their_task():
    own = {**step("own"), "retry": {"max_attempts": 5}}
    document = pipeline(
        step("plain"),
        own,
        step("pure", "transform", output=1),
        settings={"retry": {"max_attempts": 2, "initial_delay_seconds": 7}},
    )
    nodes = compile_document(document, CATALOG).nodes
    plain = nodes["plain"].retry
    assert plain is not None
    assert (plain.max_attempts, plain.initial_delay) == (2, 7)
    assert nodes["own"].retry is not None
    assert nodes["own"].retry.max_attempts == 5
    assert nodes["pure"].retry is None
    kept = with_task_defaults(
        compile_document(document, CATALOG),
        lambda name: TaskDefaults(retry=RetryPolicy(max_attempts=9)),
    )
    assert kept.nodes["plain"].retry == plain


def test_what_has_to_succeed_keeps_its_own_attempts():
    document = saga(undoable("a"), plain("p", "pivot"), plain("r", "retriable"))
    document["settings"] = {"retry": {"max_attempts": 1}}
    nodes = compile_document(document, CATALOG).nodes
    assert nodes["a"].retry is not None
    assert nodes["_undo_a"].retry is None
    assert nodes["r"].retry is None
