"""Bad input: each answers a problem that names the field and the fix, and changes nothing."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.conftest import Api
from tests.support.documents import approval, edge, graph, node, straight
from workflows_app.models import AuditEntry, Draft, HumanTask, Run, Version, Workflow

pytestmark = pytest.mark.django_db


def counts() -> tuple[Any, ...]:
    return (
        Workflow.objects.count(),
        list(Draft.objects.order_by("workflow_id").values_list("revision", "hash")),
        Version.objects.count(),
        Run.objects.count(),
        HumanTask.objects.count(),
        AuditEntry.objects.count(),
    )


def raw(api: Api, method: str, path: str, content: bytes, **headers: str) -> Any:
    response = api.client.generic(
        method, f"/api/v1{path}", content, content_type="application/json", headers=headers
    )
    assert response["Content-Type"] == "application/problem+json"
    return response


NOT_DOCUMENTS: list[tuple[str, Any]] = [
    ("unknown kind", {"kind": "nonsense"}),
    ("no kind", {"nodes": []}),
    ("kind of a wrong type", {"kind": []}),
    ("a list", []),
    ("a text", "graph"),
    ("a number", 7),
    ("an unknown field", graph([], []) | {"colour": "red"}),
    ("an unknown field of a node", graph([node("a", "end", colour="red")], [])),
    ("a wrong type of a field", graph([node("a", "end", title=5)], [])),
    ("a bad node id", graph([node("0 bad", "end")], [])),
    ("a node id of a wrong type", graph([{"id": {}, "type": "end"}], [])),
    ("nodes of a wrong type", {"kind": "graph", "nodes": {"a": 1}}),
    ("a retry out of range", graph([node("a", "end", retry={"max_attempts": 0})], [])),
    ("a pipeline with a bad step", {"kind": "pipeline", "steps": [{"step": "dance", "id": "a"}]}),
    ("a saga of an unknown mode", {"kind": "saga", "mode": "dance"}),
    ("a bulk job with empty batches", {"kind": "bulk", "batch_size": 0}),
    ("too large", graph([node("a", "note", {"text": "x" * 2_050_000})], [])),
]

CANNOT_RUN: list[tuple[str, Any]] = [
    ("nothing", graph([], [])),
    ("an unknown type", graph([node("a", "task:no.such.task")], [])),
    (
        "a cycle",
        graph(
            [node("start", "start"), node("a", "transform", {"output": 1}), node("end", "end")],
            [edge("start", "a"), edge("a", "a"), edge("a", "end")],
        ),
    ),
    (
        "a wrong expression",
        graph(
            [
                node("start", "start"),
                node("a", "transform", {"output": "${ 1 + }"}),
                node("end", "end"),
            ],
            [edge("start", "a"), edge("a", "end")],
        ),
    ),
    (
        "an unknown name",
        graph(
            [
                node("start", "start"),
                node("a", "transform", {"output": "${ nodes.b }"}),
                node("end", "end"),
            ],
            [edge("start", "a"), edge("a", "end")],
        ),
    ),
    (
        "an edge to nowhere",
        graph([node("start", "start"), node("end", "end")], [edge("start", "gone")]),
    ),
    (
        "the same id twice",
        graph([node("start", "start"), node("start", "end")], [edge("start", "start")]),
    ),
]


@pytest.mark.parametrize(
    "document", [d for _, d in NOT_DOCUMENTS], ids=[n for n, _ in NOT_DOCUMENTS]
)
def test_what_is_no_document_is_not_saved(author: Api, document: Any) -> None:
    workflow = author.workflow(straight())
    before = counts()

    for response in (
        author.put(
            f"/workflows/{workflow['id']}/draft", {"document": document}, **{"If-Match": "1"}
        ),
        author.post("/workflows", {"title": "X", "document": document}),
        author.post("/workflows/import", {"document": document}),
    ):
        assert response.status_code == 422
        problem = response.json()
        assert problem["errors"], problem
        assert problem["errors"][0]["hint"], problem
    assert counts() == before
    checked = author.ok("POST", f"/workflows/{workflow['id']}/validate", {"document": document})
    is_too_large = isinstance(document, dict) and len(json.dumps(document)) > 2_000_000
    assert checked["problems"] or is_too_large


@pytest.mark.parametrize("document", [d for _, d in CANNOT_RUN], ids=[n for n, _ in CANNOT_RUN])
def test_what_cannot_run_is_saved_with_its_problems_and_not_published(
    author: Api, document: Any
) -> None:
    workflow = author.workflow(straight())
    path = f"/workflows/{workflow['id']}"
    saved = author.put(f"{path}/draft", {"document": document}, **{"If-Match": "1"})
    if saved.status_code != 200:
        # Some of these are refused as early as the draft, which is as good.
        assert saved.json()["errors"][0]["hint"]
        return
    before = counts()

    response = author.post(f"{path}/publish", {"revision": 2})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "document_invalid"
    errors = [error for error in problem["errors"] if error["severity"] == "error"]
    assert errors
    assert all(error["message"] and error["hint"] for error in errors)
    assert counts() == before


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"nonsense",
        b"[1,]",
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b'{"title": 1e999}',
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'\xff\xfe{"title": 1}',
        b'{"title": ' + b"9" * 5_000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 150 + b"1" + b"}" * 150,
    ],
)
def test_what_is_not_json_is_400(author: Api, content: bytes) -> None:
    before = counts()

    response = raw(author, "POST", "/workflows", content)

    assert response.status_code == 400
    assert response.json()["code"] == "malformed_json"
    [error] = response.json()["errors"]
    assert error["field"] == "body"
    assert error["hint"]
    assert counts() == before


def test_an_input_that_is_too_large_names_the_field(author: Api) -> None:
    document = graph([node("start", "start"), node("end", "end")], [edge("start", "end")])
    workflow_id = author.published(document)

    response = author.post(f"/workflows/{workflow_id}/runs", {"input": {"a": "x" * 1_100_000}})

    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert (error["field"], bool(error["hint"])) == ("input", True)
    assert not Run.objects.exists()


def test_a_body_that_announces_no_size_is_refused_with_the_fix(author: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    response = raw(author, "POST", "/workflows", b'{"title": "' + b"x" * 2_000 + b'"}')

    assert response.status_code == 413
    assert response.json()["errors"][0]["hint"]


def test_a_busy_database_is_503_and_says_when_to_try_again(
    author: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("workflows_app.services.workflows.create_workflow", locked)

    response = author.post("/workflows", {"title": "New"})

    assert response.status_code == 503
    assert response.json()["code"] == "database_busy"
    assert response["Retry-After"]


def test_an_empty_body_names_what_is_missing(author: Api) -> None:
    response = raw(author, "POST", "/workflows", b"")

    assert response.status_code == 422
    assert response.json()["errors"]


@pytest.mark.parametrize("content", [b"[]", b"null", b'"text"', b"5"])
def test_a_body_that_is_no_object_is_422(author: Api, content: bytes) -> None:
    response = raw(author, "POST", "/workflows", content)

    assert response.status_code == 422
    assert response.json()["errors"][0]["hint"]


def test_ten_megabytes_are_refused(author: Api) -> None:
    before = counts()
    content = b'{"title": "' + b"x" * 10_000_000 + b'"}'

    response = raw(author, "POST", "/workflows", content)

    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"
    assert response.json()["errors"][0]["hint"]
    assert counts() == before


def test_a_large_body_that_hides_its_size_is_refused(author: Api) -> None:
    content = b'{"title": "' + b"x" * 3_000_000 + b'"}'

    response = author.client.generic(
        "POST", "/api/v1/workflows", content, content_type="application/json", CONTENT_LENGTH=""
    )

    assert response.status_code in {413, 422}


def test_a_document_of_two_megabytes_less_a_little_is_saved(author: Api) -> None:
    document = straight()
    document["vars"] = {"text": "x" * 1_900_000}
    workflow = author.workflow(document)

    assert workflow["draft"]["revision"] == 1


def test_the_names_of_wrong_fields_are_told(author: Api) -> None:
    response = author.post("/workflows", {"titel": "X", "kind": "poem"})

    errors = {error["field"]: error for error in response.json()["errors"]}
    assert response.status_code == 422
    assert set(errors) == {"title", "titel", "kind"}
    assert errors["title"]["hint"] == "Add this field."
    assert "spelling" in errors["titel"]["hint"]
    assert "'graph'" in errors["kind"]["hint"]


@pytest.mark.parametrize(
    "path,field",
    [
        ("/runs?limit=0", "limit"),
        ("/runs?limit=1000", "limit"),
        ("/runs?limit=many", "limit"),
        ("/runs?cursor=nonsense", "cursor"),
        ("/runs?cursor=WzEsMl0", "cursor"),
        ("/runs?cursor=W10", "cursor"),
        ("/runs?cursor=%E2%82%AC", "cursor"),
        ("/runs?status=dancing", "status.0"),
        ("/runs?workflow=x", "workflow"),
        ("/runs?created_after=yesterday", "created_after"),
        ("/runs?created_after=2026-01-01T00:00:00", "created_after"),
        ("/runs?created_after=0001-01-01T00:00:00%2B14:00", "created_after"),
        ("/runs?version=99999999999999999999", "version"),
        ("/runs?search=%00", "search"),
        ("/runs?search=" + "x" * 300, "search"),
        ("/workflows?kind=poem", "kind"),
        ("/human-tasks?state=lost", "state"),
        ("/dashboard?hours=0", "hours"),
        ("/dashboard?hours=1000000", "hours"),
    ],
)
def test_a_wrong_query_names_its_field(author: Api, path: str, field: str) -> None:
    response = author.get(path)

    assert response.status_code == 422, response.content
    assert response.json()["errors"][0]["field"] == field
    assert response.json()["errors"][0]["hint"]


@pytest.mark.parametrize(
    "method,path",
    [
        ("GET", "/workflows/{id}"),
        ("PATCH", "/workflows/{id}"),
        ("PUT", "/workflows/{id}/draft"),
        ("POST", "/workflows/{id}/validate"),
        ("POST", "/workflows/{id}/publish"),
        ("GET", "/workflows/{id}/versions"),
        ("POST", "/workflows/{id}/duplicate"),
        ("POST", "/workflows/{id}/archive"),
        ("GET", "/workflows/{id}/export"),
        ("POST", "/workflows/{id}/runs"),
        ("GET", "/runs/{id}"),
        ("GET", "/runs/{id}/events"),
        ("GET", "/runs/{id}/nodes/a"),
        ("POST", "/runs/{id}/cancel"),
        ("POST", "/runs/{id}/pause"),
        ("POST", "/runs/{id}/resume"),
        ("POST", "/runs/{id}/signal"),
        ("POST", "/runs/{id}/retry"),
        ("GET", "/human-tasks/{id}"),
        ("POST", "/human-tasks/{id}/claim"),
        ("POST", "/human-tasks/{id}/release"),
        ("POST", "/human-tasks/{id}/decide"),
        ("DELETE", "/tokens/{id}"),
    ],
)
def test_an_unknown_id_is_404(admin: Api, method: str, path: str) -> None:
    bodies: dict[str, Any] = {
        "draft": {"document": straight()},
        "publish": {"revision": 1},
        "signal": {"name": "x"},
        "retry": {"node_id": "x"},
        "decide": {"outcome": "approved"},
    }
    address = path.format(id=uuid.uuid4())
    body = bodies.get(path.rsplit("/", 1)[-1], {} if method != "GET" else None)

    response = admin.call(method, address, body, **{"If-Match": "1"})

    assert response.status_code == 404, response.content


@pytest.mark.parametrize("path", ["/nonsense", "/workflows/7", "/runs/x/events", "/"])
def test_an_unknown_address_is_a_problem(author: Api, path: str) -> None:
    assert author.get(path).status_code == 404


def test_a_wrong_method_tells_which_are_right(author: Api) -> None:
    response = author.call("DELETE", "/workflows", {})

    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"
    assert set(response["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


def test_an_unexpected_error_tells_an_id_and_nothing_else(
    author: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise ValueError("the secret inside")

    monkeypatch.setattr("workflows_app.selectors.palette.get_palette", fail)

    response = author.get("/palette")

    assert response.status_code == 500
    problem = response.json()
    assert "secret" not in response.content.decode()
    assert problem["request_id"] in problem["detail"]
    assert problem["request_id"] in caplog.text
    assert "the secret inside" in caplog.text


IMPORTS: list[tuple[str, str]] = [
    ("nothing", ""),
    ("a tag", "!!python/object/apply:os.system ['true']"),
    ("an unknown tag", "kind: !thing graph"),
    ("an alias", "a: &x [1]\nb: *x"),
    ("a bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]"),
    ("a date", "kind: graph\nvars: {day: !!timestamp 2026-01-01}"),
    ("a set", "kind: graph\nvars: !!set {a, b}"),
    ("a key that is no text", "1: graph"),
    ("broken YAML", "a: [1,"),
    ("broken JSON", '{"kind": "graph",}'),
    ("deep YAML", "[" * 150 + "]" * 150),
    ("deep JSON", '{"a":' * 150 + "1" + "}" * 150),
    ("very deep YAML", "- " * 50_000 + "1"),
    ("large YAML", "a: " + "x" * 1_100_000),
    ("two documents", "kind: graph\n---\nkind: graph"),
    ("a list", "- 1\n- 2"),
    ("a number", "5"),
    ("an unknown layout", "flowdeck: 9\ndocument: {kind: graph}"),
    ("an unknown field", "flowdeck: 1\ncolour: red\ndocument: {kind: graph}"),
    ("no document inside", "document: 5"),
    ("infinity", "kind: graph\nvars: {a: 1e999}"),
    ("a number of 4,000 digits", f"kind: graph\nvars: {{a: 1{'0' * 4000}}}"),
    ("a number with a long exponent", "kind: graph\nvars: {a: 1e9999}"),
    ("a title of 201 characters", f"title: {'t' * 201}\ndocument: {{kind: graph}}"),
    ("a NUL", 'kind: graph\nvars: {a: "\\0"}'),
]


@pytest.mark.parametrize("text", [t for _, t in IMPORTS], ids=[n for n, _ in IMPORTS])
def test_a_bad_file_is_not_imported(author: Api, text: str) -> None:
    before = counts()

    response = author.post("/workflows/import", {"text": text})

    assert response.status_code == 422, response.content
    problem = response.json()
    assert problem["errors"][0]["hint"]
    assert counts() == before


def test_yaml_words_stay_texts(author: Api) -> None:
    words = "on: yes, day: 2026-01-01, no: 0x10, yes_: 007, long: '1e9999', n: 7, f: 1.5"
    text = f"kind: graph\nvars: {{{words}}}"

    made = author.ok("POST", "/workflows/import", {"text": text})

    assert made["draft"]["document"]["vars"] == {
        "on": "yes",
        "day": "2026-01-01",
        "no": "0x10",
        "yes_": "007",
        "long": "1e9999",
        "n": 7,
        "f": 1.5,
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"amount": {"$ref": "http://127.0.0.1:9/x"}}},
        {"type": "object", "properties": {"amount": {"$ref": "#/nowhere"}}},
        {"$ref": "#"},
    ],
)
def test_a_schema_that_leads_astray_is_a_problem_and_asks_no_network(
    author: Api, schema: Any
) -> None:
    document = straight()
    document["nodes"][0]["config"]["input_schema"] = schema
    workflow = author.workflow(document)
    published = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})
    if published.status_code == 422:
        assert published.json()["errors"][0]["hint"]
        return

    response = author.post(f"/workflows/{workflow['id']}/runs", {"input": {"amount": 1}})

    assert response.status_code == 422
    assert "schema" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "value",
    [
        "${",
        "${ }",
        "${ 1 + }",
        "${ nodes }",
        "${ " + "x" * 5_000 + " }",
        "${ [" + "1," * 900 + "1] }",
    ],
)
def test_a_wrong_expression_is_an_answer(author: Api, value: str) -> None:
    answer = author.ok("POST", "/expressions/preview", {"value": value})

    assert answer["ok"] is False or answer["type"] == "list"


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "graph", "nodes": [{"id": []}, 5, {"id": "a"}], "edges": [{"source": {}}, 7]},
        {"kind": "graph", "nodes": "x", "edges": 5, "vars": []},
        {"kind": "pipeline", "steps": [{"id": 5, "branches": [[{"id": "a"}], 7]}, None]},
        {"kind": []},
        [],
        5,
    ],
)
def test_a_preview_bears_any_document(author: Api, document: Any) -> None:
    body = {"value": "${ 1 }", "document": document, "node_id": "a"}

    assert author.ok("POST", "/expressions/preview", body)["value"] == 1


def test_a_decision_by_who_may_not_changes_nothing(author: Api, stranger: Api) -> None:
    author.run(approval())
    task_id = HumanTask.objects.get().id
    before = counts()

    response = stranger.post(f"/human-tasks/{task_id}/decide", {"outcome": "approved"})

    assert response.status_code == 403
    assert counts() == before


def test_health_and_docs_answer(author: Api) -> None:
    client = Client()

    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    checks = ready.json()["checks"]
    assert checks["database"] is True
    assert checks["migrations"] is True
    assert checks["workers"] == 0
    docs = author.client.get("/api/v1/docs")
    assert docs["Cache-Control"] == "no-store"
    assert client.get("/api/v1/openapi.json").status_code == 401
    login = client.get("/api/v1/docs", headers={"Accept": "text/html"})
    assert (login.status_code, login["Location"]) == (
        302,
        "/accounts/login/?next=/api/v1/docs",
    )
    assert docs.status_code == 200
    assert b"startRun" in docs.content
    assert b"<script" not in docs.content
    assert author.client.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "schema, value",
    [
        ({"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}, {"a": "a" * 60 + "!"}),
        (
            {"properties": {"a": {"uniqueItems": True}}},
            {"a": [{"n": i % 9_000} for i in range(9_999)]},
        ),
        ({"properties": {"a": {"multipleOf": 0.1}}}, {"a": int("1" + "0" * 400 + "5")}),
        ({"properties": {"a": {"items": {"enum": [*range(2_000)]}}}}, {"a": [-1] * 2_000}),
    ],
)
def test_an_input_that_is_hard_to_check_is_answered(author: Api, schema, value) -> None:
    """Checked as the library does it, each would take longer than a test may."""
    start = node("start", "start", {"input_schema": {"type": "object", **schema}})
    workflow_id = author.published(graph([start, node("end", "end")], [edge("start", "end")]))

    response = author.post(f"/workflows/{workflow_id}/runs", {"input": value})

    if schema["properties"]["a"].get("multipleOf"):
        assert response.status_code == 201
    else:
        assert response.status_code == 422
        assert response.json()["errors"][0]["hint"]
        assert not Run.objects.exists()


def test_a_pattern_that_needs_more_than_linear_time_is_not_published(author: Api) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=a)b"}}}
    start = node("start", "start", {"input_schema": schema})
    workflow = author.workflow(graph([start, node("end", "end")], [edge("start", "end")]))
    response = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})
    assert response.status_code == 422
    [problem] = response.json()["errors"]
    assert problem["node_id"] == "start"
    assert "properties.a.pattern" in problem["field"] + problem["message"]
