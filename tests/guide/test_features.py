"""The guide's table of features names tests that there are, and names that the package exports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflows_app import sdk

ROOT = Path(__file__).parents[2]
README = (ROOT / "docs" / "guide" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| .+? \| `(tests/\S+)` `(test_\w+)` \|$", README, re.M)


def test_every_row_of_the_table_names_a_test():
    table = README.split("## What is where")[1].split("\n\n")[1]
    assert len(ROWS) == table.count("\n") - 1


@pytest.mark.parametrize("feature, names, path, test", ROWS, ids=[row[0] for row in ROWS])
def test_a_feature_has_its_test_and_its_names(feature, names, path, test):
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {test}\(", source, re.M), f"{path} has no {test}"
    for name in re.findall(r"`@?([A-Za-z_]+)", names):
        assert hasattr(sdk, name) or name in {"x", "VERSION"}, f"{name} is not exported"
