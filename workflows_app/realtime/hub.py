"""What all sockets of a web process share: one subscription, and one read of each run's news.

A wake-up names runs that moved. Wake-ups may be lost, doubled or late, so the hub also looks by
itself every few seconds. It lives in one event loop, and works only while somebody listens.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError

from workflows_app.outbound.wakeups import GROUP
from workflows_app.realtime.run_feed import RunFeed, frame_of
from workflows_app.selectors import news

logger = logging.getLogger(__name__)

COALESCE_SECONDS = 0.03
"""Wake-ups within this time are served by one read."""
CHECK_SECONDS = 2.0
"""How often the hub looks without being woken."""
PEOPLE_SECONDS = 0.5
"""Shortest time between two frames about lists."""
RETRY_SECONDS = 1.0


class Person(Protocol):
    """A socket of `/ws/me/`."""

    def tell_runs(self, run_ids: frozenset[UUID]) -> None:
        """These runs changed."""

    def tell_tasks(self) -> None:
        """Somebody's inbox changed."""


class Hub:
    """Hands on news of runs to the sockets of one event loop."""

    def __init__(self) -> None:
        self._feeds: dict[UUID, set[RunFeed]] = defaultdict(set)
        self._people: set[Person] = set()
        self._moved: set[UUID] = set()
        self._moved_for_people: set[UUID] = set()
        self._has_moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._inbox_mark: tuple[Any, ...] | None = None
        self._last_events: tuple[int, int] | None = None
        self._checked_at = 0.0
        self._told_people_at = 0.0

    def add_feed(self, feed: RunFeed) -> None:
        """Hand the run's news to this feed from now on."""
        self._feeds[feed.run_id].add(feed)
        self._start()

    async def remove_feed(self, feed: RunFeed) -> None:
        """Forget the feed."""
        feeds = self._feeds.get(feed.run_id, set())
        feeds.discard(feed)
        if not feeds:
            self._feeds.pop(feed.run_id, None)
        await self._stop_when_idle()

    async def add_person(self, person: Person) -> None:
        """Tell this socket of changed lists from now on."""
        self._people.add(person)
        self._start()
        if self._inbox_mark is None:
            # Looked up later, it would already hold the first change and nobody would be told.
            self._begin_at(await database_sync_to_async(news.read_inbox_mark)())

    def _begin_at(self, mark: tuple[Any, ...]) -> None:
        """Inboxes that differ from this one have changed, unless another look came first."""
        if self._inbox_mark is None:
            self._inbox_mark = mark

    async def remove_person(self, person: Person) -> None:
        """Forget the socket."""
        self._people.discard(person)
        await self._stop_when_idle()

    def wake(self, run_ids: Iterable[UUID]) -> None:
        """These runs moved, as far as somebody says."""
        self._moved.update(run_ids)
        self._has_moved.set()

    def _start(self) -> None:
        if not self._tasks:
            self._checked_at = time.monotonic()
            self._tasks = [
                asyncio.create_task(self._listen(), name="flowdeck-hub-listen"),
                asyncio.create_task(self._serve(), name="flowdeck-hub-serve"),
            ]

    async def _stop_when_idle(self) -> None:
        if self._feeds or self._people:
            return
        tasks, self._tasks = self._tasks, []
        self._inbox_mark = self._last_events = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_mine(self) -> bool:
        """True unless the calling task was told to stop."""
        return asyncio.current_task() in self._tasks

    async def _listen(self) -> None:
        """Take wake-ups from the channel layer, and join it again when it fails."""
        layer = get_channel_layer()
        if layer is None:
            return
        while self._is_mine():
            try:
                channel = await layer.new_channel("flowdeck.hub")
                await layer.group_add(GROUP, channel)
                try:
                    while True:
                        message = await layer.receive(channel)
                        self.wake(_ids_of(message))
                finally:
                    async with asyncio.timeout(2):
                        await layer.group_discard(GROUP, channel)
            except Exception as error:  # noqa: BLE001 - layers fail in many ways; the hub polls
                if not self._is_mine():
                    # A layer that fails while it tidies up swallows the cancellation.
                    return
                logger.warning("No wake-ups arrive (%s: %s).", type(error).__name__, error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self) -> None:
        while self._is_mine():
            try:
                await self._wait_for_work()
                await self._serve_once()
            except DatabaseError as error:
                logger.warning("News could not be read: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                logger.exception("The hub failed in one round, and goes on")
                await asyncio.sleep(RETRY_SECONDS)

    async def _wait_for_work(self) -> None:
        left = self._checked_at + CHECK_SECONDS - time.monotonic()
        if self._moved_for_people:
            left = min(left, self._told_people_at + PEOPLE_SECONDS - time.monotonic())
        try:
            # `wait_for` may lose a cancellation that comes with the wake-up, until Python 3.12.
            async with asyncio.timeout(max(0.0, left)):
                await self._has_moved.wait()
        except TimeoutError:
            return
        await asyncio.sleep(COALESCE_SECONDS)

    async def _serve_once(self) -> None:
        self._has_moved.clear()
        moved, self._moved = self._moved, set()
        is_check = time.monotonic() - self._checked_at >= CHECK_SECONDS
        if is_check:
            self._checked_at = time.monotonic()
            if self._people:
                moved |= await self._read_moved()
        await self._serve_runs(set(self._feeds) if is_check else moved & self._feeds.keys())
        self._moved_for_people |= moved
        if self._people and time.monotonic() - self._told_people_at >= PEOPLE_SECONDS:
            await self._serve_people(is_check=is_check)

    async def _serve_runs(self, run_ids: set[UUID]) -> None:
        if not run_ids:
            return
        seqs = await database_sync_to_async(news.read_seqs)(run_ids)
        for run_id in run_ids:
            await self._serve_run(run_id, seqs.get(run_id))

    async def _serve_run(self, run_id: UUID, seq: int | None) -> None:
        """Read once what the run's feeds lack. A feed that is in doubt reads for itself."""
        lacking = [feed for feed in self._feeds.get(run_id, ()) if feed.known != seq]
        since = [feed.known for feed in lacking if feed.known is not None]
        frame = None
        if seq is not None and since and min(since) < seq:
            found = await database_sync_to_async(news.read_news)(run_id=run_id, since=min(since))
            if found is not None and found.events:
                frame = frame_of(found)
        for feed in lacking:
            if frame is None or feed.known is None or feed.known > frame.last:
                feed.nudge()
            else:
                feed.offer(frame)
        if frame is not None and seq is not None and frame.last < seq:
            self.wake([run_id])

    async def _read_moved(self) -> set[UUID]:
        """Runs that moved since the look before the last: rows may become visible out of order."""
        if self._last_events is None:
            last = await database_sync_to_async(news.read_last_event)()
            self._last_events = (last, last)
            return set()
        before, last = self._last_events
        moved: set[UUID]
        moved, newest = await database_sync_to_async(news.read_moved_runs)(after_event=before)
        self._last_events = (last, newest)
        return moved

    async def _serve_people(self, *, is_check: bool) -> None:
        moved = frozenset(self._moved_for_people)
        if not moved and not is_check:
            return
        self._moved_for_people = set()
        self._told_people_at = time.monotonic()
        mark = await database_sync_to_async(news.read_inbox_mark)()
        has_changed = self._inbox_mark is not None and mark != self._inbox_mark
        self._inbox_mark = mark
        for person in list(self._people):
            if moved:
                person.tell_runs(moved)
            if has_changed:
                person.tell_tasks()


def _ids_of(message: dict[str, Any]) -> list[UUID]:
    return [UUID(run_id) for run_id in message.get("run_ids", ())]


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def current_hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = Hub()
    return hub
