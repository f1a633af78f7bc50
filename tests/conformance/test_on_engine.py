"""The Workflow Patterns on the engine, with the same journal as in memory where they play there.

The database is the one that the session was started with.
"""

from __future__ import annotations

import pytest

from tests.conformance.in_memory import InMemoryRun
from tests.conformance.on_engine import EngineRun
from tests.conformance.pattern import Pattern, Scenario
from tests.conformance.playing import play
from tests.conformance.test_in_memory import CASES
from tests.engine.conftest import Clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("pattern, scenario", CASES)
def test_pattern(pattern: Pattern, scenario: Scenario, time: Clock) -> None:
    run = EngineRun(pattern.drawing, time)
    play(pattern, scenario, run)
    if pattern.is_engine_only:
        return
    in_memory = InMemoryRun(pattern.drawing)
    play(pattern, scenario, in_memory)
    assert run.journal() == in_memory.journal()
