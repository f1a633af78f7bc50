"""Trying a finished run again from one of its nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.state import VisitKey
from workflows_app.engine import clock
from workflows_app.engine.plans import plan_of
from workflows_app.engine.start import create_run
from workflows_app.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from workflows_app.selectors.reruns import RerunSource, find_rerun_source
from workflows_app.services import audit
from workflows_app.services.runs import refuse_start_of_archived
from workflows_app.store import bulks, definitions


@transaction.atomic
def retry_from_node(*, actor: Actor, run_id: UUID, node_id: str) -> UUID:
    """Start a new run on the same version and input that takes over what ran before the node.

    The results of nodes that lie behind the node are not taken over, and neither are those of a
    loop that the node belongs to.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        ConflictError: the run is still under way, or its workflow is archived.
        InvalidInputError: the run's version has no such node.
    """
    require(actor, "operate_run")
    source, plan = _closed_run(run_id, node_id)
    return _start_over(actor, run_id, source, plan, node_id, action="run.retried")


@transaction.atomic
def retry_failed_items(*, actor: Actor, run_id: UUID, node_id: str) -> UUID:
    """Start a new run over the failed items of a map node; what ran before it is taken over.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        ConflictError: the run is still under way, its workflow is archived, or no item of the node
            can be tried again.
        InvalidInputError: the run's version has no such node, or it is no map node.
    """
    require(actor, "operate_run")
    source, plan = _closed_run(run_id, node_id)
    if plan.nodes[node_id].execution is not Execution.ITEMS:
        names = [name for name, node in plan.nodes.items() if node.execution is Execution.ITEMS]
        raise _unknown_node(node_id, "is not a map node", names)
    bulk_id = bulks.find_bulk_id(run_id, node_id)
    bulk = bulks.read_bulk(bulk_id) if bulk_id is not None else None
    if bulk is None or bulk.failed == bulk.broken:
        raise ConflictError("No item of this node failed in a way that another try could mend.")
    origin = {"kind": "failed", "bulk": bulk.id, "run_id": str(run_id)}
    return _start_over(
        actor,
        run_id,
        source,
        plan,
        node_id,
        action="run.failed_items_retried",
        prepare=lambda new_id: bulks.plan_bulk(
            run_id=new_id, key=(node_id, 1), source=origin, now=clock.now()
        ),
    )


def _closed_run(run_id: UUID, node_id: str) -> tuple[RerunSource, Plan]:
    source = find_rerun_source(run_id=run_id)
    if source is None:
        raise NotFoundError("There is no such run.")
    plan = plan_of(source.version_id)
    if plan.chart is not None:
        raise ConflictError("A state machine cannot be retried from a state. Start a new run.")
    nodes = sorted(node.id for node in plan.nodes.values() if node.compensates is None)
    if node_id not in nodes:
        raise _unknown_node(node_id, "is not a node of this run's version", nodes)
    if not source.is_closed:
        raise ConflictError("The run is still under way. Cancel it, or wait until it is over.")
    workflow = definitions.find_workflow(source.workflow_id)
    if workflow is not None:
        refuse_start_of_archived(workflow)
    return source, plan


def _unknown_node(node_id: str, reason: str, names: Sequence[str]) -> InvalidInputError:
    hint = f"Use one of: {', '.join(names[:20])}." if names else "This run has none."
    return InvalidInputError(
        f"The node '{node_id}' {reason}.",
        errors=[FieldError("node_id", f"'{node_id}' {reason}", hint, "unknown_node")],
    )


def _start_over(
    actor: Actor,
    run_id: UUID,
    source: RerunSource,
    plan: Plan,
    node_id: str,
    *,
    action: str,
    prepare: Callable[[UUID], None] | None = None,
) -> UUID:
    new_id, _ = create_run(
        workflow_id=source.workflow_id,
        version_id=source.version_id,
        input=source.input,
        business_key=source.business_key,
        labels=source.labels,
        created_by_id=actor.pk,
        rerun_of_id=run_id,
        reusable=reusable_results(plan, source.succeeded, node_id),
        prepare=prepare,
    )
    audit.record(
        actor=actor,
        action=action,
        target_type="run",
        target_id=run_id,
        node=node_id,
        new_run=str(new_id),
    )
    return new_id


def reusable_results(
    plan: Plan, succeeded: Mapping[VisitKey, tuple[str, ...]], node_id: str
) -> dict[VisitKey, tuple[str, ...]]:
    """The results that a run starting over at the node may take over.

    Not those of the node and of what can be reached from it, its own loop included; and not those
    of ends, which tell how a run closes. What undid something was for that run alone.
    """
    behind = {node_id}
    pending = [node_id]
    while pending:
        for edge in plan.nodes[pending.pop()].outgoing:
            if edge.target not in behind:
                behind.add(edge.target)
                pending.append(edge.target)
    return {
        (node, visit): ports
        for (node, visit), ports in succeeded.items()
        if node in plan.nodes
        and node not in behind
        and not plan.nodes[node].is_end
        and plan.nodes[node].compensates is None
    }
