"""Workflows that are written in code: `register()` makes their documents versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.errors import ConflictError, FieldError, InvalidInputError
from workflows_app.sdk.publishing import Registered
from workflows_app.services.documents import CheckedDocument, check_document
from workflows_app.services.drafts import save_draft
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.workflows import create_workflow, lock_workflow
from workflows_app.store import definitions

NAME = re.compile(r"[-a-zA-Z0-9_]{1,100}")
NOTE = "Registered from code"


class Code:
    """Who acts when a deployment registers its workflows: no account, but all permissions."""

    pk = None
    is_active = True
    is_superuser = True

    def get_username(self) -> str:
        """What the audit log says."""
        return "code"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """True."""
        return True


class CodePublisher:
    """What the app hands to the SDK; see `workflows_app.sdk.publishing.Publisher`."""

    def publish(
        self, *, name: str, title: str, document: Mapping[str, Any], replaces_draft: bool
    ) -> Registered:
        """Make the document the workflow's latest version, and its draft."""
        return register_document(
            actor=Code(),
            name=name,
            title=title,
            document=document,
            replaces_draft=replaces_draft,
        )


@transaction.atomic
def register_document(
    *,
    actor: Actor,
    name: str,
    title: str,
    document: Mapping[str, Any],
    replaces_draft: bool = False,
) -> Registered:
    """Publish a document under a name; what runs the same as a version makes no new one.

    Args:
        actor: Who does it.
        name: Which workflow; it is made where there is none.
        title: What people call a workflow that is made.
        document: What runs from now on. Without a layout it keeps the draft's.
        replaces_draft: True: even if the draft holds changes that were never published.

    Raises:
        PermissionDeniedError: the actor may not create, change or publish workflows.
        InvalidInputError: the name is none, or the workflow is of another kind.
        DocumentInvalidError: the document cannot run; `errors` holds its problems.
        ConflictError: the workflow is archived, or its draft holds changes that were never
            published.
    """
    if NAME.fullmatch(name) is None:
        problem = "may hold letters, digits, - and _ only, 100 at most"
        hint = "Use a name such as order-approval; the title may be any text."
        raise InvalidInputError(
            f"The name “{name}” {problem}.", errors=[FieldError("name", problem, hint, "name")]
        )
    checked = check_document(document)
    if definitions.find_workflow_by_name(name) is None:
        # Another deployment may be first with the name; then this one goes on with its workflow.
        with suppress(ConflictError):
            create_workflow(actor=actor, title=title, name=name, document=checked.data)
    row = definitions.find_workflow_by_name(name)
    if row is None:
        raise RuntimeError(f"The workflow “{name}” is gone although it was just made.")
    workflow_id = lock_workflow(row.id).id
    draft = definitions.read_draft(workflow_id)
    revision = draft.revision
    if draft.hash != checked.hash:
        if not replaces_draft:
            _refuse_unpublished(row, draft)
        revision = save_draft(
            actor=actor,
            workflow_id=workflow_id,
            document=_with_layout(checked, draft),
            revision=revision,
        )
    published = publish_workflow(actor=actor, workflow_id=workflow_id, revision=revision, note=NOTE)
    return Registered(workflow_id, published.version_id, published.number, published.is_new)


def _refuse_unpublished(row: definitions.WorkflowRow, draft: definitions.DraftRow) -> None:
    """Let pass a draft that was published, as it stands: nothing is lost when it is replaced."""
    if definitions.find_version_by_hash(workflow_id=row.id, document_hash=draft.hash) is None:
        raise ConflictError(
            f"The draft of “{row.title}” holds changes that were never published. Publish or "
            "export them first, or call register(replaces_draft=True) to drop them."
        )


def _with_layout(checked: CheckedDocument, draft: definitions.DraftRow) -> dict[str, Any]:
    """The document; nodes that stay keep their places on the canvas."""
    places = (draft.document.get("layout") or {}).get("nodes") or {}
    if "layout" not in checked.data or checked.data["layout"]["nodes"]:
        return checked.data
    ids = {node["id"] for node in checked.data["nodes"]}
    kept = {node_id: place for node_id, place in places.items() if node_id in ids}
    return {**checked.data, "layout": {"nodes": kept}}
