"""The agent node: durable turns and calls, limits, and approval by people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.ai import keep_connection, keep_model
from tests.engine.build import (
    chain,
    events,
    journal,
    node,
    node_run,
    run_of,
    start,
    status_of,
    work,
)
from tests.support.mcp_server import TOKEN, mcp_server
from tests.support.openai_server import OpenAiServer, Refusal, Reply, openai_server
from workflows_app.engine import trigger_points
from workflows_app.engine.holding import Holding
from workflows_app.engine.keeper import Keeper
from workflows_app.engine.sweep import sweep_once
from workflows_app.engine.work import Worker
from workflows_app.errors import AlreadyDecidedError, InvalidInputError
from workflows_app.models import AgentStep, HumanTask
from workflows_app.services.human_tasks import decide_human_task
from workflows_app.services.runs import cancel_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings) -> Iterator[OpenAiServer]:
    with openai_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        keep_model(running)
        yield running


@pytest.fixture
def boss() -> Any:
    return get_user_model().objects.create_superuser("boss")


def agent(*tools: dict[str, Any], **config: Any) -> dict[str, Any]:
    ask = {"connection": "model", "model": "tiny", "prompt": "Do it", "tools": list(tools)}
    return chain(node("agent", "agent", {**ask, **config}))


def act(**more: Any) -> dict[str, Any]:
    return {"tool": "test.act", **more}


def calls_act(name: str) -> Reply:
    return Reply(calls=[("test_act", {"name": name})])


def steps(run_id) -> list[tuple[str, str, str]]:
    rows = AgentStep.objects.filter(run_id=run_id).order_by("number")
    return [(row.kind, row.name, row.status) for row in rows]


def told_last(model: OpenAiServer) -> str:
    """What the model was told of its last call."""
    return str(model.requests[-1]["messages"][-1]["content"])


def test_tools_are_called_until_there_is_an_answer(model):
    ACTIONS["stock"] = lambda context: {"left": 3}
    model.replies = [calls_act("stock"), Reply(["Three are left."])]
    run_id = start(agent(act(), instructions="Be exact."))
    work()
    assert status_of(run_id) == "succeeded"
    assert node_run(run_id, "agent").output == {
        "text": "Three are left.",
        "model": "tiny",
        "usage": {"input_tokens": 200, "output_tokens": 40, "cost": 0.0008},
        "turns": 2,
    }
    assert steps(run_id) == [
        ("model", "tiny", "succeeded"),
        ("tool", "test_act", "succeeded"),
        ("model", "tiny", "succeeded"),
    ]
    assert told_last(model) == '{"left": 3}'
    [tool] = model.requests[0]["tools"]
    assert tool["function"]["name"] == "test_act"
    [succeeded] = [e for e in events(run_id, "node.succeeded") if e.node_id == "agent"]
    assert succeeded.data["usage"]["input_tokens"] == 200


def test_remote_tools_are_offered_with_their_schemas(model, settings):
    with mcp_server() as tools:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [model.host, tools.host]
        keep_connection("sums", "mcp_http", {"url": tools.url}, TOKEN)
        model.replies = [Reply(calls=[("add", {"a": 2, "b": 3})]), Reply(["Five"])]
        run_id = start(agent({"source": "mcp", "connection": "sums", "tool": "add"}))
        work()
    assert node_run(run_id, "agent").output["text"] == "Five"
    assert model.requests[0]["tools"][0]["function"]["parameters"]["required"] == ["a", "b"]
    assert tools.calls == [("add", {"a": 2, "b": 3})]
    assert told_last(model) == '{"result": 5}'


def test_failures_of_tools_are_the_models_to_deal_with(model):
    def fail(context):
        raise ValueError("The stock is empty.")

    ACTIONS["stock"] = fail
    model.replies = [
        Reply(calls=[("test_act", {"name": "stock"}), ("nothing", {}), ("test_act", "no json")]),
        Reply(["It is empty."]),
    ]
    run_id = start(agent(act()))
    work()
    assert status_of(run_id) == "succeeded"
    assert [status for _, _, status in steps(run_id)] == [
        "succeeded",
        "failed",
        "failed",
        "failed",
        "succeeded",
    ]
    told = [m["content"] for m in model.requests[-1]["messages"] if m["role"] == "tool"]
    assert told[0] == "ValueError: The stock is empty."
    assert told[1] == "There is no tool nothing."
    assert "no JSON object" in told[2]


class WorkerKilledError(BaseException):
    """Ends a worker as a signal would: nothing of it is written any more."""


class DeadKeeper(Keeper):
    """Dies with its worker: tells nothing from the moment on that the worker begins."""

    def watch(self, holding: Holding) -> None:
        pass

    def forget(self, holding: Holding) -> None:
        pass


def kill_at(point: str, number: int) -> None:
    """Work until a worker dies when the point is reached for the nth time."""
    reached = []

    def die() -> None:
        reached.append(point)
        if len(reached) == number:
            raise WorkerKilledError

    worker = Worker("worker-1")
    worker.keeper = DeadKeeper("worker-1")
    with trigger_points.at(point, die), pytest.raises(WorkerKilledError):
        worker.work()


def recover(time) -> None:
    time.pass_(120)
    sweep_once()
    work("worker-2")


@pytest.mark.parametrize("finished", [1, 2])
def test_a_killed_worker_repeats_no_finished_call(model, time, finished):
    model.replies = [calls_act("a"), Reply(["Done"])]
    run_id = start(agent(act()))
    kill_at(trigger_points.AGENT_STEP_FINISHED, finished)
    assert len(model.requests) == 1
    recover(time)
    assert status_of(run_id) == "succeeded"
    assert len(model.requests) == 2
    assert len(CALLS) == 1
    assert [status for _, _, status in steps(run_id)] == ["succeeded"] * 3
    output = node_run(run_id, "agent").output
    assert output["usage"]["input_tokens"] == 200
    assert output["turns"] == 2


def test_a_call_of_a_tool_that_was_under_way_is_not_repeated(model, time):
    model.replies = [calls_act("a"), Reply(["Done"])]
    run_id = start(agent(act()))
    kill_at(trigger_points.AGENT_STEP_BEGUN, 2)
    recover(time)
    assert status_of(run_id) == "succeeded"
    assert CALLS == []
    assert "not known whether this call happened" in told_last(model)
    assert len(model.requests) == 2


def test_a_turn_that_was_not_finished_is_asked_again(model, time):
    model.replies = [Reply(["Done"])]
    run_id = start(agent())
    kill_at(trigger_points.AGENT_STEP_BEGUN, 1)
    assert model.requests == []
    recover(time)
    assert status_of(run_id) == "succeeded"
    assert steps(run_id) == [("model", "tiny", "succeeded")]


def test_a_retry_goes_on_behind_the_last_finished_call(model, time):
    model.replies = [calls_act("a"), Refusal(503), Reply(["Done"])]
    document = agent(act())
    document["nodes"][1]["retry"] = {"max_attempts": 2}
    run_id = start(document)
    work()
    assert status_of(run_id) == "running"
    time.pass_(60)
    sweep_once()
    work()
    assert status_of(run_id) == "succeeded"
    assert len(CALLS) == 1
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    "limit, words",
    [
        ({"max_turns": 2}, "2 turns of the model"),
        ({"max_total_tokens": 240}, "240 tokens"),
        ({"max_cost": 0.0008}, "0.0008 of cost"),
        ({"max_seconds": 0.000001}, "seconds of work"),
    ],
)
def test_limits_end_an_agent_that_finds_no_answer(model, limit, words):
    model.replies = [calls_act("a")]
    run_id = start(agent(act(), **limit))
    work()
    error = node_run(run_id, "agent").error
    assert error["type"] == "LimitReachedError"
    assert words in error["message"]
    assert len(model.requests) == (1 if "max_seconds" in limit else 2)


def ask_for_approval(model) -> tuple[Any, HumanTask]:
    model.replies = [calls_act("pay"), Reply(["Done"])]
    run_id = start(agent(act(approval=True)))
    work()
    assert status_of(run_id) == "waiting"
    return run_id, HumanTask.objects.get(run_id=run_id)


def test_a_call_waits_for_approval_without_a_worker(model, boss):
    run_id, task = ask_for_approval(model)
    assert work() == 0
    assert task.heading == "May the agent call Do what the test registered?"
    assert task.data == [{"label": "name", "value": "pay"}]
    assert node_run(run_id, "agent").waiting["human_task_id"] == str(task.id)
    assert CALLS == []
    decide_human_task(actor=boss, task_id=task.id, outcome="approve")
    assert status_of(run_id) == "running"
    work()
    assert status_of(run_id) == "succeeded"
    assert len(CALLS) == 1
    assert told_last(model) == "pay"
    assert len(model.requests) == 2
    row = AgentStep.objects.get(run_id=run_id, kind="tool")
    assert (row.status, row.human_task_id) == ("succeeded", task.id)
    assert "node.resumed" in journal(run_id, of="agent")
    with pytest.raises(AlreadyDecidedError):
        decide_human_task(actor=boss, task_id=task.id, outcome="approve")


def test_arguments_can_be_edited_before_they_are_approved(model, boss):
    run_id, task = ask_for_approval(model)
    assert task.form_schema["properties"]["name"]["default"] == "pay"
    with pytest.raises(InvalidInputError):
        decide_human_task(actor=boss, task_id=task.id, outcome="approve", data={"name": 7})
    decide_human_task(actor=boss, task_id=task.id, outcome="approve", data={"name": "pay less"})
    work()
    assert told_last(model) == "pay less"
    row = AgentStep.objects.get(run_id=run_id, kind="tool")
    assert row.request == {"arguments": {"name": "pay less"}}


def test_a_denied_call_does_not_happen_and_the_model_is_told_why(model, boss):
    run_id, task = ask_for_approval(model)
    with pytest.raises(InvalidInputError):
        decide_human_task(actor=boss, task_id=task.id, outcome="deny")
    decide_human_task(actor=boss, task_id=task.id, outcome="deny", comment="Too much")
    work()
    assert status_of(run_id) == "succeeded"
    assert CALLS == []
    assert told_last(model) == "boss denied this call: Too much"
    assert AgentStep.objects.get(run_id=run_id, kind="tool").status == "denied"


def test_several_calls_are_approved_one_after_the_other(model, boss):
    model.replies = [
        Reply(calls=[("test_act", {"name": "a"}), ("test_act", {"name": "b"})]),
        Reply(["Done"]),
    ]
    run_id = start(agent(act(approval=True)))
    for asked in (1, 2):
        work()
        tasks = HumanTask.objects.filter(run_id=run_id)
        assert tasks.count() == asked
        task = tasks.get(status="open")
        decide_human_task(actor=boss, task_id=task.id, outcome="approve")
    work()
    assert status_of(run_id) == "succeeded"
    assert len(CALLS) == 2
    assert len(model.requests) == 2


def test_a_worker_killed_after_an_approval_goes_on_behind_it(model, boss, time):
    run_id, task = ask_for_approval(model)
    decide_human_task(actor=boss, task_id=task.id, outcome="approve")
    kill_at(trigger_points.AGENT_STEP_FINISHED, 1)
    recover(time)
    assert status_of(run_id) == "succeeded"
    assert len(CALLS) == 1
    assert HumanTask.objects.filter(run_id=run_id).count() == 1


def test_approvers_without_an_account_fail_the_node(model):
    model.replies = [calls_act("pay")]
    run_id = start(agent(act(approval=True), approvers={"users": ["ghost"], "groups": []}))
    work()
    assert status_of(run_id) == "failed"
    assert node_run(run_id, "agent").error["type"] == "UnknownAssigneeError"
    assert not HumanTask.objects.filter(status="open").exists()


def test_a_cancelled_run_closes_the_question(model, boss):
    run_id, task = ask_for_approval(model)
    cancel_run(actor=boss, run_id=run_id)
    task.refresh_from_db()
    assert (task.status, run_of(run_id).status) == ("cancelled", "cancelled")
    assert CALLS == []


def test_an_unknown_tool_of_the_config_is_told(model):
    run_id = start(agent({"tool": "shop.nothing"}))
    work()
    assert node_run(run_id, "agent").error["type"] == "UnknownToolError"
    assert model.requests == []
