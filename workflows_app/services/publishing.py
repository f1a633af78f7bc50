"""Publishing: the draft becomes an immutable, numbered version."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from workflows_app import task_types
from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.compile import compile_document
from workflows_app.core.problems import InvalidDocument
from workflows_app.engine import clock
from workflows_app.errors import DocumentInvalidError
from workflows_app.selectors.called_workflows import problems_of_calls
from workflows_app.services import audit
from workflows_app.services.documents import invalid_document
from workflows_app.services.drafts import refuse_archived, stale_revision
from workflows_app.services.workflows import lock_workflow
from workflows_app.store import definitions


@dataclass(frozen=True, slots=True)
class Published:
    """The version that new runs take from now on."""

    version_id: UUID
    number: int
    is_new: bool


@transaction.atomic
def publish_workflow(
    *, actor: Actor, workflow_id: UUID, revision: int, note: str = ""
) -> Published:
    """Make the draft the version that new runs take.

    A draft that runs the same as an earlier version makes no new one: that version is returned,
    and is the latest again.

    Raises:
        PermissionDeniedError: the actor may not publish workflows.
        NotFoundError: there is no such workflow.
        ConflictError: the workflow is archived.
        RevisionConflictError: the draft is at another revision than the one to publish.
        DocumentInvalidError: the draft cannot run; `errors` holds its problems.
    """
    require(actor, "publish_workflow")
    row = lock_workflow(workflow_id)
    refuse_archived(row)
    draft = definitions.read_draft(workflow_id)
    if draft.revision != revision:
        raise stale_revision(workflow_id, revision)
    try:
        compile_document(draft.document, task_types.catalog())
    except InvalidDocument as error:
        raise _cannot_run(error) from error
    calls = problems_of_calls(draft.document, workflow_id=workflow_id)
    if any(problem.is_error for problem in calls):
        raise _cannot_run(InvalidDocument(calls))
    version = definitions.find_version_by_hash(workflow_id=workflow_id, document_hash=draft.hash)
    is_new = version is None
    if version is None:
        version = definitions.insert_version(
            workflow_id=workflow_id,
            document=draft.document,
            document_hash=draft.hash,
            note=note,
            actor_id=actor.pk,
            now=clock.now(),
        )
    if version.id != row.latest_version_id:
        definitions.change_workflow(
            workflow_id=workflow_id,
            changes={"latest_version_id": version.id},
            actor_id=actor.pk,
            now=clock.now(),
        )
        audit.record(
            actor=actor,
            action="workflow.published",
            target_type="workflow",
            target_id=workflow_id,
            version=version.number,
            hash=version.hash,
            is_new=is_new,
            note=note,
        )
    return Published(version_id=version.id, number=version.number, is_new=is_new)


def _cannot_run(error: InvalidDocument) -> DocumentInvalidError:
    count = sum(problem.severity == "error" for problem in error.problems)
    return invalid_document(
        error.problems,
        "The draft cannot run."
        if count == 1
        else f"The draft cannot run: it has {count} problems.",
    )
