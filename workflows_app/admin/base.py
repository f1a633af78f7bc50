"""What all admin pages share: read-only rows, links, and services that refuse in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from workflows_app.errors import FlowdeckError

if TYPE_CHECKING or not apps.is_installed("unfold"):
    ModelAdmin = admin.ModelAdmin
else:
    # A foreign project need not have unfold.
    from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Rows that only the engine and the services write."""

    large_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that lists do not read."""
    actions_on_top = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes rows here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes rows here."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the large columns that the list does not show."""
        rows = super().get_queryset(request)
        resolved = request.resolver_match
        is_list = resolved is not None and str(resolved.url_name).endswith("_changelist")
        return rows.defer(*self.large_columns) if is_list and self.large_columns else rows


def link(address: str | None, text: str) -> SafeString | str:
    """An HTML link; the text alone where there is no address."""
    return format_html('<a href="{}">{}</a>', address, text) if address else text


def page_address(name: str, *arguments: Any) -> str | None:
    """Address of a page of the product; None in a project without those pages."""
    try:
        return reverse(f"designer_ui:{name}", args=arguments)
    except NoReverseMatch:
        return None


def list_address(model: str, **filters: Any) -> str:
    """Address of a table of the admin, narrowed down."""
    return f"{reverse(f'admin:workflows_app_{model}_changelist')}?{urlencode(filters)}"


def row_address(model: str, key: Any) -> str:
    """Address of a row of the admin."""
    return reverse(f"admin:workflows_app_{model}_change", args=[key])


def pretty_json(value: Any) -> SafeString | str:
    """A JSON value to read."""
    if value is None:
        return "-"
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return format_html('<pre style="white-space: pre-wrap">{}</pre>', text[:100_000])


def call_for_each(
    request: HttpRequest, rows: Iterable[Any], service: Callable[[Any], object], done: str
) -> None:
    """Call a service for each row, and tell how many went well and why others did not."""
    count = 0
    for row in rows:
        try:
            service(row)
        except FlowdeckError as error:
            messages.error(request, f"{row}: {error.message}")
        else:
            count += 1
    if count:
        messages.success(request, f"{count} {done}.")
