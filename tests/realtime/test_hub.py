"""The hub ends when its last listener leaves, whatever the channel layer does meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from workflows_app.realtime import hub as hubs
from workflows_app.realtime.run_feed import RunFeed


class FailingLayer:
    """Fails while it tidies up, as a layer does whose server is away."""

    def __init__(self) -> None:
        self.is_read = asyncio.Event()

    async def new_channel(self, prefix: str) -> str:
        return prefix

    async def group_add(self, group: str, channel: str) -> None:
        """Take part in the group."""

    async def group_discard(self, group: str, channel: str) -> None:
        raise ConnectionError

    async def receive(self, channel: str) -> dict[str, Any]:
        self.is_read.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError from None
        return {}


async def _send(text: str) -> None:
    raise AssertionError


async def test_a_layer_that_fails_while_it_is_left_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = FailingLayer()
    monkeypatch.setattr(hubs, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(hubs, "CHECK_SECONDS", 60.0)
    hub = hubs.Hub()
    feed = RunFeed(run_id=UUID(int=1), since=1, send=_send)
    hub.add_feed(feed)
    await layer.is_read.wait()

    async with asyncio.timeout(20):
        await hub.remove_feed(feed)

    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("flowdeck")] == []
