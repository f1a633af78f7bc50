"""Child runs: which node run started them, and what they returned.

The id of a child follows from the attempt that starts it, so that there are never two for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from workflows_app.core.state import CLOSED, VisitKey
from workflows_app.models import ChildRun, Run


@dataclass(frozen=True, slots=True)
class Item:
    """The item of a map node that a run works on, and which attempt at it that is."""

    index: int
    attempt: int


@dataclass(frozen=True, slots=True)
class ChildLink:
    """What a child run's row says of its parent."""

    parent_id: UUID
    node_id: str
    visit: int
    attempt: int
    is_awaited: bool
    depth: int
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """How a child stands, and what it gave if it is over."""

    status: str
    workflow: str
    """The name of its workflow."""
    output: Any
    error: dict[str, Any] | None


NO_ITEM = -1
_CLOSED = [status.value for status in CLOSED]


def child_id(parent_id: UUID, key: VisitKey, attempt: int, item: Item | None = None) -> UUID:
    """The id of the run that this attempt of a node run, or at an item of it, starts."""
    node_id, visit = key
    name = f"{node_id} {visit} {attempt}"
    if item is not None:
        name = f"{name} {item.index} {item.attempt}"
    return uuid5(parent_id, name)


def insert_link(run_id: UUID, link: ChildLink) -> None:
    """Say who started a run that the caller's transaction has just written."""
    ChildRun.objects.create(
        run_id=run_id,
        parent_id=link.parent_id,
        node_id=link.node_id,
        visit=link.visit,
        attempt=link.attempt,
        is_awaited=link.is_awaited,
        depth=link.depth,
        item=link.item.index if link.item is not None else NO_ITEM,
        item_attempt=link.item.attempt if link.item is not None else 0,
    )


def find_link(run_id: UUID) -> ChildLink | None:
    """Who started the run; None when it is no child."""
    row = ChildRun.objects.filter(run_id=run_id).first()
    if row is None:
        return None
    item = Item(row.item, row.item_attempt) if row.item != NO_ITEM else None
    return ChildLink(
        row.parent_id, row.node_id, row.visit, row.attempt, row.is_awaited, row.depth, item
    )


def read_ends(run_ids: Iterable[UUID]) -> dict[UUID, ChildEnd]:
    """How these runs stand, those that there are."""
    rows = Run.objects.filter(id__in=list(run_ids)).select_related("workflow")
    return {row.id: ChildEnd(row.status, row.workflow.name, row.output, row.error) for row in rows}


def are_all_open(run_ids: Iterable[UUID]) -> bool:
    """False when one of these runs is over."""
    return not Run.objects.filter(id__in=list(run_ids), status__in=_CLOSED).exists()


def open_item_runs(parent_id: UUID, key: VisitKey) -> list[UUID]:
    """The runs of a map node's items that are not over."""
    links = ChildRun.objects.filter(parent_id=parent_id, node_id=key[0], visit=key[1])
    open_ones = links.exclude(item=NO_ITEM).exclude(run__status__in=_CLOSED)
    return list(open_ones.values_list("run_id", flat=True))


def read_output(run_id: UUID) -> Any:
    """What a run that succeeded returned."""
    return Run.objects.filter(id=run_id).values_list("output", flat=True).first()


def read_labels(run_id: UUID) -> dict[str, Any]:
    """The labels of a run, which its children carry as well."""
    return Run.objects.filter(id=run_id).values_list("labels", flat=True).first() or {}
