"""What the WebSockets send."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from workflows_app.contracts.base import Contract, Moment
from workflows_app.contracts.definitions import RunStatusName
from workflows_app.contracts.runs import Event, RunErrorView, RunSnapshot


class RunHead(Contract):
    """The run's own fields, as of the frame's `seq`."""

    id: UUID
    status: RunStatusName
    seq: int
    started_at: Moment | None
    finished_at: Moment | None
    error: RunErrorView | None
    output: JsonValue


class SnapshotFrame(Contract):
    """Everything, as of event `seq`."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    run: RunSnapshot


class EventsFrame(Contract):
    """The events `from` … `seq`, in order and without gaps."""

    type: Literal["events"] = "events"
    from_: int = Field(alias="from", serialization_alias="from")
    seq: int
    run: RunHead
    events: list[Event]


class PingFrame(Contract):
    """A sign of life, every 20 seconds."""

    type: Literal["ping"] = "ping"


class MeFrame(Contract):
    """How many human tasks wait for me; sent at once and on change."""

    type: Literal["me"] = "me"
    inbox_count: int


class RunsFrame(Contract):
    """Runs that changed. The page asks the API for what it shows."""

    type: Literal["runs"] = "runs"
    ids: list[UUID]


class TasksFrame(Contract):
    """My inbox changed."""

    type: Literal["tasks"] = "tasks"
    changed: Literal[True] = True


FRAMES = (SnapshotFrame, EventsFrame, PingFrame, MeFrame, RunsFrame, TasksFrame)
"""All frames; their schemas stand in the OpenAPI document for the browser's types."""
