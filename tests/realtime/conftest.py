"""People, sockets of theirs, and a run to watch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from workflows_app.realtime import hub as hubs
from workflows_app.services.roles import ensure_roles

Json = dict[str, Any]


class Socket:
    """A browser's end of a socket."""

    def __init__(self, path: str, cookie: str = "", origin: str = "http://127.0.0.1") -> None:
        from config.asgi import application

        headers = [(b"origin", origin.encode()), (b"host", b"127.0.0.1")]
        if cookie:
            headers.append((b"cookie", f"sessionid={cookie}".encode()))
        self._wire = WebsocketCommunicator(application, path, headers=headers)

    async def open(self) -> Socket:
        is_open, _ = await self._wire.connect(timeout=20)
        assert is_open
        return self

    async def is_refused(self) -> bool:
        is_open, _ = await self._wire.connect(timeout=20)
        return not is_open

    async def frame(self) -> Json:
        """The next frame."""
        frame: Json = json.loads(await self._wire.receive_from(timeout=20))
        return frame

    async def is_silent(self, seconds: float = 0.3) -> bool:
        return bool(await self._wire.receive_nothing(timeout=seconds, interval=0.02))

    async def close_code(self) -> int:
        """The code with which the server closes, whatever it sends before."""
        while True:
            message = await self._wire.receive_output(timeout=20)
            if message["type"] == "websocket.close":
                return int(message["code"])

    async def send(self, message: Any) -> None:
        kind = "bytes" if isinstance(message, bytes) else "text"
        content = message if isinstance(message, str | bytes) else json.dumps(message)
        await self._wire.send_input({"type": "websocket.receive", kind: content})

    async def close(self) -> None:
        await self._wire.disconnect(timeout=20)


Connect = Callable[..., Awaitable[Socket]]


@pytest.fixture(autouse=True)
def quick_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "CHECK_SECONDS", 0.2)
    monkeypatch.setattr(hubs, "PEOPLE_SECONDS", 0.05)
    monkeypatch.setattr(hubs, "COALESCE_SECONDS", 0.005)


@pytest.fixture
def make_user(transactional_db: None) -> Callable[..., Any]:
    def make(name: str, *groups: str, **fields: Any) -> Any:
        ensure_roles()
        user = get_user_model().objects.create_user(name, **fields)
        user.groups.set(Group.objects.filter(name__in=groups))
        return user

    return make


@pytest.fixture
def ana(make_user: Callable[..., Any]) -> Any:
    return make_user("ana", is_superuser=True)


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    sockets: list[Socket] = []

    async def open_socket(path: str, user: Any = None, **options: Any) -> Socket:
        cookie = await sync_to_async(session_of)(user) if user is not None else ""
        socket = Socket(path, cookie, **options)
        sockets.append(socket)
        return await socket.open()

    yield open_socket
    for socket in sockets:
        await socket.close()
    # Cancelled tasks of the hub end in the next turns of the loop.
    await asyncio.sleep(0)


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return str(client.cookies["sessionid"].value)
