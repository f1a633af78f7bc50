"""The tool node: registered tasks, and tools of real MCP servers over HTTP and pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.ai import keep_connection
from tests.engine.build import chain, journal, node, node_run, start, status_of, work
from tests.support import mcp_server as program
from tests.support.mcp_server import TOKEN, ToolServer, mcp_server
from workflows_app.models import NodeLog, NodeRun, RunEvent

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM_SECRET = "stdio-secret-0099"


@pytest.fixture
def server(settings) -> Iterator[ToolServer]:
    with mcp_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        keep_connection("tools", "mcp_http", {"url": running.url}, TOKEN)
        yield running


def keep_program(settings, *args: str) -> None:
    settings.FLOWDECK_MCP_COMMANDS = [sys.executable]
    keep_connection(
        "tools",
        "mcp_stdio",
        {
            "command": sys.executable,
            "args": [str(Path(program.__file__)), *args],
            "secret_variable": "MCP_SECRET",
        },
        PROGRAM_SECRET,
    )


def call(tool: str, arguments: Any = None, **config: Any) -> dict[str, Any]:
    remote = {"source": "mcp", "connection": "tools", **config}
    return chain(node("call", "tool", {"tool": tool, "arguments": arguments or {}, **remote}))


def failure(run_id) -> tuple[str, str]:
    assert status_of(run_id) == "failed"
    error = node_run(run_id, "call").error
    return error["type"], error["message"]


def test_data_of_a_remote_tool_is_the_result(server):
    run_id = start(call("add", {"a": "${ input.a }", "b": 3}), {"a": 4})
    work()
    assert node_run(run_id, "call").output == {"result": {"result": 7}}
    assert server.calls == [("add", {"a": 4, "b": 3})]


def test_text_of_a_remote_tool_is_the_result(server):
    run_id = start(call("greet", {"name": "Ana"}))
    work()
    assert node_run(run_id, "call").output == {"result": "Hello Ana"}


def test_a_program_is_started_and_ended(settings):
    keep_program(settings)
    run_id = start(call("add", {"a": 1, "b": 2}))
    work()
    assert node_run(run_id, "call").output == {"result": {"result": 3}}


def test_a_secret_is_blotted_out_of_what_a_tool_returns(settings):
    keep_program(settings)
    run_id = start(call("secret"))
    work()
    assert node_run(run_id, "call").output == {"result": "It is [secret]."}
    kept = [*NodeRun.objects.values(), *RunEvent.objects.values(), *NodeLog.objects.values()]
    assert PROGRAM_SECRET not in str(kept)


def test_programs_are_refused_unless_the_operator_names_them(settings):
    keep_program(settings)
    settings.FLOWDECK_MCP_COMMANDS = []
    run_id = start(call("add", {"a": 1, "b": 2}))
    work()
    kind, message = failure(run_id)
    assert kind == "CommandRefusedError"
    assert "FLOWDECK_MCP_COMMANDS" in message


def test_what_a_program_says_before_it_ends_is_told(settings):
    keep_program(settings, "broken")
    run_id = start(call("add", {"a": 1, "b": 2}))
    work()
    assert "The data base is missing." in failure(run_id)[1]


def test_a_failure_that_the_tool_tells_is_the_nodes(server):
    run_id = start(call("fail"))
    work()
    kind, message = failure(run_id)
    assert kind == "ToolFailedError"
    assert "The stock is empty." in message


def test_arguments_that_do_not_fit_are_told(server):
    run_id = start(call("add", {"a": "many", "b": 1}))
    work()
    kind, message = failure(run_id)
    assert kind == "ToolFailedError"
    assert "a" in message
    assert server.calls == []


def test_an_unknown_remote_tool_is_told(server):
    run_id = start(call("nothing"))
    work()
    assert failure(run_id)[0] == "ToolFailedError"
    assert "nothing" in failure(run_id)[1]


def test_a_tool_that_does_not_answer_in_time_is_not_called_again(server):
    document = call("wait", timeout_seconds=0.5)
    document["nodes"][1]["retry"] = {"max_attempts": 3}
    run_id = start(document)
    work()
    kind, message = failure(run_id)
    assert (kind, "within 0.5 seconds" in message) == ("ToolTimeoutError", True)
    assert server.calls == [("wait", {})]


def test_a_wrong_secret_is_told_with_the_fix(settings):
    with mcp_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        keep_connection("tools", "mcp_http", {"url": running.url}, "wrong-token-1234")
        run_id = start(call("add", {"a": 1, "b": 2}))
        work()
    kind, message = failure(run_id)
    assert kind == "BadKeyError"
    assert "Enter a valid one" in message


def test_private_addresses_are_refused_unless_the_operator_names_them(server, settings):
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = []
    run_id = start(call("add", {"a": 1, "b": 2}))
    work()
    assert failure(run_id)[0] == "AddressRefusedError"
    assert server.calls == []


def test_a_server_that_is_away_is_tried_again(server, settings):
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = ["127.0.0.1"]
    from workflows_app.models import Connection

    Connection.objects.update(settings={"url": "http://127.0.0.1:1/mcp"})
    document = call("add", {"a": 1, "b": 2})
    document["nodes"][1]["retry"] = {"max_attempts": 2}
    run_id = start(document)
    work()
    assert "node.retrying" in journal(run_id, of="call")


def test_a_connection_to_a_model_is_no_server_of_tools():
    keep_connection("tools", "google", {})
    run_id = start(call("add"))
    work()
    assert failure(run_id)[0] == "NoToolServerError"


def test_a_registered_task_is_called():
    ACTIONS["count"] = lambda context: {"n": 7}
    document = chain(
        node("call", "tool", {"tool": "test.act", "arguments": {"name": "${ input.name }"}})
    )
    run_id = start(document, {"name": "count"})
    work()
    assert node_run(run_id, "call").output == {"result": {"n": 7}}
    assert CALLS == [("call", 1)]


def test_an_unknown_task_and_wrong_arguments_are_told():
    for config, kind in (
        ({"tool": "shop.nothing"}, "UnknownToolError"),
        ({"tool": "test.act", "arguments": {"nome": "x"}}, "InvalidArgumentsError"),
    ):
        run_id = start(chain(node("call", "tool", config)))
        work()
        assert failure(run_id)[0] == kind
