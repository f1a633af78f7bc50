"""What carries out the nodes that a worker would: registered tasks, or fakes in their place."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from workflows_app.core.compile import compile_document
from workflows_app.core.compile_bulk import ITEMS
from workflows_app.core.compile_pipeline import steps_of
from workflows_app.core.compile_saga import line_of
from workflows_app.core.document import GraphDocument, Node, PipelineDocument, Step, TaskStep
from workflows_app.core.document_bulk import BulkDocument, Processor
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.document_saga import CompensationSaga, TccSaga
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.machine_parts import actions_of, states_of
from workflows_app.core.node_types import Catalog, NodeTypeSpec
from workflows_app.core.plan import Execution, Plan, PlanNode
from workflows_app.core.task_defaults import with_task_defaults
from workflows_app.errors import FatalError
from workflows_app.sdk import registry
from workflows_app.sdk.calling import arguments_of, json_result
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.node_types import TASK_PREFIX, defaults_of, find_task, local_catalog
from workflows_app.sdk.shell.values import storable

Fakes = Mapping[str, Any]
"""By node id, by task name or by node type: a function of the node's resolved config, sync or
async, whose second parameter gets the `TaskContext`; or a value that is the output. An exception in
the place of a value is raised."""


class UnknownTask(FatalError):
    """Nothing in this process carries out nodes of that type."""


class Programs:
    """Finds and calls what carries out a node.

    Coroutines run in the loop, everything else in threads of a pool, as in a worker: a function
    that blocks keeps neither its neighbours nor its own time limit waiting. Fakes are called in
    the loop itself.
    """

    def __init__(self, fakes: Fakes, concurrency: int) -> None:
        self._fakes = fakes
        self._concurrency = concurrency
        self._threads: ThreadPoolExecutor | None = None

    async def call(self, node: PlanNode, config: Mapping[str, Any], context: TaskContext) -> Any:
        """The output of one attempt, as JSON.

        Raises:
            UnknownTask: Nothing carries out nodes of that type here.
            Exception: Whatever the task raises.
        """
        for name in _names(node.id, node.type):
            if name in self._fakes:
                return storable(await _called(self._fakes[name], config, context), "result")
        task = find_task(node.type)
        if task is None:
            raise UnknownTask(
                f"Nothing carries out “{node.type}” in a local run. Give a fake for “{node.id}”, "
                "or import the module that registers the task."
            )
        call = partial(task.function, **arguments_of(task, config, context))
        if inspect.iscoroutinefunction(task.function):
            result = await call()
        else:
            loop = asyncio.get_running_loop()
            threads = self._threads = self._threads or ThreadPoolExecutor(
                self._concurrency, thread_name_prefix="flowdeck-local"
            )
            result = await loop.run_in_executor(threads, copy_context().run, _returned, call)
        return storable(json_result(task, result), "result")

    def close(self) -> None:
        """Let go of the threads. One that still runs an abandoned call ends with it."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)


class KeptPlan:
    """The plan of what is run time and again, made anew when something has changed."""

    def __init__(self) -> None:
        self._made_of: tuple[int, Any] | None = None
        self._plan: Plan | None = None

    def of(self, source: Any, draw: Callable[[], AnyDocument]) -> Plan:
        """The plan of `draw()`.

        Args:
            source: What the document is made of. While it equals the last one, and no task was
                registered since, the plan is the same.
            draw: Makes the document.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
        """
        made_of = (registry.revision(), source)
        if self._plan is None or self._made_of != made_of:
            plan = compile_local(draw(), {})
            # Drawing may register tasks.
            self._made_of = (registry.revision(), source)
            self._plan = plan
        return self._plan


def compile_local(document: AnyDocument, fakes: Fakes) -> Plan:
    """The plan of a document for this process.

    Raises:
        InvalidDocument: It cannot run; its problems say why.
    """
    plan = compile_document(document, _catalog(document, fakes))
    return with_task_defaults(plan, defaults_of)


def _catalog(document: AnyDocument, fakes: Fakes) -> Catalog:
    """The types of this process, and open ones for tasks of others that are faked."""
    known = dict(local_catalog())
    for node_id, type_name in _nodes_of(document):
        is_faked = any(name in fakes for name in _names(node_id, type_name))
        if type_name not in known and type_name.startswith(TASK_PREFIX) and is_faked:
            known[type_name] = NodeTypeSpec(
                name=type_name,
                title=type_name,
                description="",
                family="code",
                icon="square-function",
                execution=Execution.WORKER,
                config_schema={"type": "object"},
            )
    return known


def _nodes_of(document: AnyDocument) -> Iterator[tuple[str, str]]:
    """Id and type of what the document's author wrote, under the ids that run."""
    match document:
        case GraphDocument():
            for node in document.nodes:
                yield from _types_of(node)
        case PipelineDocument():
            yield from _tasks_of(document.steps)
        case BulkDocument(processor=Processor() as processor):
            yield ITEMS, processor.type
        case StateMachineDocument():
            for state in states_of(document.states):
                yield from ((action.id, action.type) for action in actions_of(state))
        case CompensationSaga() | TccSaga():
            line = line_of(document)
            yield from _tasks_of(line.steps)
            yield from ((undo.node.id, undo.node.type) for undo in line.undos)


def _tasks_of(steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
    for step in steps_of(steps):
        if isinstance(step, TaskStep):
            yield from _types_of(step)


def _types_of(node: Node | TaskStep) -> Iterator[tuple[str, str]]:
    """The node's type, and that of what a map node does with each item."""
    yield node.id, node.type
    processor = node.config.get("processor")
    if node.type == "map" and isinstance(processor, Mapping):
        yield node.id, str(processor.get("type"))


def _names(node_id: str, type_name: str) -> tuple[str, str, str]:
    return node_id, type_name, type_name.removeprefix(TASK_PREFIX)


def _returned(call: Callable[[], Any]) -> Any:
    """What the call returns. A `StopIteration` could not leave the thread."""
    try:
        return call()
    except StopIteration as error:
        raise RuntimeError("The function raised StopIteration.") from error


async def _called(fake: Any, config: Mapping[str, Any], context: TaskContext) -> Any:
    if isinstance(fake, BaseException) or (isinstance(fake, type) and _is_exception(fake)):
        raise fake
    if not callable(fake):
        return fake
    takes_context = len(inspect.signature(fake).parameters) > 1
    result = fake(config, context) if takes_context else fake(config)
    return await result if inspect.isawaitable(result) else result


def _is_exception(kind: type) -> bool:
    return issubclass(kind, BaseException)
