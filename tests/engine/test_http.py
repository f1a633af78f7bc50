"""The HTTP node: what it returns, what it refuses, what is tried again."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import httpcore
import pytest

from workflows_app.errors import RetryableError
from workflows_app.sdk import TaskContext
from workflows_app.task_types import http, http_addresses
from workflows_app.task_types.http_addresses import AddressRefusedError, is_public

CONTEXT = TaskContext(run_id=UUID(int=1), node_id="call")


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
    seen: list[tuple[str, str, dict[str, str], bytes]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {k.lower(): v for k, v in self.headers.items()}
        self.seen.append((self.command, self.path, headers, self.rfile.read(length)))
        status, more, body = self.answers.get(self.path.split("?")[0], (404, {}, b""))
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(settings) -> Iterator[str]:
    _Handler.answers, _Handler.seen = {}, []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{httpd.server_port}"
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [host]
    yield f"http://{host}"
    httpd.shutdown()
    httpd.server_close()
    thread.join(5)


def _call(url: str, **config):
    return http.run_http({"url": url, **config}, CONTEXT)


def test_json_comes_back_as_json_and_the_request_as_configured(server):
    _Handler.answers["/pay"] = (
        201,
        {"content-type": "application/json", "X-Id": "7"},
        b'{"ok": true}',
    )
    answer = _call(
        f"{server}/pay?a=1", method="POST", body={"x": 1}, headers={"X-Key": "k"}, query={"b": 2}
    )
    assert (answer["status"], answer["body"], answer["headers"]["x-id"]) == (201, {"ok": True}, "7")
    method, path, headers, body = _Handler.seen[0]
    assert (method, path, json.loads(body)) == ("POST", "/pay?a=1&b=2", {"x": 1})
    assert headers["x-key"] == "k"
    assert headers["idempotency-key"] == CONTEXT.idempotency_key


def test_other_bodies_come_back_as_text(server):
    _Handler.answers["/page"] = (200, {"content-type": "text/plain; charset=utf-8"}, "é".encode())
    assert _call(f"{server}/page")["body"] == "é"


def test_4xx_is_final(server):
    with pytest.raises(http.HttpStatusError, match="404"):
        _call(f"{server}/nowhere")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_5xx_and_429_are_tried_again_when_the_server_says(server, status):
    _Handler.answers["/busy"] = (status, {"Retry-After": "17"}, b"")
    with pytest.raises(http.HttpServerError, match=str(status)) as caught:
        _call(f"{server}/busy")
    assert caught.value.retry_after == 17


def test_no_connection_is_tried_again(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(http.HttpConnectionError, match="could not be reached"):
        _call(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
    ],
)
def test_private_addresses_are_refused(url):
    with pytest.raises(AddressRefusedError):
        _call(url)


def test_a_redirect_to_a_private_address_is_refused(server):
    _Handler.answers["/go"] = (302, {"Location": "http://127.0.0.1:1/secret"}, b"")
    with pytest.raises(AddressRefusedError):
        _call(f"{server}/go")


def test_redirects_are_followed_and_credentials_stay_with_their_origin(server, settings):
    other = server.replace("127.0.0.1", "localhost")
    settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [
        server.removeprefix("http://"),
        other.removeprefix("http://"),
    ]
    _Handler.answers["/a"] = (303, {"Location": "/b"}, b"")
    _Handler.answers["/b"] = (302, {"Location": f"{other}/c"}, b"")
    _Handler.answers["/c"] = (200, {"content-type": "text/plain"}, b"done")
    answer = _call(f"{server}/a", method="POST", body="x", headers={"Authorization": "Bearer s"})
    assert answer["body"] == "done"
    assert [(m, p, "authorization" in h) for m, p, h, _ in _Handler.seen] == [
        ("POST", "/a", True),
        ("GET", "/b", True),
        ("GET", "/c", False),
    ]


def test_endless_redirects_end(server):
    _Handler.answers["/a"] = (302, {"Location": "/a"}, b"")
    with pytest.raises(http.InvalidRequestError, match="redirected more than"):
        _call(f"{server}/a")


def test_answers_have_a_size(server):
    _Handler.answers["/big"] = (200, {}, b"x" * (http.MAX_RESPONSE_BYTES + 1))
    with pytest.raises(http.ResponseTooLargeError):
        _call(f"{server}/big")


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://", "", "file:///etc/passwd"])
def test_what_is_no_request_is_final(url):
    with pytest.raises(http.InvalidRequestError):
        _call(url)


@pytest.mark.parametrize(
    "address, expected",
    [
        ("93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::8.8.8.8", True),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("ff02::1", False),
        ("192.0.0.8", False),
        ("192.88.99.1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address, expected):
    assert is_public(address) is expected


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_drips_is_given_up_in_time(settings, part):
    is_over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            if part == "body":
                connection.sendall(b"content-length: 1000\r\n\r\n")
            while not is_over.wait(0.1):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        settings.FLOWDECK_HTTP_ALLOWED_HOSTS = [host]
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        began = time.monotonic()
        try:
            with pytest.raises(http.HttpConnectionError):
                _call(f"http://{host}/", timeout_seconds=1)
            assert time.monotonic() - began < 4
        finally:
            is_over.set()


def test_retry_after_takes_seconds_and_dates():
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert http.retry_after("120", now) == 120
    assert http.retry_after("Tue, 01 Jan 2030 00:01:00 GMT", now) == 60
    assert http.retry_after("Mon, 31 Dec 2029 00:00:00 GMT", now) == 0
    assert http.retry_after("soon", now) is None
    assert http.retry_after(None, now) is None
    assert http.retry_after("99999999", now) == 86_400


def test_a_name_that_turns_to_a_private_address_after_the_look_is_not_followed(monkeypatch):
    answers = iter(["93.184.216.34", "127.0.0.1"])
    called: list[str] = []

    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(backend, host, *args, **kwargs):
        called.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(http_addresses.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(RetryableError):
        _call("http://rebinds.example/")
    assert called == ["93.184.216.34"], "the address that was looked at is called, not the name"
    with pytest.raises(AddressRefusedError):
        _call("http://rebinds.example/")
    assert called == ["93.184.216.34"]
