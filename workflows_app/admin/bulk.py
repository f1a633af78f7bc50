"""The items of map nodes, and uploaded files."""

from __future__ import annotations

from django.contrib import admin

from workflows_app.admin.base import ReadOnlyAdmin
from workflows_app.admin.runs import OfRunAdmin
from workflows_app.models import Batch, Bulk, Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """Uploaded files, without a link to their content: nothing serves it."""

    list_display = ("name", "format", "size", "rows", "broken_rows", "created_by", "created_at")
    list_filter = ("format", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("id", "name", "sha256")
    exclude = ("file",)
    ordering = ("-created_at",)


@admin.register(Bulk)
class BulkAdmin(OfRunAdmin):
    """How far the items of map nodes are."""

    list_display = (
        "id",
        "run_link",
        "node_id",
        "visit",
        "attempt",
        "status",
        "total",
        "succeeded",
        "failed",
        "breaker_until",
    )
    list_filter = ("status", "created_at")
    search_fields = ("run__id", "node_id")
    ordering = ("-id",)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Batches of items. The items and their results are to download from the run's page."""

    large_columns = ("items", "rows", "pending", "results", "failures")
    list_display = ("id", "bulk", "number", "status", "crashes", "worker", "due_at")
    list_filter = ("status",)
    list_select_related = ("bulk",)
    search_fields = ("bulk__run__id", "worker")
    exclude = ("items", "rows", "pending", "results")
    ordering = ("-id",)
