"""The HTTP client of AI calls: it obeys the same rules for addresses as the HTTP node.

Names are resolved here, checked, and the connection goes to exactly the address that was checked,
also after a redirect. Proxies and certificates of the environment are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ssl import SSLContext
from typing import Any

import anyio.to_thread
import httpcore2
import httpx2

from workflows_app.task_types.http_addresses import permitted_addresses

CONNECT_SECONDS = 10.0


class _CheckedBackend(httpcore2.AnyIOBackend):
    """Connects only to addresses that were checked."""

    async def connect_tcp(
        self, host: str, port: int, *rest: Any, **options: Any
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await anyio.to_thread.run_sync(permitted_addresses, host, port):
            try:
                return await super().connect_tcp(address, port, *rest, **options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address.")


class _CheckedTransport(httpx2.AsyncHTTPTransport):
    def __init__(self) -> None:
        super().__init__(verify=_ssl_context(), trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_ssl_context(), network_backend=_CheckedBackend()
        )


@lru_cache(maxsize=1)
def _ssl_context() -> SSLContext:
    """Reading the certificates takes longer than most requests."""
    return httpx2.create_ssl_context(trust_env=False)


def checked_client(
    *, seconds: float, headers: Mapping[str, str] | None = None
) -> httpx2.AsyncClient:
    """A client that waits at most so long for each part of an answer, to be closed by its user."""
    return httpx2.AsyncClient(
        transport=_CheckedTransport(),
        timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        headers=dict(headers or {}),
        trust_env=False,
    )
