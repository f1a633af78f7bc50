"""Human tasks, decisions, tokens and the audit log; accounts in the same look as the rest."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest

from workflows_app.admin.base import ModelAdmin, ReadOnlyAdmin, call_for_each, link, page_address
from workflows_app.admin.runs import OfRunAdmin
from workflows_app.models import ApiToken, AuditEntry, Decision, HumanTask
from workflows_app.services import tokens

_USERNAME = get_user_model().USERNAME_FIELD


@admin.register(HumanTask)
class HumanTaskAdmin(OfRunAdmin):
    """Requests to people. They are decided in the inbox."""

    list_display = (
        "heading",
        "status",
        "run_link",
        "node_id",
        "claimed_by",
        "created_at",
        "due_at",
        "page",
    )
    list_filter = ("status", "due_at", "is_open_to_all")
    search_fields = ("heading", "run__id", "run__business_key", f"claimed_by__{_USERNAME}")
    ordering = ("-created_at",)
    list_select_related = ("claimed_by", "run__workflow")
    large_columns = ("data", "form_schema", "instructions", "run__state", "run__input")

    @admin.display(description="Page")
    def page(self, row: HumanTask) -> str:
        """The task's page."""
        return link(page_address("inbox_task", row.id), "Open")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What people answered."""

    list_display = ("human_task", "outcome", "decided_by", "decided_at", "comment")
    list_filter = ("outcome", "decided_at")
    search_fields = ("human_task__heading", "comment", f"decided_by__{_USERNAME}")
    ordering = ("-decided_at",)
    list_select_related = ("human_task", "decided_by")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens without secrets and without digests. People make them in their own list."""

    list_display = (
        "name",
        "user",
        "prefix",
        "scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("revoked_at", "expires_at")
    search_fields = ("name", "prefix", f"user__{_USERNAME}")
    ordering = ("-created_at",)
    list_select_related = ("user",)
    exclude = ("digest",)
    actions = ("revoke_selected",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """The action is shown to who may change tokens; the service checks again."""
        return request.user.has_perm("workflows_app.change_apitoken")

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        """Revoke each, whoever's it is."""
        actor: Any = request.user

        def revoke(row: ApiToken) -> None:
            tokens.revoke_token_of_anybody(actor=actor, token_id=row.id)

        call_for_each(request, rows, revoke, "revoked")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("at", "actor_name", "action", "target_type", "target_id")
    list_filter = ("action", "target_type", "at")
    search_fields = ("actor_name", "action", "target_id")
    date_hierarchy = "at"
    ordering = ("-at",)


def restyle_accounts() -> None:
    """Show users and groups in unfold's look, where nobody else has given them one."""
    if not apps.is_installed("unfold"):
        return
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

    class UserAdmin(auth_admin.UserAdmin, ModelAdmin):  # type: ignore[type-arg]
        """Accounts."""

        form = UserChangeForm
        add_form = UserCreationForm
        change_password_form = AdminPasswordChangeForm
        list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active")

    class GroupAdmin(auth_admin.GroupAdmin, ModelAdmin):  # type: ignore[type-arg]
        """Groups."""

    for model, stock, restyled in (
        (User, auth_admin.UserAdmin, UserAdmin),
        (Group, auth_admin.GroupAdmin, GroupAdmin),
    ):
        if type(admin.site._registry.get(model)) is stock:
            admin.site.unregister(model)
            admin.site.register(model, restyled)


restyle_accounts()
