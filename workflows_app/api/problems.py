"""The one mapping from exceptions to HTTP: RFC 9457 problem details."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from workflows_app import errors
from workflows_app.api.field_errors import describe_errors

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class InvalidTokenError(errors.PermissionDeniedError):
    """The API token is unknown, expired or revoked."""

    code = "invalid_token"


class MissingScopeError(errors.PermissionDeniedError):
    """The API token is valid but not for this."""

    code = "missing_scope"


class SessionRequiredError(errors.PermissionDeniedError):
    """API tokens may not do this, whatever their scopes."""

    code = "session_required"


class CsrfError(errors.PermissionDeniedError):
    """A session changed something without the CSRF token."""

    code = "csrf_failed"


class MalformedBodyError(errors.FlowdeckError):
    """The body is not JSON that can be stored."""

    code = "malformed_json"


class BodyTooLargeError(errors.FlowdeckError):
    """The body is larger than the API takes."""

    code = "body_too_large"


class PreconditionRequiredError(errors.FlowdeckError):
    """The request lacks If-Match."""

    code = "precondition_required"


class MethodNotAllowedError(errors.FlowdeckError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"


STATUSES: tuple[tuple[type[errors.FlowdeckError], int, str], ...] = (
    (InvalidTokenError, 401, "Not logged in"),
    (errors.NotFoundError, 404, "Not found"),
    (errors.PermissionDeniedError, 403, "Not allowed"),
    (errors.InvalidInputError, 422, "Invalid content"),
    (errors.ConflictError, 409, "Conflict"),
    (MalformedBodyError, 400, "Malformed body"),
    (BodyTooLargeError, 413, "Body too large"),
    (errors.UploadTooLargeError, 413, "File too large"),
    (errors.StorageFullError, 507, "No room"),
    (PreconditionRequiredError, 428, "Precondition required"),
    (MethodNotAllowedError, 405, "Method not allowed"),
    (errors.FlowdeckError, 400, "Bad request"),
)
"""The first match counts."""

_HTTP_CODES = {400: "bad_request", 401: "not_authenticated", 403: "permission_denied"}


def problem_response(
    *,
    status: int,
    title: str,
    detail: str,
    code: str,
    field_errors: Sequence[Mapping[str, Any]] = (),
    extra: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> HttpResponse:
    """A problem as `application/problem+json`. `extra` never replaces the standard members."""
    body = {
        **(extra or {}),
        "type": f"urn:flowdeck:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(field_errors),
        "request_id": request_id,
    }
    return HttpResponse(
        json.dumps(body, cls=DjangoJSONEncoder),
        status=status,
        content_type=CONTENT_TYPE,
    )


def respond_to_flowdeck_error(request: HttpRequest, error: errors.FlowdeckError) -> HttpResponse:
    """The problem for an exception that this app raised on purpose."""
    status, title = next(
        (status, title) for kind, status, title in STATUSES if isinstance(error, kind)
    )
    response = problem_response(
        status=status,
        title=title,
        detail=error.message,
        code=error.code,
        field_errors=[_field_error(entry) for entry in error.errors],
        extra=error.extra,
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def respond_to_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The problem for a body, query or path that breaks its schema."""
    field_errors = describe_errors(error.errors)
    first = field_errors[0]
    more = f" (and {len(field_errors) - 1} more)" if len(field_errors) > 1 else ""
    return problem_response(
        status=422,
        title="Invalid content",
        detail=f"{first['field']}: {first['message']}{more}",
        code="invalid_input",
        field_errors=field_errors,
    )


def respond_to_not_found(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    """The problem for an address that leads nowhere."""
    return problem_response(
        status=404,
        title="Not found",
        detail=f"There is nothing at {request.path}.",
        code="not_found",
    )


def respond_to_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The problem for what the framework itself refuses."""
    if isinstance(error.__cause__, errors.FlowdeckError):
        return respond_to_flowdeck_error(request, error.__cause__)
    if isinstance(error, AuthenticationError):
        response = problem_response(
            status=401,
            title="Not logged in",
            detail="Log in, or send an API token as 'Authorization: Bearer fdk_…'.",
            code="not_authenticated",
        )
        response["WWW-Authenticate"] = "Bearer"
        return response
    return problem_response(
        status=error.status_code,
        title="Bad request",
        detail=error.message,
        code=_HTTP_CODES.get(error.status_code, "bad_request"),
    )


def respond_to_permission_denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """The problem for Django's own refusal."""
    return problem_response(
        status=403, title="Not allowed", detail=str(error) or "Forbidden", code="permission_denied"
    )


def respond_to_large_body(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """The problem for a body that Django itself refuses to read."""
    return respond_to_flowdeck_error(
        request,
        BodyTooLargeError(
            "The body is larger than this server reads.",
            errors=[
                errors.FieldError(
                    "body",
                    "is larger than this server reads",
                    "Split the workflow into smaller ones, or keep large data outside of it.",
                    "body_too_large",
                )
            ],
        ),
    )


def respond_to_busy_database(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The problem for a database that is away, or was held by others for too long."""
    logger.warning("No database for %s %s: %s", request.method, request.path, error)
    response = problem_response(
        status=503,
        title="Not available",
        detail="The database did not answer in time, and nothing was changed. Try again.",
        code="database_busy",
    )
    response["Retry-After"] = "2"
    return response


def respond_to_unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem for a defect: an id to find it in the log, and nothing of its inside."""
    request_id = uuid.uuid4().hex
    logger.error(
        "Unexpected error %s at %s %s", request_id, request.method, request.path, exc_info=error
    )
    return problem_response(
        status=500,
        title="Internal error",
        detail=f"Something went wrong on the server. Tell the operator this id: {request_id}.",
        code="internal_error",
        request_id=request_id,
    )


def install(api: NinjaAPI) -> None:
    """Make the API answer every exception with a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Exception: respond_to_unexpected,
        errors.FlowdeckError: respond_to_flowdeck_error,
        ValidationError: respond_to_validation_error,
        HttpError: respond_to_http_error,
        AuthenticationError: respond_to_http_error,
        Http404: respond_to_not_found,
        PermissionDenied: respond_to_permission_denied,
        RequestDataTooBig: respond_to_large_body,
        OperationalError: respond_to_busy_database,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _field_error(entry: errors.FieldError | Mapping[str, Any]) -> Mapping[str, Any]:
    return asdict(entry) if isinstance(entry, errors.FieldError) else entry
