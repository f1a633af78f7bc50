"""A run in which everything happens that a watcher can see, told in steps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from tests.support.documents import edge, graph, node
from workflows_app.engine.sweep import sweep_once
from workflows_app.engine.work import Worker
from workflows_app.models import HumanTask, NodeRun
from workflows_app.sdk import RetryableError, TaskContext, task
from workflows_app.services import human_tasks, publishing, runs, workflows

_names = itertools.count()


@task(name="realtime_tests.flaky", title="Flaky")
def flaky(context: TaskContext) -> int:
    """Succeed at the second attempt."""
    if context.attempt == 1:
        raise RetryableError("not yet", retry_after=0.01)
    return context.attempt


DOCUMENT = graph(
    [
        node("start", "start", {"input_schema": {"type": "object"}}),
        node("count", "transform", {"output": 1}),
        node(
            "again",
            "gate",
            {"branches": [{"id": "done", "label": "Done", "condition": "${ input.turns < 0 }"}]},
        ),
        node("flaky", "task:realtime_tests.flaky"),
        node("wait", "wait", {"mode": "signal", "signal": "go"}),
        node("ask", "human", {"heading": "Well?"}),
        node("broken", "transform", {"output": "${ input.nowhere.at.all }"}),
        node("caught", "transform", {"output": "${ error.type }"}),
        node("end", "end"),
    ],
    [
        edge("start", "flaky"),
        edge("start", "wait"),
        edge("start", "broken"),
        edge("start", "count"),
        edge("count", "again"),
        edge("again", "end", "done"),
        edge("again", "end", "otherwise"),
        edge("broken", "end"),
        edge("broken", "caught", "error"),
        edge("caught", "end"),
        edge("flaky", "ask"),
        edge("wait", "ask"),
        edge("ask", "end", "approved"),
        edge("ask", "end", "rejected"),
    ],
)

Step = Callable[[], object]


def publish(actor: Any, document: Any = DOCUMENT) -> UUID:
    workflow_id = workflows.create_workflow(
        actor=actor, title=f"Story {next(_names)}", document=document
    )
    publishing.publish_workflow(actor=actor, workflow_id=workflow_id, revision=1)
    return workflow_id


def start(actor: Any, workflow_id: UUID) -> UUID:
    return runs.start_run(actor=actor, workflow_id=workflow_id, input={"turns": 1}).run_id


def steps(actor: Any, run_id: UUID) -> Iterator[Step]:
    """What moves the run to its end, one commit or a few at a time."""
    worker = Worker("realtime-tests")
    yield lambda: runs.pause_run(actor=actor, run_id=run_id)
    yield lambda: runs.resume_run(actor=actor, run_id=run_id)
    yield lambda: worker.work(seconds=1)
    yield lambda: _wait_for_retry(run_id)
    yield lambda: runs.send_signal(actor=actor, run_id=run_id, name="go", payload={"x": 1})
    yield lambda: worker.work(seconds=1)
    yield lambda: human_tasks.claim_human_task(actor=actor, task_id=_task(run_id))
    yield lambda: human_tasks.decide_human_task(
        actor=actor, task_id=_task(run_id), outcome="approved"
    )


def _wait_for_retry(run_id: UUID) -> None:
    while NodeRun.objects.filter(run_id=run_id, status="retrying").exists():
        time.sleep(0.02)
        sweep_once()


def _task(run_id: UUID) -> UUID:
    return HumanTask.objects.get(run_id=run_id, status="open").id
