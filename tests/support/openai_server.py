"""A real HTTP server on loopback that speaks the OpenAI chat protocol, for tests.

A test says what it answers, one entry a request; the server keeps what it was asked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

KEY = "sk-test-4f1c9a7be2d84417"
"""The only key that the server accepts."""


@dataclass(frozen=True)
class Reply:
    """What the model says: a text in pieces, or calls of tools."""

    text: Sequence[str] = ()
    calls: Sequence[tuple[str, Mapping[str, Any] | str]] = ()
    """Name and arguments of each."""
    finish: str = ""
    refusal: str = ""
    input_tokens: int = 100
    output_tokens: int = 20
    gate: threading.Event | None = None
    """Held back after the first piece until this is set."""


@dataclass(frozen=True)
class Refusal:
    """An HTTP error as OpenAI tells it."""

    status: int
    message: str = "no"
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class OpenAiServer:
    """Its address, its answers, and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.replies: list[Reply | Refusal] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.guard = threading.Lock()

    @property
    def host(self) -> str:
        """As FLOWDECK_HTTP_ALLOWED_HOSTS names it."""
        return self.address.removeprefix("http://").removesuffix("/v1")

    def next_reply(self, request: dict[str, Any]) -> Reply | Refusal:
        """The answer to a request; the last one is given again and again."""
        with self.guard:
            self.requests.append(request)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def openai_server() -> Iterator[OpenAiServer]:
    """The server, on a free port of loopback, until the end of the block."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server = OpenAiServer(f"http://127.0.0.1:{httpd.server_port}/v1")
    _Handler.servers[httpd.server_port] = server
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        del _Handler.servers[httpd.server_port]
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    servers: ClassVar[dict[int, OpenAiServer]] = {}
    """By port: the base class makes a handler for each connection."""

    @property
    def _openai(self) -> OpenAiServer:
        return self.servers[self.connection.getsockname()[1]]

    def do_GET(self) -> None:
        if self._is_let_in() and self.path == "/v1/models":
            self._send_json(200, {"object": "list", "data": [{"id": "tiny"}, {"id": "large"}]})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length))
        if not self._is_let_in():
            return
        reply = self._openai.next_reply(body)
        if isinstance(reply, Refusal):
            error = {"message": reply.message, "type": "error", "code": reply.code or None}
            self._send_json(reply.status, {"error": error}, reply.headers)
        else:
            self._stream(reply)

    def log_message(self, *_: object) -> None:
        pass

    def _is_let_in(self) -> bool:
        key = self.headers.get("x-goog-api-key") or self.headers.get("authorization") or ""
        key = key.removeprefix("Bearer ")
        self._openai.keys.append(key)
        if key == KEY:
            return True
        message = f"Incorrect API key provided: {key}."
        self._send_json(401, {"error": {"message": message, "code": "invalid_api_key"}})
        return False

    def _send_json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for number, piece in enumerate(reply.text):
            self._chunk({"role": "assistant", "content": piece})
            if number == 0 and reply.gate is not None:
                reply.gate.wait(30)
        if reply.refusal:
            self._chunk({"role": "assistant", "refusal": reply.refusal})
        for index, (name, arguments) in enumerate(reply.calls):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            function = {"name": name, "arguments": text}
            call_id = f"call_{len(self._openai.requests)}_{index}"
            call = {"index": index, "id": call_id, "type": "function", "function": function}
            self._chunk({"role": "assistant", "tool_calls": [call]})
        self._chunk({}, finish=reply.finish or ("tool_calls" if reply.calls else "stop"))
        usage = {
            "prompt_tokens": reply.input_tokens,
            "completion_tokens": reply.output_tokens,
            "total_tokens": reply.input_tokens + reply.output_tokens,
        }
        self._event({**_FRAME, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
        self._event({**_FRAME, "choices": [choice]})

    def _event(self, value: Any) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()


_FRAME = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
