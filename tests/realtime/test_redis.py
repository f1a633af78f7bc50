"""Wake-ups over a real Redis, which may go away and come back empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers

from tests.realtime import story
from tests.realtime.conftest import Connect
from tests.realtime.test_run_socket import assert_knows_all, follow
from tests.support.fold import Watcher
from tests.support.redis import RedisServer
from workflows_app.models import RunEvent
from workflows_app.realtime import hub

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async


@pytest.fixture
def redis(settings: Any) -> Iterator[RedisServer]:
    server = RedisServer().start()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [server.url], "prefix": "flowdeck"},
        }
    }
    channel_layers.backends.clear()
    yield server
    channel_layers.backends.clear()
    server.stop()


async def test_a_wakeup_arrives_long_before_the_hub_would_look(
    ana: Any, connect: Connect, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "CHECK_SECONDS", 60.0)
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    watcher = Watcher()
    watcher.take(await socket.frame())
    await asyncio.sleep(0.5)

    step = next(story.steps(ana, run_id))
    await in_thread(step)()
    await follow(socket, watcher, (watcher.seq or 0) + 1)

    await assert_knows_all(watcher, run_id)


async def test_a_redis_that_comes_back_empty_loses_nothing(
    ana: Any, connect: Connect, redis: RedisServer
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    watcher = Watcher()
    watcher.take(await socket.frame())

    for number, step in enumerate(story.steps(ana, run_id)):
        if number == 1:
            await in_thread(redis.kill)()
        if number == 3:
            await in_thread(redis.start)()
        await in_thread(step)()
        last = await in_thread(RunEvent.objects.filter(run=run_id).count)()
        await follow(socket, watcher, last)

    await assert_knows_all(watcher, run_id)
    assert watcher.head["status"] == "succeeded"
