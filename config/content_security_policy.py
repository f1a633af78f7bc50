"""The content security policy, with the one exception that the admin's theme needs."""

from __future__ import annotations

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PageAndAdminPolicy(CSPMiddleware):
    """Strict everywhere; under `/admin/` the expressions of the theme (Alpine.js) may be evaluated.

    The admin is for staff only and shows no content that a workflow could turn into markup.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header, wider for the admin."""
        if request.path.startswith("/admin/"):
            response._csp_update = {"script-src": [UNSAFE_EVAL]}  # type: ignore[attr-defined]
        return super().process_response(request, response)
