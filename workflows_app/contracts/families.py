"""Runs that belong together because one started the other."""

from __future__ import annotations

from uuid import UUID

from workflows_app.contracts.base import Contract, Moment
from workflows_app.contracts.definitions import RunStatusName, WorkflowRef


class Relative(Contract):
    """A run as its relatives show it."""

    id: UUID
    workflow: WorkflowRef
    status: RunStatusName
    business_key: str


class ChildRunView(Relative):
    """A run that a node of this run started."""

    node_id: str
    visit: int
    attempt: int
    is_awaited: bool
    """False: the node went on at once."""


class OpenTask(Contract):
    """A human task of a run below this one that nobody has decided yet."""

    id: UUID
    heading: str
    run_id: UUID
    workflow: WorkflowRef
    due_at: Moment | None


class RunFamily(Contract):
    """What lies above and below a run. It changes without the run's own journal saying so."""

    ancestors: list[Relative]
    """The outermost first; empty for a run that nobody's node started."""
    children: list[ChildRunView]
    """At most 200, the youngest of more; in the order in which they were started."""
    open_tasks: list[OpenTask]
    """At most 50, the oldest first."""
