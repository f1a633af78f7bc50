"""What the limit on failed log-ins (django-axes) asks the product: where a request comes from."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from workflows_app.core.json_text import plain_text

LONGEST_NAME = 150
"""As many characters has Django's column; no account has a longer one."""


def client_address(request: HttpRequest) -> str:
    """The address that a log-in comes from.

    Behind a proxy it is the last one in `X-Forwarded-For`: the proxy has written that, whereas
    those before it may be anybody's invention. Without a proxy the header is the client's and
    counts for nothing.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if _is_address(forwarded):
            return forwarded
    # No address at all means a socket of the machine.
    return peer if _is_address(peer) else "127.0.0.1"


def user_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The name that somebody tries, as far as the database takes it."""
    given = (credentials or request.POST).get("username") or ""
    return plain_text(str(given), LONGEST_NAME)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    # A zone, as in fe80::1%eth0, is nothing that the database takes.
    return "%" not in text
