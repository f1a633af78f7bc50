"""Server processes of tests: started with a log, awaited and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]


def wait_until(is_true: Callable[[], bool], *, what: str, seconds: float = 30.0) -> None:
    """Poll until something holds.

    Raises:
        AssertionError: It did not, within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.05)


def _listen_to_interrupts() -> None:
    """Undo what a shell does to background jobs: they and their children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class ServerProcess:
    """A program in a session of its own, so that ending it ends its children."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = ROOT
    process: subprocess.Popen[bytes] | None = None

    running: ClassVar[list[ServerProcess]] = []

    def start(self) -> ServerProcess:
        """Start it; its output goes to the end of the log."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_listen_to_interrupts,
            )
        self.running.append(self)
        return self

    @property
    def pid(self) -> int:
        """Process id of the running program."""
        assert self.process is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """True until the program has ended."""
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self, is_ready: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Wait for `is_ready`, but not for a program that has already ended."""

        def is_ready_or_gone() -> bool:
            if not self.is_running:
                raise AssertionError(f"{self.name} ended at its start:\n{self.tail()}")
            return is_ready()

        wait_until(is_ready_or_gone, what=f"readiness of {self.name}", seconds=seconds)

    def stop(self, *, seconds: float = 15.0) -> int:
        """Ask it to end as Ctrl-C does; returns the exit status, negative for a signal."""
        return self._end(signal.SIGINT, seconds)

    def kill(self) -> None:
        """End it and its children at once, without any chance to tidy up."""
        self._end(signal.SIGKILL, 15.0)

    def _end(self, how: signal.Signals, seconds: float) -> int:
        assert self.process is not None
        if self in self.running:
            self.running.remove(self)
        with contextlib.suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(self.pid, how)
            else:
                os.kill(self.pid, how)
        try:
            return self.process.wait(timeout=seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def tail(self, size: int = 4_000) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""
