"""The one view behind all pages."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import TemplateView

THEMES = ("light", "dark")
THEME_COOKIE = "flowdeck_theme"


def _reverse_or_none(name: str) -> str | None:
    """The address of a route, or None where the project does not serve it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _installed_version() -> str:
    try:
        return version("flowdeck")
    except PackageNotFoundError:
        return ""


@method_decorator([never_cache, ensure_csrf_cookie], name="dispatch")
class ShellView(LoginRequiredMixin, TemplateView):
    """Serves the shell to anyone who is logged in; the API decides what they may see."""

    template_name = "designer_ui/app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the browser side needs before its first request."""
        user = self.request.user
        is_staff = bool(getattr(user, "is_staff", False))
        bootstrap = {
            "user": {
                "id": user.pk,
                "username": user.get_username(),
                "display_name": user.get_full_name() if hasattr(user, "get_full_name") else "",
                "is_staff": is_staff,
            },
            "urls": {
                "login": _reverse_or_none("login"),
                "logout": _reverse_or_none("logout"),
                "admin": _reverse_or_none("admin:index") if is_staff else None,
            },
            "version": _installed_version(),
        }
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        theme = chosen if chosen in THEMES else ""
        return {**super().get_context_data(**kwargs), "bootstrap": bootstrap, "theme": theme}
