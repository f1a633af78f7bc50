"""A run in memory: carries out what `decide` commands, without tables, workers or a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from workflows_app.core.compile_graph import retry_policy
from workflows_app.core.document_bulk import MapConfig
from workflows_app.core.events import (
    NodeCompleted,
    NodeFailed,
    NodeStarted,
    RunStarted,
    SignalReceived,
)
from workflows_app.core.kinds import AnyDocument
from workflows_app.core.parse import parse_document
from workflows_app.core.plan import Execution as CarriedOutBy
from workflows_app.core.plan import Plan, PlanNode
from workflows_app.core.state import VisitKey
from workflows_app.core.task_defaults import TaskDefaults
from workflows_app.errors import ConflictError, RunInputError
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.local.clock import Clock, VirtualClock
from workflows_app.sdk.local.execution import Execution
from workflows_app.sdk.local.items import LocalItems, listed_items
from workflows_app.sdk.local.people import People, answer_to, output_of
from workflows_app.sdk.local.programs import Fakes, Programs, UnknownTask, compile_local
from workflows_app.sdk.local.step import LocalStep, literal_fields_of
from workflows_app.sdk.node_types import defaults_of
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.json_schemas import check_value
from workflows_app.sdk.shell.values import storable

DEFAULT_CONCURRENCY = 8
"""Worker nodes of one run that are under way at once."""

NextNode = Callable[[Sequence[VisitKey], Sequence[VisitKey]], VisitKey | None]
"""Chooses among the worker nodes that are ready, also seeing those that are under way; None: none
of them yet."""

Uploads = Mapping[str, Sequence[Any]]
"""Rows by the id of the upload that they are of."""

_Task = asyncio.Task[tuple[Any, BaseException | None]]
"""The output of an attempt, or what it raised."""


async def run_document(
    document: AnyDocument | Mapping[str, Any],
    input: Any = None,
    *,
    fakes: Fakes | None = None,
    people: People | None = None,
    signals: Mapping[str, Any] | None = None,
    uploads: Uploads | None = None,
    clock: Clock | None = None,
    concurrency: int = DEFAULT_CONCURRENCY,
    business_key: str = "",
) -> Execution:
    """Run a document in memory until it is over, or until nobody is there to let it go on.

    Args:
        document: What runs; a model or its JSON.
        input: What it starts with; an empty object by default.
        fakes: What carries out nodes in the place of their tasks; see `Fakes`.
        people: Who answers human nodes. None: the run stops at them. With people, time passes
            while they do not answer, so that time limits are reached.
        signals: Payloads by name, for whoever waits for such a signal. None: the run stops there,
            as does a machine, which goes on with `send_event`; else its delays pass.
        uploads: Rows of uploaded files by their ids, for whoever names `{"upload": id}` as items.
        clock: A `VirtualClock` by default, whose waits take no time.
        concurrency: Worker nodes that are under way at once. With 1 the order is always the same.
        business_key: What people call the run.

    Raises:
        InvalidDocument: The document cannot run; its problems say why.
        RunInputError: The input breaks the start node's schema, or is no JSON.
    """
    plan = compile_local(parse_document(document), fakes or {})
    return await run_plan(
        plan,
        input,
        fakes=fakes,
        people=people,
        signals=signals,
        uploads=uploads,
        clock=clock,
        concurrency=concurrency,
        business_key=business_key,
    )


async def run_plan(
    plan: Plan,
    input: Any = None,
    *,
    fakes: Fakes | None = None,
    people: People | None = None,
    signals: Mapping[str, Any] | None = None,
    uploads: Uploads | None = None,
    clock: Clock | None = None,
    concurrency: int = DEFAULT_CONCURRENCY,
    business_key: str = "",
    next_node: NextNode | None = None,
) -> Execution:
    """Run a plan in memory; see `run_document`.

    Args:
        next_node: Chooses which ready worker node begins; the one that is ready longest by default.
        plan: What runs.
        input: See `run_document`, as all others.
        fakes: What carries out nodes in the place of their tasks.
        people: Who answers human nodes.
        signals: Payloads by name.
        uploads: Rows of uploaded files.
        clock: What time it is.
        concurrency: Worker nodes that are under way at once.
        business_key: What people call the run.

    Raises:
        RunInputError: The input breaks the start node's schema.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency}; at least one node has to run at a time.")
    checked = storable({} if input is None else input, "run's input")
    errors = check_value(schema=plan.input_schema, value=checked, prefix="input")
    if errors:
        raise RunInputError(f"{errors[0].field} {errors[0].message}.", errors=errors)
    run = _LocalRun(
        LocalStep(plan, checked, clock or VirtualClock(), business_key=business_key),
        programs=Programs(fakes or {}, concurrency),
        people=people,
        signals=signals,
        uploads=uploads,
        concurrency=concurrency,
        next_node=next_node or (lambda ready, _: ready[0]),
    )
    return await run.run()


async def resume_run(
    execution: Execution,
    *,
    fakes: Fakes | None = None,
    people: People | None = None,
    signals: Mapping[str, Any] | None = None,
    uploads: Uploads | None = None,
    concurrency: int = DEFAULT_CONCURRENCY,
) -> Execution:
    """Let a run that waits go on, with people or signals that were not there before.

    Args:
        execution: The run as it stood. It can be resumed once: then the new one stands for it.
        fakes: See `run_document`, as all others.
        people: Who answers human nodes.
        signals: Payloads by name.
        uploads: Rows of uploaded files.
        concurrency: Worker nodes that are under way at once.

    Raises:
        ConflictError: The run is over, or was resumed already.
    """
    step = _checkpoint_of(execution)
    run = _LocalRun(
        step,
        programs=Programs(fakes or {}, concurrency),
        people=people,
        signals=signals,
        uploads=uploads,
        concurrency=concurrency,
        next_node=lambda ready, _: ready[0],
    )
    return await run.run()


async def send_event(
    execution: Execution,
    name: str,
    data: Any = None,
    *,
    fakes: Fakes | None = None,
    people: People | None = None,
    passes_time: bool = False,
    concurrency: int = DEFAULT_CONCURRENCY,
) -> Execution:
    """Send a machine that waits an event, and let it go on until it waits again or is over.

    An event that no transition is for changes nothing.

    Args:
        execution: The run as it stood; see `resume_run`.
        name: The event's name.
        data: What it carries; expressions read it as `event.data`.
        fakes: See `run_document`, as all others.
        people: Who answers human nodes.
        passes_time: True: nothing else is sent, so that time passes until its delays are over.
        concurrency: Worker nodes that are under way at once.

    Raises:
        ConflictError: The run is over, or went on already.
    """
    step = _checkpoint_of(execution)
    payload = storable(data, "event's data")
    step.feed(SignalReceived(name, str(uuid4()), step.now), output=payload)
    if step.is_closed:
        return step.execution()
    run = _LocalRun(
        step,
        programs=Programs(fakes or {}, concurrency),
        people=people,
        signals={} if passes_time else None,
        uploads=None,
        concurrency=concurrency,
        next_node=lambda ready, _: ready[0],
    )
    return await run.run()


def _checkpoint_of(execution: Execution) -> LocalStep:
    step = execution.checkpoint
    if step is None:
        raise ConflictError("This run cannot be resumed: it is over, or keeps no checkpoint.")
    if len(step.journal.lines) != len(execution.journal):
        raise ConflictError("This run was resumed already. Resume what that returned.")
    return step


class _LocalRun:
    """Lets one run go on: starts what is ready, waits for what is under way, passes time."""

    def __init__(
        self,
        step: LocalStep,
        *,
        programs: Programs,
        people: People | None,
        signals: Mapping[str, Any] | None,
        uploads: Uploads | None,
        concurrency: int,
        next_node: NextNode,
    ) -> None:
        self._step = step
        self._programs = programs
        self._people = people
        self._signals = signals
        self._uploads = uploads or {}
        self._concurrency = concurrency
        self._next_node = next_node
        self._running: dict[_Task, tuple[VisitKey, int]] = {}
        self._done: asyncio.Queue[_Task | None] = asyncio.Queue()
        """In the order in which they ended; None: time has passed."""
        self._unanswered: set[VisitKey] = set()

    async def run(self) -> Execution:
        """Go on until the run is over, or nobody is there who could let it."""
        step = self._step
        if not step.journal.lines:
            step.feed(RunStarted(step.now))
        try:
            while not step.is_closed:
                self._launch()
                if self._running:
                    await self._await_result()
                elif not (
                    await self._ask_people() or self._send_signal() or await self._pass_time()
                ):
                    break
        finally:
            await self._abandon(list(self._running))
            self._programs.close()
        return step.execution()

    # Workers

    def _launch(self) -> None:
        """Start ready nodes, as many as may be under way."""
        step = self._step
        while step.ready and len(self._running) < self._concurrency:
            under_way = [key for key, _ in self._running.values()]
            key = self._next_node(list(step.ready), under_way)
            if key is None:
                return
            attempt = step.ready[key]
            try:
                config = step.resolved_config(key)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the node's failure
                step.feed(NodeFailed(*key, attempt, step.now, error_info(error)))
                continue
            step.feed(NodeStarted(*key, attempt, step.now))
            task = asyncio.create_task(self._perform(key, attempt, config))
            task.add_done_callback(self._note_done)
            self._running[task] = key, attempt

    def _note_done(self, task: _Task) -> None:
        if task in self._running:
            self._done.put_nowait(task)

    async def _perform(
        self, key: VisitKey, attempt: int, config: Mapping[str, Any]
    ) -> tuple[Any, BaseException | None]:
        """The output of one attempt, or what it raised."""
        node = self._step.plan.nodes[key[0]]
        try:
            if node.execution is CarriedOutBy.ITEMS:
                return await self._work_on_items(node, key, attempt, config), None
            return await self._programs.call(node, config, self._context(key, attempt)), None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the task's failure
            return None, error

    async def _work_on_items(
        self, node: PlanNode, key: VisitKey, attempt: int, config: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The output of one attempt of a map node."""
        options = MapConfig.model_validate(node.config)
        processor = options.processor
        if processor is None:
            raise UnknownTask(f"“{node.id}” has no processor.")
        by_item = replace(node, type=processor.type)
        defaults = defaults_of(processor.type) or TaskDefaults()

        async def call(resolved: Mapping[str, Any], index: int, tries: int) -> Any:
            context = replace(self._context(key, attempt), attempt=tries, index=index)
            return await self._programs.call(by_item, resolved, context)

        done = await LocalItems(
            config=options,
            processor=processor,
            items=listed_items(config["items"], self._uploads),
            scope=self._step.scope(node),
            literal_fields=literal_fields_of(processor.type),
            retry=retry_policy(processor.retry) or defaults.retry,
            timeout_seconds=processor.timeout_seconds or defaults.timeout_seconds,
            call=call,
            now=lambda: self._step.now,
            wait_until=self._wait_until,
        ).run()
        self._step.items[node.id] = done
        output: dict[str, Any] = storable(done.output(options.result.mode), "result")
        return output

    async def _wait_until(self, moment: float) -> None:
        """Let a node that is under way wait; timers that are due by then fire."""
        if self._step.skip_to(moment):
            self._done.put_nowait(None)
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(max(0.0, moment - self._step.now))

    def _context(self, key: VisitKey, attempt: int) -> TaskContext:
        loop = asyncio.get_running_loop()

        def tell_progress(done: float, total: float | None, text: str) -> None:
            told = {"done": done, "total": total, "text": text}
            loop.call_soon_threadsafe(self._step.note_progress, key, attempt, told)

        return TaskContext(
            run_id=self._step.run_id,
            node_id=key[0],
            visit=key[1],
            attempt=attempt,
            logger=self._step.journal.logger(key),
            on_progress=tell_progress,
            on_is_abandoned=lambda: not self._step.is_running(key, attempt),
        )

    async def _await_result(self) -> None:
        """Wait until a node is done or a timer due, whichever comes first."""
        step = self._step
        try:
            async with asyncio.timeout(step.seconds_to_timer()):
                task = await self._done.get()
        except TimeoutError:
            step.fire_timers()
        else:
            if task is not None:
                self._report(task)
        await self._abandon(
            [
                task
                for task, (key, attempt) in self._running.items()
                if not step.is_running(key, attempt)
            ]
        )

    def _report(self, task: _Task) -> None:
        """Tell the run how an attempt ended, unless nobody waits for it any more."""
        step = self._step
        key, attempt = self._running.pop(task, (None, 0))
        if key is None:
            return
        output, error = _outcome(task)
        if error is None:
            step.feed(NodeCompleted(*key, attempt, step.now), output=output)
        else:
            failed = NodeFailed(*key, attempt, step.now, error_info(error))
            step.feed(failed, cause=error)

    async def _abandon(self, tasks: Sequence[_Task]) -> None:
        """Nobody waits for these any more. A function in a thread cannot be stopped."""
        for task in tasks:
            del self._running[task]
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # People, signals, time

    async def _ask_people(self) -> bool:
        """Ask one question that was not asked yet; False when nobody answers any."""
        step = self._step
        for waiting in step.waiting:
            key = (waiting.node, waiting.visit)
            if waiting.question is None or key in self._unanswered:
                continue
            answer = await answer_to(waiting.question, self._people)
            if answer is None:
                self._unanswered.add(key)
                continue
            step.decide(key, answer.outcome, output_of(answer, step.now), by=answer.by)
            return True
        return False

    def _send_signal(self) -> bool:
        """Send one signal that somebody waits for; False when there is none to send."""
        step = self._step
        for waiting in step.waiting:
            if waiting.signal is not None and waiting.signal in (self._signals or {}):
                payload = storable((self._signals or {})[waiting.signal], "signal's payload")
                event = SignalReceived(waiting.signal, str(uuid4()), step.now)
                step.feed(event, output=payload)
                return True
        return False

    async def _pass_time(self) -> bool:
        """Let it be the time of the next timer; False when there is none to wait for."""
        step = self._step
        self._unanswered.clear()
        is_unheard = step.hears_events and self._signals is None
        is_left_alone = bool(step.attention or is_unheard) or any(
            (waiting.question is not None and self._people is None)
            or (waiting.signal is not None and self._signals is None)
            for waiting in step.waiting
        )
        seconds = step.skip_to_timer(passes_deadlines=not is_left_alone)
        if seconds is None:
            return False
        await asyncio.sleep(seconds)
        step.fire_timers()
        return True


def _outcome(task: _Task) -> tuple[Any, BaseException | None]:
    if task.cancelled():
        return None, asyncio.CancelledError("The task cancelled itself.")
    return task.result()
