"""Which workflows a document runs, and what is wrong with them."""

from __future__ import annotations

import pytest

from tests.core.documents import chain, node, pipeline, step
from workflows_app.core.called_workflows import Call, CallableWorkflow, calls_of, check_calls

PUBLISHED = CallableWorkflow(frozenset({1, 2}))


def test_calls_are_found_in_every_kind_of_document():
    inner = {"step": "parallel", "id": "p", "branches": [[step("a", "subworkflow", workflow="x")]]}
    documents = (chain(node("a", "subworkflow", workflow="x")), pipeline(inner))
    for document in documents:
        assert list(calls_of(document)) == [Call("a", "Subworkflow", "x", None)]


def test_items_that_are_runs_are_calls_of_their_node_or_document():
    processor = {"type": "subworkflow", "config": {"workflow": "x"}}
    bulk = {"kind": "bulk", "processor": processor}
    mapped = chain(node("each", "map", processor=processor))
    assert list(calls_of(bulk)) == [Call(None, "Subworkflow", "x", None, "processor.config")]
    assert list(calls_of(mapped)) == [
        Call("each", "Subworkflow", "x", None, "config.processor.config")
    ]
    (problem,) = check_calls(bulk, {})
    assert (problem.code, problem.field) == ("unknown_workflow", "processor.config.workflow")


def test_what_looks_like_a_step_within_a_config_is_none():
    data = {"type": "subworkflow", "config": {"workflow": "x"}}
    assert list(calls_of(chain(node("a", "transform", output=data)))) == []


@pytest.mark.parametrize(
    "config,known,code,severity",
    [
        ({}, {}, "no_workflow", "error"),
        ({"workflow": "x"}, {}, "unknown_workflow", "error"),
        ({"workflow": "x", "version": 3}, {"x": PUBLISHED}, "unknown_version", "error"),
        (
            {"workflow": "x"},
            {"x": CallableWorkflow(frozenset({1}), is_archived=True)},
            "archived_workflow",
            "error",
        ),
        (
            {"workflow": "x"},
            {"x": CallableWorkflow(frozenset())},
            "unpublished_workflow",
            "warning",
        ),
    ],
)
def test_a_call_that_cannot_work_is_told_with_its_step(config, known, code, severity):
    (problem,) = check_calls(chain(node("a", "subworkflow", title="Pay", **config)), known)
    assert (problem.code, problem.severity, problem.node_id) == (code, severity, "a")
    assert problem.message.startswith("Pay: ")
    assert problem.hint


@pytest.mark.parametrize(
    "config,known",
    [
        ({"workflow": "x"}, {"x": PUBLISHED}),
        ({"workflow": "x", "version": 2}, {"x": PUBLISHED}),
        ({"workflow": "me"}, {"me": CallableWorkflow(frozenset(), is_caller=True)}),
    ],
)
def test_a_call_that_works_has_no_problem(config, known):
    assert list(check_calls(chain(node("a", "subworkflow", **config)), known)) == []
