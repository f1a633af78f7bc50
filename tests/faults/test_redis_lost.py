import time

import pytest

from tests.support.accounts import ANN
from tests.support.traces import chain, executions, fan_out

pytestmark = pytest.mark.production


def test_restarted_empty_with_runs_queued_all_complete_once(stack, traces, person):
    stack.start(webs=1, workers=0)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish("Queued", chain(traces, steps=2, seconds=0))
    runs = [ann.start(workflow) for _ in range(20)]
    assert executions(traces) == {}

    stack.redis.kill()
    stack.redis.start()
    for _ in range(2):
        stack.start_worker()

    for run in runs:
        ann.wait_for_run(run, "succeeded")
    assert executions(traces) == {(run, step): 1 for run in runs for step in ("step1", "step2")}


def test_away_while_runs_start_they_complete_when_it_is_back(stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish("Without Redis", fan_out(traces, branches=6, seconds=0.1))

    stack.redis.kill()
    began = time.monotonic()
    runs = [ann.start(workflow) for _ in range(4)]
    assert time.monotonic() - began < 8, "a start waits for a broker that is away"
    stack.redis.start()

    for run in runs:
        assert ann.wait_for_run(run, "succeeded")["output"] == {"branches": 6}
    assert set(executions(traces).values()) == {1}
