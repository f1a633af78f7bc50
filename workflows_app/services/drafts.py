"""Saving drafts without overwriting anybody."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.engine import clock
from workflows_app.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    RevisionConflictError,
)
from workflows_app.selectors.drafts import read_draft
from workflows_app.services import audit
from workflows_app.services.documents import check_document
from workflows_app.services.workflows import lock_workflow
from workflows_app.store import definitions


@transaction.atomic
def save_draft(*, actor: Actor, workflow_id: UUID, document: object, revision: int) -> int:
    """Replace the draft's document, if the draft is still at `revision`; the new revision.

    Raises:
        PermissionDeniedError: the actor may not change workflows.
        NotFoundError: there is no such workflow.
        ConflictError: the workflow is archived.
        DocumentInvalidError: the document is not one. (One that cannot run yet is saved.)
        InvalidInputError: the document is of another kind than the workflow.
        RevisionConflictError: somebody saved in the meantime; `extra["current"]` is theirs.
    """
    require(actor, "change_workflow")
    row = lock_workflow(workflow_id)
    refuse_archived(row)
    checked = check_document(document)
    if checked.kind != row.kind:
        raise InvalidInputError(
            f"This workflow is a {row.kind}; the document is a {checked.kind}.",
            errors=[
                FieldError(
                    "document.kind",
                    f"is '{checked.kind}', but the workflow's kind is '{row.kind}'",
                    "Make a new workflow for a document of another kind.",
                    "kind_mismatch",
                )
            ],
        )
    if not definitions.replace_draft(
        workflow_id=workflow_id,
        expected_revision=revision,
        document=checked.data,
        document_hash=checked.hash,
        actor_id=actor.pk,
        now=clock.now(),
    ):
        raise stale_revision(workflow_id, revision)
    audit.record_draft_save(actor=actor, workflow_id=workflow_id, revision=revision + 1)
    return revision + 1


def refuse_archived(row: definitions.WorkflowRow) -> None:
    """Let pass a workflow that is not archived.

    Raises:
        ConflictError: it is.
    """
    if row.is_archived:
        raise ConflictError("This workflow is archived. Restore it first.")


def stale_revision(workflow_id: UUID, revision: int) -> RevisionConflictError:
    """The error for a revision that is not the draft's, with the draft as it is."""
    current = read_draft(workflow_id)
    return RevisionConflictError(
        f"The draft is at revision {current.revision}, not {revision}: "
        f"{current.updated_by or 'somebody'} saved it in the meantime.",
        errors=[
            FieldError(
                "revision",
                f"is {revision}, but the draft is at {current.revision}",
                "Load the current draft, and make your changes on it.",
                "stale",
            )
        ],
        extra={"current": current.model_dump(mode="json")},
    )
