"""Whatever frames the hub offers, a feed sends 1, 2, 3 … without gaps and doubles."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows_app.contracts.frames import RunHead
from workflows_app.contracts.runs import Event
from workflows_app.realtime import run_feed
from workflows_app.realtime.run_feed import RunFeed, RunGoneError, frame_of
from workflows_app.selectors.news import RunNews

RUN = UUID(int=7)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def news(since: int, seq: int) -> RunNews:
    """The events since+1 … seq of an endless run."""
    events = tuple(
        Event(seq=n, at=AT, type="run.running", node_id=None, visit=None, data={})
        for n in range(since + 1, seq + 1)
    )
    head = RunHead(
        id=RUN,
        status="running",
        seq=seq,
        started_at=AT,
        finished_at=None,
        error=None,
        output=None,
    )
    return RunNews(head=head, events=events, is_complete=True)


class Journal:
    """Stands for the database: it holds `seq` events."""

    def __init__(self, seq: int) -> None:
        self.seq = seq

    def read_news(self, *, run_id: UUID, since: int) -> RunNews | None:
        return news(since, self.seq)


def read_directly(read: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Stands for the thread that reads the database: a journal in memory needs none."""

    async def read_now(**arguments: Any) -> Any:
        await asyncio.sleep(0)
        return read(**arguments)

    return read_now


@pytest.fixture(autouse=True, scope="module")
def _no_threads() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_feed, "database_sync_to_async", read_directly)
        yield


async def sent_by_feed(
    journal: Journal, since: int, moves: list[tuple[int, int, int]]
) -> list[int]:
    sent: list[int] = []

    async def send(text: str) -> None:
        frame: dict[str, Any] = json.loads(text)
        seqs = [event["seq"] for event in frame["events"]]
        assert (frame["from"], frame["seq"], frame["run"]["seq"]) == (seqs[0], seqs[-1], seqs[-1])
        sent.extend(seqs)

    feed = RunFeed(run_id=RUN, since=since, send=send)
    work = asyncio.create_task(feed.run())
    for growth, first, length in moves:
        journal.seq += growth
        last = min(first + length, journal.seq)
        if first < last:
            feed.offer(frame_of(news(first, last)))
        elif length == 0:
            feed.nudge()
        await asyncio.sleep(0)
    feed.nudge()
    while feed.known != journal.seq:
        await asyncio.sleep(0.001)
        assert not work.done(), work
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return sent


MOVES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=12
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(known=st.integers(1, 5), ahead=st.integers(0, 5), moves=MOVES)
def test_frames_lost_doubled_and_out_of_order(
    known: int, ahead: int, moves: list[tuple[int, int, int]]
) -> None:
    journal = Journal(known + ahead)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_feed, "read_news", journal.read_news)
        sent = asyncio.run(sent_by_feed(journal, known, moves))

    assert sent == list(range(known + 1, journal.seq + 1))


@pytest.mark.slow
async def test_a_slow_socket_reads_anew_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(1)
    monkeypatch.setattr(run_feed, "read_news", journal.read_news)
    may_go_on = asyncio.Event()
    sent: list[int] = []

    async def send(text: str) -> None:
        await may_go_on.wait()
        sent.extend(event["seq"] for event in json.loads(text)["events"])

    feed = RunFeed(run_id=RUN, since=1, send=send)
    work = asyncio.create_task(feed.run())
    await asyncio.sleep(0.05)
    for seq in range(2, 200):
        journal.seq = seq
        feed.offer(frame_of(news(seq - 1, seq)))
        assert len(feed._pending) <= run_feed.MAX_PENDING
    may_go_on.set()
    while len(sent) < 198:
        feed.nudge()
        await asyncio.sleep(0.01)
        assert not work.done(), work
    work.cancel()

    assert sent == list(range(2, 200))


async def test_a_run_that_is_gone_ends_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_feed, "read_news", lambda **_: None)

    async def send(text: str) -> None:
        raise AssertionError

    with pytest.raises(RunGoneError):
        await RunFeed(run_id=RUN, since=1, send=send).run()
