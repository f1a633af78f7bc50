"""A Redis server of a test session's own, on a free port, which keeps nothing on disk."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from pathlib import Path

from tests.support.installed import require_program
from tests.support.ports import free_port
from tests.support.process import ServerProcess


class RedisServer:
    """A running server. After a restart it is empty."""

    def __init__(self) -> None:
        self.port = free_port()
        self._scratch = tempfile.TemporaryDirectory(prefix="flowdeck-redis-")
        self._process = ServerProcess(
            name="redis",
            command=(
                str(require_program("redis-server")),
                *("--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", self._scratch.name),
            ),
            log=Path(self._scratch.name) / "redis.log",
        )

    @property
    def url(self) -> str:
        """What to set `REDIS_URL` to."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        """True unless it was killed."""
        return self._process.is_running

    def start(self) -> RedisServer:
        """Start it and wait until it answers."""
        self._process.start()
        self._process.wait_until_ready(self._answers, seconds=15)
        return self

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as s,
        ):
            s.sendall(b"PING\r\n")
            return s.recv(7) == b"+PONG\r\n"
        return False

    def kill(self) -> None:
        """End it at once; everything that it held is lost."""
        self._process.kill()

    def stop(self) -> None:
        """End it and remove its files."""
        if self._process.is_running:
            self._process.kill()
        self._scratch.cleanup()
