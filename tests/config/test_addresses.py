"""Every address as every sort of person.

The tables are written by hand: an address that is in none of them fails the test. What the API's
operations answer to whom stands in `tests/api/test_permission_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from workflows_app.services.roles import ensure_roles

pytestmark = pytest.mark.django_db

LOG_IN = "/accounts/login/"
ID = "11111111-1111-4111-8111-111111111111"

PAGES = [
    "",
    "workflows",
    f"workflows/{ID}",
    f"workflows/{ID}/versions/1",
    "runs",
    f"runs/{ID}",
    "inbox",
    f"inbox/{ID}",
    "dashboard",
    "connections",
]
OPEN = {"health/live": 200, "health/ready": 200, "accounts/login/": 200}
"""For everybody, and what they answer to who is not logged in."""


@pytest.fixture
def people(db) -> dict[str, Client]:
    ensure_roles()
    users = {
        name: get_user_model().objects.create_user(name, is_staff=name in {"staff", "admin"})
        for name in ("stranger", "viewer", "author", "operator", "staff", "admin")
    }
    views = Permission.objects.filter(codename__in=["view_run", "view_workflow"])
    users["viewer"].user_permissions.set(views)
    users["author"].groups.set(Group.objects.filter(name="Authors"))
    users["operator"].groups.set(Group.objects.filter(name="Operators"))
    users["admin"].is_superuser = True
    users["admin"].save()
    clients = {"nobody": Client()}
    for name, user in users.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """All routes of the product, but those of the API's operations."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def answers(client: Client, path: str) -> int:
    return int(client.get(f"/{path}").status_code)


def test_every_address_is_in_a_table():
    resolve = get_resolver().resolve
    tested = {str(resolve(f"/{path}").route) for path in [*PAGES, *OPEN, "accounts/logout/"]}
    others = set(routes()) - tested
    assert {route for route in others if not route.startswith(("admin/", "api/v1/"))} == set()


def test_pages_are_for_everybody_who_is_logged_in(people):
    for path in PAGES:
        refused = people["nobody"].get(f"/{path}", follow=True)
        assert refused.redirect_chain[-1][0].startswith(LOG_IN), path
        for name, client in people.items():
            if name != "nobody":
                assert client.get(f"/{path}", follow=True).status_code == 200, (name, path)


def test_what_is_open_tells_nothing_of_anybody(people):
    for path, status in OPEN.items():
        assert answers(people["nobody"], path) == status
        assert "stranger" not in people["admin"].get(f"/{path}").content.decode()


def test_nobody_is_logged_out_by_a_link(people):
    for client in people.values():
        assert answers(client, "accounts/logout/") == 405


def admin_paths() -> list[str]:
    paths = [""]
    for model in admin.site._registry:
        path = f"{model._meta.app_label}/{model._meta.model_name}/"
        paths += [path, f"{path}add/", f"{path}1/change/", f"{path}1/delete/", f"{path}1/history/"]
    return [f"admin/{path}" for path in paths]


def test_the_admin_is_for_staff_and_shows_staff_what_they_may_see(people):
    for path in admin_paths():
        for name in ("nobody", "stranger", "viewer", "author", "operator"):
            refused = people[name].get(f"/{path}")
            assert refused.status_code == 302, (name, path)
            assert refused["Location"].startswith("/admin/login/")
        staff = answers(people["staff"], path)
        assert staff == (200 if path == "admin/" else 403) or (
            # What does not exist is not told from what they may not see.
            staff == 302 and "/1/" in path
        ), path
        assert answers(people["admin"], path) in {200, 302, 403}


def test_the_description_of_the_api_is_for_those_who_may_use_it(people):
    for path in ("api/v1/openapi.json", "api/v1/docs"):
        assert answers(people["nobody"], path) in {302, 401}
        for name, client in people.items():
            if name != "nobody":
                assert answers(client, path) == 200


def test_where_nothing_is_nothing_is_told(people):
    for path in ("api/v1/", "api/v1/nothing", "nothing", "media/x", "var/x"):
        for client in people.values():
            assert answers(client, path) in {401, 404}, path
