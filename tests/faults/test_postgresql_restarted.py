import time

import httpx
import pytest

from tests.support.accounts import ANN
from tests.support.traces import chain, read_traces, wait_for_begin

pytestmark = pytest.mark.production


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_under_load_all_runs_complete(mode, stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish("Restarted", chain(traces, steps=6, seconds=0.05))
    runs = [ann.start(workflow) for _ in range(40)]
    wait_for_begin(traces, "step3", count=3)

    stack.postgresql.restart(mode=mode, pause_seconds=1.0)

    for run in runs:
        finished = wait_out_the_restart(ann, run)
        assert finished["status"] == "succeeded", finished
    ended = {(t.run_id, t.node_id) for t in read_traces(traces) if t.what == "end"}
    assert ended == {(run, f"step{number}") for run in runs for number in range(1, 7)}


def wait_out_the_restart(ann, run):
    """A web process may fail a request while the database comes back, but recovers by itself."""
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = ann.client.get(f"/api/v1/runs/{run}")
            if answer.status_code == 200 and answer.json()["status"] not in {"running", "waiting"}:
                return answer.json()
        except httpx.HTTPError:
            answer = None
        assert time.monotonic() < deadline, answer.text if answer is not None else "no answer"
        time.sleep(0.1)
