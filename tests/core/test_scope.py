"""What a node sees of those before it, and what a run makes of its ends."""

from __future__ import annotations

from tests.core.plans import plan_of
from tests.core.world import graph
from workflows_app.core.closing import error_of, output_of
from workflows_app.core.events import ErrorInfo
from workflows_app.core.node_results import NodeResult, outputs_before
from workflows_app.core.plan import RetryPolicy
from workflows_app.core.scope import scope_of, sources_of
from workflows_app.core.task_defaults import TaskDefaults, with_task_defaults

PLAN = plan_of(
    graph(
        "start > a, a > gate, gate.x > b, gate.otherwise > end, a.error > c, b > end, c > end",
        nodes={"c": {"config": {"x": "${ nodes.a }", "y": "${ error.type }"}}},
        vars={"limit": 3},
    )
)
RUN = {"id": "r"}


def test_a_scope_holds_what_a_node_names_and_the_error_that_it_catches():
    node = PLAN.nodes["c"]
    assert sources_of(node) == {"a"}
    failed = NodeResult(("error",), None, {"type": "ValueError", "message": "no"})
    scope = scope_of(PLAN, node, input=1, run=RUN, results={"a": failed, "b": None})
    assert scope == {
        "input": 1,
        "nodes": {"a": None},
        "vars": {"limit": 3},
        "run": RUN,
        "error": {"type": "ValueError", "message": "no", "node_id": "a"},
    }


def test_a_scope_without_an_error_has_no_such_name():
    done = NodeResult(("out",), 5)
    scope = scope_of(PLAN, PLAN.nodes["c"], input=1, run=RUN, results={"a": done})
    assert scope["nodes"] == {"a": 5}
    assert "error" not in scope


def test_outputs_before_a_node_are_those_of_live_edges_seen_through_gates():
    results = {
        "a": NodeResult(("out",), "of a"),
        "gate": NodeResult(("otherwise",), {"branches": []}),
        "b": None,
        "c": None,
    }
    assert outputs_before(PLAN, "end", lambda ids: results) == {"a": "of a"}
    results["gate"] = NodeResult(("x",), {"branches": ["x"]})
    results["b"] = NodeResult(("out",), "of b")
    assert outputs_before(PLAN, "end", lambda ids: results) == {"b": "of b"}


def test_one_end_gives_its_output_and_several_an_object():
    results = {"e": NodeResult((), 1), "f": None}
    assert output_of([("e", 1), ("e", 2)], results) == 1
    assert output_of([("e", 1), ("f", 1)], results) == {"e": 1, "f": None}


def test_a_failed_end_tells_its_message_or_its_title():
    plan = plan_of(
        graph("start > end", nodes={"end": {"config": {"outcome": "failed"}, "title": "Refused"}})
    )
    end = plan.nodes["end"]
    assert error_of(end, None, "too dear") == ErrorInfo("EndedAsFailed", "too dear")
    assert error_of(end, None, "").message == "The run ended at “Refused”."
    failed = NodeResult((), None, {"type": "Timeout", "message": "late"})
    assert error_of(PLAN.nodes["a"], failed, "") == ErrorInfo("Timeout", "late")


def test_a_node_takes_its_tasks_policies_where_it_has_none():
    retry = RetryPolicy(max_attempts=7)
    plan = plan_of(graph("start > a, a > b", nodes={"b": {"timeout_seconds": 1}}))
    found = with_task_defaults(
        plan, lambda name: TaskDefaults(retry, 60) if name == "task:any" else None
    )
    assert (found.nodes["a"].retry, found.nodes["a"].timeout_seconds) == (retry, 60)
    assert (found.nodes["b"].retry, found.nodes["b"].timeout_seconds) == (retry, 1)
    assert found.nodes["start"] == plan.nodes["start"]
