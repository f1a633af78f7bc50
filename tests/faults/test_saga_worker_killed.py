"""A worker is killed in the middle of undoing a saga."""

from __future__ import annotations

import pytest

from tests.support.accounts import ANN
from tests.support.traces import executions, probe, read_traces, release, wait_for_begin

pytestmark = pytest.mark.production


def test_killed_in_a_compensation_another_worker_finishes_the_undoing(stack, traces, person):
    fails = {"type": "transform", "config": {"output": "${ input.missing }"}}
    steps = [
        {"id": "reserve", "action": probe(traces), "compensation": probe(traces)},
        {
            "id": "charge",
            "action": probe(traces),
            "compensation": probe(traces, held=True),
        },
        {"id": "ship", "action": fails, "step": "pivot"},
    ]
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    run = ann.start(ann.publish("Killed while undoing", {"kind": "saga", "steps": steps}))

    begun = wait_for_begin(traces, "_undo_charge")
    ann.wait_for_node(run, "_undo_charge")
    stack.worker_with(begun.pid).kill()
    release(traces)
    finished = ann.wait_for_run(run, "compensated")

    assert finished["error"]["node_id"] == "ship"
    assert {node["node_id"]: node["status"] for node in finished["nodes"]} == {
        "_start": "succeeded",
        "reserve": "compensated",
        "charge": "compensated",
        "ship": "failed",
        "_undo_charge": "succeeded",
        "_undo_reserve": "succeeded",
    }
    attempts = ann.get(f"/runs/{run}/nodes/_undo_charge")["attempts"]
    assert [attempt["status"] for attempt in attempts] == ["lost", "succeeded"]
    assert executions(traces) == {
        (run, "reserve"): 1,
        (run, "charge"): 1,
        (run, "_undo_charge"): 2,
        (run, "_undo_reserve"): 1,
    }
    order = [t.node_id for t in read_traces(traces) if t.what == "end"]
    assert order == ["reserve", "charge", "_undo_charge", "_undo_reserve"]
