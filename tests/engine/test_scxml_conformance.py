"""The W3C's test documents for SCXML, on the real engine.

They lie outside of the repository (`SCXML_TESTS`), and not every checkout has them: without them
the test is skipped. What comes out is kept as
`docs/conformance-scxml.md`; with `WRITE_CONFORMANCE=1` the page is written anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.build import run_of, start
from workflows_app.core.parse import InvalidDocument
from workflows_app.core.scxml.read import read_scxml
from workflows_app.core.state import CLOSED
from workflows_app.core.validate import validate_document
from workflows_app.engine import sweep
from workflows_app.models import NodeRun
from workflows_app.task_types import catalog

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
TESTS = Path(os.environ.get("SCXML_TESTS", ROOT / ".." / "shared" / "data" / "scxml-w3c"))
PAGE = ROOT / "docs" / "conformance-scxml.md"
SECONDS = 10
"""Longer than any delay in the documents."""

HEAD = """# Conformance with SCXML

State machines follow the algorithm of [W3C SCXML](https://www.w3.org/TR/scxml/). This page is what
the W3C's test documents came to, as python-statemachine keeps them with a Python data model (the
half of the mandatory ones that was at hand). Each was imported, validated and run on the engine,
with its delays passed. It is written by `tests/engine/test_scxml_conformance.py`, which also
compares it with what comes out now.

- **passes**: ended in its state `pass`.
- **does not apply**: uses what machines here do not have; the importer says so by name.

Departures that are meant: an error that no transition is for fails the run; guards are true or
false, nothing else; an expression that cannot be read is refused before a run, not while it runs;
several handlers for the entry or exit of a state are one block.
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one document."""

    word: str
    reason: str = ""


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = sorted(TESTS.glob("*.scxml"))
    if not found:
        pytest.skip(f"The W3C's documents are not at {TESTS}; say where with SCXML_TESTS.")
    return found


def test_the_documents_come_out_as_the_page_says(files: list[Path], time) -> None:
    outcomes = {path.stem: _outcome(path, time) for path in files}
    page = _page(outcomes)
    if os.environ.get("WRITE_CONFORMANCE"):
        PAGE.write_text(page, encoding="utf-8")
    assert [name for name, found in outcomes.items() if found.word == "fails"] == []
    assert PAGE.read_text(encoding="utf-8") == page


def _outcome(path: Path, time) -> Outcome:
    try:
        document = read_scxml(path.read_text(encoding="utf-8"))
    except InvalidDocument as error:
        return Outcome("does not apply", error.problems[0].message)
    if not any(state.id == "pass" for state in document.states):
        return Outcome("does not apply", "It is a part that another document starts.")
    # Some documents hold a state that nothing leads to: that a machine is not in it is the test.
    problems = validate_document(document, catalog())
    errors = [p for p in problems if p.is_error and p.code != "unreachable_state"]
    if errors:
        return Outcome("does not apply", errors[0].message)
    run_id = start(document.model_dump(mode="json"))
    for _ in range(SECONDS * 2):
        if run_of(run_id).status in CLOSED:
            break
        time.pass_(0.5)
        sweep.fire_timers()
    has_passed = NodeRun.objects.filter(run_id=run_id, node_id="pass").exists()
    run = run_of(run_id)
    return Outcome("passes") if has_passed else Outcome("fails", f"{run.status}: {run.error}")


def _page(outcomes: dict[str, Outcome]) -> str:
    count = sum(1 for found in outcomes.values() if found.word == "passes")
    lines = [
        HEAD,
        f"{count} of {len(outcomes)} pass; {len(outcomes) - count} do not apply.\n",
        "| document | outcome | reason |",
        "|---|---|---|",
        *(f"| {name} | {found.word} | {found.reason} |" for name, found in outcomes.items()),
    ]
    return "\n".join(lines) + "\n"
