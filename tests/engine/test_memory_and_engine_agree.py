"""The same document runs to the same journal in memory and on the engine.

Compared is every entry of the journal, in order: its type, node and visit, attempt, ports, error,
outcome, and its time since the start. In memory, worker nodes begin and end in the order in which
they did on the engine: with branches side by side that order is the workers' to choose, and all
else follows from it. People and signals answer both in the same way, and both clocks stand still
until nothing is left but to wait. Left out are the names of workers, and what nodes wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.core.charts import EVENTS, charts
from tests.core.test_decide_laws import documents as graphs
from tests.core.test_saga_laws import sagas
from tests.engine.actions import ACTIONS
from tests.engine.build import publish, run_of, start
from workflows_app.core.plan import Execution as CarriedOutBy
from workflows_app.core.plan import Plan
from workflows_app.core.state import VisitKey
from workflows_app.engine import clock, sweep
from workflows_app.engine.advance import advance
from workflows_app.engine.plans import plan_of
from workflows_app.engine.work import Worker
from workflows_app.errors import FatalError
from workflows_app.models import Batch, HumanTask, NodeRun, RunEvent, Timer
from workflows_app.sdk import send_event
from workflows_app.sdk.local import Answer, Execution, Question, VirtualClock, run_plan
from workflows_app.services.human_tasks import decide_human_task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

ROUNDS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
WORKER = Worker("worker-1")
BEGIN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
COMPARED = ("attempt", "ports", "error", "iteration", "edge", "name", "outcome", "node")

Outcome = str
"""`done`, `error`, or `final`: what one attempt of a task comes to."""


class Script:
    """What tasks and people do, by node and by how often they did: the same in both worlds."""

    def __init__(self, outcomes: dict[str, Sequence[Outcome]], answers: Sequence[str]) -> None:
        self._outcomes = outcomes
        self._answers = answers

    def act(self, context: Any) -> Any:
        outcomes = self._outcomes.get(context.node_id, ("done",))
        outcome = outcomes[(context.visit + context.attempt) % len(outcomes)]
        if outcome == "error":
            raise ConnectionError(f"{context.node_id} is away")
        if outcome == "final":
            raise FatalError(f"{context.node_id} is gone")
        return {"visit": context.visit, "attempt": context.attempt}

    def answer(self, node: str, visit: int) -> str:
        return self._answers[(len(node) + visit) % len(self._answers)]


class TiedTimersError(Exception):
    """Two timers are due at the very same time: which comes first is the database's choice."""


class Time:
    def __init__(self) -> None:
        self.now = BEGIN


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


@pytest.fixture
def ana() -> Any:
    return get_user_model().objects.create_user("ana", is_superuser=True)


# The engine


def run_on_engine(document: dict[str, Any], script: Script, time: Time, ana: Any) -> UUID:
    """Run a document with one worker until it is over or waits for nothing that can come."""
    time.now = BEGIN
    ACTIONS["act"] = script.act
    run_id = start(publish(document), {"on": True})
    for _ in range(500):
        while WORKER.work():
            pass
        if run_of(run_id).finished_at is not None:
            return run_id
        if not (_answer(run_id, script, ana) or _signal(run_id) or _pass_time(run_id, time)):
            return run_id
    raise AssertionError("The run did not come to rest.")


def _answer(run_id: UUID, script: Script, ana: Any) -> bool:
    waiting = NodeRun.objects.filter(run_id=run_id, status="waiting", execution="human")
    # In the order in which they began to wait, as the journal tells it.
    keys = {(row.node_id, row.visit) for row in waiting}
    told = RunEvent.objects.filter(run_id=run_id, type="node.waiting").order_by("seq")
    for event in told:
        if (event.node_id, event.visit) in keys:
            task = HumanTask.objects.get(
                run_id=run_id, node_id=event.node_id, visit=event.visit, status="open"
            )
            outcome = script.answer(event.node_id, event.visit)
            if outcome == "silence":
                continue
            decide_human_task(actor=ana, task_id=task.id, outcome=outcome, comment="because")
            return True
    return False


def _signal(run_id: UUID) -> bool:
    rows = NodeRun.objects.filter(run_id=run_id, status="waiting", execution="wait")
    if any(row.waiting["kind"] == "signal" for row in rows):
        advance(run_id, prepare=lambda run: [run.add_signal("go", {"x": 1})])
        return True
    return False


def _pass_time(run_id: UUID, time: Time) -> bool:
    due = list(Timer.objects.filter(run_id=run_id).values_list("due_at", flat=True))
    if not due:
        return False
    if len(due) != len(set(due)):
        raise TiedTimersError
    time.now = max(time.now, min(due))
    sweep.fire_timers()
    return True


def engine_journal(run_id: UUID) -> list[tuple[Any, ...]]:
    rows = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    return [
        (r.type, r.node_id, r.visit, _data(r.data), round((r.at - BEGIN).total_seconds(), 3))
        for r in rows
    ]


# Memory

Turn = tuple[str, str, int, int]
"""`begin` or `end`, node, visit and attempt."""

_TURNS = {
    "node.started": "begin",
    "node.succeeded": "end",
    "node.retrying": "end",
    "node.failed": "end",
    "node.gave_up": "end",
}


class Director:
    """Lets worker nodes begin and end in the order of a journal."""

    def __init__(self, script: Script, turns: Sequence[Turn]) -> None:
        self._script = script
        self._turns = list(reversed(turns))
        self._moved = asyncio.Condition()
        self._ended: set[VisitKey] = set()
        """Visits whose last attempt has ended, though the run may not know it yet."""

    def next_node(
        self, ready: Sequence[VisitKey], under_way: Sequence[VisitKey]
    ) -> VisitKey | None:
        """The node whose turn it is to begin; None while it is another's to end."""
        if not self._turns or self._turns[-1][0] != "begin":
            return None
        key = self._turns[-1][1:3]
        if key not in ready or any(other in self._ended for other in under_way):
            return None
        self._turns.pop()
        self._ended.discard(key)
        return key

    async def act(self, config: Any, context: Any) -> Any:
        """Do what the script says, when it is the node's turn to end."""
        own = ("end", context.node_id, context.visit, context.attempt)
        async with self._moved:
            # Its begin was a turn that others may have waited for.
            self._moved.notify_all()
            await self._moved.wait_for(lambda: self._turns and self._turns[-1] == own)
            self._turns.pop()
            self._ended.add(own[1:3])
            self._moved.notify_all()
        return self._script.act(context)


def run_in_memory(plan: Plan, script: Script, turns: Sequence[Turn]) -> Execution:
    """Run a plan, its worker nodes in this order."""

    def answer(question: Question) -> Answer | None:
        outcome = script.answer(question.node, question.visit)
        return None if outcome == "silence" else Answer(outcome, comment="because", by="ana")

    async def run() -> Execution:
        director = Director(script, turns)
        return await run_plan(
            plan,
            {"on": True},
            fakes={"test.act": director.act, "test.once": director.act},
            people=answer,
            signals={"go": {"x": 1}},
            clock=VirtualClock(BEGIN.timestamp()),
            concurrency=100,
            next_node=director.next_node,
        )

    return asyncio.run(run())


def turns_of(run_id: UUID, plan: Plan) -> list[Turn]:
    """When workers began and ended attempts, as the engine's journal tells it."""
    rows = RunEvent.objects.filter(run_id=run_id, type__in=_TURNS).order_by("seq")
    return [
        (_TURNS[row.type], row.node_id, row.visit, row.data["attempt"])
        for row in rows
        if plan.nodes[row.node_id].execution is CarriedOutBy.WORKER
    ]


def local_journal(execution: Execution) -> list[tuple[Any, ...]]:
    return [
        (x.type, x.node, x.visit, _data(x.data), round(x.at - BEGIN.timestamp(), 3))
        for x in execution.journal
    ]


def _data(data: Any) -> dict[str, Any]:
    return {name: data[name] for name in COMPARED if name in data}


def check_agreement(document: dict[str, Any], script: Script, time: Time, ana: Any) -> Execution:
    run_id = run_on_engine(document, script, time, ana)
    run = run_of(run_id)
    expected = engine_journal(run_id)
    plan = plan_of(run.version_id)
    execution = run_in_memory(plan, script, turns_of(run_id, plan))
    assert local_journal(execution) == expected
    assert execution.status == run.status
    if run.status == "succeeded":
        assert execution.output == run.output
    if run.status in {"failed", "compensated"}:
        assert execution.failure is not None
        failure = execution.failure
        told = {"type": failure.type, "message": failure.message, "node_id": failure.node}
        assert told == run.error
    return execution


def check_or_reject(document: dict[str, Any], script: Script, time: Time, ana: Any) -> None:
    try:
        check_agreement(document, script, time, ana)
    except TiedTimersError:
        reject()


# Random documents


def _with_tasks(document: dict[str, Any], conditions: Sequence[bool]) -> dict[str, Any]:
    """The document with tasks that are registered, and delays that never coincide."""
    for number, node in enumerate(document["nodes"]):
        if node["type"] == "subworkflow":
            # Other workflows do not run in memory.
            node["type"] = "task:any"
        if node["type"].startswith("task:"):
            node["type"] = node["type"].replace("any", "test.act").replace("once", "test.once")
            node["type"] = node["type"].replace("task:test.test", "task:test")
            node["config"] = {"name": "act"}
        for index, branch in enumerate(node["config"].get("branches", ())):
            holds = conditions[(number + index) % len(conditions)]
            branch["condition"] = "${ input.on }" if holds else "${ !input.on }"
        if node["retry"]:
            node["retry"] |= {"jitter": 0, "initial_delay_seconds": 1 + number / 16}
        if node["timeout_seconds"]:
            node["timeout_seconds"] = 60 + number
    return document


SCRIPTS = st.builds(
    Script,
    st.dictionaries(
        st.sampled_from([f"{kind}_{n}" for kind in ("do", "once") for n in range(9)]),
        st.lists(st.sampled_from(["done", "done", "error", "final"]), min_size=1, max_size=3),
    ),
    st.lists(st.sampled_from(["approved", "rejected", "silence"]), min_size=1, max_size=3),
)


@given(graphs(), SCRIPTS, st.lists(st.booleans(), min_size=1, max_size=4))
@ROUNDS
def test_random_graphs_run_to_the_same_journal(frozen, ana, document, script, conditions):
    plain = _with_tasks(document.model_dump(mode="json"), conditions)
    check_or_reject(plain, script, frozen, ana)


@st.composite
def pipelines(draw: Any) -> dict[str, Any]:
    """A pipeline of tasks, transforms, waits, choices and groups within each other."""
    numbers = iter(range(1, 1_000))

    def task() -> dict[str, Any]:
        number = next(numbers)
        kind = draw(st.sampled_from(["do", "do", "once", "transform", "wait"]))
        made: dict[str, Any] = {"id": f"{kind}_{number}"}
        if kind == "transform":
            made |= {"type": "transform", "config": {"output": {"number": number}}}
        elif kind == "wait":
            made |= {
                "type": "wait",
                "config": {"mode": "duration", "duration_seconds": 5 + number / 8},
            }
        else:
            made |= {"type": "task:test.act", "config": {"name": "act"}}
            if draw(st.booleans()):
                made["retry"] = {"jitter": 0, "initial_delay_seconds": 1 + number / 16}
        return made

    def steps(depth: int) -> list[dict[str, Any]]:
        return [one(depth) for _ in range(draw(st.integers(1, 3)))]

    def one(depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(["task", "task", "conditional", "parallel"]))
        if depth == 0 or kind == "task":
            return task()
        number = next(numbers)
        if kind == "parallel":
            branches = [steps(depth - 1) for _ in range(draw(st.integers(1, 3)))]
            bound = draw(st.sampled_from([None, 1, 2]))
            group = {"step": "parallel", "id": f"group_{number}", "branches": branches}
            return {**group, "max_concurrency": bound}
        return {
            "step": "conditional",
            "id": f"choice_{number}",
            "condition": draw(st.sampled_from(["${ input.on }", "${ !input.on }"])),
            "then": steps(depth - 1),
            "otherwise": steps(depth - 1) if draw(st.booleans()) else [],
        }

    timeout = draw(st.sampled_from([None, None, 7]))
    return {
        "kind": "pipeline",
        "steps": [task(), *steps(2)],
        "settings": {
            "retry": draw(st.sampled_from([None, {"jitter": 0, "max_attempts": 2}])),
            "timeout_seconds": timeout,
            "on_failure": draw(st.sampled_from(["stop", "finish_other_paths"])),
        },
    }


@given(pipelines(), SCRIPTS)
@ROUNDS
def test_random_pipelines_run_to_the_same_journal(frozen, ana, document, script):
    check_or_reject(document, script, frozen, ana)


def test_a_winding_graph_runs_to_the_same_journal(frozen, ana):
    """One that surely meets retries, people, signals, time, a loop and a join, whatever chance."""
    from tests.core.world import graph

    document = graph(
        "start > do_0, start > human_0, start > wait_0, do_0.error > once_0, once_0 > gate_0,"
        "human_0.approved > gate_0, human_0.timeout > gate_0, gate_0.x > do_1,"
        "do_1 > gate_1, gate_1.y > do_1 loop=2, gate_1.otherwise > end,"
        "wait_0 > end",
        nodes={
            "do_0": {"retry": {"max_attempts": 2}},
            "human_0": {"timeout_seconds": 60},
        },
    )
    plain = _with_tasks(document.model_dump(mode="json"), [True])
    script = Script({"do_0": ["error"]}, ["silence"])
    execution = check_agreement(plain, script, frozen, ana)
    types = {line.type for line in execution.journal}
    assert {"node.retrying", "node.timed_out", "signal.received", "loop.taken"} <= types
    assert execution.failure is not None
    assert execution.failure.type == "LoopLimit"


@given(
    sagas(),
    st.builds(
        Script,
        st.dictionaries(
            st.sampled_from(
                [f"{undo}{sort}{n}" for undo in ("", "_undo_") for sort in "cpr" for n in range(3)]
            ),
            st.lists(st.sampled_from(["done", "error", "final"]), min_size=1, max_size=3),
        ),
        st.just(("approved",)),
    ),
)
@ROUNDS
def test_random_sagas_run_to_the_same_journal(frozen, ana, document, script):
    numbers = iter(range(1_000))

    def registered(value: Any) -> Any:
        if isinstance(value, list):
            return [registered(item) for item in value]
        if not isinstance(value, dict):
            return value
        made = {name: registered(inner) for name, inner in value.items()}
        if str(made.get("type")).startswith("task:"):
            name = "once" if made["type"] == "task:once" else "act"
            made |= {"type": f"task:test.{name}", "config": {"name": "act"}}
            delay = 1 + next(numbers) / 16
            made["retry"] = {"max_attempts": 2, "jitter": 0, "initial_delay_seconds": delay}
        elif made.get("type") == "human":
            made["config"] = {"heading": "Yes?"}
        return made

    plain = registered(document)
    plain["settings"]["timeout_seconds"] = None
    check_or_reject(plain, script, frozen, ana)


@given(charts(), st.lists(st.sampled_from(EVENTS), max_size=5))
@ROUNDS
def test_random_machines_run_to_the_same_journal(frozen, chart, events):
    frozen.now = BEGIN
    run_id = start(publish(chart), {"on": True})
    plan = plan_of(run_of(run_id).version_id)

    async def run() -> Execution:
        time = VirtualClock(BEGIN.timestamp())
        execution = await run_plan(plan, {"on": True}, clock=time)
        for event in events:
            if execution.checkpoint is not None:
                execution = await send_event(execution, event)
        return execution

    for event in events:
        advance(run_id, prepare=lambda locked, name=event: [locked.add_signal(name, None)])
    execution = asyncio.run(run())
    assert local_journal(execution) == engine_journal(run_id)
    assert (execution.status, execution.output) == (run_of(run_id).status, run_of(run_id).output)
    active = NodeRun.objects.filter(run_id=run_id, status="waiting", execution="state")
    assert set(execution.states) == set(active.values_list("node_id", flat=True))


@st.composite
def bulks(draw: Any) -> dict[str, Any]:
    """A bulk whose batches come one after the other."""
    at_once = draw(st.sampled_from(["item", "batch"]))
    field = "items" if at_once == "batch" else "item"
    limits = {
        "failure_threshold": {"count": draw(st.none() | st.integers(0, 3))},
        "enough": draw(st.none() | st.integers(1, 4)),
    }
    # A whole batch is reported at once: only single items end exactly with the last that may fail.
    is_exact = limits["enough"] is None and limits["failure_threshold"]["count"] is None
    return {
        "kind": "bulk",
        "items": "${ input.items }",
        "processor": {
            "type": f"task:test.on_{field.replace('items', 'batch')}",
            "config": {field: f"${{ {field} }}", "name": "do"},
            "mode": at_once,
            "retry": {
                # Which of two that are due goes first is free, and with enough it shows.
                "max_attempts": 1 if limits["enough"] else draw(st.integers(1, 3)),
                "initial_delay_seconds": 0,
                "jitter": 0,
            },
        },
        "batch_size": draw(st.integers(1, 4)) if is_exact else 1,
        "max_concurrency": 1,
        "result": draw(
            st.sampled_from(
                [
                    {"mode": "map"},
                    {"mode": "filter", "keep": "${ item % 2 == 0 }"},
                    {"mode": "reduce", "initial": 0, "combine": "${ accumulator + output }"},
                ]
            )
        ),
        **limits,
    }


@given(bulks(), st.lists(st.integers(0, 40), max_size=9), st.integers(2, 6))
@ROUNDS
def test_random_bulks_run_to_the_same_journal(frozen, document, items, fails):
    def work_on(given: Any) -> Any:
        told, context = given
        for item in told if isinstance(told, list) else [told]:
            if (item + context.attempt) % fails == 0:
                raise ConnectionError(f"{item} is away")
            if item % 11 == 10:
                raise FatalError(f"{item} is gone")
        return told

    frozen.now = BEGIN
    ACTIONS["do"] = work_on
    run_id = start(publish(document), {"items": items})
    while WORKER.work():
        pass
    run = run_of(run_id)
    execution = asyncio.run(
        run_plan(plan_of(run.version_id), {"items": items}, clock=VirtualClock(BEGIN.timestamp()))
    )
    told = [line for line in engine_journal(run_id) if line[0] != "node.progress"]
    assert local_journal(execution) == told
    assert (execution.status, execution.output) == (run.status, run.output)
    if run.status == "succeeded":
        batches = Batch.objects.filter(bulk__run_id=run_id).order_by("number")
        failed = [(f["index"], f["attempts"], f["type"]) for b in batches for f in b.failures]
        mine = execution.items["items"].failures
        assert [(f.index, f.attempts, f.type) for f in mine] == failed
