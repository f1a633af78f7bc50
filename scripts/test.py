"""Runs every check and test, part by part, and ends with a summary.

    python scripts/test.py                 everything but the slow tests
    python scripts/test.py --slow          everything
    python scripts/test.py lint unit       some parts; --list names them

Much of a test is waiting, so that parts run side by side, in three lanes; then each part is printed
when it has ended. All parts run even when an early one fails; the exit status is 1
when any did. Reports are left in test-results/.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.build_frontend import find_node_folder  # noqa: E402 - needs the path
from scripts.test_tools import install_missing_packages  # noqa: E402

BIN = ROOT / ".venv" / "bin"
FRONTEND = ROOT / "designer_ui" / "frontend"
RESULTS = ROOT / "test-results"
LONGEST_STEP_SECONDS = 2400
"""A step that hangs; slow machines need three times what a quick one does."""
LANES = (
    ("lint", "frontend", "unit", "sqlite", "accessibility"),
    ("postgresql", "production"),
    ("browser",),
)
"""Parts that run one after the other; lanes run side by side."""
ACCESSIBILITY = "e2e/test_accessibility.py"
"""Long enough to be in another lane than the other tests in a browser."""
UNIT_ROOMS = ("core", "sdk", "testing", "benchmarks", "conformance/test_in_memory.py")
SERVER_ROOMS = (
    "models",
    "store",
    "engine",
    "conformance/test_on_engine.py",
    "services",
    "selectors",
    "api",
    "realtime",
    "management",
)
OTHER_ROOMS = ("config", "examples", "guide")
"""Where one database is as good as another."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command. With a `report` its tests are counted, else it counts as one."""

    name: str
    command: tuple[str, ...]
    directory: Path = ROOT
    report: Path | None = None


@dataclass(slots=True)
class Outcome:
    """What a part came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A command of the virtual environment."""
    return (str(BIN / name), *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    """A management command."""
    return tool("python", "manage.py", *arguments)


def pytest_step(name: str, *arguments: str, slow: bool) -> Step:
    """Tests below `tests/`."""
    report = RESULTS / f"{name}.xml"
    marks = () if slow else ("-m", "not slow")
    # The plugin that drives browsers empties its directory at each start.
    reporting = (f"--junitxml={report}", f"--output={RESULTS / name}", "--durations=5")
    command = tool("pytest", "-q", *reporting, *marks, *arguments)
    return Step(name, command, report=report)


def rooms(*names: str) -> list[str]:
    """The test folders, or files, of these rooms that exist."""
    return [f"tests/{name}" for name in names if (ROOT / "tests" / name).exists()]


def npm(script: str, *arguments: str, name: str, report: Path | None = None) -> Step:
    """A script of the front end's package."""
    command = ("npm", "run", "--silent", script, *(("--", *arguments) if arguments else ()))
    return Step(name, command, FRONTEND, report)


def parts(*, slow: bool) -> dict[str, list[Step]]:
    """All parts in the order in which they run."""
    vitest = RESULTS / "vitest.xml"
    return {
        "lint": [
            Step("ruff check", tool("ruff", "check", ".")),
            Step("ruff format", tool("ruff", "format", "--check", ".")),
            Step("mypy", tool("mypy")),
            Step("import-linter", tool("lint-imports")),
            Step("migrations", manage("makemigrations", "--check", "--dry-run")),
            Step("openapi", manage("export_openapi", "--check")),
        ],
        "frontend": [
            npm("lint", name="biome"),
            npm("typecheck", name="tsc"),
            Step("audit", tool("python", "scripts/audit.py")),
            Step("api client", tool("python", "scripts/check_api_client.py")),
            npm(
                "test",
                "--reporter=default",
                "--reporter=junit",
                f"--outputFile.junit={vitest}",
                name="vitest",
                report=vitest,
            ),
        ],
        "unit": [pytest_step("unit", *rooms(*UNIT_ROOMS), slow=slow)],
        "sqlite": [pytest_step("sqlite", *rooms(*SERVER_ROOMS, *OTHER_ROOMS), slow=slow)],
        "postgresql": [
            pytest_step("postgresql", "--database=postgresql", *rooms(*SERVER_ROOMS), slow=slow)
        ],
        "accessibility": [pytest_step("accessibility", *rooms(ACCESSIBILITY), slow=slow)],
        "browser": [
            pytest_step("browser", *rooms("e2e"), f"--ignore=tests/{ACCESSIBILITY}", slow=slow)
        ],
        "production": [
            pytest_step("production", *rooms("production", "faults", "foreign_project"), slow=slow)
        ],
    }


def prepare_node() -> None:
    """Put Node on PATH, the build's packages beside it, and the pages into static/ui."""
    folder = find_node_folder()
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(tool("python", "scripts/build_frontend.py"), cwd=ROOT, check=True)


def run_command(step: Step, output: TextIO | None) -> int:
    """Run to the end or to the limit; whatever it started ends with it."""
    process = subprocess.Popen(
        step.command,
        cwd=step.directory,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=LONGEST_STEP_SECONDS)
    except subprocess.TimeoutExpired:
        message = f"{step.name} did not end within {LONGEST_STEP_SECONDS} s."
        print(message, file=output, flush=True)
        return 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def count(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    total, failed, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites)
        for key in ("tests", "failures", "skipped")
    )
    failed += sum(int(suite.get("errors", "0")) for suite in suites)
    return max(0, total - failed - skipped), failed, skipped


def run_part(name: str, steps: Sequence[Step], output: TextIO | None = None) -> Outcome:
    """Run all steps of a part, whatever becomes of each; `output` takes what they print."""
    outcome = Outcome()
    started = time.monotonic()
    for step in steps:
        print(f"\n==> {name}: {step.name}", file=output, flush=True)
        if step.report is not None:
            step.report.unlink(missing_ok=True)
        status = run_command(step, output)
        passed = failed = skipped = 0
        if step.report is not None and step.report.exists():
            passed, failed, skipped = count(step.report)
        elif status == 0:
            passed = 1
        if status != 0 and failed == 0:
            failed = 1
        outcome.passed += passed
        outcome.failed += failed
        outcome.skipped += skipped
        if status != 0:
            outcome.broken.append(step.name)
    outcome.seconds = time.monotonic() - started
    return outcome


def run_lane(names: Sequence[str], known: dict[str, list[Step]]) -> dict[str, Outcome]:
    """Run parts one after the other; each is printed when it has ended."""
    outcomes = {}
    for name in names:
        print(f"… {name} has begun", flush=True)
        with (RESULTS / f"{name}.log").open("w+", encoding="utf-8", errors="replace") as output:
            outcomes[name] = run_part(name, known[name], output)
            output.seek(0)
            print(output.read(), flush=True)
    return outcomes


def run_parts(names: Sequence[str], known: dict[str, list[Step]]) -> dict[str, Outcome]:
    """Run parts in one lane, printed as they go, or in several."""
    lanes = [lane for lane in ([n for n in names if n in each] for each in LANES) if lane]
    if len(lanes) == 1:
        return {name: run_part(name, known[name]) for name in names}
    with ThreadPoolExecutor(len(lanes)) as pool:
        ended = list(pool.map(run_lane, lanes, [known] * len(lanes)))
    return {name: lane[name] for name in names for lane in ended if name in lane}


def print_summary(outcomes: dict[str, Outcome]) -> int:
    """One line a part and one for all; returns how many failed."""
    print("\nSummary", flush=True)
    for name, outcome in outcomes.items():
        skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
        broken = f"  <- {', '.join(outcome.broken)}" if outcome.broken else ""
        print(
            f"{name}: {outcome.passed} passed, {outcome.failed} failed{skipped} "
            f"({outcome.seconds:.0f} s){broken}"
        )
    passed = sum(outcome.passed for outcome in outcomes.values())
    failed = sum(outcome.failed for outcome in outcomes.values())
    print(f"{passed} passed, {failed} failed", flush=True)
    return failed


def main() -> int:
    """Run the parts that were asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description="Run checks and tests.")
    parser.add_argument("parts", nargs="*", help="parts to run (default: all)")
    parser.add_argument("--slow", action="store_true", help="run the slow tests as well")
    parser.add_argument("--list", action="store_true", help="name the parts and stop")
    options = parser.parse_args()
    known = parts(slow=options.slow)
    if options.list:
        print("\n".join(known))
        return 0
    unknown = [name for name in options.parts if name not in known]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; known are {', '.join(known)}")
    chosen = [name for name in known if not options.parts or name in options.parts]
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    if set(chosen) - {"lint", "frontend", "unit"}:
        install_missing_packages()
    if set(chosen) - {"lint", "unit"}:
        prepare_node()
    outcomes = run_parts(chosen, known)
    return 1 if print_summary(outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
