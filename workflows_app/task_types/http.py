"""The HTTP request node.

Names are resolved here, checked, and the connection goes to exactly the address that was checked
(an answer of the name server that changes in between changes nothing). Redirects are followed by
hand so that each hop is checked in the same way.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from workflows_app.errors import FatalError, RetryableError
from workflows_app.sdk.context import TaskContext
from workflows_app.task_types.http_addresses import permitted_addresses

MAX_RESPONSE_BYTES = 1_000_000
MAX_REDIRECTS = 5
_SENSITIVE = frozenset({"authorization", "cookie", "proxy-authorization"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpStatusError(FatalError):
    """The server refused the request (4xx)."""


class HttpServerError(RetryableError):
    """The server failed or asked for patience (5xx, 429)."""


class HttpConnectionError(RetryableError):
    """The server could not be reached, or did not answer in time."""


class InvalidRequestError(FatalError):
    """The node's config is no request."""


class ResponseTooLargeError(FatalError):
    """The answer is larger than a node may return."""


class _TimedStream(httpcore.NetworkStream):
    """A connection whose time runs out, however often the server sends a little."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _CheckedBackend(httpcore.SyncBackend):
    """Connects only to addresses that were checked, and only until the deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in permitted_addresses(host, port):
            try:
                left = max(self._deadline - time.monotonic(), 0.01)
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address.")


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    """Reading the certificates takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


class _CheckedTransport(httpx.HTTPTransport):
    def __init__(self, deadline: float) -> None:
        super().__init__(verify=_ssl_context(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(), network_backend=_CheckedBackend(deadline)
        )


def run_http(config: Mapping[str, Any], context: TaskContext) -> dict[str, Any]:
    """Send the request and return {status, headers, body}.

    Raises:
        FatalError: The request is wrong, refused (4xx), or its address is not to be called.
        RetryableError: Trying again may help (5xx, 429, no connection).
    """
    seconds = float(config.get("timeout_seconds") or 30)
    deadline = time.monotonic() + seconds
    try:
        with httpx.Client(
            transport=_CheckedTransport(deadline), timeout=seconds, trust_env=False
        ) as client:
            request = _request(client, config, context)
            for _ in range(MAX_REDIRECTS + 1):
                if request.url.scheme not in {"http", "https"} or not request.url.host:
                    raise InvalidRequestError("The address must begin with https:// or http://.")
                response = client.send(request, stream=True, follow_redirects=False)
                try:
                    following = _following(response)
                    if following is None:
                        return _result(response, deadline)
                    request = following
                finally:
                    response.close()
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise InvalidRequestError(f"The request is not valid: {error}") from error
    except httpx.TimeoutException as error:
        raise HttpConnectionError(
            f"No answer within {seconds:g} seconds.", is_outcome_unknown=_was_sent(error)
        ) from error
    except httpx.TransportError as error:
        raise HttpConnectionError(
            f"The server could not be reached: {error}", is_outcome_unknown=_was_sent(error)
        ) from error
    raise InvalidRequestError(f"The server redirected more than {MAX_REDIRECTS} times.")


def _was_sent(error: httpx.TransportError) -> bool:
    """True when the server may have seen the request."""
    return not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _request(
    client: httpx.Client, config: Mapping[str, Any], context: TaskContext
) -> httpx.Request:
    method = str(config.get("method") or "GET").upper()
    headers = {str(k): str(v) for k, v in (config.get("headers") or {}).items()}
    if not any(name.lower() == "idempotency-key" for name in headers) and method != "GET":
        headers["Idempotency-Key"] = context.idempotency_key
    body = config.get("body")
    content = {} if body is None else {"content": body} if isinstance(body, str) else {"json": body}
    url = httpx.URL(str(config.get("url", "")))
    query = {k: v for k, v in (config.get("query") or {}).items() if v is not None}
    if query:
        url = url.copy_merge_params(query)
    return client.build_request(method, url, headers=headers, **content)


def _following(response: httpx.Response) -> httpx.Request | None:
    """The request that a redirect asks for. Credentials do not cross to another origin."""
    target = response.headers.get("location")
    if response.status_code not in _REDIRECTS or not target:
        return None
    before = response.request
    url = before.url.join(target)
    method, content = before.method, before.read()
    if response.status_code in {301, 302, 303} and method not in {"GET", "HEAD"}:
        method, content = "GET", b""
    dropped = {"host", "content-length", "transfer-encoding"}
    if not content:
        dropped.add("content-type")
    if (url.scheme, url.host, url.port) != (before.url.scheme, before.url.host, before.url.port):
        dropped |= _SENSITIVE
    headers = [(k, v) for k, v in before.headers.items() if k.lower() not in dropped]
    return httpx.Request(
        method, url, headers=headers, content=content or None, extensions=before.extensions
    )


def _result(response: httpx.Response, deadline: float) -> dict[str, Any]:
    status = response.status_code
    if status == 429 or status >= 500:
        raise HttpServerError(
            f"The server answered {status} {response.reason_phrase}.",
            retry_after=retry_after(response.headers.get("retry-after"), datetime.now(UTC)),
            is_outcome_unknown=status not in {429, 503},
        )
    if status >= 400:
        raise HttpStatusError(f"The server answered {status} {response.reason_phrase}.")
    received = bytearray()
    for chunk in response.iter_bytes():
        received += chunk
        if len(received) > MAX_RESPONSE_BYTES:
            raise ResponseTooLargeError(
                f"The answer is larger than {MAX_RESPONSE_BYTES:,} bytes.", is_outcome_unknown=True
            )
        if time.monotonic() > deadline:
            raise HttpConnectionError(
                "The answer took too long to arrive.", is_outcome_unknown=True
            )
    return {
        "status": status,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "body": _body(bytes(received), response),
    }


def _body(content: bytes, response: httpx.Response) -> Any:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if content and (kind == "application/json" or kind.endswith("+json")):
        try:
            return json.loads(content)
        except ValueError:
            return content.decode("utf-8", "replace")
    return content.decode(response.charset_encoding or "utf-8", "replace")


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3); at most a day."""
    if not header:
        return None
    if header.strip().isdigit():
        return min(float(header), 86_400.0)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), 86_400.0)
