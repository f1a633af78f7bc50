"""The life of a workflow: create, rename, copy, archive, restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.engine import clock
from workflows_app.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from workflows_app.services import audit
from workflows_app.services.documents import CheckedDocument, check_document, empty_document
from workflows_app.services.titles import clean_title
from workflows_app.store import definitions


def create_workflow(
    *,
    actor: Actor,
    title: str,
    name: str | None = None,
    kind: str | None = None,
    document: Mapping[str, Any] | None = None,
) -> UUID:
    """Make a workflow with a draft.

    Args:
        actor: Who does it; needs `add_workflow`.
        title: What people call it; need not be unique.
        name: What programs call it; made from the title, and unique, by default.
        kind: By default the document's, else `graph`.
        document: The first draft; by default an empty one.

    Raises:
        PermissionDeniedError: the actor may not create workflows.
        DocumentInvalidError: the document is not one.
        InvalidInputError: the title is blank, or the kind is unknown or not the document's.
        ConflictError: the name is taken.
    """
    require(actor, "add_workflow")
    raw = document if document is not None else empty_document(kind or "graph")
    checked = check_document(raw)
    return _insert(actor=actor, title=title, name=name, kind=kind, checked=checked)


@transaction.atomic
def update_workflow(
    *, actor: Actor, workflow_id: UUID, title: str | None = None, description: str | None = None
) -> None:
    """Rename or describe a workflow; None leaves a field as it is.

    Raises:
        PermissionDeniedError: the actor may not change workflows.
        NotFoundError: there is no such workflow.
        InvalidInputError: the title is blank.
    """
    require(actor, "change_workflow")
    row = lock_workflow(workflow_id)
    changes: dict[str, Any] = {}
    if title is not None and (cleaned := clean_title(title, thing="workflow")) != row.title:
        changes["title"] = cleaned
    if description is not None and description != row.description:
        changes["description"] = description
    if not changes:
        return
    definitions.change_workflow(
        workflow_id=workflow_id, changes=changes, actor_id=actor.pk, now=clock.now()
    )
    audit.record(
        actor=actor,
        action="workflow.updated",
        target_type="workflow",
        target_id=workflow_id,
        changes=changes,
    )


@transaction.atomic
def duplicate_workflow(*, actor: Actor, workflow_id: UUID, title: str | None = None) -> UUID:
    """Make a new workflow with a copy of the draft; versions and runs are not copied.

    Raises:
        PermissionDeniedError: the actor may not see or not create workflows.
        NotFoundError: there is no such workflow.
        InvalidInputError: the title is blank.
    """
    require(actor, "view_workflow")
    require(actor, "add_workflow")
    row = lock_workflow(workflow_id)
    draft = definitions.read_draft(workflow_id)
    return _insert(
        actor=actor,
        title=title if title is not None else f"{row.title[:190]} (copy)",
        kind=row.kind,
        checked=CheckedDocument(
            kind=row.kind, data=draft.document, hash=draft.hash, description=row.description
        ),
        copied_from=workflow_id,
    )


@transaction.atomic
def archive_workflow(*, actor: Actor, workflow_id: UUID) -> None:
    """Take a workflow out of the list; it starts no runs, and those under way go on.

    Raises:
        PermissionDeniedError: the actor may not change workflows.
        NotFoundError: there is no such workflow.
    """
    _set_archived(actor=actor, workflow_id=workflow_id, is_archived=True)


@transaction.atomic
def restore_workflow(*, actor: Actor, workflow_id: UUID) -> None:
    """Bring an archived workflow back.

    Raises:
        PermissionDeniedError: the actor may not change workflows.
        NotFoundError: there is no such workflow.
    """
    _set_archived(actor=actor, workflow_id=workflow_id, is_archived=False)


def lock_workflow(workflow_id: UUID) -> definitions.WorkflowRow:
    """Lock the workflow's row until the end of the transaction.

    Raises:
        NotFoundError: there is no such workflow.
    """
    row = definitions.lock_workflow(workflow_id)
    if row is None:
        raise NotFoundError("There is no such workflow.")
    return row


def _set_archived(*, actor: Actor, workflow_id: UUID, is_archived: bool) -> None:
    require(actor, "change_workflow")
    if lock_workflow(workflow_id).is_archived == is_archived:
        return
    now = clock.now()
    definitions.change_workflow(
        workflow_id=workflow_id,
        changes={"archived_at": now if is_archived else None},
        actor_id=actor.pk,
        now=now,
    )
    audit.record(
        actor=actor,
        action="workflow.archived" if is_archived else "workflow.restored",
        target_type="workflow",
        target_id=workflow_id,
    )


@transaction.atomic
def _insert(
    *,
    actor: Actor,
    title: str,
    kind: str | None,
    checked: CheckedDocument,
    name: str | None = None,
    copied_from: UUID | None = None,
) -> UUID:
    cleaned = clean_title(title, thing="workflow")
    if kind is not None and kind != checked.kind:
        raise InvalidInputError(
            f"The document is a {checked.kind}, not a {kind}.",
            errors=[
                FieldError(
                    "kind",
                    f"is '{kind}', but the document's kind is '{checked.kind}'",
                    f"Leave the kind out, or give '{checked.kind}'.",
                    "kind_mismatch",
                )
            ],
        )
    workflow_id = definitions.insert_workflow(
        name=name or slugify(cleaned)[:100] or "workflow",
        title=cleaned,
        kind=checked.kind,
        description=checked.description,
        document=checked.data,
        document_hash=checked.hash,
        actor_id=actor.pk,
        now=clock.now(),
    )
    if name is not None:
        _refuse_other_name(workflow_id, name)
    audit.record(
        actor=actor,
        action="workflow.created",
        target_type="workflow",
        target_id=workflow_id,
        title=cleaned,
        copied_from=str(copied_from) if copied_from is not None else None,
    )
    return workflow_id


def _refuse_other_name(workflow_id: UUID, name: str) -> None:
    """Refuse a workflow that got a number behind its name, since the name is taken."""
    row = definitions.find_workflow(workflow_id)
    if row is None or row.name != name:
        raise ConflictError(
            f"There is a workflow “{name}” already.",
            errors=[FieldError("name", "is taken", "Choose another name.", "taken")],
        )
