from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.production import ProductionServers, ProductionStack
from tests.support.traces import APP


@pytest.fixture
def stack(production_servers: ProductionServers, tmp_path: Path) -> Iterator[ProductionStack]:
    """A stack without processes, whose leases and sweeps are short."""
    stack = production_servers.stack(tmp_path / "stack", FLOWDECK_APPS=APP)
    yield stack
    stack.stop()


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """The file that probes write to."""
    return tmp_path / "traces"
