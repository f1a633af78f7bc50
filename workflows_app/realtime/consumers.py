"""The sockets: `/ws/runs/<id>/` follows one run, `/ws/me/` what concerns the person.

Each closes with 4401 (not logged in), 4403 (not allowed) or 4404 (no such run). It checks session
and permission when it opens and with every heartbeat.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.frames import MeFrame, PingFrame, RunsFrame, TasksFrame
from workflows_app.realtime import access
from workflows_app.realtime.hub import current_hub
from workflows_app.realtime.run_feed import RunFeed, RunGoneError
from workflows_app.selectors.inbox import count_inbox

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 20.0
"""Time between two pings, and so between two checks of session and permission."""
_MAX_MESSAGE = 1_000
_MAX_RUN_IDS = 200
_MAX_SEQ = 9_223_372_036_854_775_807


class CheckedConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """A socket of a logged-in person, checked while it is open."""

    # Channels would otherwise subscribe each socket to the layer; the hub does that once.
    channel_layer_alias = "flowdeck-none"
    permission: str | None = None
    """What the person must be allowed to; None: being logged in is enough."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._tasks: set[asyncio.Task[None]] = set()
        self.user: Actor | None = None

    async def connect(self) -> None:
        """Open, or close with the reason; a browser sees no code unless it was opened first."""
        if not access.is_allowed_origin(self.scope):
            await self.close()
            return
        await self.accept()
        if await self._is_still_allowed():
            self.start(self._beat())
            await self.opened()

    async def opened(self) -> None:
        """What to do once the person may listen."""
        raise NotImplementedError

    async def closed(self) -> None:
        """What to undo."""

    async def rechecked(self) -> None:
        """What to do with every heartbeat."""

    async def disconnect(self, code: int) -> None:
        """Stop everything that runs for this socket."""
        await self.closed()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until the socket closes; a failure closes the socket."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send_text(self, text: str) -> None:
        """Send a frame."""
        await self.send(text_data=text)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except RunGoneError:
            await self.close(access.UNKNOWN)
        except Exception:
            # The client connects again and says what it knows already.
            logger.exception("A socket failed and is closed")
            await self.close(1011)

    async def _beat(self) -> None:
        ping = PingFrame().model_dump_json()
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if not await self._is_still_allowed():
                return
            await self.send_text(ping)
            await self.rechecked()

    async def _is_still_allowed(self) -> bool:
        self.user = await access.current_user(self.scope)
        if self.user is None:
            await self.close(access.NOT_LOGGED_IN)
            return False
        if self.permission is not None and not await database_sync_to_async(self.user.has_perm)(
            self.permission
        ):
            await self.close(access.NOT_ALLOWED)
            return False
        return True


class RunConsumer(CheckedConsumer):
    """Sends a snapshot, or the events after `?since=`, and then every event to come."""

    permission = "workflows_app.view_run"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._feed: RunFeed | None = None

    async def opened(self) -> None:
        """Join the hub first and read then, so that nothing falls between."""
        self._feed = RunFeed(
            run_id=self.scope["url_route"]["kwargs"]["run_id"],
            since=_since_of(self.scope.get("query_string", b"")),
            send=self.send_text,
        )
        current_hub().add_feed(self._feed)
        self.start(self._feed.run())

    async def closed(self) -> None:
        """Leave the hub."""
        if self._feed is not None:
            await current_hub().remove_feed(self._feed)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """`{"type": "sync", "since": n}` asks for the events after n; all else is passed over."""
        message = _parse(text_data)
        if message.get("type") == "sync" and self._feed is not None:
            self._feed.sync(_sequence(message.get("since")))


class MeConsumer(CheckedConsumer):
    """Sends my inbox count, and which runs and that tasks changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._run_ids: set[UUID] = set()
        self._have_tasks_changed = False
        self._has_work = asyncio.Event()
        self._inbox_count = -1

    async def opened(self) -> None:
        """Join the hub and tell the count."""
        await current_hub().add_person(self)
        await self._tell_count()
        self.start(self._tell())

    async def closed(self) -> None:
        """Leave the hub."""
        await current_hub().remove_person(self)

    async def rechecked(self) -> None:
        """Groups and permissions may have changed, and with them the inbox."""
        await self._tell_count()

    def tell_runs(self, run_ids: frozenset[UUID]) -> None:
        """Called by the hub: these runs changed."""
        self._run_ids |= run_ids
        self._has_work.set()

    def tell_tasks(self) -> None:
        """Called by the hub: somebody's inbox changed."""
        self._have_tasks_changed = True
        self._has_work.set()

    async def _tell(self) -> None:
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            run_ids, self._run_ids = self._run_ids, set()
            if run_ids and await self._may_see_runs():
                # More than that fit on no page; the page asks for what it shows anyway.
                shown = sorted(run_ids)[:_MAX_RUN_IDS]
                await self.send_text(RunsFrame(ids=shown).model_dump_json())
            if self._have_tasks_changed:
                self._have_tasks_changed = False
                await self._tell_count()
                await self.send_text(TasksFrame().model_dump_json())

    async def _tell_count(self) -> None:
        if self.user is None:
            return
        count = await database_sync_to_async(count_inbox)(user=self.user)
        if count != self._inbox_count:
            self._inbox_count = count
            await self.send_text(MeFrame(inbox_count=count).model_dump_json())

    async def _may_see_runs(self) -> bool:
        return self.user is not None and await database_sync_to_async(self.user.has_perm)(
            "workflows_app.view_run"
        )


def _since_of(query_string: bytes) -> int | None:
    for part in query_string.decode("latin-1").split("&"):
        name, _, value = part.partition("=")
        if name == "since" and value.isascii() and value.isdigit() and len(value) < 20:
            return _sequence(int(value))
    return None


def _sequence(value: object) -> int | None:
    """A journal number; 0 and nonsense mean that nothing is known."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_SEQ:
        return value
    return None


def _parse(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > _MAX_MESSAGE:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
