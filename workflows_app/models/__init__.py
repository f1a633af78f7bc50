"""Tables and their constraints; no logic."""

from workflows_app.models.access import ApiToken, AuditEntry
from workflows_app.models.agents import AgentStep
from workflows_app.models.bulk import Batch, Bulk, Upload
from workflows_app.models.connections import Connection
from workflows_app.models.definitions import Draft, Version, Workflow
from workflows_app.models.human import Decision, HumanTask
from workflows_app.models.operations import (
    InboxItem,
    OutboxMessage,
    Signal,
    StepMemo,
    Timer,
    WorkerHeartbeat,
)
from workflows_app.models.runs import ChildRun, NodeLog, NodeRun, Run, RunEvent

__all__ = [
    "AgentStep",
    "ApiToken",
    "AuditEntry",
    "Batch",
    "Bulk",
    "ChildRun",
    "Connection",
    "Decision",
    "Draft",
    "HumanTask",
    "InboxItem",
    "NodeLog",
    "NodeRun",
    "OutboxMessage",
    "Run",
    "RunEvent",
    "Signal",
    "StepMemo",
    "Timer",
    "Upload",
    "Version",
    "WorkerHeartbeat",
    "Workflow",
]
