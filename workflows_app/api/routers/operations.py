"""Me, the palette, the dashboard and expression previews."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Query, Router

from workflows_app.api import schemas
from workflows_app.api.identity import user_of
from workflows_app.contracts.definitions import Palette
from workflows_app.contracts.operations import Dashboard, FailureDrill, Me, Preview
from workflows_app.selectors import dashboard, drills, palette, people, preview

router = Router(tags=["operations"], by_alias=True)


@router.get("/me", response=Me, operation_id="getMe", summary="Who I am")
def get_me(request: HttpRequest) -> Me:
    """And what I may do."""
    return people.get_me(user=user_of(request), csrf_token=get_token(request))


@router.get("/palette", response=Palette, operation_id="getPalette", summary="List node types")
def get_palette(request: HttpRequest) -> Palette:
    """Built-in types and registered tasks, with the schemas of their forms."""
    return palette.get_palette()


@router.get(
    "/dashboard", response=Dashboard, operation_id="getDashboard", summary="Read the dashboard"
)
def get_dashboard(request: HttpRequest, query: Query[schemas.DashboardQuery]) -> Dashboard:
    """What needs attention, then figures over the last hours."""
    return dashboard.get_dashboard(user=user_of(request), hours=query.hours)


@router.post(
    "/expressions/preview",
    response=Preview,
    operation_id="previewExpression",
    summary="Evaluate an expression on sample data",
)
def preview_expression(request: HttpRequest, body: schemas.PreviewExpression) -> Preview:
    """Changes nothing. A wrong expression is an answer here, not an error."""
    return preview.preview_expression(
        user=user_of(request),
        value=body.value,
        workflow_id=body.workflow_id,
        document=body.document,
        node_id=body.node_id,
        sample=preview.Sample(
            input=body.sample.input,
            nodes=body.sample.nodes,
            vars=body.sample.vars,
            extra=body.sample.extra,
        ),
    )


@router.post(
    "/failure-drill",
    response=FailureDrill,
    operation_id="drillFailure",
    summary="Show what would be undone if a step of a saga failed",
)
def drill_failure(request: HttpRequest, body: schemas.DrillFailure) -> FailureDrill:
    """Changes nothing."""
    return drills.drill_failure(
        user=user_of(request),
        workflow_id=body.workflow_id,
        document=body.document,
        step_id=body.step_id,
    )
