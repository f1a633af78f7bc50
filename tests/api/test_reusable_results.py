from __future__ import annotations

from tests.support.documents import edge, graph, node
from workflows_app import task_types
from workflows_app.core.compile import compile_document
from workflows_app.services.reruns import reusable_results

DOCUMENT = graph(
    [
        node("start", "start", {"input_schema": {"type": "object"}}),
        node("before", "transform", {"output": 1}),
        node("work", "transform", {"output": 1}),
        node(
            "again",
            "gate",
            {"branches": [{"id": "more", "label": "More", "condition": "${ input.more }"}]},
        ),
        node("after", "transform", {"output": 1}),
        node("end", "end"),
    ],
    [
        edge("start", "before"),
        edge("before", "work"),
        edge("work", "again"),
        edge("again", "work", "more", loop=True),
        edge("again", "after", "otherwise"),
        edge("after", "end"),
    ],
)
PLAN = compile_document(DOCUMENT, task_types.catalog())
SUCCEEDED = {
    ("start", 1): ("out",),
    ("before", 1): ("out",),
    ("work", 1): ("out",),
    ("again", 1): ("more",),
    ("work", 2): ("out",),
    ("again", 2): ("otherwise",),
    ("after", 1): ("out",),
    ("end", 1): (),
}


def reused(node_id: str) -> set[tuple[str, int]]:
    return set(reusable_results(PLAN, SUCCEEDED, node_id))


def test_all_turns_of_a_loop_before_the_node_are_taken_over() -> None:
    assert reused("after") == set(SUCCEEDED) - {("after", 1), ("end", 1)}


def test_a_loop_that_the_node_belongs_to_starts_over() -> None:
    assert reused("again") == {("start", 1), ("before", 1)}


def test_from_the_start_nothing_is_taken_over() -> None:
    assert reused("start") == set()
