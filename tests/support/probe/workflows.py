from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from tests.support.traces import gate_of
from workflows_app.sdk import TaskContext, task


@task(name="probe.trace", category="Tests")
def trace(file: str, context: TaskContext, seconds: float = 0.0, held: bool = False) -> int:
    """Write a line at the begin and at the end of an execution.

    Args:
        file: Where to.
        seconds: How long it takes.
        held: It does not end before the test has called `release`.
    """
    write(Path(file), "begin", context)
    time.sleep(seconds)
    while held and not gate_of(Path(file)).exists():
        time.sleep(0.02)
    write(Path(file), "end", context)
    return context.attempt


def write(file: Path, what: str, context: TaskContext) -> None:
    """One `write` of a short line to a file opened for appending is atomic."""
    line = f"{what} {os.getpid()} {context.run_id} {context.node_id} {context.attempt}\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


@task(name="probe.effect", category="Tests")
def effect(folder: str, context: TaskContext, seconds: float = 0.0) -> str:
    """Do something once for each idempotency key, as a system that is handed the key would.

    Args:
        folder: Where each effect is a file, and each execution a line of one.
        seconds: How long it takes.
    """
    key = context.idempotency_key
    write(Path(folder) / "executions", "begin", context)
    time.sleep(seconds)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(Path(folder) / key, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    return key
