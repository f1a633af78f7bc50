"""What may happen to a stack while it works."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from tests.support.installed import require_program
from tests.support.process import ROOT, ServerProcess, wait_until
from tests.support.production import ProductionStack
from tests.support.small_disk import SmallDisk
from tests.support.watching import Watching

FROZEN_SECONDS = 5.0
"""Longer than a lease of the stack's."""
SKEWED_SECONDS = 60
"""Many leases."""
WORKERS = 2


class Faults:
    """Each leaves the stack whole again, after a while."""

    def __init__(
        self,
        stack: ProductionStack,
        chance: random.Random,
        *,
        watching: Watching,
        disk: SmallDisk,
        upload: Callable[[], tuple[int, str]],
    ) -> None:
        """`upload` sends a file, and answers with the status and the code of a refusal."""
        self._stack = stack
        self._chance = chance
        self._watching = watching
        self._disk = disk
        self._upload = upload
        self._frozen: list[tuple[float, int]] = []
        self._false_time = str(
            require_program("libfaketimeMT.so.1", "/usr/lib/*/faketime/libfaketimeMT.so.1")
        )
        self._weights = {
            "worker_killed": 7,
            "worker_frozen": 4,
            "clock_skewed": 3,
            "sockets_cut": 3,
            "sweeps_killed": 2,
            "web_killed": 2,
            "redis_emptied": 2,
            "disk_filled": 2,
            "postgresql_restarted": 1,
        }
        self._bag: list[str] = []
        self.counts: Counter[str] = Counter()

    def strike(self) -> None:
        """Let something happen once somebody works; each kind as often as its weight says."""
        wait_until(self._has_somebody_at_work, what="a worker at work", seconds=120)
        if not self._bag:
            # Each kind comes early once, for short mixes.
            more = [kind for kind, weight in self._weights.items() for _ in range(weight - 1)]
            self._bag = [*self._shuffled(more), *self._shuffled(list(self._weights))]
        kind = self._bag.pop()
        getattr(self, f"_{kind}")()
        self.counts[kind] += 1

    def heal(self, *, everybody: bool = False) -> None:
        """Wake those who have slept past their leases."""
        now = time.monotonic()
        for until, pid in list(self._frozen):
            if everybody or now > until:
                os.killpg(pid, signal.SIGCONT)
                self._frozen.remove((until, pid))

    def _shuffled(self, kinds: list[str]) -> list[str]:
        self._chance.shuffle(kinds)
        return kinds

    def _has_somebody_at_work(self) -> bool:
        self.heal()
        return bool(self._at_work)

    @property
    def _at_work(self) -> list[ServerProcess]:
        """Workers that have come up, and are not frozen."""
        frozen = {pid for _, pid in self._frozen}
        running = [w for w in self._stack.workers if w.is_running and w.pid not in frozen]
        return [worker for worker in running if " ready" in worker.tail(20_000)]

    def _worker_killed(self) -> None:
        self._chance.choice(self._at_work).kill()
        self._stack.start_worker()

    def _worker_frozen(self) -> None:
        """Somebody takes over what it has, and may be at it when the sleeper wakes."""
        pid = self._chance.choice(self._at_work).pid
        os.killpg(pid, signal.SIGSTOP)
        self._frozen.append((time.monotonic() + FROZEN_SECONDS, pid))

    def _sweeps_killed(self) -> None:
        """Each worker sweeps, so that only all of them together leave nobody who does."""
        for worker in self._stack.workers:
            if worker.is_running:
                worker.kill()
        self._frozen.clear()
        time.sleep(self._chance.uniform(0.0, 2.0))
        for _ in range(WORKERS):
            self._stack.start_worker()

    def _clock_skewed(self) -> None:
        """A worker or the web process is replaced by one that is a minute early, or late."""
        seconds = self._chance.choice((-SKEWED_SECONDS, SKEWED_SECONDS))
        skew = {
            "LD_PRELOAD": self._false_time,
            "FAKETIME": f"{seconds:+d}s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(ROOT / "tests" / "support" / "false_time"),
        }
        if self._chance.random() < 0.75:
            self._chance.choice(self._at_work).kill()
            self._stack.start_worker(**skew)
        else:
            self._restart_web(skew)

    def _sockets_cut(self) -> None:
        self._watching.cut()

    def _web_killed(self) -> None:
        self._restart_web({})

    def _restart_web(self, settings: dict[str, str]) -> None:
        web = self._stack.webs[0]
        web.process.kill()
        web.process.environment = {**self._stack.environment, **settings}
        web.process.start()
        web.process.wait_until_ready(web.is_healthy)

    def _redis_emptied(self) -> None:
        self._stack.redis.kill()
        self._stack.redis.start()

    def _postgresql_restarted(self) -> None:
        mode = self._chance.choice(("fast", "immediate"))
        self._stack.postgresql.restart(mode=mode, pause_seconds=0.3)

    def _disk_filled(self) -> None:
        """Uploads are refused for want of room, and taken again after it."""
        self._disk.fill()
        before = self._files()
        refusal = self._upload()
        assert refusal == (507, "storage_full"), refusal
        assert self._files() == before
        self._disk.empty()
        assert self._upload() == (201, "")

    def _files(self) -> set[str]:
        return {str(path) for path in self._disk.directory.rglob("*") if path.is_file()}
