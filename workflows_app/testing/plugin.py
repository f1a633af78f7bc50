"""Fixtures for pytest: `pytest_plugins = ["workflows_app.testing.plugin"]` in a `conftest.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pytest

from workflows_app.sdk import registry
from workflows_app.sdk.local import VirtualClock
from workflows_app.sdk.local.people import People
from workflows_app.sdk.local.programs import Fakes
from workflows_app.testing.play import TEST_BEGIN, Playable, Played, play


class Play(Protocol):
    """`workflows_app.testing.play` on the clock of the test."""

    def __call__(
        self,
        workflow: Playable,
        input: Mapping[str, Any] | None = None,
        *,
        fakes: Fakes | None = None,
        people: People | None = None,
        signals: Mapping[str, Any] | None = None,
    ) -> Played:
        """Run a workflow."""


@pytest.fixture
def workflow_clock() -> VirtualClock:
    """The clock of the test's runs, at 2030-01-01T09:00:00Z."""
    return VirtualClock(TEST_BEGIN)


@pytest.fixture
def play_workflow(workflow_clock: VirtualClock) -> Play:
    """Runs a workflow on the clock of the test."""

    def play_on_clock(
        workflow: Playable,
        input: Mapping[str, Any] | None = None,
        *,
        fakes: Fakes | None = None,
        people: People | None = None,
        signals: Mapping[str, Any] | None = None,
    ) -> Played:
        return play(
            workflow, input, fakes=fakes, people=people, signals=signals, clock=workflow_clock
        )

    return play_on_clock


@pytest.fixture
def task_registry() -> Iterator[None]:
    """Forgets the tasks, steps and nodes that the test defines."""
    before = dict(registry.registered())
    yield
    for name in set(registry.registered()) - set(before):
        registry.unregister(name)
