"""Subworkflow steps in memory: results, failures, depth, and items that are runs."""

from __future__ import annotations

from typing import Any

import pytest

from workflows_app.sdk import (
    BulkOperation,
    DocumentWorkflow,
    LocalWorkflows,
    Pipeline,
    Processor,
    Saga,
    SagaAction,
    SagaStep,
    SagaStepError,
    TaskStep,
)


def step(name: str, workflow: str, **config: Any) -> TaskStep:
    return TaskStep(name, "subworkflow", {"workflow": workflow, **config})


double = Pipeline(
    [TaskStep("double", "transform", {"output": "${ input.amount * 2.0 }"})], name="double"
)
picky = Pipeline(
    [TaskStep("say", "transform", {"output": "${ input.word }"})],
    name="picky",
    input_schema={"properties": {"word": {"type": "string"}}, "required": ["word"]},
)
endless = Pipeline([step("again", "endless")], name="endless")
asking = Pipeline([TaskStep("ask", "human", {"heading": "Well?"})], name="asking")


async def run(workflow: Any, input: Any, *known: Any, **more: Any) -> Any:
    return await workflow.run(input, fakes={"subworkflow": LocalWorkflows(*known, **more)})


async def test_a_step_runs_another_workflow_and_has_its_result():
    outer = Pipeline([step("call", "double", input={"amount": "${ input.euros }"})])
    execution = await run(outer, {"euros": 4.0}, double)
    assert execution.value() == 8.0


async def test_a_step_that_does_not_wait_has_the_id_of_a_run():
    outer = Pipeline([step("call", "double", input={"amount": 1.0}, wait=False)])
    assert set((await run(outer, {}, double)).value()) == {"run_id"}


@pytest.mark.parametrize(
    "workflow, input, type_, message",
    [
        ("missing", {}, "ChildNotStartedError", "Known are: picky, endless, asking"),
        ("picky", {}, "ChildNotStartedError", "does not take this input"),
        ("picky", {"word": 3}, "ChildNotStartedError", "does not take this input"),
        ("endless", {}, "ChildFailed", "10 deep"),
        ("asking", {}, "ChildFailed", "waits at “ask”"),
    ],
)
async def test_what_cannot_run_fails_its_step(workflow, input, type_, message):
    execution = await run(
        Pipeline([step("call", workflow, input=input)]), {}, picky, endless, asking
    )
    assert execution.failure.type == type_
    assert message in execution.failure.message


async def test_people_and_fakes_of_the_others_are_given_with_them():
    outer = Pipeline([step("call", "asking")])
    execution = await run(outer, {}, asking, people=lambda question: "approved")
    assert execution.value()["outcome"] == "approved"
    remote = Pipeline([TaskStep("ship", "task:elsewhere.ship")], name="remote")
    outer = Pipeline([step("call", "remote")])
    assert (await run(outer, {}, remote, fakes={"ship": "shipped"})).value() == "shipped"


async def test_a_bulk_of_sagas_counts_those_that_were_undone():
    undone: list[str] = []

    def undo(ctx: dict[str, Any]) -> None:
        undone.append(str(ctx["amount"]))

    def pay(ctx: dict[str, Any]) -> float:
        if ctx["amount"] > 2:
            raise SagaStepError("Too much")
        return float(ctx["amount"])

    order = Saga(
        [
            SagaStep("reserve", SagaAction(type="log", config={"message": "Kept"}), undo),
            SagaStep("pay", pay),
        ],
        name="order",
    )
    orders: BulkOperation[float, float] = BulkOperation(
        Processor(
            type="subworkflow", config={"workflow": "order", "input": {"amount": "${ item }"}}
        )
    )
    done = await orders.execute([1.0, 2.0, 3.0], fakes={"subworkflow": LocalWorkflows(order)})
    result = done.unwrap()
    assert result.results == [1.0, 2.0]
    assert [failure.index for failure in result.failures] == [2]
    assert undone == ["3.0"]


async def test_a_machine_starts_a_workflow_when_it_enters_a_state():
    machine = DocumentWorkflow(
        {
            "kind": "state_machine",
            "initial": "a",
            "states": [
                {
                    "id": "a",
                    "entry": [
                        {
                            "id": "call",
                            "type": "subworkflow",
                            "config": {"workflow": "double", "input": {"amount": 21.0}},
                        }
                    ],
                    "transitions": [{"id": "t", "targets": ["b"]}],
                },
                {"id": "b", "type": "final", "output": "${ nodes.call }"},
            ],
        }
    )
    assert (await run(machine, {}, double)).value() == 42.0


def test_workflows_need_names_of_their_own():
    with pytest.raises(ValueError, match="name of its own"):
        LocalWorkflows(Pipeline())
    with pytest.raises(ValueError, match="“double”"):
        LocalWorkflows(double, double)
