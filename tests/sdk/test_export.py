"""Export as code: running the source gives a document of the same hash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.charts import charts
from tests.core.documents import chain, edge, graph, node, pipeline, step
from tests.core.test_decide_laws import documents as random_graphs
from tests.core.test_saga_laws import sagas
from tests.support.written_workflows import delivery, order
from workflows_app.core.canonical import hash_document
from workflows_app.core.parse import parse_document
from workflows_app.errors import InvalidInputError
from workflows_app.sdk import DocumentWorkflow, to_python
from workflows_app.sdk.python_literals import Call, source_of

LOG = {"message": "Hello"}
ROUNDS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

TEMPLATES = sorted((Path(__file__).parents[2] / "examples/workflow_templates").glob("[!m]*.json"))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
configs = st.dictionaries(
    st.text(st.sampled_from("abc'\"\\\n é"), max_size=5), json_values, max_size=3
)
retries = st.none() | st.builds(
    lambda attempts, on: {"max_attempts": attempts, "on": on},
    st.integers(1, 9),
    st.lists(st.sampled_from(["ConnectionError", "Busy"]), unique=True),
)
limits = st.none() | st.floats(0.5, 1e6)
memos = st.none() | st.builds(lambda seconds: {"ttl_seconds": seconds}, st.floats(0.5, 1e6))


def built(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(compile(source, "exported", "exec"), names)
    return names["workflow"].to_document()


def check_round_trip(document: Any) -> None:
    parsed = parse_document(document)
    again = built(to_python(parsed))
    assert hash_document(again) == hash_document(parsed)
    assert again.description == parsed.description


@given(random_graphs(), st.data())
@ROUNDS
def test_random_graphs_come_back(document, data):
    plain = document.model_dump(mode="json")
    for item in plain["nodes"]:
        if item["type"].startswith("task"):
            item["config"] = data.draw(configs)
            item["memo"] = data.draw(memos)
    plain["vars"] = data.draw(configs)
    plain["description"] = data.draw(st.text("ab\n\"'", max_size=9))
    if data.draw(st.booleans()):
        plain["edges"][0]["id"] = data.draw(st.sampled_from(["mine", "e2", "e9"]))
    check_round_trip(plain)


@st.composite
def random_pipelines(draw: Any) -> dict[str, Any]:
    numbers = iter(range(1_000))

    def one(depth: int) -> dict[str, Any]:
        common = {"id": f"s{next(numbers)}", "title": draw(st.sampled_from(["", "A title"]))}
        kind = draw(st.sampled_from(["task", "conditional", "parallel"])) if depth else "task"
        if kind == "task":
            policies = {"retry": draw(retries), "timeout_seconds": draw(limits)}
            return {**common, "type": "task:any", "config": draw(configs), **policies}
        if kind == "parallel":
            branches = draw(st.integers(1, 3))
            lanes = [some(depth - 1) for _ in range(branches)]
            bound = draw(st.sampled_from([None, 1, 2]))
            return {**common, "step": kind, "branches": lanes, "max_concurrency": bound}
        condition = draw(st.sampled_from(["${ true }", "${ input.x == 'y' }", ""]))
        ways = {"then": some(depth - 1), "otherwise": some(depth - 1)}
        return {**common, "step": kind, "condition": condition, **ways}

    def some(depth: int) -> list[dict[str, Any]]:
        return [one(depth) for _ in range(draw(st.integers(0, 3)))]

    return pipeline(
        *some(2),
        vars=draw(configs),
        input_schema=draw(configs),
        settings={
            "timeout_seconds": draw(limits),
            "on_failure": "finish_other_paths",
            "retry": draw(retries),
        },
    )


@given(random_pipelines())
@ROUNDS
def test_random_pipelines_come_back(document):
    check_round_trip(document)


@given(sagas(), configs)
@ROUNDS
def test_random_sagas_come_back(document, names):
    check_round_trip({**document, "vars": names, "description": 'Undone\n or "done"'})


@given(charts(), configs)
@ROUNDS
def test_random_machines_come_back(document, names):
    check_round_trip({**document, "vars": names})


@st.composite
def random_bulks(draw: Any) -> dict[str, Any]:
    processor = {
        "type": draw(st.sampled_from(["task:any", "subworkflow", "http"])),
        "config": draw(configs),
        "mode": draw(st.sampled_from(["item", "batch"])),
        "retry": draw(retries),
        "timeout_seconds": draw(limits),
    }
    return {
        "kind": "bulk",
        "items": draw(json_values),
        "processor": draw(st.sampled_from([None, processor])),
        "batch_size": draw(st.integers(1, 10_000)),
        "max_concurrency": draw(st.integers(1, 1_000)),
        "failure_threshold": {
            "count": draw(st.none() | st.integers(0, 9)),
            "percent": draw(st.none() | st.floats(0, 100)),
        },
        "enough": draw(st.none() | st.integers(1, 9)),
        "circuit_breaker": draw(st.none() | st.just({"failures": 3, "open_seconds": 1.5})),
        "result": {
            "mode": draw(st.sampled_from(["map", "filter", "reduce"])),
            "initial": draw(json_values),
            "combine": draw(json_values),
        },
        "input_schema": draw(configs),
        "settings": {"timeout_seconds": draw(limits)},
    }


@given(random_bulks())
@ROUNDS
def test_random_bulks_come_back(document):
    check_round_trip(document)


@given(json_values)
@ROUNDS
def test_values_come_back_whatever_they_hold(value):
    assert eval(source_of(value)) == value


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_the_examples_come_back(path):
    check_round_trip(json.loads(path.read_text()))


def test_what_is_written_in_python_comes_back():
    check_round_trip(order.to_document())
    check_round_trip(delivery.to_document())


def test_a_graph_reads_as_one_would_write_it():
    document = chain(node("add", "transform", output="${ input.a + input.b }", title="Add"))
    assert to_python(document) == (
        "from workflows_app.sdk import Node, WorkflowBuilder\n"
        "\n"
        "builder = WorkflowBuilder()\n"
        'builder.add_node(Node(id="start", type="start"))\n'
        'builder.add_node(Node(id="end", type="end"))\n'
        "builder.add_node(\n"
        '    Node(id="add", type="transform", title="Add", '
        'config={"output": "${ input.a + input.b }"}),\n'
        ")\n"
        'builder.add_edge("start", "add", id="start.out-add")\n'
        'builder.add_edge("add", "end", id="add.out-end")\n'
        "workflow = builder.build()\n"
    )


def test_a_pipeline_reads_as_one_would_write_it():
    document = pipeline(step("words", "task:count", text="${ input.text }"), vars={"long": 20})
    assert to_python(document) == (
        "from workflows_app.sdk import Pipeline, TaskStep\n"
        "\n"
        'workflow = Pipeline(vars={"long": 20})\n'
        'workflow.add_step(TaskStep("words", "task:count", {"text": "${ input.text }"}))\n'
    )


def test_a_machine_reads_as_one_would_write_it():
    document = {
        "kind": "state_machine",
        "initial": "closed",
        "states": [
            {"id": "closed", "transitions": [{"id": "t", "event": "open", "targets": ["open"]}]},
            {"id": "open", "type": "final"},
        ],
    }
    assert to_python(document) == (
        "from workflows_app.sdk.documents import "
        "DocumentWorkflow, State, StateMachineDocument, Transition\n"
        "\n"
        "workflow = DocumentWorkflow(\n"
        "    StateMachineDocument(\n"
        '        kind="state_machine",\n'
        '        initial="closed",\n'
        "        states=[\n"
        '            State(id="closed", '
        'transitions=[Transition(id="t", event="open", targets=["open"])]),\n'
        '            State(id="open", type="final"),\n'
        "        ],\n"
        "    ),\n"
        ")\n"
    )


async def test_what_was_exported_runs_in_memory():
    workflow = DocumentWorkflow(
        {"kind": "saga", "steps": [{"id": "a", "action": {"type": "log", "config": LOG}}]}
    )
    assert (await workflow.execute()).is_ok()
    missing = {"type": "log", "config": {"message": "${ input.nothing }"}}
    failing = DocumentWorkflow({"kind": "saga", "steps": [{"id": "a", "action": missing}]})
    assert (await failing.execute()).is_err()


def test_the_source_is_formatted(tmp_path):
    for index, document in enumerate(
        [*(json.loads(path.read_text()) for path in TEMPLATES), delivery.to_document()]
    ):
        (tmp_path / f"exported_{index}.py").write_text(to_python(document))
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--line-length=100", "--isolated"]
    result = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_lines_break_where_they_are_too_long():
    source = source_of(Call("f", ("a" * 40, ["b" * 30, "c" * 30]), {"name": True}), before="x = ")
    assert source.splitlines() == [
        "x = f(",
        f'    "{"a" * 40}",',
        f'    ["{"b" * 30}", "{"c" * 30}"],',
        "    name=True,",
        ")",
    ]


def test_a_draft_without_start_and_end_is_not_completed():
    document = graph([node("start", "log"), node("end", "log")], [])
    assert "is_completed=False" in to_python(document)
    check_round_trip(document)


def test_what_no_builder_can_be_told_is_refused():
    with pytest.raises(InvalidInputError, match="edge “a.out-b” connects “b”, which is no node"):
        to_python(graph([node("a")], [edge("a", "b")]))
    with pytest.raises(InvalidInputError, match="Two nodes have the id “a”"):
        to_python(graph([node("a"), node("a")], []))
