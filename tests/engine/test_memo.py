"""Work whose result is known is skipped, and only then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.actions import ACTIONS, CALLS
from tests.engine.build import chain, events, fan, journal, node, node_run, run_of, start, work
from workflows_app.engine import sweep
from workflows_app.models import StepMemo
from workflows_app.sdk import FatalError, registry
from workflows_app.sdk.definition import TaskDefinition

pytestmark = pytest.mark.django_db(transaction=True)

FOR_A_MINUTE = {"ttl_seconds": 60}


def remembered(name: str = "a", **more: Any) -> dict[str, Any]:
    """One step that does what is registered under the name in its config."""
    return chain(node("a", config={"name": name}, memo=FOR_A_MINUTE, **more))


def ran(document: dict[str, Any]) -> Any:
    run_id = start(document)
    work()
    return run_of(run_id)


def test_the_same_work_is_done_once_in_whichever_workflow():
    ACTIONS["a"] = lambda context: {"by": context.node_id}
    assert ran(remembered()).output == {"by": "a"}
    again = ran(remembered())
    assert (again.status, again.output) == ("succeeded", {"by": "a"})
    assert len(CALLS) == 1
    assert node_run(again.id, "a").is_reused
    assert journal(again.id, of="a") == [
        "node.queued",
        "node.started",
        "node.memoized",
        "node.succeeded",
    ]
    assert events(again.id, "node.memoized")[0].data == {"attempt": 1, "ports": ["out"]}


def test_a_result_that_is_null_is_a_result():
    ACTIONS["a"] = lambda context: None
    ran(remembered())
    assert ran(remembered()).output is None
    assert len(CALLS) == 1


def test_other_input_is_other_work():
    assert ran(remembered("a")).output == "a"
    assert ran(remembered("b")).output == "b"
    assert len(CALLS) == 2


def test_another_type_is_other_work():
    ran(remembered())
    document = chain(node("a", "task:test.once", {"name": "a"}, memo=FOR_A_MINUTE))
    assert not node_run(ran(document).id, "a").is_reused
    assert len(CALLS) == 2


def test_a_node_that_does_not_ask_neither_takes_nor_leaves_results():
    ran(chain(node("a", config={"name": "a"})))
    assert not StepMemo.objects.exists()
    ran(remembered())
    ran(chain(node("a", config={"name": "a"})))
    assert len(CALLS) == 3


def test_a_new_version_of_the_task_is_other_work(monkeypatch):
    ran(remembered())
    known = registry.find("test.act")
    assert known is not None
    values = {name: getattr(known, name) for name in TaskDefinition.__slots__}
    changed = TaskDefinition(**values | {"version": "2"})
    monkeypatch.setattr(registry, "find", lambda name: changed if name == "test.act" else known)
    ran(remembered())
    assert len(CALLS) == 2


def test_a_failure_is_never_remembered():
    def fail(context: Any) -> None:
        raise FatalError("No.")

    ACTIONS["a"] = fail
    assert ran(remembered()).status == "failed"
    assert not StepMemo.objects.exists()
    ACTIONS["a"] = lambda context: "well"
    assert ran(remembered()).output == "well"


def test_a_result_counts_no_longer_than_the_node_says(time):
    ran(remembered())
    time.pass_(59)
    ran(remembered())
    assert len(CALLS) == 1
    time.pass_(2)
    ran(remembered())
    assert len(CALLS) == 2
    time.pass_(30)
    ran(chain(node("a", config={"name": "a"}, memo={"ttl_seconds": 10})))
    assert len(CALLS) == 3


def test_the_sweep_forgets_what_counts_no_longer(time):
    ran(remembered("a"))
    time.pass_(40)
    ran(remembered("b"))
    time.pass_(30)
    sweep.sweep_once()
    assert [memo.output for memo in StepMemo.objects.all()] == ["b"]
    time.pass_(40)
    sweep.sweep_once()
    assert not StepMemo.objects.exists()


def test_branches_with_the_same_work_do_it_once_when_one_follows_the_other():
    document = fan(3)
    for drawn in document["nodes"]:
        if drawn["type"] == "task:test.echo":
            drawn |= {"type": "task:test.act", "config": {"name": "x"}, "memo": FOR_A_MINUTE}
    run = ran(document)
    assert (run.status, run.output) == ("succeeded", ["x", "x"])
    assert len(CALLS) == 1
    assert len(events(run.id, "node.memoized")) == 2
