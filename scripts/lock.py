"""Re-creates the locks in `requirements/`: every package with its hashes, without any address.

run.txt        what `make run` installs: the product with its AI nodes, and the examples
dev.txt        the same versions, and what tests and checks need
bootstrap.txt  the installer itself
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
UV = ROOT / ".venv" / "bin" / "uv"


def compile_lock(target: str, *arguments: str, upgrade: bool) -> None:
    """Write one lock; versions in the existing file are kept unless `upgrade`."""
    command = [
        str(UV), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate",
        "--custom-compile-command", "make lock",
        "--output-file", f"requirements/{target}", *arguments,
    ]  # fmt: skip
    if upgrade:
        command.append("--upgrade")
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    text = (REQUIREMENTS / target).read_text(encoding="utf-8")
    if "://" in text:
        sys.exit(f"requirements/{target} holds an address; it must not be committed.")
    print(f"requirements/{target}: {text.count('==')} packages")


def main() -> None:
    """Compile all; `--upgrade` takes the newest versions that pyproject.toml allows."""
    upgrade = "--upgrade" in sys.argv[1:]
    compile_lock("bootstrap.txt", "requirements/bootstrap.in", upgrade=upgrade)
    compile_lock("node.txt", "requirements/node.in", upgrade=upgrade)
    compile_lock(
        "run.txt", "pyproject.toml", "--extra", "ai", "--extra", "examples", upgrade=upgrade
    )
    compile_lock(
        "dev.txt", "pyproject.toml", "--extra", "ai", "--extra", "examples", "--extra", "test",
        "--extra", "dev", "--constraint", "requirements/run.txt", upgrade=upgrade,
    )  # fmt: skip


if __name__ == "__main__":
    main()
