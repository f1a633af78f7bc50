"""Graphs in Python: node classes, edges, states, and what the builder adds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.written_workflows import delivery
from workflows_app.core.problems import InvalidDocument
from workflows_app.errors import ConflictError, InvalidInputError
from workflows_app.sdk import (
    AbstractWorkflowNode,
    Answer,
    GateNode,
    GraphConfig,
    HumanNode,
    Join,
    Node,
    NodeType,
    TaskDefinitionError,
    WorkflowBuilder,
    WorkflowEngine,
    WorkflowModule,
    WorkflowVersionMismatchError,
)


class FetchData(AbstractWorkflowNode):
    name = "fetch_data"
    node_type = NodeType.TASK

    async def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"data": {"items": [1, 2, 3]}}


class Approve(HumanNode):
    name = "approve"

    async def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        assert state["data"] == {"items": [1, 2, 3]}
        return {"approved": True}


class Tell(AbstractWorkflowNode):
    name = "tell"

    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {f"seen_by_{len(state)}": sorted(state)}


def guide() -> WorkflowBuilder:
    builder = WorkflowBuilder()
    builder.add_node(FetchData())
    builder.add_node(Approve())
    builder.add_edge("fetch_data", "approve")
    return builder


async def test_the_final_state_is_merged_from_all_nodes():
    engine = WorkflowEngine(guide().build(), config=GraphConfig(checkpoint_enabled=True))
    result = await engine.execute("fetch_data")
    assert result.is_ok()
    execution = result.unwrap()
    assert execution.status == "succeeded"
    assert execution.final_state == {"data": {"items": [1, 2, 3]}, "approved": True}
    assert execution.path == ["start", "fetch_data", "approve", "end"]


async def test_a_start_and_an_end_are_added_where_none_is_drawn():
    document = guide().build().to_document()
    assert [(node.id, node.type) for node in document.nodes] == [
        ("start", "start"),
        ("fetch_data", "task:tests.sdk.test_graphs.FetchData"),
        ("approve", "human"),
        ("end", "end"),
    ]
    assert [(e.source, e.source_port, e.target) for e in document.edges] == [
        ("fetch_data", "out", "approve"),
        ("start", "out", "fetch_data"),
        ("approve", "approved", "end"),
        ("approve", "rejected", "end"),
    ]


async def test_later_nodes_read_the_merged_state_of_those_before_them():
    builder = guide().add_node(Tell()).add_edge("approve", "tell")
    builder.add_node(Tell("other")).add_edge("fetch_data", "other")
    result = await WorkflowEngine(builder.build()).execute(state={"who": "ana"})
    outputs = result.unwrap().outputs
    assert outputs["tell"] == {"seen_by_3": ["approved", "data", "who"]}
    assert outputs["other"] == {"seen_by_2": ["data", "who"]}


async def test_execution_can_start_in_the_middle():
    workflow = guide().add_node(Tell()).add_edge("approve", "tell").build()
    result = await WorkflowEngine(workflow).execute("tell", {"x": 1})
    assert result.unwrap().path == ["start", "tell", "end"]
    with pytest.raises(ValueError, match="no node “nobody”.*fetch_data, approve, tell"):
        await WorkflowEngine(workflow).execute("nobody")


@pytest.mark.parametrize("count, way", [(1, "send"), (3, "approve")])
async def test_a_gate_in_python_chooses_by_the_state(count, way):
    result = await WorkflowEngine(delivery).execute(state={"count": count})
    execution = result.unwrap()
    assert execution.path[:4] == ["start", "fetch", "size_choice", "size"]
    assert execution.path[4] == way
    assert execution.output == {"sent": count, "was_approved": count == 3}


async def test_a_gate_by_expressions_and_a_way_that_nobody_wired():
    gate = GateNode("gate", branches={"big": "${ input.n > 5 }"})
    builder = WorkflowBuilder().add_node(gate).add_node(Tell()).add_edge("gate", "tell", port="big")
    engine = WorkflowEngine(builder.build())
    assert (await engine.execute(state={"n": 6})).unwrap().path == ["start", "gate", "tell", "end"]
    assert (await engine.execute(state={"n": 1})).unwrap().path == ["start", "gate", "end"]


class Count(AbstractWorkflowNode):
    name = "count"

    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"n": state.get("n", 0) + 1}


class Double(AbstractWorkflowNode):
    name = "double"

    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"n": state["n"] * 2}


async def test_in_a_loop_a_node_reads_what_the_last_turn_gave():
    builder = WorkflowBuilder().add_node(Count()).add_node(Double())
    builder.add_node(GateNode("enough", branches={"again": "${ nodes.double.n < 20 }"}))
    builder.add_edge("count", "double").add_edge("double", "enough")
    builder.add_edge("enough", "count", port="again", loop=True)
    execution = (await WorkflowEngine(builder.build()).execute()).unwrap()
    # 0+1=1, 2; 2+1=3, 6; 6+1=7, 14; 14+1=15, 30
    assert execution.outputs["double"] == {"n": 30}
    assert execution.final_state == {"n": 30}


async def test_a_failure_is_an_err_with_its_execution():
    class Fail(AbstractWorkflowNode):
        name = "fail"

        def execute(self, state: dict[str, Any]) -> dict[str, Any]:
            raise ConnectionError("the bank is away")

    result = await WorkflowEngine(WorkflowBuilder().add_node(Fail()).build()).execute()
    assert result.is_err()
    error = result.unwrap_err()
    assert (error.failure.type, error.failure.node) == ("ConnectionError", "fail")
    assert error.execution.status == "failed"


class Ask(HumanNode):
    name = "ask"
    heading = "Pay ${ input.amount }?"
    users = ("ana",)
    timeout = 60.0


async def test_a_human_node_without_an_answer_leaves_the_run_waiting():
    engine = WorkflowEngine(WorkflowBuilder().add_node(Ask()).build())
    execution = (await engine.execute(state={"amount": 5})).unwrap()
    assert execution.status == "waiting"
    assert execution.waiting[0].question is not None
    assert execution.waiting[0].question.heading == "Pay 5?"
    answered = await engine.execute(
        state={"amount": 5}, people={"ask": Answer("rejected", comment="no")}
    )
    assert answered.unwrap().final_state == {"amount": 5, "rejected": True}


async def test_a_human_node_that_answers_nothing_sensible_says_what_it_may():
    class Silly(HumanNode):
        name = "silly"

        def execute(self, state: dict[str, Any]) -> dict[str, Any]:
            return {"agreed": True}

    engine = WorkflowEngine(WorkflowBuilder().add_node(Silly()).build())
    with pytest.raises(InvalidInputError, match="“silly”.*names no outcome.*approved, rejected"):
        await engine.execute()


async def test_nodes_of_any_type_stand_beside_classes():
    builder = WorkflowBuilder(vars={"factor": 3})
    builder.add_node(Count())
    builder.add_node(
        Node(id="made", type="transform", config={"output": "${ nodes.count.n * vars.factor }"})
    )
    builder.add_edge("count", "made")
    assert (await WorkflowEngine(builder.build()).execute()).unwrap().output == 3


async def test_policies_of_a_class_are_part_of_the_document():
    class Careful(AbstractWorkflowNode):
        name = "careful"
        title = "Take care"
        timeout = 9.0
        on_error = "continue"
        join = Join(mode="any")

        def execute(self, state: dict[str, Any]) -> dict[str, Any]:
            raise ValueError("never mind")

    workflow = WorkflowBuilder().add_node(Careful()).build()
    node = next(n for n in workflow.to_document().nodes if n.id == "careful")
    assert (node.title, node.timeout_seconds, node.on_error) == ("Take care", 9.0, "continue")
    assert node.join.mode == "any"
    assert (await WorkflowEngine(workflow).execute()).unwrap().status == "succeeded"


def test_what_cannot_be_built_says_why():
    builder = WorkflowBuilder()
    with pytest.raises(ValueError, match="AbstractWorkflowNode has no name"):
        builder.add_node(AbstractWorkflowNode())
    with pytest.raises(ValueError, match="“to tell” cannot name a step or node"):
        builder.add_node(Tell("to tell"))
    builder.add_node(Tell())
    with pytest.raises(ValueError, match="a node “tell” already"):
        builder.add_node(Tell())
    with pytest.raises(ValueError, match="no node “nobody” to connect. There are: tell"):
        builder.add_edge("tell", "nobody")
    with pytest.raises(TaskDefinitionError, match="does nothing: override `execute`"):
        WorkflowBuilder().add_node(AbstractWorkflowNode("x")).build().to_document()
    with pytest.raises(TaskDefinitionError, match="cannot be made without arguments"):

        class Needy(AbstractWorkflowNode):
            name = "needy"

            def __init__(self, secret: str) -> None:
                super().__init__()

            def execute(self, state: dict[str, Any]) -> dict[str, Any]:
                return {}


class Greet(AbstractWorkflowNode):
    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"said": self.word()}

    def word(self) -> str:
        return "hello"


class GreetInGerman(Greet):
    def word(self) -> str:
        return "hallo"


async def test_a_subclass_runs_its_own_methods():
    workflow = WorkflowBuilder().add_node(GreetInGerman("greet")).build()
    assert (await WorkflowEngine(workflow).execute()).unwrap().final_state == {"said": "hallo"}


async def test_a_cycle_that_is_no_loop_is_refused():
    builder = WorkflowBuilder().add_node(Count()).add_node(Double())
    builder.add_edge("count", "double").add_edge("double", "count")
    with pytest.raises(InvalidDocument):
        await WorkflowEngine(builder.build()).execute()


async def test_a_project_sets_its_defaults_once():
    before = WorkflowModule.current().graph
    try:
        module = WorkflowModule.configure(config=GraphConfig(max_concurrency=3))
        assert module.graph.max_concurrency == 3
        assert WorkflowEngine(guide().build()).config == module.graph
        assert WorkflowModule.configure() == module
    finally:
        WorkflowModule.configure(config=before)


async def test_an_execution_that_waits_is_resumed_where_it_stopped():
    calls: list[int] = []

    class Once(AbstractWorkflowNode):
        name = "once"

        def execute(self, state: dict[str, Any]) -> dict[str, Any]:
            calls.append(1)
            return {"amount": 5}

    builder = WorkflowBuilder().add_node(Once()).add_node(Ask()).add_edge("once", "ask")
    engine = WorkflowEngine(builder.build(), GraphConfig(checkpoint_enabled=True))
    waiting = (await engine.execute(state={"amount": 1})).unwrap()
    assert waiting.status == "waiting"
    done = (await engine.resume(waiting, people={"ask": "approved"})).unwrap()
    assert (done.status, calls) == ("succeeded", [1])
    assert done.journal[: len(waiting.journal)] == waiting.journal
    assert done.path == ["start", "once", "ask", "end"]
    with pytest.raises(ConflictError, match="resumed already"):
        await engine.resume(waiting, people={"ask": "approved"})
    with pytest.raises(ConflictError, match="it is over"):
        await engine.resume(done)


async def test_an_execution_of_another_version_is_not_resumed():
    config = GraphConfig(checkpoint_enabled=True)
    engine = WorkflowEngine(WorkflowBuilder().add_node(Ask()).build(), config)
    waiting = (await engine.execute(state={"amount": 1})).unwrap()
    changed = WorkflowBuilder().add_node(Ask()).add_node(Tell()).add_edge("ask", "tell").build()
    with pytest.raises(WorkflowVersionMismatchError, match="has changed since"):
        await WorkflowEngine(changed, config).resume(waiting, people={"ask": "approved"})
    plain = WorkflowEngine(engine.workflow, GraphConfig())
    unkept = (await plain.execute(state={"amount": 1})).unwrap()
    with pytest.raises(ConflictError, match="keeps no checkpoint"):
        await plain.resume(unkept, people={"ask": "approved"})
