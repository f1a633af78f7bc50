from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.support.documents import approval, straight
from workflows_app.engine import clock
from workflows_app.models import ApiToken, AuditEntry

pytestmark = pytest.mark.django_db


def make(api: Api, *scopes: str, **rest: Any) -> Any:
    return api.ok("POST", "/tokens", {"name": "CI", "scopes": list(scopes), **rest})


def bearer(secret: str) -> Api:
    return Api(Authorization=f"Bearer {secret}")


def test_a_secret_is_shown_once_and_kept_as_a_digest(author: Api) -> None:
    created = make(author, "run", "read")

    assert created["secret"].startswith("fdk_")
    assert created["secret"].startswith(created["prefix"])
    assert created["scopes"] == ["read", "run"]
    row = ApiToken.objects.get()
    assert created["secret"] not in str(row.__dict__)
    assert row.digest != created["secret"]
    listed = author.ok("GET", "/tokens")["items"]
    assert [entry["id"] for entry in listed] == [created["id"]]
    assert "secret" not in listed[0]
    assert created["secret"] not in str(list(AuditEntry.objects.values()))


def test_a_token_acts_as_its_owner_within_its_scopes(author: Api) -> None:
    workflow_id = author.published(straight())
    api = bearer(make(author, "read", "run")["secret"])

    assert api.ok("GET", "/me")["username"] == "ana"
    assert api.start(workflow_id)["created_by"] == "ana"
    refused = api.post("/workflows", {"title": "X"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "missing_scope"
    assert "author" in refused.json()["detail"]


def test_a_token_gives_no_permission_that_its_owner_lacks(approver: Api, author: Api) -> None:
    author.run(approval())
    api = bearer(make(approver, "read", "author", "decide")["secret"])

    assert api.post("/workflows", {"title": "X"}).status_code == 403
    task = api.ok("GET", "/human-tasks?state=claimable")["items"][0]
    decided = api.ok("POST", f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})
    assert decided["decision"]["decided_by"] == "bob"


def test_a_revoked_token_stops_working(author: Api) -> None:
    created = make(author, "read")
    api = bearer(created["secret"])
    assert api.get("/me").status_code == 200

    assert author.call("DELETE", f"/tokens/{created['id']}").status_code == 204

    response = api.get("/me")
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_token"
    assert response["WWW-Authenticate"] == "Bearer"
    assert author.ok("GET", "/tokens")["items"][0]["revoked_at"] is not None


def test_an_expired_token_and_one_of_a_closed_account_do_not_work(
    author: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    short = bearer(make(author, "read", expires_at=soon)["secret"])
    long = bearer(make(author, "read")["secret"])
    assert short.get("/me").status_code == 200

    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert short.get("/me").status_code == 401
    assert long.get("/me").status_code == 200
    author.user.is_active = False
    author.user.save()
    assert long.get("/me").status_code == 401


@pytest.mark.parametrize(
    "body,field",
    [
        ({"name": " ", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes.0"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2000-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2100-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "colour": 1}, "colour"),
    ],
)
def test_a_wrong_token_is_not_made(author: Api, body: Any, field: str) -> None:
    response = author.post("/tokens", body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
    assert ApiToken.objects.count() == 0


def test_a_token_makes_no_tokens_and_nobody_sees_those_of_others(author: Api, admin: Api) -> None:
    created = make(author, "read", "author", "run", "decide")
    api = bearer(created["secret"])

    refused = api.post("/tokens", {"name": "More", "scopes": ["read"]})
    assert refused.status_code == 403
    assert refused.json()["code"] == "session_required"
    assert admin.ok("GET", "/tokens")["items"] == []
    assert admin.call("DELETE", f"/tokens/{created['id']}").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Bearer fdk_" + "a" * 300, "Basic YTpi"])
def test_nonsense_in_the_header_is_401_even_with_a_session(author: Api, value: str) -> None:
    assert author.get("/me", Authorization=value).status_code == 401


def test_a_session_needs_the_csrf_token_to_change_something(author: Api) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(author.user)
    body = {"title": "X"}

    refused = client.post("/api/v1/workflows", body, content_type="application/json")
    token = client.get("/api/v1/me").json()["csrf_token"]
    allowed = client.post(
        "/api/v1/workflows",
        body,
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )

    assert refused.status_code == 403
    assert refused.json()["code"] == "csrf_failed"
    assert allowed.status_code == 201
