"""Runs of all kinds go on while everything around them is killed, frozen, filled and restarted.

The long form, of `make test-all`; `FAULTS` sets how many faults there are. Every message is
delivered twice, to workers and to watchers; every request that starts, sends or decides, too.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.faults import WORKERS, Faults
from tests.faults.hands import Hands
from tests.faults.mixture import CHILD, FILE, Kind, child, kinds
from tests.support.accounts import ANN, BOB
from tests.support.fold import Watcher, shown
from tests.support.person import Person
from tests.support.process import ROOT, wait_until
from tests.support.small_disk import small_disk
from tests.support.traces import APP
from tests.support.watching import Watching

pytestmark = [pytest.mark.production, pytest.mark.slow, pytest.mark.timeout(3_600)]

FAULTS = int(os.environ.get("FAULTS", "200"))
RUNS_A_FAULT = 10
WATCHED = 40
"""Runs that are watched all the time, at most."""


@pytest.fixture
def stack(production_servers, tmp_path):
    """A stack without processes, which delivers every message twice."""
    apps = f"{APP},tests.support.doubling"
    stack = production_servers.stack(tmp_path / "stack", FLOWDECK_APPS=apps)
    yield stack
    stack.stop()


@pytest.fixture
def disk(stack):
    """Where uploaded files are kept."""
    with small_disk(stack.directory / "media") as disk:
        yield disk


def insist(call, *, seconds: float = 60.0) -> Any:
    """Ask again while web processes and databases come back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except (httpx.HTTPError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Starter:
    """Starts runs, each request twice."""

    def __init__(self, ann: Person, known: dict[str, Kind]) -> None:
        self._ann = ann
        self._known = known
        self._workflows = {name: ann.publish(name, kind.document) for name, kind in known.items()}
        self.started: dict[str, str] = {}

    def upload(self) -> httpx.Response:
        """Send the file of rows."""
        return self._ann.request("POST", "/uploads", files={"file": ("rows.csv", FILE)})

    def start(self, name: str, number: int) -> list[str]:
        """Start so many runs of a kind; the second request gets the runs of the first."""
        given = {"rows": {"upload": insist(self._uploaded)}} if self._known[name].needs_file else {}
        runs = [{"idempotency_key": f"{number}-{n}", "input": given} for n in range(RUNS_A_FAULT)]
        path = f"/workflows/{self._workflows[name]}/runs/bulk"
        first, second = (
            insist(lambda: self._ann.post(path, {"runs": runs}, status=201)) for _ in range(2)
        )
        ids = [run["id"] for run in first["runs"]]
        assert [(run["id"], run["is_new"]) for run in second["runs"]] == [(i, False) for i in ids]
        self.started |= dict.fromkeys(ids, name)
        return ids

    def _uploaded(self) -> str:
        answer = self.upload()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def test_nothing_is_lost_and_nothing_doubled(stack, disk, tmp_path, person):
    folder = tmp_path / "effects"
    folder.mkdir()
    seed = int(os.environ.get("FAULTS_SEED", random.randrange(10**6)))
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    stack.start(webs=1, workers=WORKERS)
    url = stack.webs[0].url
    ann = person(url, ANN)
    ann.publish(CHILD, child(folder))
    known = kinds(folder)
    starter = Starter(ann, known)
    hands = Hands(person(url, ANN), person(url, BOB)).start()
    watching = Watching(ann)
    upload = insist_on_a_verdict(starter.upload)
    faults = Faults(stack, chance, watching=watching, disk=disk, upload=upload)

    for number, name in enumerate(kinds_in_turn(chance, list(known))):
        runs = starter.start(name, number)
        for run in runs:
            hands.send_later(run, known[name].events)
        if number % max(1, FAULTS // WATCHED) == 0:
            watching.follow(chance.choice(runs))
        time.sleep(chance.uniform(0.3, 1.7))
        faults.strike()
        faults.heal()
    faults.heal(everybody=True)
    while sum(worker.is_running for worker in stack.workers) < WORKERS:
        stack.start_worker()

    ends = {
        run: insist(
            lambda r=run: ann.wait_for_run(r, "succeeded", "compensated", seconds=120), seconds=240
        )["status"]
        for run in starter.started
    }
    hands.stop()
    blind = [run for run, watcher in watching.watchers.items() if not sees_all(watching, run)]
    watched = dict(watching.counts, runs=len(watching.watchers), blind=len(blind))
    watching.stop()

    due = due_effects(ann, starter.started, known)
    effects = {path.name for path in folder.iterdir()} - {"executions"}
    executions = len((folder / "executions").read_text().splitlines())
    report = {
        "seed": seed,
        "runs": len(starter.started),
        "kinds": Counter(starter.started.values()),
        "faults": faults.counts.total(),
        "faults_by_kind": faults.counts,
        "effects": len(effects),
        "losses": len(due - effects),
        "doubles": len(effects - due),
        "executions_again": executions - len(effects),
        "watched": watched,
        "hands": hands.counts,
        "law": check_laws(stack),
    }
    write_report(report)
    assert (report["losses"], report["doubles"]) == (0, 0)
    assert len(starter.started) == FAULTS * RUNS_A_FAULT
    assert {run: known[name].status for run, name in starter.started.items()} == ends
    assert blind == []
    assert watching.counts["refused"] == 0
    assert hands.faults == []


def kinds_in_turn(chance: random.Random, names: list[str]) -> list[str]:
    """So many kinds as there are faults, in any order, each as often as the others."""
    rounds = [chance.sample(names, len(names)) for _ in range(FAULTS // len(names) + 1)]
    return [name for each in rounds for name in each][:FAULTS]


def insist_on_a_verdict(upload):
    """Status and code of the first answer that comes from a server with a database."""

    def ask() -> tuple[int, str]:
        answer = upload()
        assert answer.status_code != 503, answer.text
        return answer.status_code, str(answer.json().get("code", ""))

    return lambda: insist(ask)


def sees_all(watching: Watching, run: str) -> bool:
    """True when the watcher holds what a fresh page shows, once the last news have arrived."""
    fresh: Watcher = insist(lambda: watching.snapshot(run))
    watcher = watching.watchers[run]
    wait_until(lambda: watcher.seq == fresh.seq, what=f"the end of watched run {run}", seconds=60)
    return watcher.head == fresh.head and shown(watcher.nodes) == shown(fresh.nodes)


def due_effects(ann: Person, started: dict[str, str], known: dict[str, Kind]) -> set[str]:
    """The keys that all runs and their children should have left, each once."""
    due = {f"{run}:{key}" for run, name in started.items() for key in known[name].effects}
    for run, name in started.items():
        if known[name].child_effects:
            (called,) = ann.get(f"/runs/{run}/family")["children"]
            due |= {f"{called['id']}:{key}" for key in known[name].child_effects}
    return due


def check_laws(stack) -> dict[str, Any]:
    """The journal of each run is gapless, gives its tables, and replays to its state."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.check_laws"],
        cwd=ROOT,
        env={**os.environ, **stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def write_report(report: dict[str, Any]) -> None:
    """Print it, and keep it beside the other results."""
    sys.stdout.write(f"{json.dumps(report)}\n")
    file = Path(ROOT / "test-results" / "faults.json")
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=1))
