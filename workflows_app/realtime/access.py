"""Who may follow what, checked when a socket opens and again while it is open."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import validate_host

from workflows_app.contracts.actor import Actor

NOT_LOGGED_IN = 4401
NOT_ALLOWED = 4403
UNKNOWN = 4404


def is_allowed_origin(scope: dict[str, Any]) -> bool:
    """True for a page of this site, and for clients that are no browsers and send no origin.

    As with changes over HTTP, another port is another site: cookies do not tell ports apart.
    """
    headers = dict(scope.get("headers", ()))
    origin = headers.get(b"origin")
    if origin is None:
        return True
    text = origin.decode("latin-1").lower()
    if text in {trusted.lower() for trusted in settings.CSRF_TRUSTED_ORIGINS}:
        return True
    parts = urlsplit(text)
    if parts.netloc != headers.get(b"host", b"").decode("latin-1").lower():
        return False
    host = parts.hostname or ""
    hosts = settings.ALLOWED_HOSTS
    if settings.DEBUG and not hosts:
        hosts = [".localhost", "127.0.0.1", "[::1]"]
    return bool(host) and validate_host(f"[{host}]" if ":" in host else host, hosts)


async def current_user(scope: dict[str, Any]) -> Actor | None:
    """The user whose session it still is, read afresh; None when nobody is logged in."""
    session = scope.get("session")
    key = getattr(session, "session_key", None)
    if session is None or not key:
        return None
    fresh = await database_sync_to_async(_load_session)(session, key)
    user = await get_user({"session": fresh})
    return cast(Actor, user) if user.is_authenticated and user.is_active else None


def _load_session(session: Any, key: str) -> Any:
    """A new store of the same kind, since the scope's keeps what it read when the socket opened."""
    wrapped = getattr(session, "_wrapped", session)
    fresh = type(wrapped)(key)
    fresh.load()
    return fresh
