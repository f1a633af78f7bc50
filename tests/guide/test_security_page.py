"""The tables of threats name tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| .+ \| `(tests/\S+)` `(test_\w+)` \|$", PAGE, re.M)


def test_every_threat_names_a_test():
    tables = PAGE.split("## Threats, and what stops them")[1].split("### Dependencies")[0]
    lines = [line for line in tables.splitlines() if line.startswith("| ") and "`tests/" in line]
    threats = [line for line in tables.splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) == len(threats) - tables.count("|---|---|---|")


@pytest.mark.parametrize("threat, path, test", ROWS, ids=[row[0] for row in ROWS])
def test_a_threat_has_its_test(threat, path, test):
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {test}\(", source, re.M), f"{path} has no {test}"
