"""The ASGI handler of pages and API: one change of threads a request."""

from __future__ import annotations

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OneThreadHandler(ASGIHandler):
    """Carries a request through middleware and view in one thread.

    Django's own handler mixes what is synchronous with what need not be, and goes to the thread and
    back twice for each middleware, which cost more than the work of most requests. No view here is
    asynchronous; the content of streamed answers is, as with Django's own.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for calls from a thread."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request in the thread that belongs to it."""
        return await sync_to_async(self.get_response)(request)


def one_thread_application() -> OneThreadHandler:
    """Set Django up, and make the handler."""
    django.setup(set_prefix=False)
    return OneThreadHandler()
