"""Items that are added to a map node while it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.document_bulk import MapConfig
from workflows_app.core.plan import Execution
from workflows_app.engine import clock
from workflows_app.engine.plans import plan_of
from workflows_app.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from workflows_app.outbound.dispatch import hint_work
from workflows_app.services import audit
from workflows_app.store import bulks, runs


@transaction.atomic
def add_items(*, actor: Actor, run_id: UUID, node_id: str, items: Sequence[Any]) -> int:
    """Let a map node work on further items, behind those that it has.

    Args:
        actor: Who does it; needs `operate_run`.
        run_id: The run.
        node_id: Its map node; `items` in a run of the kind bulk.
        items: JSON values, at least one.

    Returns:
        How many items the node has then.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        InvalidInputError: the run's version has no such map node.
        ConflictError: the node takes no items: it has not begun, reads its source, or is over.
    """
    require(actor, "operate_run")
    row = runs.read_runs([run_id]).get(run_id)
    if row is None:
        raise NotFoundError("There is no such run.")
    nodes = plan_of(row.version_id).nodes
    node = nodes.get(node_id)
    if node is None or node.execution is not Execution.ITEMS:
        names = [name for name, each in nodes.items() if each.execution is Execution.ITEMS]
        hint = f"Use one of: {', '.join(names)}." if names else "This run has none."
        raise InvalidInputError(
            f"The node '{node_id}' is not a map node of this run's version.",
            errors=[FieldError("node_id", f"'{node_id}' is not a map node", hint, "unknown_node")],
        )
    config = MapConfig.model_validate(node.config)
    bulk = bulks.append_items(
        run_id,
        node_id,
        items,
        batch_size=config.batch_size,
        allowed=config.failure_threshold.allowed,
        now=clock.now(),
    )
    if bulk is None:
        raise ConflictError(
            "The node takes no items now: it has not begun, still reads its source, or is over."
        )
    audit.record(
        actor=actor,
        action="run.items_added",
        target_type="run",
        target_id=run_id,
        node=node_id,
        count=len(items),
    )
    transaction.on_commit(lambda: hint_work(1))
    return bulk.total
