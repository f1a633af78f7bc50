import pytest

from tests.support.accounts import ANN
from tests.support.embedded import EmbeddedServer
from tests.support.traces import APP, chain, read_traces, release, wait_for_begin


@pytest.fixture
def server(migrated_database, tmp_path):
    migrated_database.copy_to(tmp_path / "var")
    server = EmbeddedServer(tmp_path / "var", FLOWDECK_APPS=APP, FLOWDECK_LEASE_SECONDS="4")
    yield server.start()
    if server.process.is_running:
        server.process.stop()


def test_killed_and_started_again_all_runs_complete(server, traces, person):
    ann = person(server.url, ANN)
    workflow = ann.publish("Killed", chain(traces, steps=3, seconds=0.4))
    runs = [ann.start(workflow) for _ in range(10)]
    wait_for_begin(traces, "step2", count=2)

    server.process.kill()
    server.start()

    for run in runs:
        finished = ann.wait_for_run(run, "succeeded")
        assert [node["status"] for node in finished["nodes"]] == ["succeeded"] * 5
    ended = {(t.run_id, t.node_id) for t in read_traces(traces) if t.what == "end"}
    assert ended == {(run, f"step{number}") for run in runs for number in (1, 2, 3)}


def test_ends_in_bounded_time_with_a_task_running_and_goes_on_later(server, traces, person):
    ann = person(server.url, ANN)
    run = ann.start(ann.publish("Long", chain(traces, steps=1, held="step1")))
    wait_for_begin(traces, "step1")

    assert server.process.stop(seconds=10) == 0
    release(traces)
    server.start()

    ann.wait_for_run(run, "succeeded")
