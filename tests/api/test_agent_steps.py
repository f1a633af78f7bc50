from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.engine import actions
from tests.engine.ai import keep_model
from tests.engine.build import chain, node, start, work
from tests.support.openai_server import OpenAiServer, Reply, openai_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def model(settings: Any) -> Iterator[OpenAiServer]:
    with openai_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        keep_model(running)
        yield running


def test_the_transcript_of_an_agent_is_read_with_its_node(
    admin: Api, stranger: Api, model: OpenAiServer
) -> None:
    model.replies = [Reply(calls=[("test_echo", {"value": 7})]), Reply(["Seven"])]
    tools = [{"tool": f"test.{actions.echo.__name__}", "approval": True}]
    config = {"connection": "model", "model": "tiny", "prompt": "Echo 7", "tools": tools}
    run_id = start(chain(node("agent", "agent", config)))
    work()
    path = f"/runs/{run_id}/nodes/agent"
    waiting = admin.ok("GET", path)["steps"]
    assert [(s["kind"], s["status"]) for s in waiting] == [
        ("model", "succeeded"),
        ("tool", "waiting"),
    ]
    task = waiting[1]["human_task_id"]
    assert admin.ok("GET", f"/human-tasks/{task}")["heading"].startswith("May the agent call")
    admin.ok("POST", f"/human-tasks/{task}/decide", {"outcome": "approve", "data": {"value": 8}})
    work()
    first, call, last = admin.ok("GET", path)["steps"]
    assert first["response"]["calls"][0]["arguments"] == {"value": 7}
    assert first["usage"] == {"input_tokens": 100, "output_tokens": 20, "cost": 0.0004}
    assert (call["name"], call["request"], call["response"]) == (
        "test_echo",
        {"arguments": {"value": 8}},
        {"result": 8},
    )
    assert last["response"] == {"text": "Seven", "calls": []}
    assert admin.ok("GET", f"/runs/{run_id}/nodes/start")["steps"] == []
    assert stranger.get(path).status_code == 403
