"""People at browsers of the usual size, on the embedded server that all tests here share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.visiting import DESK
from tests.support.accounts import ANN, BOB
from tests.support.embedded import EmbeddedServer
from tests.support.person import Person

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": DESK}


@pytest.fixture(scope="session")
def ann(embedded: EmbeddedServer) -> Iterator[Person]:
    """Draws, publishes, runs and operates."""
    person = Person(embedded.url, ANN)
    yield person
    person.close()


@pytest.fixture(scope="session")
def bob(embedded: EmbeddedServer) -> Iterator[Person]:
    """Decides."""
    person = Person(embedded.url, BOB)
    yield person
    person.close()
