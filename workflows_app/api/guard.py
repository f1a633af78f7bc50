"""What stands before every route: the size of the body, and problems where Django answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from workflows_app.api.bodies import MAX_BODY_BYTES, too_large
from workflows_app.api.problems import (
    MethodNotAllowedError,
    respond_to_flowdeck_error,
    respond_to_not_found,
)
from workflows_app.conf import upload_max_bytes
from workflows_app.errors import FlowdeckError
from workflows_app.services.uploads import file_too_large

MAX_FORM_OVERHEAD = 10_000
"""What stands around a file in a form."""

View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """The view, behind a check of the body's size, with problems for 405."""

    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refusal = _refusal(request)
        if refusal is not None:
            return respond_to_flowdeck_error(request, refusal)
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return respond_to_not_found(request)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            problem = respond_to_flowdeck_error(
                request,
                MethodNotAllowedError(
                    f"{request.method} is not possible at {request.path}. Use one of: {allowed}."
                ),
            )
            problem["Allow"] = allowed
            return problem
        # What one person may see is not for caches.
        response.setdefault("Cache-Control", "no-store")
        return response

    return guard


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 for an address under the API that leads nowhere."""
    return respond_to_not_found(request)


def _refusal(request: HttpRequest) -> FlowdeckError | None:
    """Why the body is too large to be read. A form may bring a file, everything else is JSON."""
    size = _announced_size(request)
    if request.content_type == "multipart/form-data":
        limit = upload_max_bytes() + MAX_FORM_OVERHEAD
        return file_too_large() if size > limit else None
    return too_large() if size > MAX_BODY_BYTES else None


def _announced_size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
