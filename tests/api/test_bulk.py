"""Uploads, runs over their rows, downloads, and another try with what failed."""

from __future__ import annotations

import csv
import errno
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import AsyncClient
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Api, Json
from tests.support.documents import edge, graph, node
from workflows_app.engine.work import Worker
from workflows_app.models import AuditEntry, Bulk, Run, Upload
from workflows_app.sdk import task

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN: set[str] = set()
"""Names for which `test.greet` fails."""


@task(name="test.greet")
def greet(name: str) -> dict[str, Any]:
    """Greet somebody."""
    if name in BROKEN:
        raise ValueError(f"{name} is out")
    return {"text": f"Hello {name}", "letters": len(name)}


WAIT = node("w", "wait", {"mode": "signal", "signal": "go"})
WAYS = [edge("start", "w"), edge("w", "end")]


@pytest.fixture(autouse=True)
def mended() -> Any:
    yield
    BROKEN.clear()


def greetings(**fields: Any) -> Json:
    processor = {"type": "task:test.greet", "config": {"name": "${ item.name }"}}
    return {"kind": "bulk", "items": "${ input.people }", "processor": processor, **fields}


def send(api: Api, content: str | bytes, name: str = "people.csv", kind: str = "text/csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return api.client.post("/api/v1/uploads", {"file": SimpleUploadedFile(name, data, kind)})


def uploaded(api: Api, content: str | bytes, name: str = "people.csv") -> Json:
    response = send(api, content, name)
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def refused(response: Any, status: int, code: str) -> str:
    assert response["Content-Type"] == "application/problem+json", response.content
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    return str(problem["errors"][0]["message"]) if problem["errors"] else ""


def worked(api: Api, run: Json) -> Json:
    Worker("api-test").work()
    found: Json = api.ok("GET", f"/runs/{run['id']}")
    return found


def lines(response: Any) -> list[Json]:
    assert response.status_code == 200
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


# Uploads


def test_a_file_is_kept_with_what_is_known_of_it(author: Api) -> None:
    upload = uploaded(author, "name,age\nAnn,3\nBob\n")
    assert {k: upload[k] for k in ("name", "format", "size", "rows", "broken_rows")} == {
        "name": "people.csv",
        "format": "csv",
        "size": 19,
        "rows": 2,
        "broken_rows": 1,
    }
    assert upload["created_by"] == "ana"
    assert len(upload["sha256"]) == 64
    assert author.ok("GET", f"/uploads/{upload['id']}") == upload
    with default_storage.open(Upload.objects.get().file.name) as kept:
        assert kept.read() == b"name,age\nAnn,3\nBob\n"
    assert AuditEntry.objects.get(action="upload.created").target_id == upload["id"]


@pytest.mark.parametrize(
    "name, kind, expected",
    [
        ("a.CSV", "", "csv"),
        ("a.tsv", "", "csv"),
        ("a.json", "", "json"),
        ("a.ndjson", "", "jsonl"),
        ("a.jsonl", "text/csv", "jsonl"),
        ("data", "application/x-ndjson; charset=utf-8", "jsonl"),
    ],
)
def test_the_name_tells_the_format_and_else_the_type(
    author: Api, name: str, kind: str, expected: str
) -> None:
    content = {"csv": "a\n1\n", "json": "[1]", "jsonl": "1\n"}[expected]
    response = send(author, content, name, kind)
    assert response.json()["format"] == expected


@pytest.mark.parametrize(
    "content, name, message",
    [
        ("a\n1\n", "people.xls", "is neither CSV, JSON nor JSON Lines"),
        ("", "people.csv", "cannot be read: The file is empty."),
        ("\n", "people.jsonl", "holds no rows"),
        ("name\n", "people.csv", "holds no rows"),
        ("[]", "people.json", "holds no rows"),
        ('{"a": 1}', "people.json", "cannot be read: A JSON file must hold a list"),
        ("a,a\n1,2\n", "people.csv", "cannot be read: The header names the field “a” twice."),
        ("nonsense\nmore\n", "people.jsonl", "holds no sound row"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "people.csv", "cannot be read"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_and_not_kept(
    author: Api, content: str | bytes, name: str, message: str
) -> None:
    response = send(author, content, name, "application/octet-stream")
    assert refused(response, 422, "upload_refused").startswith(message)
    assert not Upload.objects.exists()


def test_a_large_file_is_refused_by_its_announced_size(author: Api, settings: Any) -> None:
    settings.FLOWDECK_UPLOAD_MAX_BYTES = 1_000
    refused(send(author, "a\n" + "x" * 20_000), 413, "upload_too_large")
    refused(send(author, "a\n" + "x" * 2_000), 413, "upload_too_large")
    assert not Upload.objects.exists()
    assert send(author, "a\n" + "x" * 900).status_code == 201


def test_a_file_larger_than_other_bodies_may_be_is_taken(author: Api) -> None:
    content = "name\n" + "x" * 99 + "\n"
    assert uploaded(author, content * 40_000)["rows"] is not None


def test_bodies_that_are_no_form_keep_their_limit(author: Api) -> None:
    response = author.call("POST", "/uploads", {"file": "x" * 3_000_000})
    refused(response, 413, "body_too_large")


BEGINNINGS = [b"name,age\n", b"name\nAnn\n", b'[{"name": "Ann"}', b'{"name": "Ann"}\n']
PIECES = [
    b'"',
    b'""',
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b";",
    b"\t",
    b"=cmd()",
    b"," * 300,
    b"x" * 70_000,
    b"1" * 400,
    b"[" * 2_000,
    b'{"name": "',
    b'{"name": 1e999}',
    b"\\ud800",
    "\u202e\u0301".encode(),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begin=st.sampled_from(BEGINNINGS),
    pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=12),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl"]),
)
def test_any_file_is_worked_through_or_refused(
    author: Api, begin: bytes, pieces: list[bytes], name: str
) -> None:
    sent = send(author, begin + b"".join(pieces), name)
    assert sent.status_code in {201, 422}
    if sent.status_code == 422:
        assert refused(sent, 422, "upload_refused")
        return
    run = author.run(greetings(), {"people": {"upload": sent.json()["id"]}})
    told = worked(author, run)
    assert told["status"] in {"succeeded", "failed"}
    if told["status"] == "failed":
        # A list of JSON turns out to be broken only when it is read.
        assert told["error"]["message"]
        return
    assert told["output"]["total"] == told["output"]["succeeded"] + told["output"]["failed"]
    for ending, key in (("results", "succeeded"), ("failures", "failed")):
        path = f"/runs/{run['id']}/nodes/items/items/{ending}"
        assert len(lines(author.get(path))) == told["output"][key]
        text = b"".join(author.get(f"{path}?format=csv").streaming_content).decode()
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        assert len(rows) == told["output"][key]
        assert {len(row) for row in rows} <= {len(header)}


def test_no_file_is_told(author: Api) -> None:
    response = author.client.post("/api/v1/uploads", {"other": "x"})
    refused(response, 422, "invalid_input")
    assert response.json()["errors"][0]["field"] == "file"


def test_a_file_without_room_is_refused_and_nothing_of_it_stays(
    author: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FileSystemStorage._save

    def full(storage: FileSystemStorage, name: str, content: Any) -> str:
        kept(storage, name, ContentFile(content.read(5)))
        raise OSError(errno.ENOSPC, "No space left on device")

    before = stored_files()
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", full)
        refused(send(author, "name\nAnn\n"), 507, "storage_full")

    assert stored_files() == before
    assert not Upload.objects.exists()
    assert uploaded(author, "name\nAnn\n")["rows"] == 1


def stored_files() -> set[Path]:
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def test_only_those_who_start_runs_upload(stranger: Api, nobody: Api, approver: Api) -> None:
    refused(send(stranger, "a\n1\n"), 403, "permission_denied")
    refused(send(nobody, "a\n1\n"), 401, "not_authenticated")
    assert not Upload.objects.exists()
    assert stranger.get(f"/uploads/{uuid4()}").status_code == 403


def test_an_unknown_upload_is_not_found(author: Api) -> None:
    assert author.get(f"/uploads/{uuid4()}").status_code == 404


# Runs


@pytest.mark.parametrize(
    "content, name",
    [
        ("name\nAnn\nBob\n", "p.csv"),
        ('[{"name": "Ann"}, {"name": "Bob"}]', "p.json"),
        ('{"name": "Ann"}\n{"name": "Bob"}\n', "p.jsonl"),
    ],
)
def test_a_run_works_on_the_rows_of_a_file(author: Api, content: str, name: str) -> None:
    upload = uploaded(author, content, name)
    run = author.run(greetings(), {"people": {"upload": upload["id"]}})
    found = worked(author, run)
    assert found["status"] == "succeeded"
    assert [result["text"] for result in found["output"]["results"]] == ["Hello Ann", "Hello Bob"]
    assert found["canvas"]["kind"] == "bulk"


def test_broken_rows_are_told_with_their_numbers_and_count(author: Api) -> None:
    upload = uploaded(author, b"name,age\nAnn,3\nBob\nEve\xff,4\nJim,5\n")
    run = author.run(greetings(), {"people": {"upload": upload["id"]}})
    found = worked(author, run)
    assert (found["output"]["total"], found["output"]["failed"]) == (4, 2)
    told = lines(author.get(f"/runs/{run['id']}/nodes/items/items/failures"))
    assert [(line["index"], line["row"], line["type"]) for line in told] == [
        (1, 3, "BrokenRow"),
        (2, 4, "BrokenRow"),
    ]
    assert told[0]["message"] == "It has 1 field, the header has 2."
    strict = author.run(
        greetings(failure_threshold={"percent": 25}), {"people": {"upload": upload["id"]}}
    )
    assert worked(author, strict)["error"]["type"] == "TooManyFailures"


@pytest.mark.parametrize(
    "people, message",
    [
        (None, "The items are missing"),
        ("Ann", "The items are a text"),
        ({"upload": "x"}, "There is no upload 'x'."),
        ({"upload": None}, "There is no upload None."),
        ({"upload": str(uuid4())}, "There is no upload "),
        ({"upload": str(uuid4()), "more": 1}, "The items are an object"),
    ],
)
def test_a_run_without_items_is_refused_before_there_is_one(
    author: Api, people: Any, message: str
) -> None:
    workflow_id = author.published(greetings())
    response = author.post(
        f"/workflows/{workflow_id}/runs", {"input": {} if people is None else {"people": people}}
    )
    assert refused(response, 422, "run_input_invalid").startswith(message)
    assert response.json()["errors"][0]["field"] == "input.people"
    assert not Run.objects.exists()
    assert not Bulk.objects.exists()


def test_a_file_that_is_gone_fails_the_run(author: Api) -> None:
    upload = uploaded(author, "name\nAnn\n")
    run = author.run(greetings(), {"people": {"upload": upload["id"]}})
    default_storage.delete(Upload.objects.get().file.name)
    assert worked(author, run)["error"]["type"] == "UnreadableFile"


def test_how_far_the_items_are(author: Api) -> None:
    run = author.run(greetings(batch_size=1), {"people": [{"name": "Ann"}, {}]})
    path = f"/runs/{run['id']}/nodes/items/items"
    before = author.ok("GET", path)
    assert (before["status"], before["is_total_known"], before["done"]) == ("open", False, 0)
    worked(author, run)
    after = author.ok("GET", path)
    assert {k: after[k] for k in ("status", "total", "done", "failed", "retryable")} == {
        "status": "closed",
        "total": 2,
        "done": 2,
        "failed": 1,
        "retryable": 1,
    }
    assert (after["source"], after["upload_id"], after["rate"]) == ("list", None, None)


# Downloads


def test_results_are_downloaded_as_json_lines_and_csv(author: Api) -> None:
    upload = uploaded(author, "name\nAnn\n=cmd()\n")
    run = author.run(greetings(batch_size=1), {"people": {"upload": upload["id"]}})
    worked(author, run)
    path = f"/runs/{run['id']}/nodes/items/items/results"
    response = author.get(path)
    assert response["Content-Disposition"] == 'attachment; filename="items-results.jsonl"'
    assert lines(response) == [
        {"index": 0, "row": 2, "result": {"text": "Hello Ann", "letters": 3}},
        {"index": 1, "row": 3, "result": {"text": "Hello =cmd()", "letters": 6}},
    ]
    response = author.get(f"{path}?format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert table == [
        ["index", "row", "result.text", "result.letters"],
        ["0", "2", "Hello Ann", "3"],
        ["1", "3", "Hello =cmd()", "6"],
    ]


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(author: Api) -> None:
    BROKEN.add("=cmd()")
    run = author.run(greetings(), {"people": [{"name": "=cmd()"}]})
    worked(author, run)
    response = author.get(f"/runs/{run['id']}/nodes/items/items/failures?format=csv")
    table = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert table[1] == ["0", "", "1", "ValueError", "'=cmd() is out", '{"name": "=cmd()"}']


async def test_downloads_are_streamed_by_asynchronous_servers(author: Api) -> None:
    run = await sync_to_async(author.run)(greetings(), {"people": [{"name": "Ann"}]})
    await sync_to_async(worked)(author, run)
    client = AsyncClient()
    await client.aforce_login(author.user)
    response = await client.get(f"/api/v1/runs/{run['id']}/nodes/items/items/results")
    content = b"".join([chunk async for chunk in response.streaming_content])
    assert json.loads(content)["result"]["text"] == "Hello Ann"
    await sync_to_async(connections.close_all)()


@pytest.mark.parametrize("what", ["", "/results", "/failures"])
def test_who_may_not_see_runs_sees_no_items(author: Api, stranger: Api, what: str) -> None:
    run = author.run(greetings(), {"people": []})
    path = f"/runs/{run['id']}/nodes/items/items{what}"
    assert stranger.get(path).status_code == 403
    assert author.get(path).status_code == 200
    assert author.get(f"/runs/{uuid4()}/nodes/items/items{what}").status_code == 404
    assert author.get(f"/runs/{run['id']}/nodes/_start/items{what}").status_code == 404
    if what:
        assert author.get(f"{path}?format=xml").status_code == 422


# Another try


def test_failed_items_are_tried_again_in_a_new_run(author: Api) -> None:
    BROKEN.update({"Bob", "Eve"})
    upload = uploaded(author, "name\nAnn\nBob\nJim,Joe\nEve\n")
    run = author.run(greetings(batch_size=2), {"people": {"upload": upload["id"]}})
    assert worked(author, run)["output"]["failed"] == 3
    BROKEN.remove("Eve")
    again = author.ok("POST", f"/runs/{run['id']}/retry-failed", {})
    assert again["rerun_of"] == run["id"]
    found = worked(author, again)
    assert (found["output"]["total"], found["output"]["failed"]) == (2, 1)
    assert [result["text"] for result in found["output"]["results"]] == ["Hello Eve"]
    path = f"/runs/{again['id']}/nodes/items/items"
    assert lines(author.get(f"{path}/results")) == [
        {"index": 1, "row": 5, "result": {"text": "Hello Eve", "letters": 3}}
    ]
    assert lines(author.get(f"{path}/failures"))[0]["row"] == 3
    assert author.ok("GET", path)["source"] == "failed"
    BROKEN.clear()
    third = author.ok("POST", f"/runs/{again['id']}/retry-failed", {"node_id": "items"})
    assert [r["text"] for r in worked(author, third)["output"]["results"]] == ["Hello Bob"]
    assert author.post(f"/runs/{third['id']}/retry-failed", {}).status_code == 409


def test_failed_items_of_a_map_node_are_tried_again_behind_what_ran_before(author: Api) -> None:
    BROKEN.add("Bob")
    whole = greetings()
    config = {"items": "${ nodes.people.list }", "processor": whole["processor"]}
    document = graph(
        [
            node("start", "start"),
            node("people", "transform", {"output": {"list": [{"name": "Ann"}, {"name": "Bob"}]}}),
            node("each", "map", config),
            node("end", "end"),
        ],
        [edge("start", "people"), edge("people", "each"), edge("each", "end")],
    )
    run = worked(author, author.run(document, {}))
    assert run["output"]["failed"] == 1
    BROKEN.clear()
    again = author.ok("POST", f"/runs/{run['id']}/retry-failed", {"node_id": "each"})
    found = worked(author, again)
    assert [result["text"] for result in found["output"]["results"]] == ["Hello Bob"]
    reused = {view["node_id"]: view["is_reused"] for view in found["nodes"]}
    assert (reused["people"], reused["each"]) == (True, False)


def test_a_run_that_cannot_be_tried_again_says_why(
    author: Api, approver: Api, stranger: Api
) -> None:
    run = author.run(greetings(), {"people": [{"name": "Ann"}]})
    path = f"/runs/{run['id']}/retry-failed"
    assert author.post(path, {}).status_code == 409, "it is under way"
    worked(author, run)
    assert author.post(path, {}).status_code == 409, "nothing failed"
    assert stranger.post(path, {}).status_code == 403
    assert author.post(path, {"node_id": "nothing"}).status_code == 422
    told = author.post(path, {"node_id": "_start"})
    assert told.json()["errors"][0]["hint"] == "Use one of: items."
    assert author.post(f"/runs/{uuid4()}/retry-failed", {}).status_code == 404
    assert Run.objects.count() == 1


@pytest.mark.parametrize("model", ["upload", "bulk", "batch"])
def test_the_admin_shows_rows_and_no_content(author: Api, admin: Api, model: str) -> None:
    upload = uploaded(author, "name\nsomebody-secret\n")
    worked(author, author.run(greetings(), {"people": {"upload": upload["id"]}}))
    key = apps.get_model("workflows_app", model).objects.get().pk
    name = f"admin:workflows_app_{model}"
    assert admin.client.get(reverse(f"{name}_changelist")).status_code == 200
    shown = admin.client.get(reverse(f"{name}_change", args=[key]))
    assert shown.status_code == 200
    assert b"somebody-secret" not in shown.content


@pytest.mark.parametrize("kind", ["bulk", "graph", "pipeline"])
def test_expressions_of_items_are_previewed_where_items_are(author: Api, kind: str) -> None:
    step = {"id": "each", "type": "map", "config": {}}
    document = {"kind": kind, **({"nodes": [step]} if kind == "graph" else {})}
    document |= {"steps": [step]} if kind == "pipeline" else {}
    body = {
        "value": "${ item.name + string(index) }",
        "document": document,
        "node_id": None if kind == "bulk" else "each",
        "sample": {"extra": {"item": {"name": "Ann"}, "index": 4}},
    }
    assert author.ok("POST", "/expressions/preview", body)["value"] == "Ann4"
    batch = body | {"sample": {"extra": {"items": [], "index": 4}}}
    told = author.ok("POST", "/expressions/preview", batch)["error"]["message"]
    assert told.startswith("There is no name “item”.")
    elsewhere = body | {"document": {"kind": "graph"}, "node_id": None}
    told = author.ok("POST", "/expressions/preview", elsewhere)["error"]["message"]
    assert told.startswith("There is no name “item”.")


def test_a_bulk_workflow_is_made_empty_and_told_what_it_lacks(author: Api) -> None:
    workflow = author.ok("POST", "/workflows", {"title": "Rate", "kind": "bulk"})
    draft = author.ok("GET", f"/workflows/{workflow['id']}")["draft"]
    assert draft["document"]["kind"] == "bulk"
    assert [problem["code"] for problem in draft["problems"]] == ["empty_document"]


def test_items_are_added_while_a_node_works(author: Api) -> None:
    author.published(graph([node("start", "start"), WAIT, node("end", "end")], WAYS), "Wait")
    processor = {"type": "subworkflow", "config": {"workflow": "wait"}}
    document = {"kind": "bulk", "items": "${ input.items }", "processor": processor}
    run = author.run(document, {"items": [1]})
    place = f"/runs/{run['id']}/nodes/items/items"
    assert author.post(place, {"items": [2]}).status_code == 409
    worker = Worker("w")
    while worker.work():
        pass
    assert author.ok("POST", place, {"items": [2, 3]})["total"] == 3
    refused = author.post(place, {"items": []})
    assert refused.status_code == 422
    assert "items" in refused.json()["errors"][0]["field"]
    unknown = author.post(f"/runs/{run['id']}/nodes/start/items", {"items": [1]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "node_id")
    assert author.post(f"/runs/{uuid4()}/nodes/items/items", {"items": [1]}).status_code == 404
