"""A run moves to another version, all of it or nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.engine.build import (
    chain,
    edge,
    events,
    graph,
    journal,
    node,
    node_run,
    run_of,
    start,
    status_of,
    statuses,
    work,
)
from tests.engine.law import folded, tables
from workflows_app.core.events import NodeCompleted, PauseRequested, ResumeRequested, WorkerLost
from workflows_app.engine import clock, sweep
from workflows_app.engine.advance import advance
from workflows_app.engine.migration import check_run, move_run
from workflows_app.models import HumanTask, Version
from workflows_app.store.definitions import VersionRow

pytestmark = pytest.mark.django_db(transaction=True)

SIGNAL = {"mode": "signal", "signal": "go"}


def second(run_id: UUID, document: dict[str, Any]) -> VersionRow:
    """The document as the next version of the run's workflow."""
    version = Version.objects.create(
        workflow_id=run_of(run_id).workflow_id,
        number=2,
        hash="second",
        document=document,
        published_at=clock.now(),
    )
    return VersionRow(version.id, 2, "second")


def signal(run_id: UUID) -> None:
    advance(run_id, prepare=lambda run: [run.add_signal("go", 7)])


def test_a_run_goes_on_along_the_new_version():
    run_id = start(chain(node("w", "wait", SIGNAL)))
    version = second(run_id, chain(node("w", "wait", SIGNAL), node("added")))
    seq = run_of(run_id).seq

    assert check_run(run_id, version, {}) == ()
    assert run_of(run_id).version.number == 1
    assert move_run(run_id, version, {}) == ()

    run = run_of(run_id)
    assert (run.version_id, run.seq) == (version.id, seq + 1)
    (told,) = events(run_id, "run.migrated")
    assert told.data == {"from": 1, "to": 2, "mapping": {}}
    signal(run_id)
    work()
    assert status_of(run_id) == "succeeded"
    assert statuses(run_id)["added"] == "succeeded"
    assert folded(run_id) == tables(run_id)


def test_a_question_gets_its_new_id_with_all_that_belongs_to_it(time):
    def asking(name: str) -> dict[str, Any]:
        return graph(
            [
                node("start", "start"),
                node(name, "human", {}, timeout_seconds=60),
                node("end", "end", {"output": f"${{ nodes.{name}.by }}"}),
            ],
            [
                edge("start", name),
                edge(name, "end", "approved"),
                edge(name, "end", "rejected"),
            ],
        )

    run_id = start(asking("ask"))
    version = second(run_id, asking("decide"))
    assert [o.kind for o in check_run(run_id, version, {})] == ["needs_mapping"]
    assert move_run(run_id, version, {"ask": "decide"}) == ()

    assert statuses(run_id) == {"start": "succeeded", "decide": "waiting"}
    assert HumanTask.objects.get(run_id=run_id).node_id == "decide"
    assert folded(run_id) == tables(run_id)

    def answer(run: Any) -> list[Any]:
        run.set_output("decide", 1, {"by": "ana"})
        return [NodeCompleted("decide", 1, 1, run.now.timestamp(), ("approved",))]

    advance(run_id, prepare=answer)
    assert run_of(run_id).output == "ana"


def test_a_renamed_waits_time_limit_still_comes(time):
    run_id = start(chain(node("w", "wait", SIGNAL, timeout_seconds=60)))
    version = second(run_id, chain(node("v", "wait", SIGNAL, timeout_seconds=60)))
    assert move_run(run_id, version, {"w": "v"}) == ()
    time.pass_(61)
    sweep.sweep_once()
    assert status_of(run_id) == "failed"
    assert node_run(run_id, "v").error["type"] == "Timeout"


def test_with_an_obstacle_nothing_is_moved():
    run_id = start(chain(node("w", "wait", SIGNAL)))
    version = second(run_id, chain(node("v", "wait", SIGNAL)))
    before = (run_of(run_id).state, run_of(run_id).seq, tables(run_id))

    (obstacle,) = move_run(run_id, version, {})
    assert (obstacle.kind, obstacle.node) == ("needs_mapping", "w")
    assert (run_of(run_id).state, run_of(run_id).seq, tables(run_id)) == before
    assert run_of(run_id).version.number == 1


def test_a_move_that_dies_moves_nothing():
    run_id = start(chain(node("w", "wait", SIGNAL)))
    version = second(run_id, chain(node("v", "wait", SIGNAL)))
    before = tables(run_id)
    with transaction.atomic():
        move_run(run_id, version, {"w": "v"})
        transaction.set_rollback(True)
    assert tables(run_id) == before
    assert "run.migrated" not in journal(run_id)
    signal(run_id)
    assert status_of(run_id) == "succeeded"


def test_what_a_worker_has_reports_into_the_new_version():
    run_id = start(chain(node("a")))
    version = second(run_id, chain(node("a"), node("b")))
    assert move_run(run_id, version, {}) == ()
    work()
    assert statuses(run_id) == dict.fromkeys(("start", "a", "b", "end"), "succeeded")


def test_a_paused_run_moves_with_what_is_held(time):
    run_id = start(chain(node("a")))
    advance(run_id, PauseRequested(clock.now().timestamp()))
    version = second(run_id, chain(node("b")))
    assert move_run(run_id, version, {"a": "b"}) == ()
    advance(run_id, ResumeRequested(clock.now().timestamp()))
    work()
    assert statuses(run_id) == {"start": "succeeded", "b": "succeeded", "end": "succeeded"}
    assert folded(run_id) == tables(run_id)


def test_a_late_word_of_a_node_that_is_gone_changes_nothing():
    run_id = start(chain(node("a"), node("w", "wait", SIGNAL)))
    work()
    version = second(run_id, chain(node("w", "wait", SIGNAL)))
    assert move_run(run_id, version, {}) == ()
    advance(run_id, WorkerLost("a", 1, 1, clock.now().timestamp()))
    assert statuses(run_id)["w"] == "waiting"


def test_a_run_that_is_over_stays_where_it_is():
    run_id = start(chain())
    version = second(run_id, chain(node("a")))
    (obstacle,) = move_run(run_id, version, {})
    assert obstacle.message == "The run is over."
    assert run_of(run_id).version.number == 1
