"""Addresses of the API and of the health checks, for `include()` in any project."""

from workflows_app.api.urls import urlpatterns

__all__ = ["urlpatterns"]
