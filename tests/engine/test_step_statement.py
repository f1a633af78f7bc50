"""The short form of the benchmarks: a ratio within one run, since times differ between machines.

A step is written once with the statement and once with the ORM, in turns, and the median of the
ratios is judged: noise that lasts hits both of a pair alike, and other noise hits few pairs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from tests.core.documents import chain, node
from workflows_app.engine import clock
from workflows_app.models import NodeRun, Run, RunEvent, Version, Workflow
from workflows_app.store.changes import EventRow, NodeChange, StepChange
from workflows_app.store.statements import write_steps

STEPS = 60
WARM_UP = 5
DOCUMENT = chain(node("step0", "task:test"))
STATE = {"s": "running", "a": [["next", 1, 1, "queued", 0]]}
JOURNAL = ("node.started", "node.succeeded", "node.queued")


def new_run(now: datetime) -> UUID:
    workflow = Workflow.objects.create(
        name=f"w-{uuid4().hex[:12]}", title="Test", created_at=now, updated_at=now
    )
    version = Version.objects.create(
        workflow=workflow, number=1, hash=uuid4().hex, document=DOCUMENT, published_at=now
    )
    run = Run.objects.create(
        workflow=workflow, version=version, status="running", state=STATE, created_at=now
    )
    new_node(run.id, 0, now)
    return run.id


def new_node(run_id: UUID, number: int, now: datetime) -> None:
    NodeRun.objects.create(
        run_id=run_id,
        node_id=f"step{number}",
        node_type="task:test",
        execution="worker",
        status="queued",
        queued_at=now,
    )


def write_with_statement(run_id: UUID, number: int, now: datetime) -> None:
    """A step: a node run ends, the next one begins, three journal entries, the run's state."""
    seq = number * len(JOURNAL)
    change = StepChange(
        run_id,
        fence=seq,
        run={"seq": seq + len(JOURNAL), "status": "running", "state": STATE},
        nodes=[
            NodeChange(
                f"step{number}",
                1,
                is_new=False,
                values={"status": "succeeded", "ports": ["out"], "output": 1, "finished_at": now},
            ),
            NodeChange(
                f"step{number + 1}",
                1,
                is_new=True,
                values={
                    "node_type": "task:test",
                    "execution": "worker",
                    "status": "queued",
                    "queued_at": now,
                },
            ),
        ],
        events=[
            EventRow(seq + place, type_, f"step{number}", 1, {"attempt": 1}, now)
            for place, type_ in enumerate(JOURNAL, start=1)
        ],
    )
    assert write_steps([change], heeds_inbox=True) == {run_id}


def write_with_orm(run_id: UUID, number: int, now: datetime) -> None:
    """The same, as one would write it plainly."""
    seq = number * len(JOURNAL)
    with transaction.atomic():
        moved = Run.objects.filter(id=run_id, seq=seq).update(
            seq=seq + len(JOURNAL), status="running", state=STATE
        )
        NodeRun.objects.filter(run_id=run_id, node_id=f"step{number}", visit=1).update(
            status="succeeded", ports=["out"], output=1, finished_at=now
        )
        new_node(run_id, number + 1, now)
        RunEvent.objects.bulk_create(
            RunEvent(
                run_id=run_id,
                seq=seq + place,
                type=type_,
                node_id=f"step{number}",
                visit=1,
                data={"attempt": 1},
                at=now,
            )
            for place, type_ in enumerate(JOURNAL, start=1)
        )
    assert moved == 1


def written(run_id: UUID) -> list[Any]:
    nodes = NodeRun.objects.filter(run_id=run_id).order_by("id")
    events = RunEvent.objects.filter(run_id=run_id).order_by("seq")
    return [
        list(Run.objects.filter(id=run_id).values_list("seq", "status", "state")),
        list(nodes.values_list("node_id", "visit", "node_type", "execution", "status", "attempt")),
        list(nodes.values_list("ports", "output", "input", "waiting", "worker", "queued_at")),
        list(nodes.values_list("earlier_attempts", "is_reused", "lease_until", "finished_at")),
        list(events.values_list("seq", "type", "node_id", "visit", "data", "at")),
    ]


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.mark.django_db(transaction=True)
def test_the_statement_of_a_step_is_faster_than_the_same_step_through_the_orm():
    if connection.vendor != "postgresql":
        pytest.skip("The statement is PostgreSQL's; SQLite writes plainly.")
    now = clock.now()
    ours, plain = new_run(now), new_run(now)
    ratios = []
    for number in range(STEPS):
        pair = (
            lambda at=number: write_with_statement(ours, at, now),
            lambda at=number: write_with_orm(plain, at, now),
        )
        # Each goes first as often as the other.
        times = [seconds(work) for work in (pair if number % 2 else pair[::-1])]
        by_statement, by_orm = times if number % 2 else times[::-1]
        ratios.append(by_statement / by_orm)
    assert written(ours) == written(plain)
    assert statistics.median(ratios[WARM_UP:]) < 1.0
