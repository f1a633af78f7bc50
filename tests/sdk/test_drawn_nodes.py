"""Nodes that are set up and not written: models, agents, tools and other workflows."""

from __future__ import annotations

from typing import Any

import pytest

from workflows_app.sdk import (
    AgentNode,
    BulkOperation,
    BulkOperationConfig,
    GraphConfig,
    LLMNode,
    LocalWorkflows,
    Pipeline,
    SubworkflowNode,
    TaskStep,
    ToolNode,
    WorkflowBuilder,
    WorkflowEngine,
    WorkflowModule,
)


class Sort(LLMNode):
    name = "sort"
    title = "Sort the mail"
    config = {"connection": "ai", "model": "small", "prompt": "Which? ${ input.text }"}


class Written(LLMNode):
    name = "written"

    def execute(self, state: dict[str, Any]) -> dict[str, Any]:
        return {"text": state["text"].upper()}


@pytest.mark.parametrize(
    "node, type_name",
    [(AgentNode, "agent"), (ToolNode, "tool"), (SubworkflowNode, "subworkflow"), (LLMNode, "llm")],
)
def test_each_is_the_type_of_the_canvas_with_its_config(node, type_name):
    document = (
        WorkflowBuilder().add_node(node("n", title="N", connection="c")).build().to_document()
    )
    drawn = next(each for each in document.nodes if each.id == "n")
    assert (drawn.type, drawn.title, drawn.config) == (type_name, "N", {"connection": "c"})


def test_the_objects_config_lies_over_that_of_its_class():
    document = WorkflowBuilder().add_node(Sort(model="large")).build().to_document()
    drawn = next(each for each in document.nodes if each.id == "sort")
    assert drawn.title == "Sort the mail"
    assert drawn.config == {**Sort.config, "model": "large"}


async def test_a_fake_carries_it_out_and_its_object_is_merged_into_the_state():
    engine = WorkflowEngine(WorkflowBuilder().add_node(Sort()).build())
    result = await engine.execute(
        state={"text": "Hi"}, fakes={"llm": lambda config: {"text": config["prompt"]}}
    )
    assert result.unwrap().final_state == {"text": "Which? Hi"}


async def test_an_execute_takes_its_place():
    engine = WorkflowEngine(WorkflowBuilder().add_node(Written()).build())
    assert (await engine.execute(state={"text": "Hi"})).unwrap().final_state == {"text": "HI"}


async def test_a_subworkflow_that_returns_no_object_leaves_the_state_alone():
    number = Pipeline([TaskStep("n", "transform", {"output": 7})], name="number")
    builder = WorkflowBuilder().add_node(SubworkflowNode("call", workflow="number"))
    builder.add_node(Written()).add_edge("call", "written")
    result = await WorkflowEngine(builder.build()).execute(
        state={"text": "Hi"}, fakes={"subworkflow": LocalWorkflows(number)}
    )
    assert result.unwrap().final_state == {"text": "HI"}


def test_a_projects_bulk_operations_take_its_config():
    try:
        WorkflowModule.configure(config=BulkOperationConfig(batch_size=200))
        assert BulkOperation(len).to_document().batch_size == 200
        assert WorkflowModule.current().graph == GraphConfig()
    finally:
        WorkflowModule.configure(config=BulkOperationConfig())


def test_there_is_no_saga_store_to_set():
    with pytest.raises(ValueError, match=r"Call register\(\)"):
        WorkflowModule.configure(saga_store=object())
