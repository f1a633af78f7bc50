from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.core.bulk_documents import RATE_MOVIES
from tests.sdk.test_export import built
from tests.support.documents import approval, graph, node, straight
from workflows_app.core.canonical import hash_document
from workflows_app.models import AuditEntry, Draft, Version, Workflow

pytestmark = pytest.mark.django_db


def test_a_new_workflow_is_empty_and_named_after_its_title(author: Api) -> None:
    first = author.ok("POST", "/workflows", {"title": "  Expense  Approval "})
    second = author.ok("POST", "/workflows", {"title": "Expense approval"})

    assert (first["name"], first["title"]) == ("expense-approval", "Expense Approval")
    assert second["name"] == "expense-approval-2"
    assert first["kind"] == "graph"
    assert first["draft"]["revision"] == 1
    assert first["draft"]["document"]["nodes"] == []
    assert first["published"] is None
    assert first["has_unpublished_changes"] is True
    assert first["updated_by"] == "ana"


def test_a_pipeline_is_made_from_its_document(author: Api) -> None:
    workflow = author.ok(
        "POST", "/workflows", {"title": "P", "document": {"kind": "pipeline", "steps": []}}
    )

    assert workflow["kind"] == "pipeline"


def test_a_workflow_is_made_from_a_template(author: Api) -> None:
    templates = author.ok("GET", "/workflows/templates")
    made = author.ok("POST", "/workflows", {"title": "Mine", "template": templates[0]["id"]})

    assert {entry["id"] for entry in templates} >= {"expense-approval", "airport-report"}
    assert made["draft"]["document"]["nodes"]


def test_saving_a_draft_counts_its_revision_and_tells_its_problems(author: Api) -> None:
    workflow = author.workflow(straight())
    broken = straight()
    broken["nodes"][1]["config"]["output"] = "${ nodes.nowhere }"

    response = author.put(
        f"/workflows/{workflow['id']}/draft", {"document": broken}, **{"If-Match": '"1"'}
    )

    assert response.status_code == 200
    assert response["ETag"] == '"2"'
    draft = response.json()
    assert draft["revision"] == 2
    assert draft["document"]["nodes"][1]["join"] == {
        "mode": "active",
        "count": None,
        "rest": "absorb",
    }
    errors = [problem for problem in draft["problems"] if problem["severity"] == "error"]
    assert errors
    assert errors[0]["node_id"] == "double"


def test_a_stale_revision_is_refused_with_the_draft_as_it_is(author: Api, admin: Api) -> None:
    workflow = author.workflow(straight())
    path = f"/workflows/{workflow['id']}/draft"
    admin.put(path, {"document": approval()}, **{"If-Match": '"1"'})

    response = author.put(path, {"document": straight()}, **{"If-Match": '"1"'})

    assert response.status_code == 409
    problem = response.json()
    assert problem["code"] == "revision_conflict"
    assert problem["current"]["revision"] == 2
    assert problem["current"]["updated_by"] == "root"
    assert [n["id"] for n in problem["current"]["document"]["nodes"]][1] == "approve"
    assert Draft.objects.get(workflow=workflow["id"]).revision == 2


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"If-Match": "abc"}])
def test_a_save_without_a_revision_is_refused(author: Api, headers: dict[str, str]) -> None:
    workflow = author.workflow(straight())

    response = author.put(f"/workflows/{workflow['id']}/draft", {"document": approval()}, **headers)

    assert response.status_code == 428
    assert response.json()["errors"][0]["field"] == "If-Match"
    assert Draft.objects.get().revision == 1


def test_publishing_numbers_versions_and_keeps_equal_ones(author: Api) -> None:
    workflow = author.workflow(straight())
    path = f"/workflows/{workflow['id']}"

    first = author.post(f"{path}/publish", {"revision": 1, "note": "First"})
    again = author.post(f"{path}/publish", {"revision": 1})
    moved = straight() | {"layout": {"nodes": {"start": {"x": 5, "y": 5}}}}
    author.put(f"{path}/draft", {"document": moved}, **{"If-Match": '"1"'})
    same = author.post(f"{path}/publish", {"revision": 2})
    author.put(f"{path}/draft", {"document": approval()}, **{"If-Match": '"2"'})
    second = author.post(f"{path}/publish", {"revision": 3})

    assert [r.status_code for r in (first, again, same, second)] == [201, 200, 200, 201]
    assert [r.json()["number"] for r in (first, again, same, second)] == [1, 1, 1, 2]
    assert first.json()["note"] == "First"
    assert Version.objects.count() == 2
    listed = author.ok("GET", f"{path}/versions")
    assert [version["number"] for version in listed["items"]] == [2, 1]


def test_publishing_an_earlier_content_makes_its_version_the_latest_again(author: Api) -> None:
    workflow_id = author.published(straight())
    path = f"/workflows/{workflow_id}"
    author.put(f"{path}/draft", {"document": approval()}, **{"If-Match": '"1"'})
    author.post(f"{path}/publish", {"revision": 2})
    author.put(f"{path}/draft", {"document": straight()}, **{"If-Match": '"2"'})

    author.ok("POST", f"{path}/publish", {"revision": 3})

    detail = author.ok("GET", path)
    assert detail["latest_version"] == 1
    assert detail["published"]["number"] == 1
    assert detail["has_unpublished_changes"] is False


def test_a_draft_that_cannot_run_is_not_published(author: Api) -> None:
    workflow = author.workflow(graph([node("start", "start")], []))

    response = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 1})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "document_invalid"
    assert {"code", "severity", "message", "hint", "node_id"} <= problem["errors"][0].keys()
    assert Version.objects.count() == 0


def test_publishing_a_revision_that_is_not_on_the_screen_is_refused(author: Api) -> None:
    workflow = author.workflow(straight())

    response = author.post(f"/workflows/{workflow['id']}/publish", {"revision": 7})

    assert response.status_code == 409
    assert response.json()["code"] == "revision_conflict"
    assert Version.objects.count() == 0


def test_validation_changes_nothing(author: Api) -> None:
    workflow = author.workflow(straight())
    path = f"/workflows/{workflow['id']}/validate"

    valid = author.ok("POST", path, {"document": straight()})
    draft = author.ok("POST", path, {})
    broken = author.ok("POST", path, {"document": {"kind": "nonsense"}})
    no_object = author.ok("POST", path, {"document": 5})

    assert [p for p in valid["problems"] if p["severity"] == "error"] == []
    assert valid["hash"] == draft["hash"] == workflow["draft"]["hash"]
    assert broken["problems"]
    assert broken["hash"] == ""
    assert no_object["problems"]
    assert Draft.objects.get().revision == 1


def test_a_version_is_read_with_its_canvas_and_compared(author: Api) -> None:
    workflow_id = author.published(straight())
    path = f"/workflows/{workflow_id}"
    author.put(f"{path}/draft", {"document": approval()}, **{"If-Match": '"1"'})

    version = author.ok("GET", f"{path}/versions/1")
    diff = author.ok("GET", f"{path}/versions/1/diff?against=draft")

    assert [n["id"] for n in version["canvas"]["nodes"]] == ["start", "double", "end"]
    assert diff["left"]["label"] == "Version 1"
    assert diff["right"]["document"]["nodes"][1]["id"] == "approve"
    changes = diff["changes"]
    assert [part["id"] for part in changes["added"] if part["kind"] == "node"] == [
        "approve",
        "refused",
    ]
    assert {"kind": "edge", "id": "double-out-end", "title": "double → end"} in changes["removed"]
    (end,) = changes["changed"]
    assert end["part"] == {"kind": "node", "id": "end", "title": "end"}
    assert end["fields"] == [
        {
            "field": "config.output",
            "old": "${ nodes.double.twice }",
            "new": "${ nodes.approve.outcome }",
        }
    ]
    assert (changes["fields"], changes["moved"]) == ([], [])
    assert author.get(f"{path}/versions/9").status_code == 404
    assert author.get(f"{path}/versions/1/diff?against=9").status_code == 404
    assert author.get(f"{path}/versions/1/diff?against=x").status_code == 422
    assert author.get(f"{path}/versions/99999999999999999999").status_code == 422


def test_a_copy_has_the_draft_and_a_name_of_its_own(author: Api) -> None:
    workflow_id = author.published(straight(), "Original")

    copy = author.ok("POST", f"/workflows/{workflow_id}/duplicate", {})

    assert (copy["title"], copy["name"]) == ("Original (copy)", "original-copy")
    assert copy["published"] is None
    assert [n["id"] for n in copy["draft"]["document"]["nodes"]] == ["start", "double", "end"]


def test_an_archived_workflow_leaves_the_list_and_can_be_restored(author: Api) -> None:
    workflow_id = author.published(straight())
    path = f"/workflows/{workflow_id}"

    author.ok("POST", f"{path}/archive")

    assert author.ok("GET", "/workflows")["items"] == []
    assert author.ok("GET", "/workflows?archived=true")["items"][0]["id"] == workflow_id
    for response in (
        author.post(f"{path}/runs", {"input": {"amount": 1}}),
        author.post(f"{path}/publish", {"revision": 1}),
        author.put(f"{path}/draft", {"document": straight()}, **{"If-Match": '"1"'}),
    ):
        assert response.status_code == 409
    author.ok("POST", f"{path}/restore")
    assert author.ok("GET", "/workflows")["items"][0]["archived_at"] is None


def test_the_list_is_searched_filtered_and_paged(author: Api) -> None:
    for title in ("Alpha one", "Beta two", "Alpha three"):
        author.workflow(straight(), title)

    found = author.ok("GET", "/workflows?search=alpha&kind=graph")
    first = author.ok("GET", "/workflows?limit=2")
    rest = author.ok("GET", f"/workflows?limit=2&cursor={first['next_cursor']}")

    assert [w["title"] for w in found["items"]] == ["Alpha three", "Alpha one"]
    assert [w["title"] for w in first["items"] + rest["items"]] == [
        "Alpha three",
        "Beta two",
        "Alpha one",
    ]
    assert rest["next_cursor"] is None
    assert author.ok("GET", "/workflows?kind=pipeline")["items"] == []


def test_the_list_takes_the_same_queries_for_one_row_and_for_ten(
    author: Api, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        workflow_id = author.published(straight(), f"W{number}")
        author.start(workflow_id)

    # Session, account, two permission queries, list, last runs.
    with django_assert_max_num_queries(7):
        items = author.ok("GET", "/workflows")["items"]

    assert len(items) == 10
    assert all(item["last_run"]["status"] == "succeeded" for item in items)


@pytest.mark.parametrize("file_format", ["json", "yaml"])
def test_an_export_is_imported_again(author: Api, file_format: str) -> None:
    document = approval()
    document["nodes"][1]["retry"] = {"max_attempts": 2, "on": ["ConnectionError"]}
    workflow = author.workflow(document, "Round trip")

    exported = author.client.get(f"/api/v1/workflows/{workflow['id']}/export?format={file_format}")
    made = author.ok("POST", "/workflows/import", {"text": exported.content.decode()})

    assert exported["Content-Disposition"] == f'attachment; filename="round-trip.{file_format}"'
    assert made["title"] == "Round trip"
    assert made["draft"]["document"] == workflow["draft"]["document"]
    assert made["draft"]["hash"] == workflow["draft"]["hash"]


@pytest.mark.parametrize("document", [approval(), RATE_MOVIES], ids=["graph", "bulk"])
def test_a_workflow_is_exported_as_the_python_that_builds_it(author: Api, document: Any) -> None:
    workflow = author.workflow(document, "As code")
    exported = author.client.get(f"/api/v1/workflows/{workflow['id']}/export?format=python")
    assert exported["Content-Type"] == "text/x-python"
    assert exported["Content-Disposition"] == 'attachment; filename="as_code.py"'
    assert hash_document(built(exported.content.decode())) == workflow["draft"]["hash"]


def test_a_bare_document_is_imported(author: Api) -> None:
    made = author.ok("POST", "/workflows/import", {"document": straight(), "title": "Bare"})

    assert made["title"] == "Bare"
    assert made["draft"]["problems"] == []


def test_changes_are_in_the_audit_log(author: Api) -> None:
    workflow = author.workflow(straight())
    path = f"/workflows/{workflow['id']}"
    for revision in (1, 2, 3):
        author.put(f"{path}/draft", {"document": straight()}, **{"If-Match": f'"{revision}"'})
    author.ok("PATCH", path, {"title": "Renamed"})
    author.ok("POST", f"{path}/publish", {"revision": 4})

    entries = AuditEntry.objects.order_by("id").values_list("action", "actor_name")
    assert list(entries) == [
        ("workflow.created", "ana"),
        ("workflow.draft_saved", "ana"),
        ("workflow.updated", "ana"),
        ("workflow.published", "ana"),
    ]


@pytest.mark.parametrize(
    "method,path,body",
    [
        ("GET", "/workflows", None),
        ("POST", "/workflows", {"title": "X"}),
        ("GET", "/workflows/{id}", None),
        ("PATCH", "/workflows/{id}", {"title": "X"}),
        ("PUT", "/workflows/{id}/draft", {"document": {"kind": "graph"}}),
        ("POST", "/workflows/{id}/validate", {}),
        ("POST", "/workflows/{id}/publish", {"revision": 1}),
        ("GET", "/workflows/{id}/versions", None),
        ("GET", "/workflows/{id}/versions/1", None),
        ("GET", "/workflows/{id}/versions/1/diff", None),
        ("POST", "/workflows/{id}/duplicate", {}),
        ("POST", "/workflows/{id}/archive", None),
        ("POST", "/workflows/{id}/restore", None),
        ("GET", "/workflows/{id}/export", None),
        ("POST", "/workflows/import", {"document": {"kind": "graph"}}),
        ("POST", "/workflows/{id}/runs", {"input": {"amount": 1}}),
        ("POST", "/expressions/preview", {"value": 1}),
        ("GET", "/runs", None),
        ("GET", "/dashboard", None),
    ],
)
def test_each_route_needs_its_permission(
    author: Api, stranger: Api, nobody: Api, method: str, path: str, body: Any
) -> None:
    workflow_id = author.published(straight())
    before = (Workflow.objects.count(), Draft.objects.get().revision, Version.objects.count())
    address = path.format(id=workflow_id)

    refused = stranger.call(method, address, body, **{"If-Match": '"1"'})
    unknown = nobody.call(method, address, body, **{"If-Match": '"1"'})

    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"
    assert "workflows_app." in refused.json()["detail"]
    assert unknown.status_code == 401
    assert before == (
        Workflow.objects.count(),
        Draft.objects.get().revision,
        Version.objects.count(),
    )
