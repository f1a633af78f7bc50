"""Addresses of the API, each answering with problems, and of the health checks."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from workflows_app.api.application import api
from workflows_app.api.guard import guarded, unknown_address
from workflows_app.api.health import live, ready


def _api_patterns() -> list[URLPattern | URLResolver]:
    patterns = list(api.urls[0])
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = guarded(pattern.callback)
    return [*patterns, re_path(r"^", unknown_address)]


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", (_api_patterns(), "ninja", api.urls_namespace)),
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
]
