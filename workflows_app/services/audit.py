"""The audit log: who changed what, written in the transaction of the change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.engine import clock
from workflows_app.store import access


def record(
    *, actor: Actor, action: str, target_type: str, target_id: UUID | str, **detail: Any
) -> None:
    """Write one entry. `detail` is JSON and holds no secrets."""
    access.insert_audit_entry(
        at=clock.now(),
        actor_id=actor.pk,
        actor_name=actor.get_username(),
        action=action,
        target_type=target_type,
        target_id=str(target_id),
        detail=detail,
    )


def record_draft_save(*, actor: Actor, workflow_id: UUID, revision: int) -> None:
    """Write that somebody edits a draft: one entry for a sitting, not for each automatic save."""
    access.extend_audit_entry(
        at=clock.now(),
        actor_id=actor.pk,
        actor_name=actor.get_username(),
        action="workflow.draft_saved",
        target_type="workflow",
        target_id=str(workflow_id),
        detail={"revision": revision},
    )
