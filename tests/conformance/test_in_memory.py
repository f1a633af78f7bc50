"""The Workflow Patterns, through `decide` in memory."""

from __future__ import annotations

import pytest

from tests.conformance.catalogue import LEFT_OUT, PATTERNS
from tests.conformance.in_memory import InMemoryRun
from tests.conformance.page import PAGE, written_page
from tests.conformance.pattern import Pattern, Scenario
from tests.conformance.playing import play

ASKED_FOR = {*range(1, 22), *range(23, 28), 29, 30, 32, 34, 35, 36, 43}

CASES = [
    pytest.param(pattern, scenario, id=f"WCP{pattern.number}-{pattern.name}: {scenario.title}")
    for pattern in PATTERNS
    for scenario in pattern.scenarios
]


IN_MEMORY = [case for case in CASES if not case.values[0].is_engine_only]


@pytest.mark.parametrize("pattern, scenario", IN_MEMORY)
def test_pattern(pattern: Pattern, scenario: Scenario) -> None:
    play(pattern, scenario, InMemoryRun(pattern.drawing))


def test_every_pattern_is_in_the_suite_or_left_out_for_a_reason() -> None:
    shown = {pattern.number for pattern in PATTERNS}
    assert shown | set(LEFT_OUT) == set(range(1, 44))
    assert not shown & set(LEFT_OUT)
    assert shown >= ASKED_FOR


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == written_page(), "Run: python -m tests.conformance"
