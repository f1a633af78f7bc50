"""Human tasks and decisions."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from workflows_app.contracts.base import Contract, JsonMap, Moment, Page
from workflows_app.contracts.definitions import Canvas, WorkflowRef
from workflows_app.contracts.runs import NodeView


class LabelledValue(Contract):
    """A value with the words for it."""

    label: str
    value: JsonValue


class Outcome(Contract):
    """A possible answer."""

    id: str
    label: str
    style: Literal["approve", "reject", "neutral"]
    comment_required: bool


class DecisionView(Contract):
    """What somebody answered."""

    outcome: str
    label: str
    comment: str
    data: JsonMap
    decided_by: str | None
    decided_at: Moment


class HumanTaskSummary(Contract):
    """A human task as a row of the inbox."""

    id: UUID
    heading: str
    workflow: WorkflowRef
    run_id: UUID
    business_key: str
    node_id: str
    status: Literal["open", "decided", "cancelled", "expired"]
    key_values: list[LabelledValue]
    """The first values of the data decided upon."""
    requested_by: str | None
    created_at: Moment
    due_at: Moment | None
    claimed_by: str | None
    is_mine: bool
    """Claimed by me, or assigned to me by name."""
    outcomes: list[Outcome]
    has_form: bool
    decision: DecisionView | None


class HumanTaskPage(Page[HumanTaskSummary]):
    """Part of the inbox."""


class TaskProgress(Contract):
    """Where the run stands."""

    canvas: Canvas
    nodes: list[NodeView]


class HistoryEntry(Contract):
    """One line of what has happened so far."""

    at: Moment
    text: str
    node_id: str | None


class HumanTaskDetail(HumanTaskSummary):
    """A human task with all that is needed to decide."""

    instructions: str
    data: list[LabelledValue]
    form_schema: JsonMap | None
    progress: TaskProgress
    history: list[HistoryEntry]
    may_decide: bool
    may_not_reason: str | None
    """Why not, in plain words; null when one may."""
