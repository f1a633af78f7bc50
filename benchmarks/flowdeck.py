"""This project as a contender: PostgreSQL, Redis, one web and two worker processes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import documents
from benchmarks.processes import cpu_seconds, resident_mb
from benchmarks.rounds import Figures, Round
from tests.support.accounts import ANN
from tests.support.person import Person
from tests.support.production import ProductionServers, ProductionStack
from workflows_app.core.state import CLOSED, RunStatus

STEPS = 10
OPEN = ", ".join(f"'{status}'" for status in RunStatus if status not in CLOSED)
"""The statuses of runs that are not over."""


@dataclass
class Flowdeck:
    """A running stack, and somebody at its API."""

    servers: ProductionServers
    directory: Path
    webs: int = 1
    workers: int = 2
    _workflows: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def running(cls, turn: Round, name: str = "flowdeck") -> Iterator[Flowdeck]:
        """A stack on a database of its own, for the length of a `with`."""
        flowdeck = cls(turn.servers, turn.directory / name)
        flowdeck.start()
        try:
            yield flowdeck
        finally:
            flowdeck.stop()

    def start(self) -> None:
        """Start all processes."""
        settings = {
            "FLOWDECK_APPS": "benchmarks.app",
            "FLOWDECK_LEASE_SECONDS": "30",
            "FLOWDECK_SWEEP_SECONDS": "2",
        }
        stack = self.servers.stack(self.directory, **settings)
        self.stack: ProductionStack = stack.start(webs=self.webs, workers=self.workers)
        try:
            self.person = Person(self.stack.webs[0].url, ANN)
        except BaseException:
            self.stack.stop()
            raise
        self.person.client.timeout = 600
        self.database = psycopg.connect(self.stack.environment["DATABASE_URL"], autocommit=True)
        self._workflows.clear()

    def stop(self) -> None:
        """End all processes."""
        self.person.close()
        self.database.close()
        self.stack.stop()

    @property
    def worker_groups(self) -> list[int]:
        """Process groups of the workers."""
        return [worker.pid for worker in self.stack.workers]

    def workflow(self, name: str, document: dict[str, Any]) -> str:
        """Publish a workflow once, and run it once in each worker, so that its plan is compiled."""
        if name not in self._workflows:
            self._workflows[name] = self.person.publish(name, document)
            if document["kind"] == "graph":
                self.start_runs(self._workflows[name], 4)
                self.wait()
        return self._workflows[name]

    def start_runs(self, workflow: str, count: int) -> None:
        """Start runs with as few calls as possible."""
        for begin in range(0, count, 1_000):
            runs: list[dict[str, Any]] = [{"input": {}}] * min(1_000, count - begin)
            self.person.post(f"/workflows/{workflow}/runs/bulk", {"runs": runs}, status=201)

    def wait(self, *, seconds: float = 600.0) -> None:
        """Wait until no run is open."""
        deadline = time.monotonic() + seconds
        # By the index of statuses: a look through a full table would keep a core busy.
        query = f"SELECT EXISTS (SELECT 1 FROM workflows_app_run WHERE status IN ({OPEN}))"
        while self.database.execute(query).fetchone() != (False,):
            if time.monotonic() > deadline:
                raise TimeoutError("Runs are open still.")
            time.sleep(0.005)

    def measured(self, work: Callable[[], None], operations: int) -> Figures:
        """What some work took, in time and in the workers' processor time."""
        self.database.execute("ANALYZE")
        began, cpu = time.perf_counter(), cpu_seconds(self.worker_groups)
        work()
        seconds = time.perf_counter() - began
        spent = cpu_seconds(self.worker_groups) - cpu
        return {
            "seconds": seconds,
            "per_s": operations / seconds,
            "cpu_ms": spent / operations * 1_000,
        }

    def chain(self, runs: int, task: str = "bench.noop") -> Figures:
        """Chains of ten, all at once."""
        workflow = self.workflow(task, documents.chain(STEPS, task))

        def work() -> None:
            self.start_runs(workflow, runs)
            self.wait()

        return self.measured(work, runs * STEPS)

    def pure(self, runs: int) -> Figures:
        """The same of transforms; most of it is the start itself."""
        workflow = self.workflow("pure", documents.pure(STEPS))

        def work() -> None:
            self.start_runs(workflow, runs)
            self.wait()

        return self.measured(work, runs * STEPS)

    def latency(self, runs: int) -> Figures:
        """Chains of ten, one at a time, from the call to the end; and what the call takes."""
        workflow = self.workflow("bench.noop", documents.chain(STEPS))
        starts, ends = [], []
        for _ in range(runs):
            began = time.perf_counter()
            run_id = self.person.start(workflow)
            starts.append(time.perf_counter() - began)
            query = "SELECT finished_at IS NULL FROM workflows_app_run WHERE id = %s"
            while self.database.execute(query, (run_id,)).fetchone() == (True,):
                time.sleep(0.001)
            ends.append(time.perf_counter() - began)
        return {
            "p50_ms": statistics.median(ends) * 1_000,
            "start_p50_ms": statistics.median(starts) * 1_000,
        }

    def fan_out(self, branches: int) -> Figures:
        """One run of many branches, and a join."""
        workflow = self.workflow(f"fan {branches}", documents.fan_out(branches))

        def work() -> None:
            self.start_runs(workflow, 1)
            self.wait()

        return self.measured(work, branches)

    def bulk(self, items: int, size: int) -> Figures:
        """Items of a file, in batches."""
        rows = "".join(
            json.dumps({"number": number, "text": "one two three"}) + "\n"
            for number in range(items)
        )
        file = {"file": ("rows.jsonl", rows.encode())}
        upload = self.person.call("POST", "/uploads", files=file, status=201)
        workflow = self.workflow("bulk", documents.bulk(size))
        before = resident_mb(self.worker_groups)

        def work() -> None:
            self.person.start(workflow, {"rows": {"upload": upload["id"]}})
            self.wait()

        figures = self.measured(work, items)
        return {
            **figures,
            "mb_before": before,
            "mb_peak": resident_mb(self.worker_groups, "VmHWM"),
        }

    def bulk_start(self, runs: int) -> Figures:
        """Many runs in one call, until it answers."""
        workflow = self.workflow("bench.noop", documents.chain(STEPS))
        began = time.perf_counter()
        self.start_runs(workflow, runs)
        seconds = time.perf_counter() - began
        self.wait()
        return {"seconds": seconds, "per_s": runs / seconds}
