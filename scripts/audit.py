"""Asks the advisory services whether anything that is installed has a known weakness.

    python scripts/audit.py

Fails on one. Where a service cannot be reached that is said, and fails only with AUDIT=required.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.build_frontend import find_node_folder, npm_command  # noqa: E402 - needs the path

FRONTEND = ROOT / "designer_ui" / "frontend"


def python_weaknesses() -> list[str] | None:
    """Advisories on the packages of `requirements/run.txt`; None when nobody could be asked."""
    command = [
        str(ROOT / ".venv" / "bin" / "pip-audit"), "--requirement", "requirements/run.txt",
        "--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off",
        "--timeout", "10",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        return None
    packages = json.loads(done.stdout)["dependencies"]
    if all("skip_reason" in package for package in packages):
        return None
    return [
        f"{package['name']} {package['version']}: {found['id']}"
        for package in packages
        for found in package.get("vulns", ())
    ]


def browser_weaknesses() -> list[str] | None:
    """Advisories on the packages that browsers load; None when nobody could be asked."""
    command = [*npm_command(find_node_folder()), "audit", "--omit=dev", "--json"]
    done = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if "vulnerabilities" not in told:
        return None
    return [f"{name}: {found['severity']}" for name, found in told["vulnerabilities"].items()]


def main() -> None:
    """Print what was found."""
    is_required = os.environ.get("AUDIT") == "required"
    has_failed = False
    for what, weaknesses in (
        ("Python packages", python_weaknesses()),
        ("browser packages", browser_weaknesses()),
    ):
        if weaknesses is None:
            print(f"{what}: not audited, since their advisory service cannot be reached.")
            has_failed |= is_required
        elif weaknesses:
            print(f"{what}: {len(weaknesses)} known weaknesses", *weaknesses, sep="\n  ")
            has_failed = True
        else:
            print(f"{what}: no known weakness.")
    sys.exit(1 if has_failed else 0)


if __name__ == "__main__":
    main()
