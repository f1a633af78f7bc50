"""What every page and every change of the API is guarded by."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.config.test_addresses import ID, LOG_IN, OPEN, PAGES
from workflows_app.api.application import api

pytestmark = pytest.mark.django_db

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def admin() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.create_superuser("admin"))
    return client


def changes() -> list[tuple[str, str]]:
    """Method and path of each operation of the API that may change something."""
    return [
        (method.upper(), re.sub(r"\{[^}]*\}", ID, path))
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if method not in {"get", "head"}
    ]


def scripts_allowed(response: Any) -> set[str]:
    (sources,) = re.findall(r"script-src ([^;]*)", response["Content-Security-Policy"])
    return set(sources.split())


def test_no_session_changes_anything_without_its_token(admin: Client) -> None:
    asked = changes()
    assert len(asked) > 30
    for method, path in asked:
        refused = admin.generic(method, path, "{}", content_type="application/json")
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed"), (method, path)


def test_no_form_is_taken_without_its_token(admin: Client) -> None:
    for path in (LOG_IN, "/accounts/logout/", "/admin/login/", "/admin/auth/user/add/"):
        assert admin.post(path, {"username": "admin", "password": "x"}).status_code == 403, path


def test_every_answer_has_the_headers_that_keep_others_out(admin: Client) -> None:
    paths = [*PAGES, *OPEN, "admin/", "api/v1/me", "api/v1/docs", "nothing"]
    for path in paths:
        for client in (admin, Client()):
            answer = client.get(f"/{path}")
            assert {name: answer.get(name) for name in HEADERS} == HEADERS, path
            evaluates = {"'unsafe-eval'"} if path.startswith("admin/") else set()
            assert scripts_allowed(answer) == {"'self'"} | evaluates, path
