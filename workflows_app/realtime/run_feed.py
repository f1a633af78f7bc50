"""One socket's view of one run: what it was sent, and what it lacks.

The law: whatever happens to wake-ups on the way, the events sent are 1, 2, 3 … without gaps and
doubles, or begin anew with a snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from channels.db import database_sync_to_async

from workflows_app.contracts.frames import EventsFrame, RunHead, SnapshotFrame
from workflows_app.contracts.runs import Event
from workflows_app.errors import NotFoundError
from workflows_app.selectors.news import RunNews, read_news
from workflows_app.selectors.runs import get_snapshot

MAX_BEHIND = 2_000
"""A client that lacks more events than this gets a snapshot instead."""
MAX_PENDING = 50
"""Frames that wait for a slow socket; beyond that it reads anew what it lacks."""

SendText = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Frame:
    """Events for all sockets of a run, written out once."""

    first: int
    last: int
    head: RunHead
    events: tuple[Event, ...]
    text: str


def frame_of(news: RunNews) -> Frame:
    """The frame for at least one event."""
    return _make_frame(news.head, news.events)


class RunGoneError(Exception):
    """The run does not exist (any more)."""


class RunFeed:
    """Sends a run's news over one socket, in order, without gaps."""

    def __init__(self, *, run_id: UUID, since: int | None, send: SendText) -> None:
        self.run_id = run_id
        self._sent = since
        self._send = send
        self._pending: list[Frame] = []
        self._is_behind = True
        self._has_work = asyncio.Event()
        self._has_work.set()

    @property
    def known(self) -> int | None:
        """The last event that the client has or will get from here; None when that is open."""
        if self._is_behind:
            return None
        return self._pending[-1].last if self._pending else self._sent

    def nudge(self) -> None:
        """Read for yourself what the client lacks."""
        self._pending.clear()
        self._is_behind = True
        self._has_work.set()

    def offer(self, frame: Frame) -> None:
        """Take news that were read for all sockets of the run."""
        if len(self._pending) >= MAX_PENDING:
            self.nudge()
        elif not self._is_behind:
            self._pending.append(frame)
            self._has_work.set()

    def sync(self, since: int | None) -> None:
        """The client says that it knows the events up to `since`, or nothing at all."""
        self._sent = since
        self.nudge()

    async def run(self) -> None:
        """Send until cancelled.

        Raises:
            RunGoneError: the run does not exist.
        """
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            if self._is_behind:
                self._is_behind = False
                await self._catch_up()
            while self._pending and not self._is_behind:
                await self._forward(self._pending.pop(0))

    async def _forward(self, frame: Frame) -> None:
        sent = self._sent
        if sent is None or frame.first > sent + 1:
            await self._catch_up()
        elif frame.first == sent + 1:
            await self._send_frame(frame)
        elif frame.last > sent:
            rest = tuple(event for event in frame.events if event.seq > sent)
            await self._send_frame(_make_frame(frame.head, rest))

    async def _catch_up(self) -> None:
        while True:
            if self._sent is None:
                await self._send_snapshot()
            since = self._sent
            if since is None:
                return
            news = await database_sync_to_async(read_news)(run_id=self.run_id, since=since)
            if news is None:
                raise RunGoneError
            if since > news.head.seq or news.head.seq - since > MAX_BEHIND:
                self._sent = None
                continue
            if news.events:
                await self._send_frame(frame_of(news))
            if news.is_complete:
                return

    async def _send_snapshot(self) -> None:
        try:
            snapshot = await database_sync_to_async(get_snapshot)(run_id=self.run_id)
        except NotFoundError as error:
            raise RunGoneError from error
        frame = SnapshotFrame(seq=snapshot.seq, run=snapshot)
        self._sent = snapshot.seq
        await self._send(frame.model_dump_json(by_alias=True))

    async def _send_frame(self, frame: Frame) -> None:
        self._sent = frame.last
        await self._send(frame.text)


def _make_frame(head: RunHead, events: tuple[Event, ...]) -> Frame:
    first, last = events[0].seq, events[-1].seq
    told = head.model_copy(update={"seq": last})
    contract = EventsFrame.model_validate(
        {"from": first, "seq": last, "run": told, "events": list(events)}
    )
    return Frame(
        first=first,
        last=last,
        head=head,
        events=events,
        text=contract.model_dump_json(by_alias=True),
    )
