from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.api.conftest import Api
from tests.support.mcp_server import TOKEN, ToolServer, mcp_server
from tests.support.openai_server import KEY, OpenAiServer, openai_server
from workflows_app.models import AuditEntry, Connection
from workflows_app.store.connections import open_connection
from workflows_app.store.secret_box import SecretUnreadableError

pytestmark = pytest.mark.django_db

Json = dict[str, Any]

SETTINGS = {"base_url": "https://models.example/v1", "prices": {}}


@pytest.fixture
def keeper(make_user: Callable[..., Any]) -> Api:
    return Api(make_user("ida", "Integrators"))


@pytest.fixture
def server(settings: Any) -> Iterator[OpenAiServer]:
    with openai_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        yield running


def make(api: Api, **changes: Any) -> Json:
    body = {
        "title": "House models",
        "kind": "openai_compatible",
        "settings": SETTINGS,
        "secret": KEY,
        **changes,
    }
    created: Json = api.ok("POST", "/connections", body)
    return created


def using(connection: str) -> Json:
    config = {"connection": connection, "model": "tiny", "prompt": "Hi"}
    nodes = [
        {"id": "start", "type": "start", "config": {}},
        {"id": "ask", "type": "llm", "config": config},
        {"id": "end", "type": "end", "config": {}},
    ]
    edges = [
        {"id": f"{a}.{b}", "source": a, "source_port": "out", "target": b}
        for a, b in (("start", "ask"), ("ask", "end"))
    ]
    return {"kind": "graph", "nodes": nodes, "edges": edges}


def test_the_secret_goes_in_and_never_comes_out(keeper: Api) -> None:
    created = make(keeper)
    path = f"/connections/{created['id']}"
    answers = [
        created,
        keeper.ok("GET", path),
        keeper.ok("GET", "/connections"),
        keeper.ok("PATCH", path, {"title": "Other"}),
        keeper.ok("PATCH", path, {"secret": KEY + "-new"}),
    ]
    assert created["has_secret"] is True
    assert created["name"] == "house-models"
    assert created["created_by"] == "ida"
    row = Connection.objects.get()
    for place in (*answers, row.__dict__, list(AuditEntry.objects.values())):
        assert KEY not in str(place)
    opened = open_connection("house-models")
    assert opened is not None
    assert opened.secret == KEY + "-new"
    assert KEY not in repr(opened)


def test_each_change_is_in_the_audit_log(keeper: Api) -> None:
    created = make(keeper)
    path = f"/connections/{created['id']}"
    keeper.ok("PATCH", path, {"title": "Other", "secret": ""})
    keeper.ok("PATCH", path, {"title": "Other"})
    keeper.ok("DELETE", path)
    entries = AuditEntry.objects.filter(target_id=created["id"]).order_by("id")
    assert [(e.action, e.actor_name) for e in entries] == [
        ("connection.created", "ida"),
        ("connection.updated", "ida"),
        ("connection.deleted", "ida"),
    ]
    assert entries[1].detail["changes"] == {"title": "Other", "secret": "removed"}


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"title": "  "}, "title"),
        ({"kind": "fax"}, "kind"),
        ({"name": "Has Space"}, "name"),
        ({"secret": "short"}, "secret"),
        ({"secret": " padded-secret "}, "secret"),
        ({"settings": {"base_url": "ftp://models.example"}}, "settings.base_url"),
        ({"settings": {"base_url": "https://me:pw@models.example"}}, "settings.base_url"),
        ({"settings": {"base_url": "https://models.example?key=1"}}, "settings.base_url"),
        ({"settings": {"adress": "https://models.example"}}, "settings.adress"),
        ({"settings": {"prices": {"tiny": {"input": -1, "output": 1}}}}, "settings.prices.tiny"),
        ({"kind": "mcp_http", "settings": {}}, "settings.url"),
        ({"kind": "mcp_stdio", "settings": {"command": ""}}, "settings.command"),
    ],
)
def test_wrong_fields_are_named_and_nothing_is_kept(keeper: Api, changes: Json, field: str) -> None:
    body = {"title": "T", "kind": "openai_compatible", "settings": {}, **changes}
    response = keeper.post("/connections", body)
    assert response.status_code == 422
    fields = [error["field"] for error in response.json()["errors"]]
    assert any(found.endswith(field) or found.startswith(field) for found in fields), fields
    assert KEY not in response.content.decode()
    assert not Connection.objects.exists()


def test_a_name_is_taken_once(keeper: Api) -> None:
    make(keeper)
    response = keeper.post(
        "/connections", {"title": "House models", "kind": "google", "settings": {}}
    )
    assert response.status_code == 409
    assert response.json()["errors"][0]["field"] == "name"
    assert Connection.objects.count() == 1


def test_a_secret_does_not_follow_to_another_address(keeper: Api) -> None:
    created = make(keeper)
    path = f"/connections/{created['id']}"
    moved = {"base_url": "https://elsewhere.example/v1", "prices": {}}
    response = keeper.call("PATCH", path, {"settings": moved})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "secret"
    assert Connection.objects.get().settings["base_url"] == SETTINGS["base_url"]
    priced = {**SETTINGS, "prices": {"tiny": {"input": 1, "output": 2}}}
    assert keeper.ok("PATCH", path, {"settings": priced})["settings"]["prices"]["tiny"] == {
        "input": 1.0,
        "output": 2.0,
    }
    assert keeper.ok("PATCH", path, {"settings": moved, "secret": KEY})["settings"] == moved


def test_a_connection_in_use_stays(keeper: Api, author: Api) -> None:
    created = make(keeper)
    path = f"/connections/{created['id']}"
    workflow = author.workflow(using("house-models"), "Asks the house")
    author.workflow(using("other"), "house-models")
    response = keeper.call("DELETE", path)
    assert response.status_code == 409
    problem = response.json()
    assert problem["code"] == "connection_in_use"
    assert problem["used_by"] == [{"id": workflow["id"], "title": "Asks the house"}]
    assert Connection.objects.count() == 1


def test_who_may_do_what(keeper: Api, author: Api, stranger: Api, nobody: Api) -> None:
    created = make(keeper)
    path = f"/connections/{created['id']}"
    assert author.get(path).status_code == 200
    for api, codes in ((author, (200, 403)), (stranger, (403, 403)), (nobody, (401, 401))):
        assert api.get("/connections").status_code == codes[0]
        for method, at, body in (
            ("POST", "/connections", {"title": "T", "kind": "google", "settings": {}}),
            ("PATCH", path, {"title": "Mine"}),
            ("DELETE", path, None),
            ("POST", f"{path}/test", None),
        ):
            assert api.call(method, at, body).status_code == codes[1]
    assert Connection.objects.get().title == "House models"


def test_a_test_calls_the_server(keeper: Api, server: OpenAiServer) -> None:
    good = make(keeper, settings={"base_url": server.address})
    told = keeper.ok("POST", f"/connections/{good['id']}/test")
    assert (told["ok"], told["message"]) == (True, "It works. 2 models are offered.")
    wrong = "sk-wrong-0123456789"
    bad = make(keeper, title="Bad", settings={"base_url": server.address}, secret=wrong)
    told = keeper.ok("POST", f"/connections/{bad['id']}/test")
    assert told["ok"] is False
    assert "Enter a valid key" in told["message"]
    assert server.keys == [KEY, wrong]
    assert wrong not in str(told)


def test_a_test_obeys_the_rules_for_addresses(keeper: Api, server: OpenAiServer, settings) -> None:
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = []
    created = make(keeper, settings={"base_url": server.address})
    told = keeper.ok("POST", f"/connections/{created['id']}/test")
    assert told["ok"] is False
    assert "not a public address" in told["message"]
    assert server.keys == []


@pytest.fixture
def tools(settings: Any) -> Iterator[ToolServer]:
    with mcp_server() as running:
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [running.host]
        yield running


def test_tools_behind_a_connection_are_listed_with_their_schemas(
    keeper: Api, author: Api, stranger: Api, tools: ToolServer
) -> None:
    created = make(keeper, kind="mcp_http", settings={"url": tools.url}, secret=TOKEN)
    path = f"/connections/{created['id']}"
    listed = author.ok("GET", f"{path}/tools")["items"]
    add = next(tool for tool in listed if tool["name"] == "add")
    assert (add["title"], add["description"]) == ("Add numbers", "Add two numbers.")
    assert add["input_schema"]["required"] == ["a", "b"]
    assert add["output_schema"]["properties"]["result"]["type"] == "integer"
    assert stranger.get(f"{path}/tools").status_code == 403
    told = keeper.ok("POST", f"{path}/test")
    assert (told["ok"], told["message"]) == (True, f"It works. {len(listed)} tools are offered.")
    assert tools.calls == []


def test_tools_that_cannot_be_listed_are_told(keeper: Api, tools: ToolServer) -> None:
    wrong = "wrong-token-0123456"
    created = make(keeper, kind="mcp_http", settings={"url": tools.url}, secret=wrong)
    response = keeper.get(f"/connections/{created['id']}/tools")
    assert response.status_code == 409
    assert response.json()["code"] == "connection_failed"
    assert "Enter a valid one" in response.json()["detail"]
    assert wrong not in response.content.decode()
    program = make(
        keeper, title="P", kind="mcp_stdio", settings={"command": "/bin/sh", "args": ["-c", "id"]}
    )
    told = keeper.ok("POST", f"/connections/{program['id']}/test")
    assert told["ok"] is False
    assert "FLOWDECK_MCP_COMMANDS" in told["message"]


def test_keys_can_be_changed(keeper: Api, settings: Any) -> None:
    make(keeper)
    before = Connection.objects.get().secret
    settings.FLOWDECK_ENCRYPTION_KEYS = ["the new key", settings.SECRET_KEY]
    output = StringIO()
    call_command("encrypt_connections", stdout=output)
    assert "1 secrets" in output.getvalue()
    settings.FLOWDECK_ENCRYPTION_KEYS = ["the new key"]
    opened = open_connection("house-models")
    assert opened is not None
    assert opened.secret == KEY
    assert Connection.objects.get().secret != before
    settings.FLOWDECK_ENCRYPTION_KEYS = ["a lost key"]
    with pytest.raises(SecretUnreadableError):
        open_connection("house-models")
    with pytest.raises(CommandError, match="another key"):
        call_command("encrypt_connections")


def test_the_admin_shows_no_secret(keeper: Api, admin: Api) -> None:
    created = make(keeper)
    sealed = Connection.objects.get().secret
    for path in ("", f"{created['id']}/change/"):
        page = admin.client.get(f"/admin/workflows_app/connection/{path}")
        assert page.status_code == 200
        text = page.content.decode()
        assert "House models" in text
        assert KEY not in text
        assert sealed not in text
    assert admin.client.get("/admin/workflows_app/connection/add/").status_code == 403
