"""Runs and what the engine writes about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from workflows_app.admin.base import (
    ReadOnlyAdmin,
    call_for_each,
    link,
    list_address,
    page_address,
    pretty_json,
    row_address,
)
from workflows_app.errors import ConflictError
from workflows_app.models import ChildRun, NodeLog, NodeRun, Run, RunEvent, Signal
from workflows_app.services import reruns, runs

STATUS_LABELS = {
    "succeeded": "success",
    "failed": "danger",
    "running": "info",
    "waiting": "info",
    "retrying": "warning",
    "paused": "warning",
    "compensating": "warning",
    "compensated": "warning",
    "needs_attention": "danger",
}

_Shown = Callable[[Any, Any], str]
_status_display: Callable[[_Shown], _Shown] = display(
    description="Status", ordering="status", label=STATUS_LABELS
)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs, with the actions of an operator."""

    list_display = (
        "short_id",
        "workflow",
        "version_number",
        "status_label",
        "business_key",
        "created_by",
        "created_at",
        "finished_at",
        "page",
        "journal",
    )
    list_filter = ("status", "workflow", "created_at")
    search_fields = ("id", "business_key", "workflow__title", "workflow__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    list_select_related = ("workflow", "version", "created_by")
    large_columns = ("state", "input", "output", "labels", "version__document")
    actions = ("cancel_selected", "retry_selected")
    fields = (
        "id",
        "workflow",
        "version_number",
        "status_label",
        "page",
        "journal",
        "node_runs",
        "business_key",
        "idempotency_key",
        "created_by",
        "created_at",
        "started_at",
        "finished_at",
        "parent",
        "rerun_of",
        "seq",
        "labels_shown",
        "input_shown",
        "output_shown",
        "error_shown",
        "state_shown",
    )

    @admin.display(description="Run", ordering="id")
    def short_id(self, run: Run) -> str:
        """The first characters of the id."""
        return str(run.id)[:8]

    @admin.display(description="Version", ordering="version__number")
    def version_number(self, run: Run) -> int:
        """The version that the run is pinned to."""
        return run.version.number

    @_status_display
    def status_label(self, run: Run) -> str:
        """The status in its colour."""
        return run.status

    @admin.display(description="Page")
    def page(self, run: Run) -> str:
        """The run's page."""
        return link(page_address("run", run.id), "Open")

    @admin.display(description="Journal")
    def journal(self, run: Run) -> str:
        """The run's events."""
        return link(list_address("runevent", run__id__exact=run.id), f"{run.seq} events")

    @admin.display(description="Node runs")
    def node_runs(self, run: Run) -> str:
        """The run's nodes."""
        return link(list_address("noderun", run__id__exact=run.id), "Show")

    @admin.display(description="Labels")
    def labels_shown(self, run: Run) -> str:
        """Labels, to read."""
        return pretty_json(run.labels)

    @admin.display(description="Input")
    def input_shown(self, run: Run) -> str:
        """Input, to read."""
        return pretty_json(run.input)

    @admin.display(description="Output")
    def output_shown(self, run: Run) -> str:
        """Output, to read."""
        return pretty_json(run.output)

    @admin.display(description="Error")
    def error_shown(self, run: Run) -> str:
        """Error, to read."""
        return pretty_json(run.error)

    @admin.display(description="State")
    def state_shown(self, run: Run) -> str:
        """The engine's state, to read."""
        return pretty_json(run.state)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Actions are shown to operators; the services check again."""
        return request.user.has_perm("workflows_app.operate_run")

    @admin.action(description="Cancel the selected runs", permissions=["operate"])
    def cancel_selected(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        """Cancel each run that is under way."""
        actor: Any = request.user

        def cancel(run: Run) -> None:
            runs.cancel_run(actor=actor, run_id=run.id, reason="Cancelled in the admin")

        call_for_each(request, rows, cancel, "cancelled")

    @admin.action(
        description="Retry the selected runs from where they failed", permissions=["operate"]
    )
    def retry_selected(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        """Start a new run from the failed node of each."""
        actor: Any = request.user

        def retry(run: Run) -> None:
            node_id = (run.error or {}).get("node_id")
            if not node_id:
                raise ConflictError("It did not fail at a node. Retry it from its page.")
            reruns.retry_from_node(actor=actor, run_id=run.id, node_id=node_id)

        call_for_each(request, rows, retry, "started again")


class OfRunAdmin(ReadOnlyAdmin):
    """Rows that belong to a run."""

    list_select_related: ClassVar[Any] = ("run__workflow",)
    search_fields: ClassVar[Any] = ("run__id",)

    @admin.display(description="Run", ordering="run")
    def run_link(self, row: Any) -> str:
        """The run in the admin."""
        return link(row_address("run", row.run_id), str(row.run_id)[:8])

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """The links of a run lead here."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)


@admin.register(NodeRun)
class NodeRunAdmin(OfRunAdmin):
    """Visits of nodes."""

    list_display = (
        "node_id",
        "visit",
        "node_type",
        "status_label",
        "attempt",
        "run_link",
        "worker",
        "queued_at",
        "finished_at",
    )
    list_filter = ("status", "execution", "node_type")
    search_fields = ("run__id", "node_id", "node_type", "worker")
    ordering = ("-id",)
    large_columns = ("input", "output", "earlier_attempts")

    @_status_display
    def status_label(self, row: NodeRun) -> str:
        """The status in its colour."""
        return row.status


@admin.register(RunEvent)
class RunEventAdmin(OfRunAdmin):
    """The journal."""

    list_display = ("seq", "type", "node_id", "visit", "run_link", "at")
    list_filter = ("type",)
    search_fields = ("run__id", "node_id", "type")
    ordering = ("-id",)


@admin.register(NodeLog)
class NodeLogAdmin(OfRunAdmin):
    """What nodes logged."""

    list_display = ("at", "level", "node_id", "message", "run_link")
    list_filter = ("level",)
    search_fields = ("run__id", "node_id", "message")
    ordering = ("-id",)


@admin.register(Signal)
class SignalAdmin(OfRunAdmin):
    """Named messages to runs."""

    list_display = ("name", "run_link", "received_at")
    search_fields = ("run__id", "name")
    ordering = ("-received_at",)


@admin.register(ChildRun)
class ChildRunAdmin(OfRunAdmin):
    """Which node run started a run."""

    list_display = ("run_link", "parent_id", "node_id", "visit", "attempt", "is_awaited", "depth")
    list_filter = ("is_awaited",)
    search_fields = ("run__id", "parent__id", "node_id")
    ordering = ("-run__created_at",)
