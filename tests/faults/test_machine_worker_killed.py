"""A worker is killed in the middle of what a state machine does on its way into a state."""

from __future__ import annotations

import pytest

from tests.core.machines import act, final, machine, on, state
from tests.support.accounts import ANN
from tests.support.traces import executions, read_traces, release, wait_for_begin

pytestmark = pytest.mark.production


def test_killed_in_an_entry_action_the_machine_completes_and_the_attempt_shows_it(
    stack, traces, person
):
    def trace(action_id: str, *, held: bool) -> dict:
        return act(action_id, "task:probe.trace", file=str(traces), held=held)

    order = machine(
        state("pending", on("pay", "paid")),
        state(
            "paid",
            on("ship", "shipped"),
            entry=[trace("charge", held=True), trace("thank", held=False)],
        ),
        final("shipped"),
    )
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    run = ann.start(ann.publish("Killed on entry", order))
    ann.post(f"/runs/{run}/events", {"name": "pay"})

    begun = wait_for_begin(traces, "charge")
    ann.post(f"/runs/{run}/events", {"name": "ship"})
    ann.wait_for_node(run, "charge")
    stack.worker_with(begun.pid).kill()
    release(traces)
    finished = ann.wait_for_run(run, "succeeded")

    assert {node["node_id"]: node["status"] for node in finished["nodes"]} == {
        "pending": "succeeded",
        "charge": "succeeded",
        "thank": "succeeded",
        "paid": "succeeded",
        "shipped": "succeeded",
    }
    attempts = ann.get(f"/runs/{run}/nodes/charge")["attempts"]
    assert [attempt["status"] for attempt in attempts] == ["lost", "succeeded"]
    assert attempts[0]["worker"] != attempts[1]["worker"]
    assert executions(traces) == {(run, "charge"): 2, (run, "thank"): 1}
    order_of_ends = [t.node_id for t in read_traces(traces) if t.what == "end"]
    assert order_of_ends == ["charge", "thank"]
    taken = [
        (event["data"]["event"], event["node_id"])
        for event in ann.get(f"/runs/{run}/events")["events"]
        if event["type"] == "transition.taken"
    ]
    assert taken == [("pay", "pending"), ("ship", "paid")]
