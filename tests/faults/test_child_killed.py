import pytest

from tests.support.accounts import ANN
from tests.support.traces import chain, executions, graph, release, wait_for_begin

pytestmark = pytest.mark.production


def test_the_worker_of_a_child_killed_its_parent_still_gets_the_result(stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    ann.publish("Child", chain(traces, steps=2, held="step1"))
    parent = graph(
        [
            ("start", "start", {}),
            ("call", "subworkflow", {"workflow": "child"}),
            ("finish", "end", {"output": "${ run.id }"}),
        ],
        [("start", "call"), ("call", "finish")],
    )
    run = ann.start(ann.publish("Parent", parent))

    begun = wait_for_begin(traces, "step1")
    stack.worker_with(begun.pid).kill()
    release(traces)
    finished = ann.wait_for_run(run, "succeeded")

    assert finished["output"] == run
    (child,) = ann.get(f"/runs/{run}/family")["children"]
    assert child["status"] == "succeeded"
    assert executions(traces) == {(child["id"], "step1"): 2, (child["id"], "step2"): 1}
