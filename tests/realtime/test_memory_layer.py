from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from workflows_app.realtime.memory_layer import ThreadSafeMemoryChannelLayer


async def test_messages_from_other_threads_arrive_at_once_and_none_is_lost() -> None:
    layer = ThreadSafeMemoryChannelLayer(capacity=10_000)
    channel = await layer.new_channel()
    await layer.group_add("group", channel)

    async def send_all(offset: int) -> None:
        for number in range(100):
            await layer.group_send("group", {"type": "x", "number": offset + number})

    threads = [
        threading.Thread(target=asyncio.run, args=(send_all(start * 100),)) for start in range(4)
    ]
    for thread in threads:
        thread.start()
    async with asyncio.timeout(5):
        found = [(await layer.receive(channel))["number"] for _ in range(400)]
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(400))


async def test_a_full_channel_drops_and_does_not_fail() -> None:
    layer = ThreadSafeMemoryChannelLayer(capacity=2)
    channel = await layer.new_channel()
    await layer.group_add("group", channel)

    for number in range(5):
        await layer.group_send("group", {"type": "x", "number": number})

    assert [(await layer.receive(channel))["number"] for _ in range(2)] == [0, 1]


def test_a_reader_whose_loop_is_closed_is_forgotten() -> None:
    layer = ThreadSafeMemoryChannelLayer()

    async def join() -> None:
        await layer.group_add("group", await layer.new_channel())

    asyncio.run(join())
    asyncio.run(layer.group_send("group", {"type": "x"}))
    asyncio.run(layer.group_send("group", {"type": "x"}))

    assert layer.groups.get("group", {}) == {}


async def test_a_message_is_a_copy() -> None:
    layer = ThreadSafeMemoryChannelLayer()
    channel = await layer.new_channel()
    message: dict[str, Any] = {"type": "x", "ids": [1]}

    await layer.send(channel, message)
    message["ids"].append(2)

    assert (await layer.receive(channel))["ids"] == [1]


async def test_senders_check_what_they_send() -> None:
    layer = ThreadSafeMemoryChannelLayer()

    with pytest.raises(AssertionError):
        await layer.send("channel", "text")  # type: ignore[arg-type]
