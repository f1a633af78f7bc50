"""A file system of a few megabytes, which a filler fills."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

CHUNK = 64 * 1024


class SmallDisk:
    """A mounted directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._filler = directory / "filler"

    def fill(self) -> None:
        """Take all the room there is."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (CHUNK, 1):
                with contextlib.suppress(_NoRoomError):
                    while True:
                        _write(file.fileno(), b"\0" * size)

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink()


class _NoRoomError(Exception):
    """The disk is full."""


def _write(descriptor: int, content: bytes) -> None:
    try:
        if os.write(descriptor, content) < len(content):
            raise _NoRoomError
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _NoRoomError from error
        raise


@contextlib.contextmanager
def small_disk(directory: Path, *, megabytes: int = 8) -> Iterator[SmallDisk]:
    """Mount one at a directory that is made for it.

    Mounting is for root; the test of anybody else is skipped, and fails where `CI` is set.
    """
    directory.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"No disk of its own for the test: {done.stderr.strip()}"
        if os.environ.get("CI"):
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)
