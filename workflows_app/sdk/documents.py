"""Documents of every kind as Python objects: what is drawn, written out field by field.

Sagas, bulk operations and state machines have faces of their own in `workflows_app.sdk`, which hold
functions. Here is the document itself: what `to_python` writes, and what can say everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows_app.core.document import Retry, Settings
from workflows_app.core.document_bulk import (
    BulkDocument,
    CircuitBreaker,
    FailureThreshold,
    MapResult,
    Processor,
)
from workflows_app.core.document_machine import Action, State, StateMachineDocument, Transition
from workflows_app.core.document_saga import (
    CompensationSaga,
    SagaAction,
    SagaParallel,
    SagaStep,
    TccParticipant,
    TccSaga,
)
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.parse import parse_document
from workflows_app.core.state import RunStatus
from workflows_app.sdk.local.execution import Execution, WorkflowFailedError, WorkflowWaitingError
from workflows_app.sdk.local.run import run_document
from workflows_app.sdk.publishing import Publishable
from workflows_app.sdk.result import Err, Ok, Result

__all__ = [
    "Action",
    "BulkDocument",
    "CircuitBreaker",
    "CompensationSaga",
    "DocumentWorkflow",
    "FailureThreshold",
    "MapResult",
    "Processor",
    "Retry",
    "SagaAction",
    "SagaParallel",
    "SagaStep",
    "Settings",
    "State",
    "StateMachineDocument",
    "TccParticipant",
    "TccSaga",
    "Transition",
]


class DocumentWorkflow(Publishable):
    """A document of any kind, to run in memory or to register."""

    def __init__(self, document: AnyDocument | Mapping[str, Any], *, name: str = "") -> None:
        """Make a workflow of a document.

        Args:
            document: A model, or its JSON.
            name: What it is registered under.

        Raises:
            InvalidDocument: It is no document.
        """
        self.name = name
        self._document = parse_document(document)

    def to_document(self) -> AnyDocument:
        """The document."""
        return self._document

    async def run(self, input: Any = None, **options: Any) -> Execution:
        """Run it in memory, and tell everything about it; see `run_document`.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
            RunInputError: The input breaks the input schema.
        """
        return await run_document(self._document, input, **options)

    async def execute(self, input: Any = None, **options: Any) -> Result[Any, WorkflowFailedError]:
        """Run it in memory. `options` are those of `run`.

        Returns:
            Its output, or why it failed.

        Raises:
            WorkflowWaitingError: It waits for people, signals or events that nobody gave.
            InvalidDocument: It cannot run; its problems say why.
        """
        execution = await self.run(input, **options)
        if execution.status is RunStatus.SUCCEEDED:
            return Ok(execution.output)
        failure = next(iter(execution.needs_attention), execution.failure)
        if failure is None:
            raise WorkflowWaitingError(execution)
        return Err(WorkflowFailedError(failure, execution))
