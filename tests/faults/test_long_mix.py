"""Runs of many kinds go on while everything around them is killed, frozen and restarted.

The long form, of `make test-all`; `FAULTS` sets how many faults there are.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.accounts import ANN
from tests.support.process import ROOT
from tests.support.traces import graph

pytestmark = [pytest.mark.production, pytest.mark.slow, pytest.mark.timeout(1_800)]

FAULTS = int(os.environ.get("FAULTS", "200"))
RUNS_A_FAULT = 10
FROZEN_SECONDS = 5.0
"""Longer than a lease of the stack's."""
ITEMS = 12


def effect(folder: Path, seconds: float = 0.0) -> dict[str, Any]:
    return {"type": "task:probe.effect", "config": {"folder": str(folder), "seconds": seconds}}


def documents(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Documents by name, each with what its runs leave behind their id in the folder."""
    quick, slow = effect(folder), effect(folder, 0.05)
    steps = [f"step{number}" for number in range(4)]
    branches = [f"branch{number}" for number in range(5)]
    row = [("start", "start", {}), *((s, quick["type"], slow["config"]) for s in steps)]
    row.append(("finish", "end", {}))
    chain = graph(row, [(a[0], b[0]) for a, b in zip(row, row[1:], strict=False)])
    fan = graph(
        [("start", "start", {})]
        + [(branch, quick["type"], quick["config"]) for branch in branches]
        + [("joined", "transform", {"output": 1}), ("finish", "end", {})],
        [("start", branch) for branch in branches]
        + [(branch, "joined") for branch in branches]
        + [("joined", "finish")],
    )
    fan["nodes"][-2]["join"] = {"mode": "all"}
    fails = {"type": "transform", "config": {"output": "${ input.missing }"}}
    saga = {
        "kind": "saga",
        "steps": [
            {"id": "reserve", "action": quick, "compensation": slow},
            {"id": "charge", "action": slow, "compensation": quick},
            {"id": "ship", "action": fails, "step": "pivot"},
        ],
    }
    bulk = {
        "kind": "bulk",
        "items": list(range(ITEMS)),
        "processor": quick,
        "batch_size": 4,
        "max_concurrency": 2,
    }
    undone = ["reserve", "charge", "_undo_charge", "_undo_reserve"]
    return {
        "chain": (chain, [f"{step}:1" for step in steps]),
        "fan": (fan, [f"{branch}:1" for branch in branches]),
        "saga": (saga, [f"{step}:1" for step in undone]),
        "bulk": (bulk, [f"items:1:{index}" for index in range(ITEMS)]),
    }


class Faults:
    """What may happen to a stack; each leaves it whole again, after a while."""

    def __init__(self, stack, chance: random.Random) -> None:
        self._stack = stack
        self._chance = chance
        self._frozen: list[tuple[float, int]] = []
        self.counts: Counter[str] = Counter()

    def strike(self) -> None:
        kinds = ("worker_killed", "worker_frozen", "web_killed", "redis_emptied", "postgresql")
        kind = self._chance.choices(kinds, weights=(8, 4, 2, 2, 1))[0]
        getattr(self, f"_{kind}")()
        self.counts[kind] += 1

    def thaw(self, *, everybody: bool = False) -> None:
        """Wake those who have slept past their leases."""
        now = time.monotonic()
        for until, pid in list(self._frozen):
            if everybody or now > until:
                os.killpg(pid, signal.SIGCONT)
                self._frozen.remove((until, pid))

    def _worker_killed(self) -> None:
        frozen = {pid for _, pid in self._frozen}
        awake = [w for w in self._stack.workers if w.is_running and w.pid not in frozen]
        if awake:
            self._chance.choice(awake).kill()
        self._stack.start_worker()

    def _worker_frozen(self) -> None:
        frozen = {pid for _, pid in self._frozen}
        awake = [w for w in self._stack.workers if w.is_running and w.pid not in frozen]
        if len(awake) > 1:
            pid = self._chance.choice(awake).pid
            os.killpg(pid, signal.SIGSTOP)
            self._frozen.append((time.monotonic() + FROZEN_SECONDS, pid))

    def _web_killed(self) -> None:
        web = self._stack.webs[0]
        web.process.kill()
        web.process.start()
        web.process.wait_until_ready(web.is_healthy)

    def _redis_emptied(self) -> None:
        self._stack.redis.kill()
        self._stack.redis.start()

    def _postgresql(self) -> None:
        mode = self._chance.choice(("fast", "immediate"))
        self._stack.postgresql.restart(mode=mode, pause_seconds=0.3)


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


def test_nothing_is_lost_and_nothing_doubled(stack, tmp_path, person):
    folder = tmp_path / "effects"
    folder.mkdir()
    seed = int(os.environ.get("FAULTS_SEED", random.randrange(10**6)))
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    stack.start(webs=1, workers=2)
    ann = person(stack.webs[0].url, ANN)
    known = documents(folder)
    workflows = {name: ann.publish(name, document) for name, (document, _) in known.items()}
    faults = Faults(stack, chance)
    started: dict[str, str] = {}
    for number in range(FAULTS):
        name = chance.choice(list(known))
        runs = [{"idempotency_key": f"{number}-{n}"} for n in range(RUNS_A_FAULT)]
        path = f"/workflows/{workflows[name]}/runs/bulk"
        answer = insist(lambda p=path, r=runs: ann.post(p, {"runs": r}, status=201))
        started |= {run["id"]: name for run in answer["runs"]}
        time.sleep(chance.uniform(0.3, 1.7))
        faults.strike()
        faults.thaw()
    faults.thaw(everybody=True)
    while sum(worker.is_running for worker in stack.workers) < 2:
        stack.start_worker()

    ends = {
        run: insist(
            lambda r=run: ann.wait_for_run(r, "succeeded", "compensated", seconds=120), seconds=240
        )["status"]
        for run in started
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.check_laws"],
        cwd=ROOT,
        env={**os.environ, **stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[:10_000]
    effects = {path.name for path in folder.iterdir()} - {"executions"}
    due = {f"{run}:{key}" for run, name in started.items() for key in known[name][1]}
    executions = len((folder / "executions").read_text().splitlines())
    report = {
        "runs": len(started),
        "faults": faults.counts,
        "effects": len(effects),
        "losses": len(due - effects),
        "doubles": len(effects - due),
        "executions_again": executions - len(effects),
        "law": json.loads(done.stdout),
    }
    sys.stdout.write(f"{json.dumps(report)}\n")
    (ROOT / "test-results").mkdir(exist_ok=True)
    (ROOT / "test-results" / "faults.json").write_text(json.dumps(report, indent=1))
    assert (report["losses"], report["doubles"]) == (0, 0)
    assert len(started) == FAULTS * RUNS_A_FAULT
    for run, status in ends.items():
        assert status == ("compensated" if started[run] == "saga" else "succeeded")
