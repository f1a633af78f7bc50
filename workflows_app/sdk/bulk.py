"""Bulk operations: one function applied to many items, batch by batch."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Literal, TypeVar, cast

from workflows_app.core.compile_bulk import ITEMS
from workflows_app.core.document import Settings
from workflows_app.core.document_bulk import (
    BulkDocument,
    FailureThreshold,
    MapResult,
    Processor,
)
from workflows_app.core.state import RunStatus
from workflows_app.sdk.bulk_config import BulkOperationConfig
from workflows_app.sdk.config import WorkflowModule
from workflows_app.sdk.context_task import register_context_task, type_of
from workflows_app.sdk.local.clock import Clock
from workflows_app.sdk.local.execution import Execution, WorkflowFailedError, WorkflowWaitingError
from workflows_app.sdk.local.items import ItemFailure
from workflows_app.sdk.local.programs import Fakes
from workflows_app.sdk.local.run import run_document
from workflows_app.sdk.publishing import Publishable
from workflows_app.sdk.result import Err, Ok, Result

T = TypeVar("T")
R = TypeVar("R")

ItemFunction = Callable[..., R | Result[R, Any] | Awaitable[R | Result[R, Any]]]
"""`f(item)` or `f(item, context: TaskContext)`, sync or async; may return a `Result`."""

_UPLOAD = "items"
"""What the items of a run in memory are called: they need not fit into its input."""


@dataclass(frozen=True, slots=True)
class BulkResult(Generic[R]):
    """What became of the items."""

    results: list[R]
    """Of those that were done, in the order of the items."""
    failures: tuple[ItemFailure, ...]
    total: int
    filtered: int
    """Items that were done, and not kept."""
    value: Any = None
    """Of a `reduce`: the combined value."""
    left: int = 0
    """Items that were not needed any more."""

    @property
    def succeeded(self) -> int:
        """How many items were done."""
        return self.total - len(self.failures) - self.left

    @property
    def failed(self) -> int:
        """How many items failed for good."""
        return len(self.failures)


class BulkOperation(Publishable, Generic[T, R]):
    """A processor and how it is applied: `BulkOperation[str, int](processor=len)`."""

    def __init__(
        self,
        processor: ItemFunction[R] | Processor,
        config: BulkOperationConfig | None = None,
        *,
        name: str = "",
        mode: Literal["item", "batch"] = "item",
        result: MapResult | None = None,
        description: str = "",
        timeout: float | None = None,
        vars: Mapping[str, Any] | None = None,
    ) -> None:
        """Make an operation.

        Args:
            processor: A function of an item, or of a list of them in the mode `batch`, which
                then returns a list with a result for each; or a node type with its config.
            config: Sizes and policies; the project's by default.
            name: What it is registered under.
            mode: Whether a function takes single items or whole batches.
            result: What becomes of the outputs: `MapResult(mode="filter")` keeps the items for
                which the processor returns true, `reduce` combines the outputs.
            description: What it is for.
            timeout: Seconds after which the whole run fails.
            vars: Constants that expressions read as `vars.<name>`.

        Raises:
            TaskDefinitionError: The function has no name, as a lambda.
        """
        self.name = name
        self.config = config or WorkflowModule.current().bulk
        self._processor = (
            processor
            if isinstance(processor, Processor)
            else _processor_of(processor, mode, self.config)
        )
        self._result = result or MapResult()
        self._description = description
        self._settings = Settings(timeout_seconds=timeout)
        self._vars = dict(vars or {})

    def to_document(self) -> BulkDocument:
        """The document that the canvas shows and that runs; its input is `{"items": […]}`."""
        config = self.config
        return BulkDocument(
            kind="bulk",
            description=self._description,
            vars=self._vars,
            settings=self._settings,
            processor=self._processor,
            batch_size=config.batch_size,
            max_concurrency=config.max_concurrency,
            failure_threshold=FailureThreshold(
                count=config.failure_threshold, percent=config.failure_percent
            ),
            circuit_breaker=config.circuit_breaker,
            enough=config.enough,
            result=self._result,
        )

    async def run(
        self, items: Iterable[T], *, fakes: Fakes | None = None, clock: Clock | None = None
    ) -> Execution:
        """Run it in memory, and tell everything about it; see `run_document`.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
        """
        return await run_document(
            self.to_document(),
            {"items": {"upload": _UPLOAD}},
            uploads={_UPLOAD: list(items)},
            fakes=fakes,
            clock=clock,
        )

    async def execute(
        self, items: Iterable[T], **options: Any
    ) -> Result[BulkResult[R], WorkflowFailedError]:
        """Run it in memory. `options` are those of `run`.

        Returns:
            What became of the items, also of those that failed where they may; or why it failed.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
        """
        execution = await self.run(items, **options)
        if execution.failure is not None:
            return Err(WorkflowFailedError(execution.failure, execution))
        if execution.status is not RunStatus.SUCCEEDED:
            raise WorkflowWaitingError(execution)
        done = execution.items[ITEMS]
        results = cast("list[R]", list(done.results))
        counts = (done.total, done.filtered, done.value, done.left)
        return Ok(BulkResult(results, done.failures, *counts))


def _processor_of(
    function: ItemFunction[Any], mode: Literal["item", "batch"], config: BulkOperationConfig
) -> Processor:
    """The processor that calls the function, which becomes a task."""
    task = register_context_task(_of_context(function), suffix="_items" * (mode == "batch"))
    return Processor(
        type=type_of(task),
        config={"input": {"value": "${ items }" if mode == "batch" else "${ item }"}},
        mode=mode,
        retry=config.retry,
        timeout_seconds=config.timeout,
    )


@cache
def _of_context(function: ItemFunction[Any]) -> Callable[..., Any]:
    """The function as one of a context that holds the item: one that is used twice is one task."""
    takes_context = len(inspect.signature(function).parameters) > 1

    def arguments(ctx: Mapping[str, Any], context: Any) -> tuple[Any, ...]:
        return (ctx["value"], context) if takes_context else (ctx["value"],)

    async def call_async(ctx: Any, context: Any) -> Any:
        return await cast("Awaitable[Any]", function(*arguments(ctx, context)))

    def call(ctx: Any, context: Any) -> Any:
        return function(*arguments(ctx, context))

    made: Any = call_async if inspect.iscoroutinefunction(function) else call
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(made, attribute, getattr(function, attribute))
    adapted: Callable[..., Any] = made
    return adapted
