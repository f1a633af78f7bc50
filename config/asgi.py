"""The ASGI application: pages and API over HTTP, live news over WebSockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from config.one_thread import one_thread_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_pages = one_thread_application()

from workflows_app.realtime.routing import (  # noqa: E402 - needs the apps
    unknown_socket,
    websocket_urlpatterns,
)

application = ProtocolTypeRouter(
    {
        "http": _pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([*websocket_urlpatterns, unknown_socket]))
        ),
    }
)
