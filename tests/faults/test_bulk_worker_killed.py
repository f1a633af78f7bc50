import pytest

from tests.support.accounts import ANN
from tests.support.traces import executions, probe, release, wait_for_begin

pytestmark = pytest.mark.production

ITEMS = 24
BATCH = 2


def test_killed_in_the_middle_of_batches_only_those_in_flight_are_done_again(stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish(
        "Killed bulk",
        {
            "kind": "bulk",
            "items": list(range(ITEMS)),
            "processor": probe(traces, held=True),
            "batch_size": BATCH,
            "max_concurrency": 4,
        },
    )
    run = ann.start(workflow)

    begun = wait_for_begin(traces, "items", count=4)
    stack.worker_with(begun.pid).kill()
    release(traces)
    finished = ann.wait_for_run(run, "succeeded", seconds=120)

    assert finished["output"]["succeeded"] == ITEMS
    assert len(finished["output"]["results"]) == ITEMS
    again = executions(traces)[run, "items"] - ITEMS
    assert 1 <= again <= 4 * BATCH
    attempts = ann.get(f"/runs/{run}/nodes/items")["attempts"]
    assert [attempt["status"] for attempt in attempts] == ["succeeded"]
