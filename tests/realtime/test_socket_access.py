"""Every socket as every sort of person: who is let in, and how the others are sent away.

The table is written by hand; a socket that is not in it fails the test.
"""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission

from tests.realtime import story
from tests.realtime.conftest import Connect
from workflows_app.realtime.routing import websocket_urlpatterns

in_thread = sync_to_async(thread_sensitive=True)
PEOPLE = ("nobody", "stranger", "viewer", "approver", "operator", "author", "admin")
GROUPS = {"approver": "Approvers", "operator": "Operators", "author": "Authors"}
LET_IN = None
TABLE: dict[str, dict[str, int | None]] = {
    "ws/me/": {"nobody": 4401},
    "ws/runs/<uuid:run_id>/": {"nobody": 4401, "stranger": 4403},
}


def test_every_socket_is_in_the_table() -> None:
    assert {str(entry.pattern) for entry in websocket_urlpatterns} == set(TABLE)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", TABLE)
async def test_a_person_is_let_in_or_told_why_not(
    route: str, ana: Any, make_user: Any, connect: Connect
) -> None:
    workflow_id = await in_thread(story.publish)(ana)
    run_id = await in_thread(story.start)(ana, workflow_id)
    address = "/" + route.replace("<uuid:run_id>", str(run_id))

    def user_of(name: str) -> Any:
        groups = [GROUPS[name]] if name in GROUPS else []
        user = make_user(f"{name}-1", *groups, is_superuser=name == "admin")
        if name == "viewer":
            views = Permission.objects.filter(codename__in=["view_run", "view_workflow"])
            user.user_permissions.set(views)
        return user

    codes: dict[str, int | None] = {}
    for name in PEOPLE:
        person = [] if name == "nobody" else [await in_thread(user_of)(name)]
        socket = await connect(address, *person)
        if name in TABLE[route]:
            codes[name] = await socket.close_code()
        else:
            assert (await socket.frame())["type"] in {"snapshot", "me"}
            codes[name] = LET_IN
    assert codes == {name: TABLE[route].get(name, LET_IN) for name in PEOPLE}
