"""What the audit of dependencies says and when it fails, with the services played."""

from __future__ import annotations

import json
import subprocess

import pytest

from scripts import audit

SOUND = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1"}]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.fixture
def services(monkeypatch):
    """Lets both services answer as told."""

    def play(packages, browser):
        def run(command, **_):
            is_npm = "--omit=dev" in command
            answer = browser if is_npm else {"dependencies": packages}
            return subprocess.CompletedProcess(command, 0, stdout=json.dumps(answer))

        monkeypatch.setattr(audit.subprocess, "run", run)
        monkeypatch.setattr(audit, "find_node_folder", lambda: audit.ROOT)
        monkeypatch.setattr(audit, "npm_command", lambda folder: ["npm"])

    monkeypatch.delenv("AUDIT", raising=False)
    return play


def status() -> int:
    with pytest.raises(SystemExit) as ended:
        audit.main()
    return ended.value.code


def test_nothing_known_is_fine(services, capsys):
    services([SOUND, UNKNOWN], {"vulnerabilities": {}})
    assert status() == 0
    assert "Python packages: no known weakness" in capsys.readouterr().out


@pytest.mark.parametrize(
    "packages, browser, named",
    [
        ([SOUND, WEAK], {"vulnerabilities": {}}, "b 2: CVE-1"),
        ([SOUND], {"vulnerabilities": {"left-pad": {"severity": "high"}}}, "left-pad: high"),
    ],
)
def test_a_known_weakness_fails_and_is_named(services, capsys, packages, browser, named):
    services(packages, browser)
    assert status() == 1
    assert named in capsys.readouterr().out


def test_a_service_that_is_away_is_told_and_fails_where_the_audit_is_required(
    services, capsys, monkeypatch
):
    services([UNKNOWN], {"error": {"code": "E405"}})
    assert status() == 0
    assert capsys.readouterr().out.count("cannot be reached") == 2
    monkeypatch.setenv("AUDIT", "required")
    assert status() == 1
