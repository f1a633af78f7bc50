"""Programs that act on a stack's tables in processes of their own, without a server between.

python -m benchmarks.clients events …        the programs; each prints one line of JSON
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg

from benchmarks.flowdeck import Flowdeck
from tests.support.process import ROOT

WARM_UP = 20
STEPS_A_ROUND = 10
psycopg_execute = psycopg.Cursor.execute


def start_client(flowdeck: Flowdeck, work: str, **options: object) -> subprocess.Popen[str]:
    """Start a program on the stack's database and Redis."""
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.clients", work, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            **flowdeck.stack.environment,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def result_of(client: subprocess.Popen[str]) -> Any:
    """What the program printed last."""
    output, _ = client.communicate(timeout=600)
    if client.returncode != 0:
        raise RuntimeError(f"A client failed: {output[-2000:]}")
    return json.loads(output.strip().splitlines()[-1])


def _runs(file: Path) -> list[UUID]:
    return [UUID(line) for line in file.read_text().split()]


def send_events(asked: argparse.Namespace) -> dict[str, float]:
    """Events to random machines for some seconds, as fast as they go; and what one takes."""
    from django.contrib.auth import get_user_model

    from tests.support.accounts import ANN
    from workflows_app.services.machines import send_event

    ann: Any = get_user_model().objects.get(username=ANN)
    runs = _runs(asked.runs)
    for run_id in runs[:WARM_UP]:
        send_event(actor=ann, run_id=run_id, name="flip")
    # Django's own wrapper does not see the statements that go past its cursors.
    with patch.object(psycopg.Cursor, "execute", autospec=True) as execute:
        execute.side_effect = psycopg_execute
        for run_id in runs[:WARM_UP]:
            send_event(actor=ann, run_id=run_id, name="flip")
    statements = execute.call_count
    sent, began = 0, time.perf_counter()
    while time.perf_counter() - began < asked.seconds:
        send_event(actor=ann, run_id=random.choice(runs), name="flip")
        sent += 1
    seconds = time.perf_counter() - began
    return {"sent": sent, "seconds": seconds, "statements": statements / WARM_UP}


def commit_events(asked: argparse.Namespace) -> list[tuple[str, float]]:
    """Events at a steady pace: to which run, and when each was committed."""
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from tests.support.accounts import ANN
    from workflows_app.services.machines import send_event

    ann: Any = get_user_model().objects.get(username=ANN)
    runs = _runs(asked.runs)
    committed: list[tuple[str, float]] = []

    def stamp(run_id: UUID) -> None:
        committed.append((str(run_id), time.time()))

    began = time.perf_counter()
    for number in range(int(asked.seconds * asked.per_second)):
        time.sleep(max(0.0, began + number / asked.per_second - time.perf_counter()))
        run_id = runs[number % len(runs)]
        with transaction.atomic():
            # Called before what the step itself does after its commit.
            transaction.on_commit(partial(stamp, run_id))
            send_event(actor=ann, run_id=run_id, name="flip")
    time.sleep(1.0)
    return committed


def wake(asked: argparse.Namespace) -> dict[str, float]:
    """Processor time of telling watchers of a step, the sending thread included.

    Steps come ten at a time, as in a worker's round. A loop that does nothing else at the same pace
    takes turns with it, and is taken off.
    """
    from workflows_app.outbound.wakeups import wake as tell

    runs = _runs(asked.runs)
    rounds = int(asked.per_second / STEPS_A_ROUND)

    def spent(work: Callable[[UUID], object]) -> float:
        """In a second."""
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(rounds):
            time.sleep(max(0.0, began + number / rounds - time.perf_counter()))
            for place in range(STEPS_A_ROUND):
                work(runs[(number + place) % len(runs)])
        return time.process_time() - cpu

    tell(runs[:1])
    time.sleep(0.5)
    costs = []
    for _ in range(int(asked.seconds / 2)):
        idle = spent(lambda run_id: [run_id])
        costs.append(spent(lambda run_id: tell([run_id])) - idle)
    return {"cpu_ms": statistics.median(costs) / (rounds * STEPS_A_ROUND) * 1_000}


WORKS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "events": send_events,
    "commit": commit_events,
    "wake": wake,
}


def main() -> None:
    """Do one work."""
    import django

    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--per-second", type=float, default=20)
    asked = parser.parse_args()
    print(json.dumps(WORKS[asked.work](asked)), flush=True)


if __name__ == "__main__":
    main()
