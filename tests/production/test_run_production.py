import subprocess
import sys

import pytest

from tests.support.accounts import ANN
from tests.support.ports import free_port
from tests.support.process import ROOT, ServerProcess
from tests.support.production import WebProcess
from tests.support.traces import graph

pytestmark = pytest.mark.production

SCRIPT = "scripts/run_production.py"


def test_one_web_and_one_worker_run_a_workflow_and_end_together(
    production_servers, person, tmp_path
):
    stack = production_servers.stack(tmp_path / "stack")
    port = free_port()
    process = ServerProcess(
        name="run-production",
        command=(sys.executable, SCRIPT, "--port", str(port)),
        log=tmp_path / "log",
        environment=stack.environment,
    ).start()
    web = WebProcess(port, process)
    process.wait_until_ready(web.is_healthy, seconds=120)

    ann = person(web.url, ANN)
    document = graph(
        [
            ("start", "start", {}),
            ("words", "task:examples.count_words", {"text": "one two"}),
            ("finish", "end", {}),
        ],
        [("start", "words"), ("words", "finish")],
    )
    run = ann.wait_for_run(ann.start(ann.publish("Words", document)), "succeeded")
    assert run["output"] == 2
    assert ann.client.get("/static/flowdeck.svg").status_code == 200

    assert process.stop(seconds=40) == 0
    assert not web.is_healthy()


def test_says_which_variables_are_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT],
        cwd=ROOT,
        env={"REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Set DATABASE_URL, FLOWDECK_SECRET_KEY first" in done.stderr
