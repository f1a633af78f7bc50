"""The page that shows the API: HTML made here, without scripts, so that any CSP allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.openapi.docs import DocsBase

from workflows_app.api.auth import requires
from workflows_app.api.problems import respond_to_flowdeck_error, respond_to_http_error
from workflows_app.errors import FlowdeckError

_METHODS = ("get", "post", "put", "patch", "delete")


def behind_login(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view for sessions and tokens; others are sent to the log-in page, or get a problem."""

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            is_known = any(authenticate(request) for authenticate in requires("read"))
        except FlowdeckError as error:
            return respond_to_flowdeck_error(request, error)
        if is_known:
            return view(request, *args, **kwargs)
        if "text/html" in request.headers.get("Accept", ""):
            return redirect_to_login(request.get_full_path())
        return respond_to_http_error(request, AuthenticationError())

    return check


class LocalDocs(DocsBase):
    """Renders the schema as plain HTML."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page with all operations and shapes."""
        schema: Mapping[str, Any] = api.get_openapi_schema()
        groups: dict[str, list[dict[str, Any]]] = {}
        for operation in _operations(schema):
            groups.setdefault(operation["tag"], []).append(operation)
        return render(
            request,
            "workflows_app/api_docs.html",
            {
                "title": api.title,
                "description": api.description,
                "schema_url": self.get_openapi_url(api, kwargs),
                "groups": [
                    {"name": name, "operations": operations} for name, operations in groups.items()
                ],
                "shapes": [
                    _shape(name, component)
                    for name, component in sorted(schema["components"]["schemas"].items())
                    if "properties" in component
                ],
            },
        )


def describe_type(schema: Mapping[str, Any]) -> str:
    """A JSON Schema in a few words, such as `string (date-time) or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            return " or ".join(describe_type(part) for part in schema[keyword])
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    name = str(schema.get("type", "any"))
    if name == "array":
        return f"list of {describe_type(schema.get('items', {}))}"
    return f"{name} ({schema['format']})" if "format" in schema else name


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method not in methods:
                continue
            operation = methods[method]
            body = _json_schema_of(operation.get("requestBody", {}))
            yield {
                "id": operation["operationId"],
                "tag": (operation.get("tags") or ["general"])[0],
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": [
                    {
                        "name": parameter["name"],
                        "place": parameter["in"],
                        "type": describe_type(parameter["schema"]),
                        "is_required": parameter["required"],
                    }
                    for parameter in operation["parameters"]
                ],
                "body": describe_type(body) if body else "",
                "body_anchor": _anchor(body),
                "answers": [
                    {
                        "status": status,
                        "type": describe_type(answer) if answer else "",
                        "anchor": _anchor(answer),
                    }
                    for status, answer in (
                        (status, _json_schema_of(response))
                        for status, response in operation["responses"].items()
                    )
                ],
            }


def _json_schema_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in part.get("content", {}).values():
        found: Mapping[str, Any] = content.get("schema", {})
        return found
    return {}


def _anchor(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1] if "$ref" in schema else ""


def _shape(name: str, component: Mapping[str, Any]) -> dict[str, Any]:
    required = set(component.get("required", ()))
    return {
        "name": name,
        "description": component.get("description", ""),
        "fields": [
            {
                "name": field,
                "type": describe_type(schema),
                "is_required": field in required,
            }
            for field, schema in component["properties"].items()
        ],
    }
