"""Writes of workflows, drafts and versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from workflows_app.models import Draft, Version, Workflow


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow as it stands."""

    id: UUID
    name: str
    title: str
    kind: str
    description: str
    is_archived: bool
    latest_version_id: UUID | None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as it stands."""

    revision: int
    document: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version."""

    id: UUID
    number: int
    hash: str


def insert_workflow(
    *,
    name: str,
    title: str,
    kind: str,
    description: str,
    document: Mapping[str, Any],
    document_hash: str,
    actor_id: Any,
    now: datetime,
) -> UUID:
    """Write a workflow with its first draft. A name that is taken gets a number behind it."""
    for attempt in range(1, 10_000):
        suffix = "" if attempt == 1 else f"-{attempt}"
        candidate = f"{name[: 100 - len(suffix)]}{suffix}"
        if Workflow.objects.filter(name=candidate).exists():
            continue
        try:
            with transaction.atomic():
                workflow = Workflow.objects.create(
                    name=candidate,
                    title=title,
                    kind=kind,
                    description=description,
                    created_by_id=actor_id,
                    created_at=now,
                    updated_by_id=actor_id,
                    updated_at=now,
                )
                Draft.objects.create(
                    workflow=workflow,
                    document=document,
                    hash=document_hash,
                    updated_by_id=actor_id,
                    updated_at=now,
                )
        except IntegrityError:
            # Somebody took the name between the look and the write.
            continue
        return workflow.id
    raise RuntimeError(f"No free name like {name!r}")


def lock_workflow(workflow_id: UUID) -> WorkflowRow | None:
    """Lock the workflow's row until the end of the transaction; None when there is none.

    Not its key: runs, which refer to it, start meanwhile.
    """
    rows = Workflow.objects.select_for_update(no_key=True).filter(id=workflow_id)
    return _workflow_row(rows.first())


def find_workflow(workflow_id: UUID) -> WorkflowRow | None:
    """The workflow as it stands, unlocked; None when there is none."""
    return _workflow_row(Workflow.objects.filter(id=workflow_id).first())


def find_workflow_by_name(name: str) -> WorkflowRow | None:
    """The workflow of that name as it stands, unlocked; None when there is none."""
    return _workflow_row(Workflow.objects.filter(name=name).first())


def _workflow_row(row: Workflow | None) -> WorkflowRow | None:
    if row is None:
        return None
    return WorkflowRow(
        id=row.id,
        name=row.name,
        title=row.title,
        kind=row.kind,
        description=row.description,
        is_archived=row.archived_at is not None,
        latest_version_id=row.latest_version_id,
    )


def read_draft(workflow_id: UUID) -> DraftRow:
    """The draft of a workflow that exists."""
    draft = Draft.objects.get(workflow_id=workflow_id)
    return DraftRow(revision=draft.revision, document=draft.document, hash=draft.hash)


def change_workflow(
    *, workflow_id: UUID, changes: Mapping[str, Any], actor_id: Any, now: datetime
) -> None:
    """Write columns of a workflow."""
    Workflow.objects.filter(id=workflow_id).update(
        **changes, updated_by_id=actor_id, updated_at=now
    )


def replace_draft(
    *,
    workflow_id: UUID,
    expected_revision: int,
    document: Mapping[str, Any],
    document_hash: str,
    actor_id: Any,
    now: datetime,
) -> bool:
    """Write the document and count the revision up; False when the revision is another one."""
    changed = Draft.objects.filter(workflow_id=workflow_id, revision=expected_revision).update(
        document=document,
        hash=document_hash,
        revision=F("revision") + 1,
        updated_by_id=actor_id,
        updated_at=now,
    )
    if changed:
        Workflow.objects.filter(id=workflow_id).update(updated_by_id=actor_id, updated_at=now)
    return changed == 1


def find_version(*, workflow_id: UUID, number: int) -> VersionRow | None:
    """The version with that number."""
    return _version_row(Version.objects.filter(workflow_id=workflow_id, number=number).first())


def find_version_by_id(version_id: UUID) -> VersionRow | None:
    """The version with that id."""
    return _version_row(Version.objects.filter(id=version_id).first())


def find_version_by_hash(*, workflow_id: UUID, document_hash: str) -> VersionRow | None:
    """The version that runs the same."""
    return _version_row(Version.objects.filter(workflow_id=workflow_id, hash=document_hash).first())


def insert_version(
    *,
    workflow_id: UUID,
    document: Mapping[str, Any],
    document_hash: str,
    note: str,
    actor_id: Any,
    now: datetime,
) -> VersionRow:
    """Write the next version of a workflow whose row is locked."""
    last = Version.objects.filter(workflow_id=workflow_id).aggregate(last=Max("number"))["last"]
    version = Version.objects.create(
        workflow_id=workflow_id,
        number=(last or 0) + 1,
        hash=document_hash,
        document=document,
        note=note,
        published_by_id=actor_id,
        published_at=now,
    )
    return VersionRow(id=version.id, number=version.number, hash=version.hash)


def _version_row(version: Version | None) -> VersionRow | None:
    if version is None:
        return None
    return VersionRow(id=version.id, number=version.number, hash=version.hash)
