"""`register()`: what is written in Python runs durably, to the same result as in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.engine.build import run_of, status_of, work
from tests.support.written_workflows import OrderMachine, delivery, halving, order, order_saga
from workflows_app.errors import ConflictError, EventNotAcceptedError, InvalidInputError
from workflows_app.models import AuditEntry, Batch, Draft, HumanTask, NodeRun, Version, Workflow
from workflows_app.sdk import Pipeline, WorkflowBuilder, WorkflowEngine, step
from workflows_app.sdk.publishing import Registered
from workflows_app.services.drafts import save_draft
from workflows_app.services.human_tasks import decide_human_task
from workflows_app.services.machines import send_event
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.registering import Code
from workflows_app.services.runs import start_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> Any:
    return get_user_model().objects.create_user("ana", is_superuser=True)


def run(registered: Registered, input: dict[str, Any]) -> Any:
    started = start_run(actor=Code(), workflow_id=registered.workflow_id, input=input)
    work()
    return started.run_id


@pytest.mark.parametrize(
    "prices, expected",
    [
        ([4, 5], {"sent": ["standard box", {"total": 9, "attempt": 1}], "way": "standard"}),
        ([40], {"sent": ["express box", {"total": 40, "attempt": 1}], "way": "express"}),
    ],
)
def test_a_registered_pipeline_returns_what_it_returns_in_memory(prices, expected):
    assert asyncio.run(order.execute({"prices": prices})) == expected
    registered = order.register()
    run_id = run(registered, {"prices": prices})
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", expected)


def test_an_err_fails_the_step_for_good_in_both():
    execution = asyncio.run(order.run({}))
    assert execution.failure is not None
    run_id = run(order.register(), {})
    assert run_of(run_id).error == {
        "type": execution.failure.type,
        "message": execution.failure.message,
        "node_id": execution.failure.node,
    }
    assert execution.failure.message == "nothing was ordered"


def test_a_registered_graph_waits_for_people_and_ends_as_in_memory(ana):
    local = asyncio.run(WorkflowEngine(delivery).execute(state={"count": 3})).unwrap()
    assert local.final_state["sent"] == 3
    run_id = run(delivery.register(), {"count": 3})
    task = HumanTask.objects.get(run_id=run_id)
    assert (status_of(run_id), task.heading) == ("waiting", "Send 3 items?")
    decide_human_task(actor=ana, task_id=task.id, outcome="approved")
    work()
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", local.output)
    assert local.output == {"sent": 3, "was_approved": True}
    small = run(delivery.register(), {"count": 1})
    assert run_of(small).output == {"sent": 1, "was_approved": False}


@pytest.mark.parametrize("extra", [{}, {"is_far": True}, {"is_poor": True}], ids=str)
def test_a_registered_saga_ends_as_it_does_in_memory(extra):
    input = {"item": "tea", **extra}
    local = asyncio.run(order_saga.run(input))
    run_id = run(order_saga.register(), input)
    assert (status_of(run_id), run_of(run_id).output) == (local.status, local.output)
    told = local.failure and {
        "type": local.failure.type,
        "message": local.failure.message,
        "node_id": local.failure.node,
    }
    assert run_of(run_id).error == told
    undone = NodeRun.objects.filter(run_id=run_id, status="compensated")
    assert set(undone.values_list("node_id", flat=True)) == set(local.compensated)
    undoing = NodeRun.objects.filter(run_id=run_id, node_id__startswith="_undo_")
    assert {row.node_id: row.output for row in undoing} == {
        node: output for node, output in local.outputs.items() if node.startswith("_undo_")
    }


def test_a_registered_bulk_returns_what_it_returns_in_memory():
    numbers = [4, 5, 6, 8, 9]
    local = asyncio.run(halving.run(numbers))
    run_id = run(halving.register(), {"items": numbers})
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", local.output)
    assert local.output == {
        "total": 5,
        "succeeded": 3,
        "failed": 2,
        "filtered": 0,
        "results": [2, 3, 4],
    }
    failures = [x for batch in Batch.objects.filter(bulk__run_id=run_id) for x in batch.failures]
    assert [(x["index"], x["attempts"], x["type"], x["message"]) for x in failures] == [
        (x.index, x.attempts, x.type, x.message) for x in local.items["items"].failures
    ]


def test_a_registered_machine_goes_where_it_goes_in_memory(ana):
    local = OrderMachine()
    run_id = run(local.register(), {})
    for event, refused in (("approve", "ship"), ("ship", "approve"), ("deliver", "cancel")):
        with pytest.raises(EventNotAcceptedError):
            send_event(actor=ana, run_id=run_id, name=refused)
        assert not local.can_transition(refused)
        send_event(actor=ana, run_id=run_id, name=event)
        work()
        asyncio.run(local.transition(event))
        active = NodeRun.objects.filter(run_id=run_id, status="waiting", execution="state")
        states = list(active.values_list("node_id", flat=True))
        assert states == ([] if local.is_over else [local.state])
    assert (status_of(run_id), run_of(run_id).output) == ("succeeded", local.state)


def test_registering_again_makes_no_second_version():
    first, again = order.register(), order.register()
    assert (first.number, first.is_new) == (1, True)
    assert (again.version_id, again.number, again.is_new) == (first.version_id, 1, False)
    assert (Workflow.objects.count(), Version.objects.count()) == (1, 1)
    workflow = Workflow.objects.get()
    assert (workflow.name, workflow.title, workflow.kind) == ("order", "Order", "pipeline")
    assert [e.actor_name for e in AuditEntry.objects.filter(action="workflow.published")] == [
        "code"
    ]


@step()
def one(ctx: dict[str, Any]) -> int:
    return 1


def test_a_changed_document_is_the_next_version_and_old_runs_keep_theirs():
    first = Pipeline([one], name="order").register()
    second = order.register()
    assert (first.number, second.number, second.is_new) == (1, 2, True)
    assert second.workflow_id == first.workflow_id
    assert Draft.objects.get().hash == Version.objects.get(number=2).hash
    back = Pipeline([one], name="order").register()
    assert (back.number, back.is_new) == (1, False)
    assert Workflow.objects.get().latest_version_id == first.version_id


def test_changes_on_the_canvas_are_not_dropped_in_silence(ana):
    registered = order.register()
    document = Pipeline([one]).to_document().model_dump(mode="json")
    draft = {"actor": ana, "workflow_id": registered.workflow_id}
    save_draft(**draft, document=document, revision=1)
    other = Pipeline([one, one], name="order")
    other.steps[1] = step(name="two")(one.function)
    with pytest.raises(ConflictError, match="never published.*replaces_draft=True"):
        other.register()
    assert Version.objects.count() == 1
    assert Draft.objects.get().document == document
    publish_workflow(**draft, revision=2)
    assert other.register().number == 3
    save_draft(**draft, document=document | {"description": "x"}, revision=3)
    assert order.register(replaces_draft=True).number == 1


def test_nodes_keep_their_places_on_the_canvas(ana):
    registered = delivery.register()
    document = delivery.to_document().model_dump(mode="json")
    document["layout"] = {"nodes": {"fetch": {"x": 10, "y": 20}, "gone": {"x": 0, "y": 0}}}
    save_draft(actor=ana, workflow_id=registered.workflow_id, document=document, revision=1)
    changed = WorkflowBuilder(name="delivery")
    changed.add_node(delivery.nodes["fetch"])
    changed.build().register()
    assert Draft.objects.get().document["layout"] == {"nodes": {"fetch": {"x": 10, "y": 20}}}


def test_what_cannot_be_registered_says_why_and_leaves_nothing():
    with pytest.raises(InvalidInputError, match="needs a name"):
        Pipeline([one]).register()
    with pytest.raises(InvalidInputError, match="“two words” may hold letters"):
        Pipeline([one]).register("two words")
    with pytest.raises(InvalidInputError, match="no step that does something"):
        Pipeline(name="empty").register()

    def inner(ctx: dict[str, Any]) -> int:
        return 1

    with pytest.raises(InvalidInputError, match=r"cannot import .*inner.*workflows\.py"):
        Pipeline([inner], name="inner").register()
    assert Workflow.objects.count() == 0
    order.register()
    with pytest.raises(InvalidInputError, match="is a pipeline; the document is a graph"):
        delivery.register("order")
    assert Version.objects.count() == 1


def test_two_deployments_register_at_once(threads):
    results: list[Registered] = []
    for _ in range(2):
        threads.start(lambda: results.append(order.register()))
    threads.join()
    assert len({result.version_id for result in results}) == 1
    assert (Workflow.objects.count(), Version.objects.count()) == (1, 1)
