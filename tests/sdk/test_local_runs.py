"""Documents run in memory: what they return, in which order, and what time they take."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.core.documents import chain, edge, gate, graph, node, pipeline, step
from workflows_app.core.problems import InvalidDocument
from workflows_app.errors import InvalidInputError, RunInputError
from workflows_app.sdk import (
    Answer,
    FatalError,
    Question,
    RealClock,
    RetryableError,
    TaskContext,
    VirtualClock,
    WorkflowFailedError,
    WorkflowWaitingError,
    run_document,
    task,
)

pytest_plugins = ["workflows_app.testing.plugin"]

START = 1_800_000_000.0


def types(execution: Any) -> list[str]:
    return [f"{line.type} {line.node}".strip() for line in execution.journal]


async def test_a_run_goes_from_start_to_end_with_the_engines_journal():
    document = graph(
        [
            node("double", "task:echo", value="${ input.amount * 2.0 }"),
            gate("size", "big", condition="${ nodes.double > 5.0 }"),
            node("yes", "end", output={"total": "${ nodes.double }"}),
            node("no", "end", output="small"),
            node("start", "start"),
            node("end", "note"),
        ],
        [
            edge("start", "double"),
            edge("double", "size"),
            edge("size.big", "yes"),
            edge("size.otherwise", "no"),
        ],
    )
    execution = await run_document(
        document, {"amount": 4.0}, fakes={"echo": lambda config: config["value"]}
    )
    assert (execution.status, execution.value()) == ("succeeded", {"total": 8.0})
    assert types(execution) == [
        "run.started",
        "node.succeeded start",
        "node.queued double",
        "node.started double",
        "node.succeeded double",
        "node.succeeded size",
        "node.skipped no",
        "node.succeeded yes",
        "run.succeeded",
    ]
    assert [line.seq for line in execution.journal] == list(range(1, 10))
    assert execution.path == ["start", "double", "size", "yes"]
    assert execution.skipped == {"no"}


async def test_other_workflows_are_faked_or_fail_in_plain_words():
    processor = {"type": "http", "config": {"url": "https://example.org/${ item }"}}
    document = chain(
        node("call", "subworkflow", workflow="billing", input={"amount": "${ input.amount }"}),
        node("each", "map", items="${ nodes.call }", processor=processor),
    )
    fakes = {
        "call": lambda config: [config["input"]["amount"]],
        "http": lambda config: config["url"],
    }
    execution = await run_document(document, {"amount": 4}, fakes=fakes)
    assert execution.value()["results"] == ["https://example.org/4"]

    execution = await run_document(document, {"amount": 4})
    assert execution.failure is not None
    assert (execution.failure.type, execution.failure.node) == ("UnknownTask", "call")
    assert "Give a fake for “call”" in execution.failure.message


async def test_retries_wait_on_the_clock_and_not_in_the_world():
    calls: list[float] = []
    clock = VirtualClock(START)

    def flaky(config: Any) -> int:
        calls.append(clock.now())
        if len(calls) < 3:
            raise ConnectionError("away")
        return len(calls)

    retry = {"initial_delay_seconds": 3_600, "max_delay_seconds": 86_400, "jitter": 0}
    execution = await run_document(
        chain(node("a", "task:flaky", retry=retry)), fakes={"a": flaky}, clock=clock
    )
    assert execution.value() == 3
    assert calls == [START, START + 3_600, START + 3 * 3_600]


async def test_a_wait_of_a_week_takes_no_time_and_its_end_is_told():
    clock = VirtualClock(START)
    document = chain(node("wait", "wait", mode="duration", duration_seconds=604_800))
    execution = await run_document(document, clock=clock)
    assert execution.value() == {}
    assert clock.now() == START + 604_800


async def test_on_request_time_is_real():
    clock = RealClock()
    before = clock.now()
    document = chain(node("wait", "wait", mode="duration", duration_seconds=0.05))
    execution = await run_document(document, clock=clock)
    assert execution.status == "succeeded"
    assert clock.now() - before >= 0.05


async def test_branches_are_under_way_together_but_no_more_than_allowed():
    now = most = 0

    async def work(config: Any) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    names = [f"n{number}" for number in range(6)]
    document = graph(
        [node(name, "task:work") for name in names],
        [edge("start", name) for name in names] + [edge(name, "end") for name in names],
    )
    assert (await run_document(document, fakes={"work": work})).status == "succeeded"
    assert most == 6
    most = 0
    await run_document(document, fakes={"work": work}, concurrency=2)
    assert most == 2


async def test_functions_that_block_run_beside_each_other_in_threads(task_registry):
    meeting = threading.Barrier(2, timeout=30)

    @task(name="tests.meet")
    def meet() -> str:
        """Come back when somebody else is here, too."""
        meeting.wait()
        return threading.current_thread().name

    document = graph(
        [node("a", "task:tests.meet"), node("b", "task:tests.meet")],
        [edge("start", "a"), edge("start", "b"), edge("a", "end"), edge("b", "end")],
    )
    output = (await run_document(document)).value()
    assert set(output) == {"a", "b"}
    assert all(name.startswith("flowdeck-local") for name in output.values())


async def test_a_coroutine_beyond_its_time_limit_is_given_up():
    given_up = False

    async def hang(config: Any) -> None:
        nonlocal given_up
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            given_up = True
            raise

    document = graph(
        [node("slow", "task:hang", timeout_seconds=0.01), node("late", "end", output="too late")],
        [edge("start", "slow"), edge("slow", "end"), edge("slow.error", "late")],
    )
    execution = await run_document(document, fakes={"slow": hang})
    assert execution.value() == "too late"
    assert given_up


async def test_a_failure_tells_where_and_why_and_keeps_its_cause():
    cause = ConnectionError("the bank is away")
    execution = await run_document(chain(node("pay", "task:pay")), fakes={"pay": cause})
    assert execution.status == "failed"
    assert execution.failure is not None
    assert (execution.failure.type, execution.failure.node) == ("ConnectionError", "pay")
    assert execution.failure.cause is cause
    assert types(execution)[-2:] == ["node.failed pay", "run.failed"]
    with pytest.raises(WorkflowFailedError, match="the bank is away.*pay") as caught:
        execution.value()
    assert caught.value.__cause__ is cause


async def test_error_edges_catch_and_expressions_see_the_error():
    document = graph(
        [node("pay", "task:pay"), node("caught", "end", output="${ error.type }")],
        [edge("start", "pay"), edge("pay", "end"), edge("pay.error", "caught")],
    )
    assert (await run_document(document, fakes={"pay": FatalError("no")})).value() == "FatalError"


async def test_what_asks_for_a_retry_gets_it():
    answers = iter([RetryableError("busy", retry_after=60), None])
    clock = VirtualClock(START)

    def pay(config: Any) -> str:
        error = next(answers)
        if error is not None:
            raise error
        return "paid"

    execution = await run_document(chain(node("pay", "task:pay")), fakes={"pay": pay}, clock=clock)
    assert execution.value() == "paid"
    assert clock.now() == START + 60


APPROVAL = graph(
    [
        node(
            "ask",
            "human",
            heading="Spend ${ string(input.amount) }?",
            data={"Why": "${ input.why }"},
        ),
        node("paid", "end", output="${ nodes.ask.decided_by }"),
        node("refused", "end", output="${ nodes.ask.comment }"),
        node("late", "end", output="nobody answered"),
        node("start", "start"),
        node("end", "note"),
    ],
    [
        edge("start", "ask"),
        edge("ask.approved", "paid"),
        edge("ask.rejected", "refused"),
        edge("ask.timeout", "late"),
    ],
)
ASKED = {"amount": 5, "why": "tea"}


async def test_without_people_a_run_stops_and_tells_what_it_asks():
    execution = await run_document(APPROVAL, ASKED)
    assert (execution.status, execution.output) == ("waiting", None)
    (waiting,) = execution.waiting
    assert waiting.question is not None
    assert (waiting.node, waiting.question.heading) == ("ask", "Spend 5?")
    assert waiting.question.data == {"Why": "tea"}
    assert types(execution)[-2:] == ["node.waiting ask", "run.waiting"]
    with pytest.raises(WorkflowWaitingError, match="ask"):
        execution.value()


async def test_people_answer_by_node_or_through_a_function():
    execution = await run_document(APPROVAL, ASKED, people={"ask": "approved"})
    assert execution.value() == "local"
    assert types(execution) == [
        "run.started",
        "node.succeeded start",
        "node.waiting ask",
        "run.waiting",
        "human.decided ask",
        "node.succeeded ask",
        "node.skipped refused",
        "node.skipped late",
        "run.running",
        "node.succeeded paid",
        "run.succeeded",
    ]

    async def decide(question: Question) -> Answer:
        assert [outcome["id"] for outcome in question.outcomes] == ["approved", "rejected"]
        return Answer("rejected", comment="too dear", by="ana")

    assert (await run_document(APPROVAL, ASKED, people=decide)).value() == "too dear"


async def test_an_answer_that_the_inbox_would_refuse_is_refused():
    with pytest.raises(InvalidInputError, match="ask.*'maybe' is not an outcome.*approved"):
        await run_document(APPROVAL, ASKED, people={"ask": "maybe"})
    with pytest.raises(InvalidInputError, match="ask.*comment is missing"):
        await run_document(APPROVAL, ASKED, people={"ask": "rejected"})


async def test_with_people_who_say_nothing_the_time_limit_comes():
    document = {**APPROVAL, "nodes": [dict(item) for item in APPROVAL["nodes"]]}
    document["nodes"][0]["timeout_seconds"] = 3 * 86_400
    clock = VirtualClock(START)
    execution = await run_document(document, ASKED, people={}, clock=clock)
    assert execution.value() == "nobody answered"
    assert clock.now() == START + 3 * 86_400
    still = await run_document(document, ASKED, clock=VirtualClock(START))
    assert still.status == "waiting"


async def test_signals_go_to_whoever_waits_for_them():
    document = chain(node("wait", "wait", mode="signal", signal="paid"))
    execution = await run_document(document, signals={"paid": {"amount": 5}})
    assert execution.value() == {"amount": 5}
    assert [t for t in types(execution) if "signal" in t] == ["signal.received"]
    still = await run_document(document)
    assert (still.status, still.waiting[0].signal) == ("waiting", "paid")


async def test_the_key_for_other_systems_is_that_of_the_run():
    keys: list[str] = []

    def pay(config: Any, context: TaskContext) -> str:
        keys.append(context.idempotency_key)
        context.progress(1, 2, "half")
        return str(context.run_id)

    document = chain(
        node("pay", "task:pay"), node("tell", "transform", output="${ [run.id, nodes.pay] }")
    )
    execution = await run_document(document, fakes={"pay": pay})
    run_id, told = execution.value()
    assert run_id == told
    assert keys == [f"{run_id}:pay:1"]
    assert [line.data for line in execution.journal if line.type == "node.progress"] == [
        {"done": 1, "total": 2, "text": "half"}
    ]


async def test_a_loop_turns_until_its_gate_says_enough():
    turns = iter(range(1, 10))
    document = graph(
        [
            node("count", "task:count"),
            gate("enough", "no", condition="${ nodes.count < 3 }"),
        ],
        [
            edge("start", "count"),
            edge("count", "enough"),
            edge("enough.no", "count", loop=True),
            edge("enough.otherwise", "end", id="out"),
        ],
    )
    execution = await run_document(document, fakes={"count": lambda config: next(turns)})
    assert execution.path.count("count") == 3
    assert execution.outputs["count"] == 3


async def test_logs_of_nodes_and_tasks_are_kept():
    document = chain(node("say", "log", message="Hello ${ input.name }", level="warning"))
    execution = await run_document(document, {"name": "Ana"})
    (line,) = execution.logs
    assert (line.node, line.level, line.message) == ("say", "warning", "Hello Ana")


async def test_bad_input_is_refused_with_the_field():
    schema = {"type": "object", "required": ["email"], "properties": {"email": {"type": "string"}}}
    document = chain(node("a", "transform", output=1))
    document["nodes"][0] = node("start", "start", input_schema=schema)
    with pytest.raises(RunInputError, match="input.email is missing"):
        await run_document(document, {})
    with pytest.raises(InvalidDocument):
        await run_document({"kind": "graph"})
    with pytest.raises(InvalidDocument, match="task:nobody"):
        await run_document(chain(node("a", "task:nobody")))
    with pytest.raises(ValueError, match="concurrency is 0"):
        await run_document(chain(node("a", "transform", output=1)), concurrency=0)


async def test_a_node_that_nothing_carries_out_here_fails_with_the_fix():
    document = chain(node("call", "http", url="https://example.org"))
    execution = await run_document(document)
    assert execution.failure is not None
    assert execution.failure.type == "UnknownTask"
    assert "Give a fake for “call”" in execution.failure.message
    fakes = {"http": {"status": 200, "headers": {}, "body": "x"}}
    assert (await run_document(document, fakes=fakes)).value()["body"] == "x"


async def test_a_pipeline_returns_what_its_last_step_returned():
    document = pipeline(
        step("a", "transform", output={"n": 1}),
        {
            "step": "parallel",
            "id": "both",
            "branches": [
                [step("b", "transform", output="${ nodes.a.n + 1 }")],
                [step("c", "transform", output="${ nodes.a.n + 2 }")],
            ],
        },
    )
    assert (await run_document(document)).value() == {"b": 2, "c": 3}


async def test_cancelling_the_caller_cancels_the_run_and_its_tasks():
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def hang(config: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    running = asyncio.create_task(run_document(chain(node("a", "task:hang")), fakes={"a": hang}))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stopped.is_set()


async def test_whatever_a_task_raises_is_its_failure_and_never_hangs_the_run(task_registry):
    @task(name="tests.stop")
    def stop() -> None:
        """Raise what generators end with."""
        raise StopIteration

    async def cancel(config: Any) -> None:
        raise asyncio.CancelledError

    def leave(config: Any) -> None:
        raise SystemExit(3)

    document = chain(node("a", "task:tests.stop"))
    raised: list[tuple[dict[str, Any], str]] = [
        ({}, "RuntimeError"),
        ({"a": cancel}, "CancelledError"),
        ({"a": leave}, "SystemExit"),
    ]
    for fakes, kind in raised:
        execution = await run_document(document, fakes=fakes)
        assert execution.failure is not None
        assert execution.failure.type == kind
