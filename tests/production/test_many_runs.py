import pytest

from tests.support.accounts import ANN
from tests.support.traces import APP, chain, executions, fan_out

pytestmark = pytest.mark.production


@pytest.fixture
def stack(production_servers, tmp_path):
    stack = production_servers.stack(tmp_path / "stack", FLOWDECK_APPS=APP)
    yield stack.start(webs=2, workers=2)
    stack.stop()


def test_two_workers_that_sweep_all_the_time_run_every_step_once(stack, person, tmp_path):
    traces = tmp_path / "traces"
    people = [person(web.url, ANN) for web in stack.webs]
    in_line = people[0].publish("In line", chain(traces, steps=4, seconds=0))
    beside = people[0].publish("Side by side", fan_out(traces, branches=20, seconds=0.01))

    runs = {people[number % 2].start(in_line): 4 for number in range(15)}
    runs |= {people[number % 2].start(beside): 20 for number in range(5)}
    for run in runs:
        people[0].wait_for_run(run, "succeeded")

    counted = executions(traces)
    assert set(counted.values()) == {1}
    for run, steps in runs.items():
        assert sum(1 for traced, _ in counted if traced == run) == steps
