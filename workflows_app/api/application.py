"""The API: its routers, its schema, its error answers."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from workflows_app.api import problems, schemas
from workflows_app.api.auth import requires
from workflows_app.api.bodies import JsonParser
from workflows_app.api.docs import LocalDocs, behind_login
from workflows_app.api.routers import (
    bulk,
    connections,
    human_tasks,
    operations,
    runs,
    tokens,
    uploads,
    versions,
    workflows,
)
from workflows_app.contracts.frames import FRAMES

_REF_TEMPLATE = "#/components/schemas/{model}"


class FlowdeckAPI(NinjaAPI):
    """NinjaAPI whose schema tells the errors of each operation and the frames of the sockets."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI document."""
        schema = super().get_openapi_schema(**options)
        problem = {
            "description": "A problem (RFC 9457)",
            "content": {
                problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
            },
        }
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = problem
        _, extra = models_json_schema(
            [
                (schemas.ProblemDetails, "serialization"),
                *((frame, "serialization") for frame in FRAMES),
            ],
            ref_template=_REF_TEMPLATE,
        )
        components = schema["components"]["schemas"]
        components.update(extra["$defs"])
        for name in [name for name in components if name.endswith("Query")]:
            del components[name]
        for name, component in components.items():
            if not hasattr(schemas, name) and "properties" in component:
                # What the server sends always holds every field, defaults written out.
                component["required"] = list(component["properties"])
        return schema


api = FlowdeckAPI(
    title="Flowdeck",
    version="1",
    description="Workflows, runs and decisions. Errors are RFC 9457 problems.",
    urls_namespace="flowdeck-api",
    auth=requires("read"),
    parser=JsonParser(),
    docs=LocalDocs(),
    docs_decorator=behind_login,
)
problems.install(api)
api.add_router("", operations.router)
api.add_router("/workflows", workflows.router)
api.add_router("/workflows", versions.router)
api.add_router("/runs", runs.router)
api.add_router("/runs", bulk.router)
api.add_router("/uploads", uploads.router)
api.add_router("/human-tasks", human_tasks.router)
api.add_router("/tokens", tokens.router)
api.add_router("/connections", connections.router)
