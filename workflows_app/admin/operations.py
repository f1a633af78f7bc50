"""What the engine keeps to be sure that nothing is forgotten."""

from __future__ import annotations

from django.contrib import admin

from workflows_app.admin.base import ReadOnlyAdmin
from workflows_app.admin.runs import OfRunAdmin
from workflows_app.models import (
    InboxItem,
    OutboxMessage,
    StepMemo,
    Timer,
    WorkerHeartbeat,
)


@admin.register(Timer)
class TimerAdmin(OfRunAdmin):
    """What happens to runs at a time."""

    list_display = ("due_at", "kind", "node_id", "visit", "run_link")
    list_filter = ("kind", "due_at")
    search_fields = ("run__id", "node_id")
    ordering = ("due_at",)


@admin.register(InboxItem)
class InboxItemAdmin(OfRunAdmin):
    """Events that wait for whoever holds their run."""

    list_display = ("id", "run_link", "created_at")
    ordering = ("id",)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Messages to the world."""

    list_display = ("id", "topic", "created_at", "attempts", "next_attempt_at", "delivered_at")
    list_filter = ("topic", "delivered_at")
    search_fields = ("topic", "last_error")
    ordering = ("-id",)


@admin.register(StepMemo)
class StepMemoAdmin(ReadOnlyAdmin):
    """Results that count again for the same work."""

    list_display = ("key", "node_type", "created_at", "expires_at")
    search_fields = ("key", "node_type")
    ordering = ("-created_at",)


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnlyAdmin):
    """Worker processes."""

    list_display = ("name", "started_at", "last_seen_at", "slots", "active")
    search_fields = ("name",)
    ordering = ("-last_seen_at",)
