import pytest

from tests.support.accounts import ANN
from tests.support.traces import chain, executions, read_traces, release, wait_for_begin

pytestmark = pytest.mark.production


def test_killed_in_the_middle_of_a_step_the_run_completes_and_the_attempt_shows_it(
    stack, traces, person
):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish("Killed worker", chain(traces, steps=3, held="step2"))
    run = ann.start(workflow)

    begun = wait_for_begin(traces, "step2")
    ann.wait_for_node(run, "step2")
    stack.worker_with(begun.pid).kill()
    release(traces)
    finished = ann.wait_for_run(run, "succeeded")

    assert {node["node_id"]: node["status"] for node in finished["nodes"]} == {
        "start": "succeeded",
        "step1": "succeeded",
        "step2": "succeeded",
        "step3": "succeeded",
        "finish": "succeeded",
    }
    attempts = ann.get(f"/runs/{run}/nodes/step2")["attempts"]
    assert [attempt["number"] for attempt in attempts] == [1, 2]
    assert attempts[0]["status"] == "lost"
    assert attempts[0]["worker"] != attempts[1]["worker"]
    assert attempts[1]["status"] == "succeeded"
    assert executions(traces) == {(run, "step1"): 1, (run, "step2"): 2, (run, "step3"): 1}
    assert [t.attempt for t in read_traces(traces) if t.node_id == "step2"] == [1, 2, 2]


def test_all_workers_killed_a_new_one_completes_the_runs(stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    workflow = ann.publish("All killed", chain(traces, steps=2, seconds=0.5))
    runs = [ann.start(workflow) for _ in range(12)]
    wait_for_begin(traces, "step1", count=4)

    for worker in stack.workers:
        worker.kill()
    stack.start_worker()

    for run in runs:
        ann.wait_for_run(run, "succeeded")
    finished = [t for t in read_traces(traces) if t.what == "end"]
    assert {(t.run_id, t.node_id) for t in finished} == {
        (run, step) for run in runs for step in ("step1", "step2")
    }


def test_killed_in_a_branch_of_a_pipeline_only_that_step_is_done_again(stack, traces, person):
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)

    def step(name: str, *, held: bool = False) -> dict[str, object]:
        config = {"file": str(traces), "seconds": 0, "held": held}
        return {"id": name, "type": "task:probe.trace", "config": config}

    branches = [[step("left")], [step("right", held=True)]]
    group = {"step": "parallel", "id": "both", "branches": branches, "max_concurrency": 1}
    document = {"kind": "pipeline", "steps": [step("first"), group, step("last")]}
    run = ann.start(ann.publish("Killed in a pipeline", document))

    begun = wait_for_begin(traces, "right")
    ann.wait_for_node(run, "right")
    stack.worker_with(begun.pid).kill()
    release(traces)
    ann.wait_for_run(run, "succeeded")

    names = {"first": 1, "left": 1, "right": 2, "last": 1}
    assert executions(traces) == {(run, name): count for name, count in names.items()}
    attempts = ann.get(f"/runs/{run}/nodes/right")["attempts"]
    assert [attempt["status"] for attempt in attempts] == ["lost", "succeeded"]
