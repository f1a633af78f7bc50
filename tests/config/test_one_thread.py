"""Requests change threads once, not twice for each middleware."""

from __future__ import annotations

import threading
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.one_thread import OneThreadHandler

SEEN: list[tuple[str, int]] = []


def see(where: str) -> None:
    SEEN.append((where, threading.get_ident()))


class Watching:
    """Middleware of either kind, like Django's own."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        see("before")
        response = self._get_response(request)
        see("after")
        return response


def view(request: HttpRequest) -> HttpResponse:
    see("view")
    return HttpResponse("Done")


urlpatterns = [path("here", view)]

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/here",
    "headers": [(b"host", b"localhost")],
    "query_string": b"",
}


async def test_middleware_and_view_are_carried_out_in_one_thread_that_is_not_the_loop_s(
    settings: Any,
) -> None:
    settings.ROOT_URLCONF = __name__
    watching = f"{__name__}.Watching"
    settings.MIDDLEWARE = [watching, *settings.MIDDLEWARE, watching]
    SEEN.clear()

    asked = ApplicationCommunicator(OneThreadHandler(), SCOPE)
    await asked.send_input({"type": "http.request"})
    begun = await asked.receive_output(10)
    body = await asked.receive_output(10)
    await asked.wait(10)

    assert (begun["status"], body["body"]) == (200, b"Done")
    assert [where for where, _ in SEEN] == ["before", "before", "view", "after", "after"]
    threads = {thread for _, thread in SEEN}
    assert len(threads) == 1
    assert threading.get_ident() not in threads
