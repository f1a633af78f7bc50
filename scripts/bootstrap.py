"""Readies `.venv` with exactly what a lock names; does nothing when all is fresh.

Needs Python alone. `python3 scripts/bootstrap.py run` installs what the product needs, `… dev` that
and what tests and checks need.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "flowdeck-installed.json"
OLDEST_PYTHON = (3, 11)

# The second lock holds the first one's versions, so installing it installs the first as well.
CONTAINS = {"run": ("run",), "dev": ("run", "dev")}


def digest_of(lock: str) -> str:
    """Hash of a lock file, and of where the environment lies: its scripts hold that path."""
    content = (ROOT / "requirements" / f"{lock}.txt").read_bytes()
    return hashlib.sha256(content + str(VENV).encode()).hexdigest()


def read_stamp() -> dict[str, str]:
    """What the last complete installation left."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_fresh(lock: str) -> bool:
    """Tell whether the environment already holds what the lock names."""
    return PYTHON.exists() and read_stamp().get(lock) == digest_of(lock)


def run(*command: str | Path) -> None:
    """Run a step; when it fails, its own message is the explanation."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)
    if done.returncode != 0:
        sys.exit(f"This step failed: {' '.join(str(part) for part in command)}")


def make_environment() -> None:
    """Create `.venv`, anew when the one that is there does not work."""
    works = (
        PYTHON.exists()
        and (
            subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True, check=False)
        ).returncode
        == 0
    )
    if works:
        return
    print(f"Making a virtual environment in {VENV.relative_to(ROOT)} …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV)


def install(lock: str) -> None:
    """Install a lock with uv, and with pip where uv has no build for the machine."""
    requirements = ROOT / "requirements"
    if not (VENV / "bin" / "uv").exists():
        print("Installing uv, which installs the rest …", flush=True)
        subprocess.run(
            [
                PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--only-binary", ":all:", "--require-hashes", "-r", requirements / "bootstrap.txt",
            ],
            cwd=ROOT,
            check=False,
        )  # fmt: skip
    print(f"Installing the packages of requirements/{lock}.txt …", flush=True)
    if (VENV / "bin" / "uv").exists():
        run(
            VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON,
            "--require-hashes", "-r", requirements / f"{lock}.txt",
        )  # fmt: skip
    else:
        run(
            PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--require-hashes", "-r", requirements / f"{lock}.txt",
        )  # fmt: skip


def main() -> None:
    """Bring the environment up to date."""
    lock = sys.argv[1] if len(sys.argv) > 1 else "run"
    if lock not in CONTAINS:
        sys.exit(f"Unknown set {lock!r}; known are {', '.join(CONTAINS)}.")
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Flowdeck needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Name another one with `make PYTHON=python3.12 …`."
        )
    if is_fresh(lock):
        return
    started = time.monotonic()
    os.environ.pop("PYTHONPATH", None)
    make_environment()
    install(lock)
    stamp = read_stamp() | {name: digest_of(name) for name in CONTAINS[lock]}
    STAMP.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
    print(f"Environment ready after {time.monotonic() - started:.0f} s.", flush=True)


if __name__ == "__main__":
    main()
