"""The llm node against a real server that speaks the OpenAI protocol."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.engine.ai import keep_connection, keep_model, llm
from tests.engine.build import events, journal, node_run, run_of, start, status_of, work
from tests.support.openai_server import KEY, OpenAiServer, Refusal, Reply, openai_server
from tests.support.process import wait_until
from workflows_app.models import NodeLog, NodeRun, Run, RunEvent

pytestmark = pytest.mark.django_db(transaction=True)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer", "minimum": 0}},
    "required": ["city", "people"],
    "additionalProperties": False,
}


@pytest.fixture
def server(settings) -> Iterator[OpenAiServer]:
    with openai_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        yield running


@pytest.fixture
def model(server) -> OpenAiServer:
    keep_model(server)
    return server


def failure(run_id) -> tuple[str, str]:
    assert status_of(run_id) == "failed"
    error = node_run(run_id, "ask").error
    return error["type"], error["message"]


def test_text_comes_back_with_usage_and_cost_on_the_node_and_in_the_journal(model):
    model.replies = [Reply(["Good ", "day."], input_tokens=1_000, output_tokens=50)]
    run_id = start(llm("Greet ${ input.who }", system="Be brief."), {"who": "Ana"})
    work()
    assert status_of(run_id) == "succeeded"
    usage = {"input_tokens": 1_000, "output_tokens": 50, "cost": 0.0025}
    assert node_run(run_id, "ask").output == {
        "text": "Good day.",
        "data": None,
        "model": "tiny",
        "usage": usage,
    }
    assert [e.data["usage"] for e in events(run_id, "node.succeeded") if e.node_id == "ask"] == [
        usage
    ]
    [request] = model.requests
    assert [(m["role"], m["content"]) for m in request["messages"]] == [
        ("system", "Be brief."),
        ("user", "Greet Ana"),
    ]
    assert model.keys == [KEY]


def test_a_bulk_asks_the_model_for_each_item(model):
    model.replies = [Reply(["Lisbon"]), Reply(["Oslo"])]
    ask = {"connection": "model", "model": "tiny", "prompt": "Capital of ${ item }?"}
    processor = {"type": "llm", "config": ask}
    run_id = start({"kind": "bulk", "items": ["Portugal", "Norway"], "processor": processor})
    work()
    assert status_of(run_id) == "succeeded"
    assert [found["text"] for found in run_of(run_id).output["results"]] == ["Lisbon", "Oslo"]
    asked = [request["messages"][-1]["content"] for request in model.requests]
    assert asked == ["Capital of Portugal?", "Capital of Norway?"]


def test_a_model_without_a_price_has_no_cost(server):
    keep_connection("model", "openai_compatible", {"base_url": server.address}, KEY)
    server.replies = [Reply(["Hi"])]
    run_id = start(llm())
    work()
    assert node_run(run_id, "ask").output["usage"]["cost"] is None


def test_settings_of_the_answer_reach_the_server(model):
    model.replies = [Reply(["Hi"])]
    start(llm(temperature=0.5, max_tokens=77))
    work()
    [request] = model.requests
    assert request["temperature"] == 0.5
    assert 77 in (request.get("max_tokens"), request.get("max_completion_tokens"))


def test_data_fits_the_schema(model):
    model.replies = [Reply(calls=[("final_answer", {"city": "Rome", "people": 3})])]
    run_id = start(llm(output_schema=SCHEMA))
    work()
    assert node_run(run_id, "ask").output["data"] == {"city": "Rome", "people": 3}
    [request] = model.requests
    [tool] = request["tools"]
    assert tool["function"]["parameters"]["required"] == ["city", "people"]


def test_data_that_does_not_fit_goes_back_with_the_reasons(model):
    model.replies = [
        Reply(calls=[("final_answer", {"city": "Rome", "people": -1})]),
        Reply(calls=[("final_answer", '{"city": "Rome"')]),
        Reply(calls=[("final_answer", {"city": "Rome", "people": 3})]),
    ]
    run_id = start(llm(output_schema=SCHEMA))
    work()
    output = node_run(run_id, "ask").output
    assert output["data"] == {"city": "Rome", "people": 3}
    assert output["usage"] == {"input_tokens": 300, "output_tokens": 60, "cost": 0.0012}
    told = model.requests[1]["messages"][-1]
    assert told["role"] == "tool"
    assert "people: -1 is less than the minimum of 0" in told["content"]


def test_corrections_have_a_limit(model):
    model.replies = [Reply(calls=[("final_answer", {"city": "Rome"})])]
    run_id = start(llm(output_schema=SCHEMA, output_retries=1))
    work()
    kind, message = failure(run_id)
    assert kind == "SchemaNotMetError"
    assert "in 2 answers" in message
    assert "people" in message
    assert len(model.requests) == 2
    [failed] = events(run_id, "node.failed")
    assert failed.data["usage"]["input_tokens"] == 200


def test_a_schema_need_not_be_of_an_object(model):
    model.replies = [Reply(calls=[("final_answer", {"value": ["a", "b"]})])]
    run_id = start(llm(output_schema={"type": "array", "items": {"type": "string"}}))
    work()
    assert node_run(run_id, "ask").output["data"] == ["a", "b"]


def test_text_is_seen_while_it_is_written(model, threads):
    gate = threading.Event()
    model.replies = [Reply(["Once upon", " a time."], gate=gate)]
    run_id = start(llm())
    threads.start(work)
    wait_until(
        lambda: node_run(run_id, "ask").progress is not None, what="a first word", seconds=60
    )
    assert node_run(run_id, "ask").progress == {
        "done": 9,
        "total": None,
        "text": "characters: Once upon",
    }
    assert status_of(run_id) == "running"
    gate.set()
    threads.join()
    assert node_run(run_id, "ask").output["text"] == "Once upon a time."


def test_a_rate_limit_is_tried_again_when_the_server_says(model, time):
    model.replies = [Refusal(429, "slow down", "rate_limit_exceeded", {"Retry-After": "41"})]
    run_id = start(llm(retry={"max_attempts": 3}))
    work()
    [retrying] = events(run_id, "node.retrying")
    assert retrying.data["error"]["type"] == "RateLimitedError"
    row = node_run(run_id, "ask")
    assert (row.retry_at - time.now()).total_seconds() == pytest.approx(41)
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "reply, kind, words",
    [
        (
            Refusal(400, "too long", "context_length_exceeded"),
            "ContextOverflowError",
            "longer than the model tiny takes. Shorten it",
        ),
        (Refusal(404, "no such model", "model_not_found"), "UnknownModelError", "Check the model"),
        (Refusal(429, "no money", "insufficient_quota"), "NoCreditError", "Add credit"),
        (Refusal(400, "bad field"), "RequestRejectedError", "bad field"),
        (Reply(["Half"], finish="length"), "CutOffError", "Raise the limit"),
        (Reply(finish="content_filter"), "RefusedError", "refused to answer"),
        (Reply(refusal="I will not."), "RefusedError", "I will not."),
    ],
)
def test_what_cannot_be_mended_by_repeating_is_final(model, reply, kind, words):
    model.replies = [reply]
    run_id = start(llm(retry={"max_attempts": 3}))
    work()
    found, message = failure(run_id)
    assert found == kind
    assert words in message
    assert len(model.requests) == 1


def test_a_failing_server_is_tried_again(model):
    model.replies = [Refusal(503)]
    run_id = start(llm(retry={"max_attempts": 2}))
    work()
    assert "node.retrying" in journal(run_id, of="ask")
    assert len(model.requests) == 1


def test_a_wrong_key_is_told_with_the_fix_and_shows_nowhere(server):
    secret = "sk-wrong-0123456789abcdef"
    keep_model(server, secret)
    run_id = start(llm())
    work()
    kind, message = failure(run_id)
    assert kind == "BadKeyError"
    assert "Enter a valid key on the page Connections" in message
    assert server.keys == [secret]
    kept = [
        *Run.objects.values(),
        *NodeRun.objects.values(),
        *RunEvent.objects.values(),
        *NodeLog.objects.values(),
    ]
    assert secret not in str(kept)


@pytest.mark.parametrize("kind", ["anthropic", "google"])
def test_other_makers_get_the_key_and_their_refusal_is_told(server, kind):
    secret = "wrong-0123456789abcdef"
    address = server.address.removesuffix("/v1")
    keep_connection("model", kind, {"base_url": address}, secret)
    run_id = start(llm(retry={"max_attempts": 3}))
    work()
    assert failure(run_id)[0] == "BadKeyError"
    assert server.keys == [secret]
    assert server.requests == []


def test_private_addresses_are_refused_unless_the_operator_names_them(model, settings):
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = []
    run_id = start(llm())
    work()
    kind, message = failure(run_id)
    assert kind == "AddressRefusedError"
    assert "FLOWDECK_HTTP_ALLOWED_HOSTS" in message
    assert model.requests == []


def test_an_unknown_connection_is_told():
    run_id = start(llm())
    work()
    kind, message = failure(run_id)
    assert (kind, "“model”" in message) == ("UnknownConnectionError", True)


def test_a_connection_to_something_else_is_told():
    keep_connection("model", "mcp_http", {"url": "https://tools.example/mcp"})
    run_id = start(llm())
    work()
    assert failure(run_id)[0] == "WrongConnectionError"


def test_a_secret_that_no_key_opens_is_told(model, settings):
    settings.FLOWDECK_ENCRYPTION_KEYS = ["another key than the one before"]
    run_id = start(llm())
    work()
    kind, message = failure(run_id)
    assert kind == "UnreadableSecretError"
    assert KEY not in message
    assert model.requests == []
    assert run_of(run_id).error["node_id"] == "ask"
