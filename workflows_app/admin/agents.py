"""What agents did, call by call."""

from __future__ import annotations

from django.contrib import admin

from workflows_app.admin.runs import OfRunAdmin
from workflows_app.models import AgentStep


@admin.register(AgentStep)
class AgentStepAdmin(OfRunAdmin):
    """Turns of models and calls of tools."""

    list_display = (
        "run_link",
        "node_id",
        "visit",
        "number",
        "kind",
        "name",
        "status",
        "started_at",
        "finished_at",
    )
    list_filter = ("kind", "status", "started_at")
    search_fields = ("run__id", "node_id", "name")
    ordering = ("-id",)
    large_columns = ("request", "response", "run__state", "run__input")
