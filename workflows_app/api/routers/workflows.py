"""Workflows: the list, the one, its life."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from workflows_app.api import schemas
from workflows_app.api.auth import requires
from workflows_app.api.identity import user_of
from workflows_app.contracts.definitions import WorkflowDetail, WorkflowPage, WorkflowTemplate
from workflows_app.contracts.runs import RunSnapshot, StartedRun, StartedRuns
from workflows_app.engine.start import AskedRun
from workflows_app.selectors import runs as run_reads
from workflows_app.selectors import templates as template_reads
from workflows_app.selectors import workflows as reads
from workflows_app.services import runs, transfer, workflows

router = Router(tags=["workflows"], by_alias=True)
AUTHOR = requires("author")


@router.get("", response=WorkflowPage, operation_id="listWorkflows", summary="List workflows")
def list_workflows(request: HttpRequest, query: Query[schemas.WorkflowQuery]) -> WorkflowPage:
    """Youngest change first."""
    return reads.list_workflows(
        user=user_of(request),
        search=query.search,
        kind=query.kind,
        is_archived=query.archived,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.post(
    "",
    response={201: WorkflowDetail},
    auth=AUTHOR,
    operation_id="createWorkflow",
    summary="Create a workflow",
)
def create_workflow(
    request: HttpRequest, body: schemas.CreateWorkflow, response: HttpResponse
) -> Status[WorkflowDetail]:
    """Empty, with a document, or from a template."""
    document = body.document
    if body.template is not None and document is None:
        document = template_reads.get_template_document(template_id=body.template)
    workflow_id = workflows.create_workflow(
        actor=user_of(request), title=body.title, kind=body.kind, document=document
    )
    return Status(201, _detail(request, workflow_id, response))


@router.get(
    "/templates",
    response=list[WorkflowTemplate],
    operation_id="listTemplates",
    summary="List templates",
)
def list_templates(request: HttpRequest) -> list[WorkflowTemplate]:
    """Examples that a new workflow can start from."""
    return template_reads.list_templates()


@router.post(
    "/import",
    response={201: WorkflowDetail},
    auth=AUTHOR,
    operation_id="importWorkflow",
    summary="Import a workflow",
)
def import_workflow(
    request: HttpRequest, body: schemas.ImportWorkflow, response: HttpResponse
) -> Status[WorkflowDetail]:
    """Makes a new workflow of an exported one, or of a bare document."""
    workflow_id = transfer.import_workflow(
        actor=user_of(request), text=body.text, document=body.document, title=body.title
    )
    return Status(201, _detail(request, workflow_id, response))


@router.get(
    "/{uuid:workflow_id}",
    response=WorkflowDetail,
    operation_id="getWorkflow",
    summary="Read a workflow",
)
def get_workflow(request: HttpRequest, workflow_id: UUID, response: HttpResponse) -> WorkflowDetail:
    """The ETag is the draft's revision, for If-Match."""
    return _detail(request, workflow_id, response)


@router.patch(
    "/{uuid:workflow_id}",
    response=WorkflowDetail,
    auth=AUTHOR,
    operation_id="updateWorkflow",
    summary="Rename or describe a workflow",
)
def update_workflow(
    request: HttpRequest,
    workflow_id: UUID,
    body: schemas.UpdateWorkflow,
    response: HttpResponse,
) -> WorkflowDetail:
    """A field that is left out stays."""
    workflows.update_workflow(
        actor=user_of(request),
        workflow_id=workflow_id,
        title=body.title,
        description=body.description,
    )
    return _detail(request, workflow_id, response)


@router.post(
    "/{uuid:workflow_id}/duplicate",
    response={201: WorkflowDetail},
    auth=AUTHOR,
    operation_id="duplicateWorkflow",
    summary="Copy a workflow",
)
def duplicate_workflow(
    request: HttpRequest,
    workflow_id: UUID,
    body: schemas.DuplicateWorkflow,
    response: HttpResponse,
) -> Status[WorkflowDetail]:
    """The copy has the draft, not the versions and runs."""
    copy_id = workflows.duplicate_workflow(
        actor=user_of(request), workflow_id=workflow_id, title=body.title
    )
    return Status(201, _detail(request, copy_id, response))


@router.post(
    "/{uuid:workflow_id}/archive",
    response=WorkflowDetail,
    auth=AUTHOR,
    operation_id="archiveWorkflow",
    summary="Archive a workflow",
)
def archive_workflow(
    request: HttpRequest, workflow_id: UUID, response: HttpResponse
) -> WorkflowDetail:
    """It leaves the list and starts no runs; its runs go on."""
    workflows.archive_workflow(actor=user_of(request), workflow_id=workflow_id)
    return _detail(request, workflow_id, response)


@router.post(
    "/{uuid:workflow_id}/restore",
    response=WorkflowDetail,
    auth=AUTHOR,
    operation_id="restoreWorkflow",
    summary="Bring an archived workflow back",
)
def restore_workflow(
    request: HttpRequest, workflow_id: UUID, response: HttpResponse
) -> WorkflowDetail:
    """Undoes `archive`."""
    workflows.restore_workflow(actor=user_of(request), workflow_id=workflow_id)
    return _detail(request, workflow_id, response)


@router.get(
    "/{uuid:workflow_id}/export",
    operation_id="exportWorkflow",
    summary="Export a workflow",
    openapi_extra={
        "responses": {
            200: {
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "application/yaml": {"schema": {"type": "string"}},
                    "application/scxml+xml": {"schema": {"type": "string"}},
                    "text/x-python": {"schema": {"type": "string"}},
                }
            }
        }
    },
)
def export_workflow(
    request: HttpRequest, workflow_id: UUID, format: transfer.FileFormat = "json"
) -> HttpResponse:
    """The draft as a file that `import` takes, or as Python."""
    exported = transfer.export_workflow(
        actor=user_of(request), workflow_id=workflow_id, file_format=format
    )
    response = HttpResponse(exported.text, content_type=exported.media_type)
    response["Content-Disposition"] = f'attachment; filename="{exported.file_name}"'
    return response


@router.post(
    "/{uuid:workflow_id}/runs",
    response={201: RunSnapshot, 200: RunSnapshot},
    auth=requires("run"),
    operation_id="startRun",
    summary="Start a run",
)
def start_run(
    request: HttpRequest, workflow_id: UUID, body: schemas.StartRun
) -> Status[RunSnapshot]:
    """201 for a new run; 200 with the earlier one when the idempotency key repeats."""
    user = user_of(request)
    started = runs.start_run(
        actor=user,
        workflow_id=workflow_id,
        input=body.input,
        business_key=body.business_key,
        idempotency_key=body.idempotency_key,
        labels=body.labels,
        version=body.version,
    )
    run = run_reads.get_snapshot(run_id=started.run_id)
    return Status(201 if started.is_new else 200, run)


@router.post(
    "/{uuid:workflow_id}/runs/bulk",
    response={201: StartedRuns},
    auth=requires("run"),
    operation_id="startRuns",
    summary="Start many runs",
)
def start_runs(
    request: HttpRequest, workflow_id: UUID, body: schemas.StartRuns
) -> Status[StartedRuns]:
    """All of them, or none: when one input is wrong, the answer names it.

    Idempotency keys that repeat give the earlier runs.
    """
    asked = [
        AskedRun(run.input, run.business_key, run.idempotency_key, run.labels) for run in body.runs
    ]
    started = runs.start_runs(
        actor=user_of(request), workflow_id=workflow_id, asked=asked, version=body.version
    )
    answer = [StartedRun(id=run.run_id, is_new=run.is_new) for run in started]
    return Status(201, StartedRuns(runs=answer))


def _detail(request: HttpRequest, workflow_id: UUID, response: HttpResponse) -> WorkflowDetail:
    detail = reads.get_workflow(user=user_of(request), workflow_id=workflow_id)
    response["ETag"] = f'"{detail.draft.revision}"'
    return detail
