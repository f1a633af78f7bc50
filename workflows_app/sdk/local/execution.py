"""What became of a local run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workflows_app.core.plan import Execution as CarriedOutBy
from workflows_app.core.plan import Plan
from workflows_app.core.state import RunStatus
from workflows_app.errors import FlowdeckError
from workflows_app.sdk.local.items import ItemsDone
from workflows_app.sdk.local.people import Question

if TYPE_CHECKING:
    from workflows_app.sdk.local.step import LocalStep


class WorkflowFailedError(FlowdeckError):
    """A run failed. `failure` tells where and why, `execution` everything else."""

    code = "workflow_failed"

    def __init__(self, failure: Failure, execution: Execution) -> None:
        where = f" (in “{failure.node}”)" if failure.node else ""
        super().__init__(f"{failure.type}: {failure.message}{where}")
        self.failure = failure
        self.execution = execution


class WorkflowWaitingError(FlowdeckError):
    """A run has no result yet: it waits for people or signals, as `execution.waiting` tells."""

    code = "workflow_waiting"

    def __init__(self, execution: Execution) -> None:
        names = ", ".join(f"“{waiting.node}”" for waiting in execution.waiting)
        super().__init__(
            f"The run waits at {names}. Give people= or signals= to let it go on, "
            "or use run() instead of execute() to look at it as it stands."
        )
        self.execution = execution


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed, or an attempt did."""

    type: str
    """A Python error's class name, or the engine's own: `Timeout`, `LoopLimit`, …"""
    message: str
    node: str | None = None
    cause: BaseException | None = field(default=None, compare=False)
    """What the task raised, where it was a task."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One fact of the run, numbered from 1; types and order are those of the engine."""

    seq: int
    type: str
    node: str
    visit: int
    data: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a node's log."""

    node: str
    visit: int
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A node that waits for somebody or something."""

    node: str
    visit: int
    question: Question | None = None
    """What a human node asks."""
    signal: str | None = None
    """The signal that a wait node waits for."""
    until: float | None = None
    """When a wait for time ends."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A local run as it stands: over, or waiting for people or signals that nobody gave."""

    plan: Plan
    status: RunStatus
    input: Any
    output: Any
    failure: Failure | None
    outputs: Mapping[str, Any]
    """Output of the last visit of each node that ran to its end, in the order of these ends."""
    waiting: tuple[Waiting, ...]
    journal: tuple[JournalLine, ...]
    logs: tuple[LogLine, ...]
    compensated: tuple[str, ...] = ()
    """The steps that were undone, in the order in which they were."""
    needs_attention: tuple[Failure, ...] = ()
    """Where and why the run cannot go on before somebody has chosen how."""
    items: Mapping[str, ItemsDone] = field(default_factory=dict)
    """What became of the items of map nodes, by node id; a bulk's are under `items`."""
    states: tuple[str, ...] = ()
    """The active states of a machine."""
    checkpoint: LocalStep | None = field(default=None, repr=False, compare=False)
    """Where `resume_run` goes on, in this process."""

    @property
    def path(self) -> list[str]:
        """The nodes that succeeded, in order; a node that was visited twice stands there twice."""
        return [line.node for line in self.journal if line.type == "node.succeeded"]

    @property
    def skipped(self) -> frozenset[str]:
        """The nodes that were passed over."""
        return frozenset(line.node for line in self.journal if line.type == "node.skipped")

    @property
    def final_state(self) -> dict[str, Any]:
        """The run's input and what its nodes gave, merged; see `merged_state`."""
        return merged_state(self.plan, self.input, self.outputs)

    def value(self) -> Any:
        """The run's output.

        Raises:
            WorkflowFailedError: It failed, or gave up where it may not fail.
            WorkflowWaitingError: It is not over.
        """
        if self.status is RunStatus.SUCCEEDED:
            return self.output
        failure = next(iter(self.needs_attention), self.failure)
        if failure is None:
            raise WorkflowWaitingError(self)
        raise WorkflowFailedError(failure, self) from failure.cause


def merged_state(plan: Plan, input: Any, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The run's input, and over it the objects that tasks, runs and people gave, the latest on top.

    Of a decision: its form's data, and its outcome with the value true.

    Args:
        plan: What runs.
        input: What it was started with.
        outputs: By node id, in the order in which the nodes were done.
    """
    merged = dict(input) if isinstance(input, Mapping) else {}
    for node_id, output in outputs.items():
        execution = plan.nodes[node_id].execution
        if not isinstance(output, Mapping):
            continue
        if execution is CarriedOutBy.HUMAN:
            merged |= {**output["data"], output["outcome"]: True}
        elif execution in (CarriedOutBy.WORKER, CarriedOutBy.CHILD):
            merged |= output
    return merged
