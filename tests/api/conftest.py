"""People, a client for each, and short ways to what most tests begin with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.support.documents import approval
from workflows_app.models import HumanTask

Json = dict[str, Any]

GROUPS = {
    "stranger": (),
    "viewer": (),
    "approver": ("Approvers",),
    "operator": ("Operators",),
    "author": ("Authors",),
    "integrator": ("Integrators",),
}
"""Who there is beside an administrator, and their groups."""

CONNECTION = {
    "title": "A model",
    "kind": "openai_compatible",
    "settings": {"base_url": "https://models.example.com/v1"},
    "secret": "sk-a-secret-of-some-length",
}


class Api:
    """A client that speaks JSON and checks that every error is a problem."""

    def __init__(self, user: Any = None, **headers: str) -> None:
        self.user = user
        self.client = Client(headers=headers)
        if user is not None:
            self.client.force_login(user)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(
            method, f"/api/v1{path}", content, content_type="application/json", headers=headers
        )
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", response.content
            problem = response.json()
            assert problem["status"] == response.status_code
            assert problem["detail"]
            assert problem["type"] == f"urn:flowdeck:problem:{problem['code']}"
            for error in problem["errors"]:
                assert error["message"]
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PUT", path, body, **headers)

    def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        response = self.call(method, path, body, **headers)
        assert response.status_code < 300, response.content
        return response.json() if response.content else None

    def workflow(self, document: Json, title: str = "Test") -> Json:
        return self.ok("POST", "/workflows", {"title": title, "document": document})

    def published(self, document: Json, title: str = "Test") -> str:
        workflow = self.workflow(document, title)
        self.ok("POST", f"/workflows/{workflow['id']}/publish", {"revision": 1})
        return str(workflow["id"])

    def run(self, document: Json, input: Json | None = None, **rest: Any) -> Json:
        workflow_id = self.published(document)
        return self.start(workflow_id, input, **rest)

    def start(self, workflow_id: str, input: Json | None = None, **rest: Any) -> Json:
        body = {"input": {"amount": 10} if input is None else input, **rest}
        return self.ok("POST", f"/workflows/{workflow_id}/runs", body)


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    def make(name: str, *groups: str, **fields: Any) -> Any:
        user = get_user_model().objects.create_user(name, **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        assert user.groups.count() == len(groups)
        return user

    return make


@pytest.fixture
def admin(make_user: Callable[..., Any]) -> Api:
    return Api(make_user("root", is_superuser=True, is_staff=True))


@pytest.fixture
def author(make_user: Callable[..., Any]) -> Api:
    return Api(make_user("ana", "Authors", "Operators"))


@pytest.fixture
def approver(make_user: Callable[..., Any]) -> Api:
    return Api(make_user("bob", "Approvers"))


@pytest.fixture
def stranger(make_user: Callable[..., Any]) -> Api:
    return Api(make_user("sam"))


@pytest.fixture
def nobody(db: None) -> Api:
    return Api()


@pytest.fixture
def targets(admin: Api) -> dict[str, str]:
    """What the paths name. All of it is an administrator's."""
    run = admin.run(approval())
    task = HumanTask.objects.get(run_id=run["id"])
    file = SimpleUploadedFile("rows.csv", b"name,amount\nKim,5\n")
    upload = admin.client.post("/api/v1/uploads", {"file": file}).json()
    return {
        "workflow_id": run["workflow"]["id"],
        "number": "1",
        "run_id": run["id"],
        "node_id": "approve",
        "task_id": str(task.id),
        "upload_id": upload["id"],
        "connection_id": admin.ok("POST", "/connections", CONNECTION)["id"],
        "token_id": admin.ok("POST", "/tokens", {"name": "CI", "scopes": ["read"]})["id"],
    }


@pytest.fixture
def people(admin: Api, make_user: Callable[..., Any]) -> dict[str, Api]:
    users = {name: make_user(name, *groups) for name, groups in GROUPS.items()}
    views = Permission.objects.filter(codename__in=["view_run", "view_workflow"])
    users["viewer"].user_permissions.set(views)
    return {**{name: Api(user) for name, user in users.items()}, "admin": admin}
