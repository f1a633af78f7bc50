from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.api.conftest import Api
from tests.support.documents import approval, edge, graph, node, straight
from workflows_app.models import ApiToken, AuditEntry, Run

pytestmark = pytest.mark.django_db

MODELS = [model._meta.model_name for model in apps.get_app_config("workflows_app").get_models()]


@pytest.fixture
def filled(admin: Api) -> Api:
    """An admin's client, with rows in most tables."""
    admin.run(straight())
    admin.run(approval())
    admin.ok("POST", "/tokens", {"name": "CI", "scopes": ["read"]})
    task = admin.ok("GET", "/human-tasks?state=claimable")["items"][0]
    admin.ok("POST", f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})
    admin.run(approval())
    return admin


@pytest.mark.parametrize("model", MODELS)
def test_every_table_has_a_list_and_read_only_rows(filled: Api, model: str) -> None:
    client: Client = filled.client
    name = f"admin:workflows_app_{model}"

    listed = client.get(reverse(f"{name}_changelist") + "?q=a")
    everything = client.get(reverse(f"{name}_changelist"))

    assert listed.status_code == 200
    assert everything.status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 403
    row = apps.get_model("workflows_app", model).objects.first()
    if row is None:
        return
    address = reverse(f"{name}_change", args=[row.pk])
    shown = client.get(address)
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert client.post(address, {"_save": "1"}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_front_page_and_accounts_are_shown(filled: Api) -> None:
    for name in ("index", "auth_user_changelist", "auth_user_add", "auth_group_changelist"):
        assert filled.client.get(reverse(f"admin:{name}")).status_code == 200


def act(client: Client, model: str, action: str, *keys: Any) -> str:
    response = client.post(
        reverse(f"admin:workflows_app_{model}_changelist"),
        {"action": action, "_selected_action": [str(key) for key in keys]},
        follow=True,
    )
    assert response.status_code == 200
    return " ".join(str(message) for message in response.context["messages"])


def test_runs_are_cancelled_through_the_service(admin: Api) -> None:
    waiting = admin.run(approval())
    over = admin.run(straight())

    told = act(admin.client, "run", "cancel_selected", waiting["id"], over["id"])

    assert "1 cancelled." in told
    assert f"{over['id']}: The run is over" in told
    assert Run.objects.get(id=waiting["id"]).status == "cancelled"
    assert AuditEntry.objects.filter(action="run.cancelled", actor_name="root").count() == 1


def test_runs_are_retried_from_where_they_failed(admin: Api) -> None:
    failed = admin.run(
        graph(
            [
                node("start", "start", {"input_schema": {"type": "object"}}),
                node("broken", "transform", {"output": "${ input.nowhere.x }"}),
                node("end", "end"),
            ],
            [edge("start", "broken"), edge("broken", "end")],
        ),
        {},
    )
    fine = admin.run(straight())

    told = act(admin.client, "run", "retry_selected", failed["id"], fine["id"])

    assert "1 started again." in told
    assert "did not fail" in told
    assert Run.objects.filter(rerun_of=failed["id"]).count() == 1


def test_tokens_show_neither_secret_nor_digest_and_are_revoked(admin: Api, author: Api) -> None:
    created = author.ok("POST", "/tokens", {"name": "CI", "scopes": ["read"]})
    row = ApiToken.objects.get()

    shown = admin.client.get(reverse("admin:workflows_app_apitoken_change", args=[row.pk]))
    told = act(admin.client, "apitoken", "revoke_selected", row.pk)

    assert row.digest not in shown.content.decode()
    assert created["secret"] not in shown.content.decode()
    assert "1 revoked." in told
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_lists_take_a_bounded_number_of_queries(
    filled: Api, django_assert_max_num_queries: Any
) -> None:
    for model in MODELS:
        with django_assert_max_num_queries(12):
            filled.client.get(reverse(f"admin:workflows_app_{model}_changelist"))
