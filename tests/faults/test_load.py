"""Two hundred clients and five hundred sockets at one web process and one worker.

`LOAD_SECONDS` sets for how long. How quick the answers are is told, not judged.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.accounts import ANN
from tests.support.fold import Watcher
from tests.support.person import Person
from tests.support.process import ROOT
from tests.support.traces import graph

pytestmark = [pytest.mark.production, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = float(os.environ.get("LOAD_SECONDS", "120"))
CLIENTS = 200
SOCKETS = 500
RUN_SOCKETS = 400
"""Of the sockets; the others are those of pages with lists."""
THINKING_SECONDS = (1.0, 4.0)
"""Between two requests of a client: shortest and longest."""
WARM = 0.3
"""Part of the time after which memory should have found its measure."""
GROWTH = 1.15
"""Of daphne's memory since then, at most."""

SHORT = graph(
    [("start", "start", {}), ("made", "transform", {"output": 1}), ("finish", "end", {})],
    [("start", "made"), ("made", "finish")],
)
STEPS = [f"step{number}" for number in range(int(SECONDS / 2) + 10)]
LONG = graph(
    [("start", "start", {})]
    + [(step, "wait", {"mode": "duration", "duration_seconds": 2}) for step in STEPS]
    + [("finish", "end", {})],
    list(zip(["start", *STEPS], [*STEPS, "finish"], strict=True)),
)
"""Has news every other second, for longer than the test."""
LONG_RUNS = 10


@dataclass
class Load:
    """What clients and sockets saw."""

    person: Person
    workflow: str
    seconds: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def complain(self, what: str) -> None:
        """Note an error with its time."""
        self.errors.append(f"after {time.monotonic() - self.began:.1f} s: {what}")

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **more: object) -> dict:
        """One request; its JSON."""
        began = time.monotonic()
        try:
            answer = await client.request(method, f"/api/v1{path}", **more)
        except httpx.HTTPError as error:
            self.complain(f"{method} {path}: {error!r}")
            return {}
        self.seconds.append(time.monotonic() - began)
        self.counts[f"{method} {answer.status_code}"] += 1
        if not answer.is_success:
            self.complain(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return {}
        return dict(answer.json())

    async def click(self) -> None:
        """Be a client until cancelled: start a run, look at it, look at lists."""
        headers = {"X-CSRFToken": self.person.client.cookies["csrftoken"]}
        headers["Referer"] = self.person.base_url
        async with httpx.AsyncClient(
            base_url=self.person.base_url,
            headers=headers,
            cookies=dict(self.person.client.cookies),
            timeout=60,
        ) as client:
            while True:
                await asyncio.sleep(random.uniform(*THINKING_SECONDS))
                path = f"/workflows/{self.workflow}/runs"
                started = await self.ask(client, "POST", path, json={"input": {}})
                await asyncio.sleep(random.uniform(*THINKING_SECONDS))
                if started:
                    await self.ask(client, "GET", f"/runs/{started['id']}")
                await asyncio.sleep(random.uniform(*THINKING_SECONDS))
                await self.ask(client, "GET", random.choice(("/runs", "/workflows", "/dashboard")))

    async def listen(self, path: str) -> None:
        """Be a page until cancelled: its socket stays open, and what it shows has no gaps."""
        watcher = Watcher()
        cookie = f"sessionid={self.person.client.cookies['sessionid']}"
        url = self.person.base_url.replace("http", "ws", 1)
        try:
            async with connect(
                f"{url}{path}",
                origin=self.person.base_url,
                additional_headers={"Cookie": cookie},
                proxy=None,
                open_timeout=60,
                max_size=None,
            ) as socket:
                self.counts["sockets"] += 1
                async for text in socket:
                    self.counts["frames"] += 1
                    if not watcher.take(json.loads(text)):
                        self.complain(f"{path}: frames are missing")
                self.complain(f"{path}: closed with {socket.close_code}")
        except (OSError, ConnectionClosed, TimeoutError) as error:
            self.complain(f"{path}: {error!r}")


def memory(pid: int) -> int:
    """Megabytes that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise AssertionError("the process is gone")


async def put_load(load: Load, runs: list[str], pid: int) -> tuple[int, int]:
    """All clients and sockets at once; daphne's memory when it is warm, and at the end."""
    paths = [f"/ws/runs/{runs[n % len(runs)]}/" for n in range(RUN_SOCKETS)]
    paths += ["/ws/me/"] * (SOCKETS - RUN_SOCKETS)
    tasks = []
    for path in paths:
        tasks.append(asyncio.create_task(load.listen(path)))
        # As people open pages: not all in the same moment.
        await asyncio.sleep(0.01)
    tasks += [asyncio.create_task(load.click()) for _ in range(CLIENTS)]
    await asyncio.sleep(SECONDS * WARM)
    warm = memory(pid)
    await asyncio.sleep(SECONDS * (1 - WARM))
    end = memory(pid)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return warm, end


def test_many_clients_and_sockets_see_no_error_and_memory_is_flat(
    production_servers, tmp_path, person
):
    stack = production_servers.stack(tmp_path / "stack")
    try:
        stack.start(webs=1, workers=1)
        ann = person(stack.webs[0].url, ANN)
        load = Load(ann, ann.publish("Short", SHORT))
        long = ann.publish("Long", LONG)
        runs = [ann.start(long) for _ in range(LONG_RUNS)]

        warm, end = asyncio.run(put_load(load, runs, stack.webs[0].process.pid))
    finally:
        stack.stop()

    report = {
        "seconds": SECONDS,
        "requests": len(load.seconds),
        "p50_seconds": round(statistics.median(load.seconds), 3),
        "p95_seconds": round(statistics.quantiles(load.seconds, n=20)[-1], 3),
        "counts": load.counts,
        "errors": len(load.errors),
        "memory_megabytes": {"warm": warm, "end": end, "ratio": round(end / warm, 3)},
    }
    sys.stdout.write(f"{json.dumps(report)}\n")
    file = ROOT / "test-results" / "load.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=1))
    assert load.errors == []
    assert load.counts["sockets"] == SOCKETS
    assert load.counts["frames"] > SOCKETS
    assert end / warm < GROWTH
