"""What does not change between the items of a bulk, and the call of its processor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import connection

from workflows_app.core.document_bulk import MapConfig, Processor
from workflows_app.core.expressions import evaluate, resolve_config
from workflows_app.core.plan import Execution, PlanNode, RetryPolicy
from workflows_app.engine.outputs import Outputs
from workflows_app.engine.plans import plan_of
from workflows_app.engine.scope import node_scope
from workflows_app.errors import FatalError
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.shell.values import storable
from workflows_app.store import runs
from workflows_app.store.bulks import BulkRow
from workflows_app.store.runs import RunRow
from workflows_app.task_types import find
from workflows_app.task_types.node_type import NodeType

T = TypeVar("T")


class Timeout(Exception):
    """An item or a batch took longer than its time limit."""


class UnknownTask(FatalError):
    """No app that is installed here registers the processor."""


@dataclass(frozen=True, slots=True)
class ItemWork:
    """A map node as the one sees it who works on its items."""

    run: RunRow
    node: PlanNode
    config: MapConfig
    processor: Processor
    kind: NodeType
    scope: Mapping[str, Any]
    """The names of its expressions, without those that an item adds."""

    @property
    def retry(self) -> RetryPolicy | None:
        """The processor's own policy, else its type's."""
        own = self.processor.retry
        if own is None:
            return self.kind.retry
        return RetryPolicy(
            max_attempts=own.max_attempts,
            initial_delay=own.initial_delay_seconds,
            backoff=own.backoff,
            max_delay=own.max_delay_seconds,
            jitter=own.jitter,
            on=frozenset(own.on),
        )

    @property
    def timeout_seconds(self) -> float | None:
        """The processor's own limit, else its type's."""
        return self.processor.timeout_seconds or self.kind.timeout_seconds

    @property
    def is_batch_at_once(self) -> bool:
        """True when the processor gets a whole batch."""
        return self.processor.mode == "batch"

    @property
    def is_run(self) -> bool:
        """True when each item is a run of its own."""
        return self.kind.spec.execution is Execution.CHILD

    def evaluate(self, value: Any, **names: Any) -> Any:
        """A value with its expressions evaluated; `names` are those of the item."""
        return evaluate(value, {**self.scope, **names})

    def resolved_config(self, **names: Any) -> dict[str, Any]:
        """The processor's config for an item."""
        return resolve_config(
            self.processor.config, {**self.scope, **names}, self.kind.spec.literal_fields
        )

    def call(self, context: TaskContext, **names: Any) -> Any:
        """Call the processor, and return what it gives as JSON.

        Raises:
            Timeout: It took too long. The call goes on in a thread of its own, and is told.
            Exception: Whatever it raises.
        """
        config = self.resolved_config(**names)
        run = self.kind.run_on_worker
        if run is None:
            raise UnknownTask(f"Nothing can run “{self.processor.type}” here.")
        seconds = self.timeout_seconds
        if seconds is None:
            return storable(run(config, context), "result")
        is_late = threading.Event()
        heeding = replace(context, on_is_abandoned=lambda: is_late.is_set() or context.is_abandoned)
        try:
            return storable(_within(seconds, lambda: run(config, heeding)), "result")
        except Timeout:
            is_late.set()
            raise


def load(bulk: BulkRow) -> ItemWork:
    """Read the node that a bulk belongs to.

    Raises:
        UnknownTask: This worker does not know the processor.
    """
    row = runs.read_runs([bulk.run_id])[bulk.run_id]
    plan = plan_of(row.version_id)
    node = plan.nodes[bulk.node_id]
    config = MapConfig.model_validate(node.config)
    processor = config.processor
    kind = find(processor.type) if processor is not None else None
    is_known = kind is not None and (
        kind.run_on_worker is not None or kind.spec.execution is Execution.CHILD
    )
    if processor is None or kind is None or not is_known:
        name = processor.type if processor is not None else ""
        raise UnknownTask(f"This worker knows no “{name}”. Is the app that registers it installed?")
    scope = node_scope(row, plan, node, Outputs(row.id))
    return ItemWork(row, node, config, processor, kind, scope)


def _within(seconds: float, function: Callable[[], T]) -> T:
    """The result of a call that may take so long and no longer."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - it is raised again by the one who waits
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name="flowdeck-item", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise Timeout(f"No result within {seconds:g} second{'' if seconds == 1 else 's'}.")
    return results[0]
