import json
import re

import pytest

from tests.support.process import ROOT

LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))


def test_locks_are_all_there():
    assert LOCKS == ["bootstrap.txt", "dev.txt", "node.txt", "run.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_python_lock_pins_every_package_with_hashes_and_holds_no_address(name):
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    entries = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert entries
    assert all("==" in line and line.endswith("\\") for line in entries)


def test_front_end_lock_holds_hashes_and_no_address():
    lock = json.loads((ROOT / "designer_ui" / "frontend" / "package-lock.json").read_text())
    packages = [entry for path, entry in lock["packages"].items() if path]
    assert packages
    assert "://" not in json.dumps(lock)
    assert all(entry.get("integrity") for entry in packages if not entry.get("link"))


def test_developers_and_users_run_the_same_versions():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text()
        return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text, re.MULTILINE))

    development = pins("dev.txt")
    assert {name: development.get(name) for name in pins("run.txt")} == pins("run.txt")
