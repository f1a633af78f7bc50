"""Workflows, drafts and versions. They are changed in the designer, which checks every change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from workflows_app.admin.base import (
    ReadOnlyAdmin,
    call_for_each,
    link,
    list_address,
    page_address,
    pretty_json,
)
from workflows_app.models import Draft, Version, Workflow
from workflows_app.services import workflows


class ArchivedFilter(admin.SimpleListFilter):
    """Archived or not."""

    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two choices."""
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the choice."""
        if self.value() is None:
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    """Workflows."""

    list_display = (
        "title",
        "name",
        "kind",
        "latest",
        "updated_by",
        "updated_at",
        "archived_at",
        "page",
        "runs",
    )
    list_filter = (ArchivedFilter, "kind", "updated_at")
    search_fields = ("title", "name", "description", "id")
    ordering = ("-updated_at",)
    list_select_related = ("latest_version", "updated_by")
    large_columns = ("latest_version__document",)
    actions = ("archive_selected", "restore_selected")
    fields = (
        "id",
        "title",
        "name",
        "kind",
        "description",
        "page",
        "runs",
        "latest",
        "created_by",
        "created_at",
        "updated_by",
        "updated_at",
        "archived_at",
    )

    @admin.display(description="Version", ordering="latest_version__number")
    def latest(self, row: Workflow) -> str:
        """The version that new runs take."""
        return str(row.latest_version.number) if row.latest_version else "-"

    @admin.display(description="Page")
    def page(self, row: Workflow) -> str:
        """The workflow's page."""
        return link(page_address("workflow", row.id), "Open")

    @admin.display(description="Runs")
    def runs(self, row: Workflow) -> str:
        """The workflow's runs."""
        return link(list_address("run", workflow__id__exact=row.id), "Show")

    @admin.action(description="Archive the selected workflows", permissions=["edit"])
    def archive_selected(self, request: HttpRequest, rows: QuerySet[Workflow]) -> None:
        """Archive each."""
        actor: Any = request.user

        def archive(row: Workflow) -> None:
            workflows.archive_workflow(actor=actor, workflow_id=row.id)

        call_for_each(request, rows, archive, "archived")

    @admin.action(description="Restore the selected workflows", permissions=["edit"])
    def restore_selected(self, request: HttpRequest, rows: QuerySet[Workflow]) -> None:
        """Restore each."""
        actor: Any = request.user

        def restore(row: Workflow) -> None:
            workflows.restore_workflow(actor=actor, workflow_id=row.id)

        call_for_each(request, rows, restore, "restored")

    def has_edit_permission(self, request: HttpRequest) -> bool:
        """Actions are shown to authors; the services check again."""
        return request.user.has_perm("workflows_app.change_workflow")


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    """Drafts."""

    list_display = ("workflow", "revision", "updated_by", "updated_at")
    search_fields = ("workflow__title", "workflow__name")
    ordering = ("-updated_at",)
    list_select_related = ("workflow", "updated_by")
    large_columns = ("document",)
    fields = ("workflow", "revision", "hash", "updated_by", "updated_at", "document_shown")

    @admin.display(description="Document")
    def document_shown(self, row: Draft) -> str:
        """The document, to read."""
        return pretty_json(row.document)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Published versions."""

    list_display = ("workflow", "number", "note", "published_by", "published_at", "page")
    list_filter = ("workflow", "published_at")
    search_fields = ("workflow__title", "workflow__name", "note", "hash")
    ordering = ("-published_at",)
    list_select_related = ("workflow", "published_by")
    large_columns = ("document",)
    fields = (
        "id",
        "workflow",
        "number",
        "page",
        "hash",
        "note",
        "published_by",
        "published_at",
        "document_shown",
    )

    @admin.display(description="Page")
    def page(self, row: Version) -> str:
        """The version as it was drawn."""
        return link(page_address("workflow_version", row.workflow_id, row.number), "Open")

    @admin.display(description="Document")
    def document_shown(self, row: Version) -> str:
        """The document, to read."""
        return pretty_json(row.document)
