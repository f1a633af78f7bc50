"""The law: a snapshot folded with the events after it is the snapshot of now."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from tests.realtime import story
from tests.realtime.conftest import Connect, Socket, session_of
from tests.support.fold import Watcher, shown
from workflows_app.models import RunEvent
from workflows_app.realtime import consumers, hub, run_feed
from workflows_app.selectors import news
from workflows_app.selectors.runs import get_snapshot

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async


def drop(ids: list[UUID]) -> list[UUID]:
    return []


def double(ids: list[UUID]) -> list[UUID]:
    return ids + ids


def mislead(ids: list[UUID]) -> list[UUID]:
    return [uuid4(), *ids, uuid4()] if random.random() < 0.5 else [uuid4()]


@pytest.fixture(
    params=[None, drop, double, mislead], ids=["faithful", "dropped", "doubled", "lost"]
)
def wakeups(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to wake-ups on their way."""
    if request.param is not None:
        honest = hub._ids_of
        monkeypatch.setattr(hub, "_ids_of", lambda message: request.param(honest(message)))


async def follow(socket: Socket, watcher: Watcher, until: int) -> None:
    """Take frames until the watcher knows event `until`."""
    while watcher.seq is None or watcher.seq < until:
        if not watcher.take(await socket.frame()):
            await socket.send({"type": "sync", "since": watcher.seq or 0})


def types_of(run_id: UUID) -> set[str]:
    return set(RunEvent.objects.filter(run=run_id).values_list("type", flat=True))


async def snapshot_now(run_id: UUID) -> Any:
    snapshot = await in_thread(get_snapshot)(run_id=run_id)
    return snapshot.model_dump(mode="json", by_alias=True)


async def assert_knows_all(watcher: Watcher, run_id: UUID) -> None:
    now = await snapshot_now(run_id)
    assert watcher.seq == now["seq"]
    assert watcher.head == {name: now[name] for name in watcher.head}
    assert shown(watcher.nodes) == shown({(n["node_id"], n["visit"]): n for n in now["nodes"]})


@pytest.mark.usefixtures("wakeups")
async def test_a_watcher_knows_everything_at_every_step(ana: Any, connect: Connect) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    watcher = Watcher()

    for step in story.steps(ana, run_id):
        await in_thread(step)()
        last = await in_thread(RunEvent.objects.filter(run=run_id).count)()
        await follow(socket, watcher, last)
        await assert_knows_all(watcher, run_id)

    assert watcher.head["status"] == "succeeded"
    assert watcher.snapshots == 1
    types = await in_thread(types_of)(run_id)
    assert {
        "node.queued",
        "node.held",
        "node.started",
        "node.retrying",
        "node.waiting",
        "node.failed",
        "run.waiting",
        "run.paused",
        "run.resumed",
        "signal.received",
        "human.claimed",
        "human.decided",
    } <= types


@pytest.mark.usefixtures("wakeups")
async def test_reconnecting_in_the_middle_loses_and_doubles_nothing(
    ana: Any, connect: Connect
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    watcher = Watcher()

    for number, step in enumerate(story.steps(ana, run_id)):
        since = f"?since={watcher.seq}" if watcher.seq is not None else ""
        if number % 2:
            await in_thread(step)()
        socket = await connect(f"/ws/runs/{run_id}/{since}", ana)
        if not number % 2:
            await in_thread(step)()
        last = await in_thread(RunEvent.objects.filter(run=run_id).count)()
        await follow(socket, watcher, last)
        await socket.close()

    assert watcher.snapshots == 1
    await assert_knows_all(watcher, run_id)


async def test_many_steps_at_once_and_many_watchers(ana: Any, connect: Connect) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_ids = [await in_thread(story.start)(ana, workflow_id) for _ in range(2)]
    watched = [
        (run_id, await connect(f"/ws/runs/{run_id}/", ana), Watcher())
        for run_id in run_ids
        for _ in range(3)
    ]

    def tell_stories() -> None:
        for pair in zip(*(story.steps(ana, run_id) for run_id in run_ids), strict=True):
            for step in pair:
                step()

    await in_thread(tell_stories, thread_sensitive=False)()

    for run_id, socket, watcher in watched:
        last = await in_thread(RunEvent.objects.filter(run=run_id).count)()
        await follow(socket, watcher, last)
        await assert_knows_all(watcher, run_id)
        assert watcher.head["status"] == "succeeded"


async def test_news_are_read_once_for_all_sockets(
    ana: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    sockets = [await connect(f"/ws/runs/{run_id}/", ana) for _ in range(5)]
    for socket in sockets:
        assert (await socket.frame())["type"] == "snapshot"
    await asyncio.sleep(0.3)
    reads: list[str] = []

    def count(name: str, read: Any) -> Any:
        def counted(**arguments: Any) -> Any:
            reads.append(name)
            return read(**arguments)

        return counted

    honest = news.read_news
    monkeypatch.setattr(news, "read_news", count("hub", honest))
    monkeypatch.setattr(run_feed, "read_news", count("feed", honest))

    await in_thread(next(story.steps(ana, run_id)))()
    for socket in sockets:
        assert (await socket.frame())["run"]["status"] == "paused"

    assert reads == ["hub"]


async def test_a_client_that_knows_all_hears_nothing_until_something_happens(
    ana: Any, connect: Connect
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    seq = (await snapshot_now(run_id))["seq"]

    socket = await connect(f"/ws/runs/{run_id}/?since={seq}", ana)

    assert await socket.is_silent()
    await socket.send({"type": "sync", "since": seq - 2})
    frame = await socket.frame()
    assert (frame["type"], frame["from"], frame["seq"]) == ("events", seq - 1, seq)
    assert frame["run"]["status"] == "running"


@pytest.mark.parametrize("query", ["", "?since=0", "?since=-4", "?since=x", "?since=99999999"])
async def test_a_since_that_helps_nothing_leads_to_a_snapshot(
    ana: Any, connect: Connect, query: str
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)

    frame = await (await connect(f"/ws/runs/{run_id}/{query}", ana)).frame()

    assert frame["type"] == "snapshot"
    assert frame["seq"] == frame["run"]["seq"]
    assert "canvas" not in frame["run"]


async def test_a_client_far_behind_gets_a_snapshot(
    ana: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_feed, "MAX_BEHIND", 3)
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)

    frame = await (await connect(f"/ws/runs/{run_id}/?since=1", ana)).frame()

    assert frame["type"] == "snapshot"


@pytest.mark.parametrize(
    "message", ["nonsense", "[]", "{}", '{"type": 5}', "[" * 5_000, "x" * 9_000]
)
async def test_nonsense_from_the_client_does_no_harm(
    ana: Any, connect: Connect, message: str
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    await socket.frame()

    await socket.send(message)

    assert await socket.is_silent()
    await socket.send({"type": "sync", "since": "x"})
    assert (await socket.frame())["type"] == "snapshot"


async def test_who_may_not_watch_is_told_why(ana: Any, make_user: Any, connect: Connect) -> None:
    sam = await in_thread(make_user)("sam")
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)

    assert await (await connect(f"/ws/runs/{run_id}/")).close_code() == 4401
    assert await (await connect(f"/ws/runs/{run_id}/", sam)).close_code() == 4403
    assert await (await connect(f"/ws/runs/{uuid4()}/", ana)).close_code() == 4404


async def test_a_page_of_another_site_is_refused(ana: Any) -> None:
    cookie = await in_thread(session_of)(ana)

    for origin in ("https://evil.example", "http://127.0.0.1:9999", "null"):
        assert await Socket("/ws/me/", cookie, origin=origin).is_refused()


async def test_an_address_that_leads_nowhere_is_refused(ana: Any) -> None:
    cookie = await in_thread(session_of)(ana)

    assert await Socket("/ws/runs/none/", cookie).is_refused()
    assert await Socket("/ws/", cookie).is_refused()


async def test_a_withdrawn_session_or_permission_closes_the_socket(
    ana: Any, make_user: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "HEARTBEAT_SECONDS", 0.1)
    oli = await in_thread(make_user)("oli", "Operators")
    eva = await in_thread(make_user)("eva", "Operators")
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    first = await connect(f"/ws/runs/{run_id}/", oli)
    second = await connect(f"/ws/runs/{run_id}/", eva)
    assert (await first.frame())["type"] == "snapshot"
    assert (await second.frame())["type"] == "snapshot"
    assert (await first.frame())["type"] == "ping"

    def withdraw() -> None:
        oli.groups.clear()
        eva.set_password("another")
        eva.save()

    await in_thread(withdraw)()

    assert await first.close_code() == 4403
    assert await second.close_code() == 4401


async def test_the_hub_ends_with_its_last_socket(ana: Any, connect: Connect) -> None:
    before = asyncio.all_tasks()
    socket = await connect("/ws/me/", ana)
    await socket.frame()
    assert hub.current_hub()._tasks

    await socket.close()

    assert hub.current_hub()._tasks == []
    left = {task.get_name() for task in asyncio.all_tasks() - before}
    assert not {name for name in left if name.startswith("flowdeck")}
