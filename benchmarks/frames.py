"""From the commit of a step to the frame in the browser, with 1,000 WebSockets on one daphne.

A process sends machines events and notes when each was committed, as the first thing after the
commit. Another holds the sockets and notes when each frame arrives. Both read the same clock.

    python -m benchmarks.frames --url … --cookie … --runs file       holds the sockets
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import websockets

from benchmarks import goals
from benchmarks.clients import result_of, start_client
from benchmarks.flowdeck import Flowdeck
from benchmarks.machine_events import start_machines
from benchmarks.processes import resident_mb
from benchmarks.rounds import Figures, Round
from tests.support.process import ROOT

SOCKETS = 1_000
WATCHED = 100
"""Runs; each has as many watchers as the others."""
EVENTS_A_SECOND = 20
SECONDS = 10
WAKES_A_SECOND = 1_000
OPENED_AT_ONCE = 5
TRIES = 5


def play(turn: Round) -> None:
    """Both figures, on processes of the round's own."""
    with Flowdeck.running(turn) as flowdeck:
        runs = start_machines(flowdeck, WATCHED, turn.directory)
        turn.note(goals.OURS, "frames", partial(measure, flowdeck, runs))
        turn.note(goals.OURS, "wake", partial(measure_wake, flowdeck, runs))


def measure(flowdeck: Flowdeck, runs: Path) -> Figures:
    """Open all sockets, send events, and compare the times."""
    web = flowdeck.stack.webs[0]
    _warm_up(flowdeck, runs, WATCHED)
    before = resident_mb([web.process.pid])
    watcher = _start_watcher(flowdeck, runs, SOCKETS)
    _read_line(watcher, "open")
    after = resident_mb([web.process.pid])
    options = {"runs": runs, "seconds": SECONDS, "per_second": EVENTS_A_SECOND}
    committed = result_of(start_client(flowdeck, "commit", **options))
    arrived = _finish(watcher)
    delays = [delay * 1_000 for delay in _delays(committed, arrived)]
    expected = len(committed) * SOCKETS // WATCHED
    if len(delays) != expected:
        raise RuntimeError(f"{len(delays)} of {expected} frames arrived.")
    return {
        "sockets": SOCKETS,
        "p50_ms": statistics.median(delays),
        "p95_ms": statistics.quantiles(delays, n=20)[-1],
        "max_ms": max(delays),
        "kib_a_socket": (after - before) * 1_024 / SOCKETS,
    }


def measure_wake(flowdeck: Flowdeck, runs: Path) -> Figures:
    """What it costs a worker to tell watchers of a step."""
    options = {"runs": runs, "seconds": SECONDS, "per_second": WAKES_A_SECOND}
    figures: Figures = result_of(start_client(flowdeck, "wake", **options))
    return figures


def _delays(
    committed: list[tuple[str, float]], arrived: list[dict[str, list[float]]]
) -> list[float]:
    """How long after its commit each event was at each watcher of its run."""
    by_run: dict[str, list[float]] = defaultdict(list)
    for run_id, moment in committed:
        by_run[run_id].append(moment)
    return [
        moment - sent
        for socket in arrived
        for run_id, moments in socket.items()
        for sent, moment in zip(by_run[run_id], moments, strict=False)
    ]


def _start_watcher(flowdeck: Flowdeck, runs: Path, sockets: int) -> subprocess.Popen[str]:
    url = flowdeck.stack.webs[0].url.replace("http://", "ws://")
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "benchmarks.frames", "--url", url),
            *("--cookie", flowdeck.person.client.cookies["sessionid"]),
            *("--runs", str(runs), "--sockets", str(sockets)),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _read_line(watcher: subprocess.Popen[str], expected: str) -> None:
    assert watcher.stdout is not None
    line = watcher.stdout.readline().strip()
    if line != expected:
        raise RuntimeError(f"The watcher said “{line}”.")


def _finish(watcher: subprocess.Popen[str]) -> list[dict[str, list[float]]]:
    """End the watcher: it tells when frames of which run arrived at each of its sockets."""
    output, _ = watcher.communicate("end\n", timeout=120)
    arrived: list[dict[str, list[float]]] = json.loads(output)
    return arrived


def _warm_up(flowdeck: Flowdeck, runs: Path, sockets: int) -> None:
    """Open sockets and close them, so that what a process needs once is there."""
    watcher = _start_watcher(flowdeck, runs, sockets)
    _read_line(watcher, "open")
    _finish(watcher)


class Watcher:
    """One socket, and when the events of its run arrived."""

    def __init__(self, url: str, cookie: str, run_id: str) -> None:
        self.run_id = run_id
        self.arrivals: list[float] = []
        self._address = f"{url}/ws/runs/{run_id}/"
        self._origin = websockets.Origin(url.replace("ws://", "http://"))
        self._headers = {"Cookie": f"sessionid={cookie}"}

    async def open(self) -> None:
        """Connect, and take the snapshot. A busy daphne refuses what it is too slow for."""
        for _ in range(TRIES - 1):
            try:
                await self._connect()
            except (OSError, EOFError, websockets.WebSocketException):
                await asyncio.sleep(1.0)
            else:
                return
        await self._connect()

    async def _connect(self) -> None:
        self._wire = await websockets.connect(
            self._address,
            origin=self._origin,
            additional_headers=self._headers,
            compression=None,
            open_timeout=60,
        )
        frame = json.loads(await self._wire.recv())
        if frame["type"] != "snapshot":
            raise RuntimeError(f"The first frame is {frame['type']}.")

    async def listen(self) -> None:
        """Note when events arrive, until the socket is closed."""
        async for text in self._wire:
            arrived = time.time()
            frame: dict[str, Any] = json.loads(text)
            heard = [e for e in frame.get("events", ()) if e["type"] == "signal.received"]
            self.arrivals += [arrived] * len(heard)

    async def close(self) -> None:
        """End it."""
        await self._wire.close()


async def watch(url: str, cookie: str, runs: list[str], sockets: int) -> None:
    """Open the sockets, say so, and tell what arrived when a line is read."""
    watchers = [Watcher(url, cookie, runs[number % len(runs)]) for number in range(sockets)]
    for begin in range(0, sockets, OPENED_AT_ONCE):
        some = watchers[begin : begin + OPENED_AT_ONCE]
        await asyncio.gather(*(watcher.open() for watcher in some))
    listening = [asyncio.create_task(watcher.listen()) for watcher in watchers]
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    told = [{watcher.run_id: watcher.arrivals} for watcher in watchers]
    print(json.dumps(told), flush=True)
    await asyncio.gather(*(watcher.close() for watcher in watchers), return_exceptions=True)
    await asyncio.gather(*listening, return_exceptions=True)


def main() -> None:
    """Hold the sockets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--cookie", required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    asked = parser.parse_args()
    asyncio.run(watch(asked.url, asked.cookie, asked.runs.read_text().split(), asked.sockets))


if __name__ == "__main__":
    main()
