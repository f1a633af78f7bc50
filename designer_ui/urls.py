"""Page routes. Each serves the same shell; the browser side draws the page."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from designer_ui.views import ShellView

app_name = "designer_ui"

shell = ShellView.as_view()

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="designer_ui:workflows"), name="home"),
    path("workflows", shell, name="workflows"),
    path("workflows/<str:workflow_id>", shell, name="workflow"),
    path("workflows/<str:workflow_id>/versions/<int:number>", shell, name="workflow_version"),
    path("runs", shell, name="runs"),
    path("runs/<str:run_id>", shell, name="run"),
    path("inbox", shell, name="inbox"),
    path("inbox/<str:human_task_id>", shell, name="inbox_task"),
    path("dashboard", shell, name="dashboard"),
    path("connections", shell, name="connections"),
]
