"""`docs/conformance.md`, written from a run of the suite in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.conformance.catalogue import LEFT_OUT, PATTERNS
from tests.conformance.in_memory import InMemoryRun
from tests.conformance.pattern import Pattern, Scenario, Support
from tests.conformance.playing import play

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"

_HEAD = """\
# Workflow Patterns

How Flowdeck’s graphs do on the control-flow patterns of van der Aalst, ter Hofstede, Kiepuszewski
and Barros, *Workflow Patterns* (2003), and Russell, ter Hofstede, van der Aalst and Mulyar,
*Workflow Control-Flow Patterns: A Revised View* (2006). Numbers are those of the catalogue.

Each pattern is a drawing in `tests/conformance/` with scenarios: what happens from outside, which
steps may be worked on at which moment, and what has run, been cancelled or been passed by at the
end. The same scenarios play through `decide` in memory and on the engine with SQLite and
PostgreSQL. Map nodes and runs of other workflows are rows of the database, of which `decide` sees
one node: patterns that are drawn with them (“on the engine”) play there alone. A map node’s items
are its instances: `each each` under way are two of them.

This page is written by `python -m tests.conformance` from what plays in memory; a test fails when
it is out of date. *Full* means by the catalogue’s definition; *partial* says what is missing.
"""


def written_page() -> str:
    """The page as it should be now."""
    return "\n".join((*_lines(), ""))


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "| no. | pattern | support | scenarios |"
    yield "|---|---|---|---|"
    rows = [(p.number, f"| {p.number} | {p.name} | {p.support} | {_result(p)} |") for p in PATTERNS]
    rows += [(n, f"| {n} | {name} | not in the suite | |") for n, (name, _) in LEFT_OUT.items()]
    yield from (row for _, row in sorted(rows, key=lambda row: row[0]))
    yield ""
    for pattern in PATTERNS:
        yield from _section(pattern)
    yield "## Not in the suite"
    yield ""
    for number, (name, reason) in sorted(LEFT_OUT.items()):
        yield f"- **{number} {name}.** {reason}"


def _section(pattern: Pattern) -> Iterator[str]:
    yield f"## {pattern.number} {pattern.name}"
    yield ""
    yield pattern.definition
    if pattern.note:
        yield ""
        word = "Partial: " if pattern.support is Support.PARTIAL else ""
        yield f"{word}{pattern.note}"
    yield ""
    yield "```text"
    yield from pattern.drawing.lines
    yield "```"
    yield ""
    for scenario in pattern.scenarios:
        yield f"- {scenario.title}: {_told(scenario)}"
    yield ""


def _told(scenario: Scenario) -> str:
    parts = [f"`{scenario.ran}` ran"] if scenario.ran else []
    if scenario.cancelled:
        parts.append(f"`{scenario.cancelled}` cancelled")
    if scenario.skipped:
        parts.append(f"`{scenario.skipped}` passed by")
    return f"{', '.join(parts)}; the run {scenario.status}"


def _result(pattern: Pattern) -> str:
    count = len(pattern.scenarios)
    if pattern.is_engine_only:
        return f"{count} on the engine"
    passed = sum(_passes(pattern, scenario) for scenario in pattern.scenarios)
    return f"{count} pass" if passed == count else f"{passed} of {count} pass"


def _passes(pattern: Pattern, scenario: Scenario) -> bool:
    try:
        play(pattern, scenario, InMemoryRun(pattern.drawing))
    except AssertionError:
        return False
    return True
