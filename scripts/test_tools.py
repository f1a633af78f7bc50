"""Programs that tests start, installed where the platform's package manager has them."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess

# Debian package, and where its program is found.
PROGRAMS = {
    # The same browser without a window: a page costs it half the time.
    "chromium-headless-shell": ("/usr/bin/chromium-headless-shell",),
    "postgresql": ("/usr/lib/postgresql/*/bin/initdb", "/usr/bin/initdb"),
    # Lets a process believe in another time.
    "libfaketime": ("/usr/lib/*/faketime/libfaketimeMT.so.1",),
    "redis-server": ("/usr/bin/redis-server",),
}


def missing_packages() -> list[str]:
    """Packages whose program is neither on PATH nor in its usual place."""
    missing = []
    for package, places in PROGRAMS.items():
        names = {place.rsplit("/", 1)[1] for place in places}
        is_on_path = any(shutil.which(name) for name in names)
        if not is_on_path and not any(glob.glob(place) for place in places):
            missing.append(package)
    return missing


def install_missing_packages() -> None:
    """Install them as root on Debian and its kin; say what to install elsewhere."""
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(
            f"Missing for some tests: {names}. On Debian or Ubuntu: sudo apt-get install {names}. "
            "Tests that need them are skipped, and fail where CI is set.",
            flush=True,
        )
        return
    print(f"Installing for the tests: {names} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            print(f"`{' '.join(command)}` failed with {done.returncode}.", flush=True)
