"""Fails when the TypeScript client is not what docs/openapi.json generates."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "designer_ui" / "frontend"


def generator_command(output: Path) -> list[str]:
    """What `npm run api` does, but writing to `output`."""
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    program, *arguments = shlex.split(package["scripts"]["api"])
    arguments[arguments.index("--output") + 1] = str(output)
    return [str(FRONTEND / "node_modules" / ".bin" / program), *arguments]


def main() -> int:
    """Compare a fresh client with the committed one; returns the exit status."""
    committed = FRONTEND / "src" / "api" / "schema.d.ts"
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "schema.d.ts"
        done = subprocess.run(
            generator_command(fresh),
            cwd=FRONTEND,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            return done.returncode
        if fresh.read_bytes() == committed.read_bytes():
            print("The TypeScript client is up to date.")
            return 0
    print(f"{committed.relative_to(ROOT)} is stale. Run: npm run api in designer_ui/frontend")
    return 1


if __name__ == "__main__":
    sys.exit(main())
