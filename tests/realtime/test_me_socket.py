from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from tests.realtime import story
from tests.realtime.conftest import Connect, Json, Socket
from tests.support.documents import approval
from workflows_app.models import HumanTask
from workflows_app.realtime import hub
from workflows_app.services import human_tasks, runs

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = sync_to_async


async def frames_until(socket: Socket, is_last: Any) -> list[Json]:
    frames: list[Json] = []
    while True:
        frames.append(await socket.frame())
        if is_last(frames):
            return frames


def start(actor: Any, workflow_id: UUID) -> UUID:
    return runs.start_run(actor=actor, workflow_id=workflow_id, input={"amount": 1}).run_id


@pytest.mark.parametrize("are_dropped", [False, True], ids=["faithful", "dropped"])
async def test_the_count_follows_the_inbox_and_runs_are_told(
    ana: Any,
    make_user: Any,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    are_dropped: bool,
) -> None:
    if are_dropped:
        monkeypatch.setattr(hub, "_ids_of", lambda message: [])
    bob = await in_thread(make_user)("bob", "Approvers")
    workflow_id = await in_thread(story.publish)(ana, approval())
    socket = await connect("/ws/me/", bob)
    assert await socket.frame() == {"type": "me", "inbox_count": 0}
    # The hub's first look tells it what was there before.
    await asyncio.sleep(0.5)

    run_id = await in_thread(start)(ana, workflow_id)
    frames = await frames_until(
        socket,
        lambda seen: (
            {"type": "me", "inbox_count": 1} in seen
            and {"type": "tasks", "changed": True} in seen
            and {"type": "runs", "ids": [str(run_id)]} in seen
        ),
    )
    assert {frame["type"] for frame in frames} <= {"me", "tasks", "runs"}

    task = await in_thread(HumanTask.objects.get)()
    await in_thread(human_tasks.decide_human_task)(actor=bob, task_id=task.id, outcome="approved")
    await frames_until(socket, lambda seen: {"type": "me", "inbox_count": 0} in seen)


async def test_who_may_not_see_runs_hears_only_of_tasks(
    ana: Any, make_user: Any, connect: Connect
) -> None:
    dee = await in_thread(make_user)("dee")
    document = approval(assignees={"users": ["dee"], "groups": []})
    workflow_id = await in_thread(story.publish)(ana, document)
    socket = await connect("/ws/me/", dee)
    await socket.frame()
    await asyncio.sleep(0.5)

    await in_thread(start)(ana, workflow_id)

    frames = await frames_until(socket, lambda seen: {"type": "tasks", "changed": True} in seen)
    assert {"type": "me", "inbox_count": 1} in frames
    assert not [frame for frame in frames if frame["type"] == "runs"]


async def test_an_idle_house_is_silent(ana: Any, connect: Connect) -> None:
    socket = await connect("/ws/me/", ana)
    assert (await socket.frame())["type"] == "me"

    assert await socket.is_silent(1.0)


async def test_nobody_without_a_session_hears_anything(
    transactional_db: None, connect: Connect
) -> None:
    assert await (await connect("/ws/me/")).close_code() == 4401
