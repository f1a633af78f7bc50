"""Watchers of runs, as browsers are: a snapshot, then frames, over a socket that opens again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from tests.support.fold import Watcher
from tests.support.person import Person

REFUSALS = frozenset({4401, 4403, 4404})
"""Codes after which a page does not try again."""


class Watching:
    """Follows runs in a thread of its own until it is stopped."""

    def __init__(self, person: Person) -> None:
        self._url = person.base_url.replace("http", "ws", 1)
        self._origin = person.base_url
        self._cookie = f"sessionid={person.client.cookies['sessionid']}"
        self._sockets: set[ClientConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks: list[asyncio.Task[None]] = []
        self.watchers: dict[str, Watcher] = {}
        self.counts: Counter[str] = Counter()
        """Sockets that were opened, cut by `cut`, and refused for good; calls for missed events."""

    def follow(self, run_id: str) -> None:
        """Watch a run from now on."""
        self.watchers[run_id] = Watcher()
        self._do(self._start(run_id))

    def cut(self) -> int:
        """Break all connections without a word; returns how many."""
        return int(self._do(self._abort()))

    def snapshot(self, run_id: str) -> Watcher:
        """What a page shows that is opened now."""
        return self._do(self._read_snapshot(run_id))

    def stop(self) -> None:
        """Close everything."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _start(self, run_id: str) -> None:
        self._tasks.append(asyncio.create_task(self._follow(run_id)))

    async def _abort(self) -> int:
        for socket in self._sockets:
            socket.transport.abort()
        self.counts["cut"] += len(self._sockets)
        return len(self._sockets)

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connect(self, path: str) -> connect:
        return connect(
            f"{self._url}{path}",
            origin=Origin(self._origin),
            additional_headers={"Cookie": self._cookie},
            proxy=None,
            max_size=None,
        )

    async def _follow(self, run_id: str) -> None:
        watcher = self.watchers[run_id]
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                known = "" if watcher.seq is None else f"?since={watcher.seq}"
                async with self._connect(f"/ws/runs/{run_id}/{known}") as socket:
                    self.counts["opened"] += 1
                    self._sockets.add(socket)
                    try:
                        await self._take_frames(socket, watcher)
                    finally:
                        self._sockets.discard(socket)
            await asyncio.sleep(random.uniform(0.1, 0.5))

    async def _take_frames(self, socket: ClientConnection, watcher: Watcher) -> None:
        try:
            async for text in socket:
                if not watcher.take(json.loads(text)):
                    self.counts["asked_for_missed"] += 1
                    await socket.send(json.dumps({"type": "sync", "since": watcher.seq or 0}))
        finally:
            if socket.close_code in REFUSALS:
                self.counts["refused"] += 1

    async def _read_snapshot(self, run_id: str) -> Watcher:
        watcher = Watcher()
        async with self._connect(f"/ws/runs/{run_id}/") as socket:
            while watcher.seq is None:
                watcher.take(json.loads(await socket.recv()))
        return watcher
