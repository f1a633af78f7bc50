"""Running documents in memory: the same `compile` and `decide`, a shell without tables."""

from workflows_app.sdk.local.clock import Clock, RealClock, VirtualClock
from workflows_app.sdk.local.execution import Execution, Failure, JournalLine, LogLine, Waiting
from workflows_app.sdk.local.people import Answer, Question
from workflows_app.sdk.local.run import resume_run, run_document, run_plan

__all__ = [
    "Answer",
    "Clock",
    "Execution",
    "Failure",
    "JournalLine",
    "LogLine",
    "Question",
    "RealClock",
    "VirtualClock",
    "Waiting",
    "resume_run",
    "run_document",
    "run_plan",
]
