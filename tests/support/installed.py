"""Programs that tests start: where they are, and what happens when they are missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def require_program(name: str, *places: str) -> Path:
    """Path of an installed program.

    Looks on PATH, then through the glob patterns in `places`, newest version first. A missing
    program skips the test, but fails it where `CI` is set.
    """
    found = shutil.which(name)
    if found:
        return Path(found)
    for pattern in places:
        hits = sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
        if hits:
            return hits[0]
    message = f"{name} is not installed; `make test` installs it on Debian and Ubuntu as root."
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
