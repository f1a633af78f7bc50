"""Connections, without their secrets. They are kept on their own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from workflows_app.admin.base import ReadOnlyAdmin
from workflows_app.models import Connection


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Credentials of other systems."""

    list_display = ("title", "name", "kind", "has_secret", "updated_by", "updated_at")
    list_filter = ("kind", "updated_at")
    search_fields = ("title", "name")
    ordering = ("title",)
    list_select_related = ("updated_by",)
    exclude = ("secret",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them, and whether there is a secret."""
        return (*super().get_readonly_fields(request, obj), "has_secret")

    @admin.display(description="Secret", boolean=True)
    def has_secret(self, row: Connection) -> bool:
        """Whether there is one."""
        return bool(row.secret)
