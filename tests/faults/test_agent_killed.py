"""An agent whose worker is killed goes on behind its last finished call; none is paid twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.accounts import ADMIN
from tests.support.mcp_server import TOKEN, ToolServer, mcp_server
from tests.support.openai_server import KEY, OpenAiServer, Reply, openai_server
from tests.support.process import wait_until
from tests.support.production import ProductionServers, ProductionStack

pytestmark = pytest.mark.production


@pytest.fixture
def model() -> Iterator[OpenAiServer]:
    with openai_server() as running:
        yield running


@pytest.fixture
def tools() -> Iterator[ToolServer]:
    with mcp_server() as running:
        yield running


@pytest.fixture
def stack(
    production_servers: ProductionServers, tmp_path: Path, model: OpenAiServer, tools: ToolServer
) -> Iterator[ProductionStack]:
    """A stack that may call the two servers."""
    allowed = f"{model.host},{tools.host}"
    stack = production_servers.stack(tmp_path / "stack", FLOWDECK_HTTP_ALLOWED_HOSTS=allowed)
    yield stack
    stack.stop()


def agent() -> dict:
    config = {
        "connection": "model",
        "model": "tiny",
        "prompt": "Add, then tell",
        "tools": [{"source": "mcp", "connection": "sums", "tool": "add"}],
    }
    nodes = [
        {"id": "start", "type": "start", "config": {}},
        {"id": "agent", "type": "agent", "config": config},
        {"id": "end", "type": "end", "config": {}},
    ]
    edges = [
        {"id": f"{a}-{b}", "source": a, "source_port": "out", "target": b}
        for a, b in (("start", "agent"), ("agent", "end"))
    ]
    return {"kind": "graph", "nodes": nodes, "edges": edges}


def test_killed_in_a_turn_the_agent_repeats_that_turn_alone(stack, model, tools, person):
    stack.start(webs=1, workers=1)
    admin = person(stack.webs[0].url, ADMIN)
    for title, kind, settings, secret in (
        ("Model", "openai_compatible", {"base_url": model.address}, KEY),
        ("Sums", "mcp_http", {"url": tools.url}, TOKEN),
    ):
        body = {"title": title, "kind": kind, "settings": settings, "secret": secret}
        admin.post("/connections", body, status=201)
    gate = threading.Event()
    model.replies = [
        Reply(calls=[("add", {"a": 2, "b": 3})]),
        Reply(["Half of an", " answer"], gate=gate),
        Reply(["It is five."]),
    ]
    run = admin.start(admin.publish("Adds", agent()))
    wait_until(lambda: len(model.requests) == 2, what="the second turn", seconds=60)
    admin.wait_for_node(run, "agent")
    stack.workers[0].kill()
    gate.set()
    stack.start_worker()

    admin.wait_for_run(run, "succeeded")
    node = admin.get(f"/runs/{run}/nodes/agent")
    assert node["output"]["text"] == "It is five."
    assert node["attempts"][0]["status"] == "lost"
    assert [(step["kind"], step["status"]) for step in node["steps"]] == [
        ("model", "succeeded"),
        ("tool", "succeeded"),
        ("model", "succeeded"),
    ]
    assert tools.calls == [("add", {"a": 2, "b": 3})]
    assert len(model.requests) == 3
    assert [len(request["messages"]) for request in model.requests] == [1, 3, 3]
