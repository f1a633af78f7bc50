"""Frames that no page of ours sends: passed over, and the socket and the server go on."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.realtime import story
from tests.realtime.conftest import Connect, Socket
from workflows_app.realtime import consumers

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async

DEEP = "[" * 100_000
FRAMES: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "hello",
    "half of JSON": '{"type": "sync", "since": ',
    "JSON of another shape": "[1, 2]",
    "a number": "7",
    "not a number": "NaN",
    "a NUL": "\x00",
    "a text with a NUL": '{"type": "sy\\u0000nc"}',
    "half of a character": '{"type": "\\ud800"}',
    "a type of a wrong type": '{"type": {"sync": []}}',
    "an unknown type": '{"type": "websocket.close", "code": 1000}',
    "a channel's own message": '{"type": "flowdeck.wake", "run_ids": ["x"]}',
    "deep lists": DEEP,
    "deep lists within the limit": "[" * 900,
    "deep objects within the limit": '{"a":' * 190,
    "a large text": '{"type": "' + "x" * 1_000_000 + '"}',
    "a large number": "9" * 1_000_000,
    "bytes": b"\x00\xff\xfe" * 100,
    "no bytes": b"",
    "JSON as bytes": b'{"type": "sync", "since": 1}',
    "many bytes": b"\x00" * 1_000_000,
}
SINCE: list[Any] = [
    -1,
    1.5,
    True,
    None,
    "1",
    [1],
    {},
    10**18,
    2**63 - 1,
    2**63,
    10**400,
    "\u0661",
]


async def send_all(socket: Socket) -> None:
    for frame in FRAMES.values():
        await socket.send(frame)


async def test_a_run_s_socket_passes_over_what_is_no_frame(ana: Any, connect: Connect) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    first = await socket.frame()

    await send_all(socket)

    assert await socket.is_silent()
    await socket.send({"type": "sync", "since": 0})
    assert await socket.frame() == first


@pytest.mark.parametrize("since", SINCE, ids=lambda value: str(value)[:12])
async def test_a_place_that_cannot_be_is_answered_with_all(
    ana: Any, connect: Connect, since: Any
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/", ana)
    first = await socket.frame()

    await socket.send({"type": "sync", "since": since})

    assert await socket.frame() == first


async def test_my_socket_passes_over_all_frames(ana: Any, connect: Connect) -> None:
    socket = await connect("/ws/me/", ana)
    assert await socket.frame() == {"type": "me", "inbox_count": 0}

    await send_all(socket)
    await socket.send({"type": "sync", "since": 1})

    assert await socket.is_silent()
    other = await connect("/ws/me/", ana)
    assert (await other.frame())["type"] == "me"


async def test_who_is_refused_stays_refused_whatever_is_sent(
    ana: Any, make_user: Any, connect: Connect
) -> None:
    stranger = await in_thread(make_user)("sam")
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    for path, user, code in (
        ("/ws/me/", None, 4401),
        (f"/ws/runs/{run_id}/", None, 4401),
        (f"/ws/runs/{run_id}/", stranger, 4403),
        (f"/ws/runs/{uuid4()}/", ana, 4404),
    ):
        socket = await connect(path, user)
        await socket.send({"type": "sync", "since": 0})
        assert await socket.close_code() == code


@pytest.mark.parametrize(
    "query",
    [
        "since=-1",
        "since=" + "9" * 5_000,
        "since=%00",
        "since=%d9%a1",
        "since[]=1&since=%ff",
        "&" * 5_000,
        "since=1e9",
    ],
    ids=lambda query: query[:12],
)
async def test_a_strange_address_is_answered_with_all(
    ana: Any, connect: Connect, query: str
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    socket = await connect(f"/ws/runs/{run_id}/?{query}", ana)
    assert (await socket.frame())["type"] == "snapshot"


@pytest.mark.parametrize(
    "path",
    [
        "/ws/",
        "/ws/runs/1/",
        "/ws/runs/../me/",
        f"/ws/runs/{uuid4()}",
        "/ws/me/\x00",
        "/" + "x" * 9000,
    ],
    ids=lambda path: path[:12],
)
async def test_an_address_that_leads_nowhere_is_refused(transactional_db: None, path: str) -> None:
    assert await Socket(path).is_refused()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MESSAGES = st.one_of(
    st.text(),
    st.binary(),
    VALUES.map(json.dumps),
    st.fixed_dictionaries({"type": st.just("sync")}, optional={"since": VALUES}).map(json.dumps),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(message=MESSAGES)
def test_any_frame_is_read_as_a_message_or_as_nothing(message: str | bytes) -> None:
    parsed = consumers._parse(message if isinstance(message, str) else None)
    since = consumers._sequence(parsed.get("since"))
    assert since is None or 0 < since <= 2**63 - 1
