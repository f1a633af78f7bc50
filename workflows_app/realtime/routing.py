"""Addresses of the WebSockets, for a `URLRouter` behind `AuthMiddlewareStack`."""

from typing import Any, cast

from django.urls import URLPattern, path, re_path

from workflows_app.realtime.consumers import MeConsumer, RunConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/runs/<uuid:run_id>/", RunConsumer.as_asgi()),
    path("ws/me/", MeConsumer.as_asgi()),
]


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.close", "code": 4404})


unknown_socket: URLPattern = re_path("", cast(Any, _refuse))
"""Refuses addresses that lead nowhere, as the last pattern of a project."""
