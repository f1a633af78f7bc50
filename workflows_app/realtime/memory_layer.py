"""A channel layer for one process whose senders live in other threads.

The stock in-memory layer wakes a reader only from the reader's own event loop: from other threads
messages arrive late or not at all. This one remembers the loop that each channel is read in and
hands messages over to it.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer

Loop = asyncio.AbstractEventLoop


class ThreadSafeMemoryChannelLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """`InMemoryChannelLayer` with senders in any thread. A full channel drops what comes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._homes: dict[str, Loop] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def receive(self, channel: str) -> dict[str, Any]:
        """The next message on the channel, which from now on is read in this loop."""
        self._homes[channel] = asyncio.get_running_loop()
        message: dict[str, Any] = await super().receive(channel)
        return message

    async def group_add(self, group: str, channel: str) -> None:
        """Let the channel, which is read in this loop, take part in the group."""
        self._homes[channel] = asyncio.get_running_loop()
        await super().group_add(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Take the channel out of the group."""
        await super().group_discard(group, channel)
        if not any(channel in members for members in list(self.groups.values())):
            self._homes.pop(channel, None)

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Put a message on the channel, in the loop that reads it."""
        home = self._homes.get(channel)
        if home is None or home is asyncio.get_running_loop():
            await super().send(channel, message)
            return
        copied = deepcopy(message)
        try:
            home.call_soon_threadsafe(self._put, home, channel, copied)
        except RuntimeError:
            # The reader's loop is closed: nobody reads this channel any more.
            self._homes.pop(channel, None)
            self._remove_from_groups(channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to every channel of the group."""
        # A snapshot, since other threads may join or leave meanwhile.
        for channel in list(self.groups.get(group, ())):
            try:
                await self.send(channel, message)
            except ChannelFull:
                continue

    def _put(self, home: Loop, channel: str, message: dict[str, Any]) -> None:
        """Runs in the reader's loop, without waiting for anything."""
        task = home.create_task(self._send_at_home(channel, message))
        # The loop keeps only weak references to tasks.
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send_at_home(self, channel: str, message: dict[str, Any]) -> None:
        try:
            await super().send(channel, message)
        except ChannelFull:
            return
