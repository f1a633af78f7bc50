"""One web and one worker process of the production stack, for a look on one machine.

Reads DATABASE_URL, REDIS_URL, FLOWDECK_SECRET_KEY and what else docs/configuration.md names. A real
installation gives each process to a service manager: docs/deploy.md.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REQUIRED = ("DATABASE_URL", "REDIS_URL", "FLOWDECK_SECRET_KEY")
GRACE_SECONDS = 20.0


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that Ctrl-C reaches through this one only, so that it is told once."""
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, and end those that have not after the grace period."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> int:
    """Run until one of the processes ends or Ctrl-C; returns the exit status."""
    parser = argparse.ArgumentParser(description="Run one web and one worker process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        print(f"Set {', '.join(missing)} first; docs/deploy.md has an example.", file=sys.stderr)
        return 2
    manage = (str(BIN / "python"), "manage.py")
    subprocess.run((*manage, "migrate", "--verbosity", "0"), cwd=ROOT, check=True)
    subprocess.run(
        (*manage, "collectstatic", "--no-input", "--verbosity", "0"), cwd=ROOT, check=True
    )
    asgi = ("-b", options.host, "-p", str(options.port), "config.asgi:application")
    processes = [
        start((str(BIN / "daphne"), *asgi)),
        start((str(BIN / "celery"), "-A", "config", "worker", "--loglevel", "INFO")),
    ]
    is_ending = False

    def begin_end(signal_number: int, frame: FrameType | None) -> None:
        nonlocal is_ending
        is_ending = True

    signal.signal(signal.SIGINT, begin_end)
    signal.signal(signal.SIGTERM, begin_end)
    print(f"Serving on http://{options.host}:{options.port}/ (Ctrl-C ends it)", flush=True)
    while not is_ending and all(process.poll() is None for process in processes):
        time.sleep(0.2)
    failed = [process for process in processes if process.poll() not in (None, 0)]
    end(processes)
    return 1 if failed and not is_ending else 0


if __name__ == "__main__":
    raise SystemExit(main())
