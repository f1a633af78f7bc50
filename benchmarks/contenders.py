"""What is measured beside each other: this project, its peers, and pgbench as the limit.

Each peer lives in an environment of its own below `var/benchmarks/`, made from
`peers/requirements/`, and works on a database of its own on the same PostgreSQL and Redis.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.processes import cpu_seconds
from benchmarks.rounds import Figures
from tests.support.ports import free_port
from tests.support.process import ROOT, ServerProcess
from tests.support.production import ProductionServers

PEERS = ROOT / "benchmarks" / "peers"
ENVIRONMENTS = ROOT / "var" / "benchmarks"
UV = ROOT / ".venv" / "bin" / "uv"


@dataclass(frozen=True)
class Amount:
    """How much of a work a contender does: slow ones do less, and their figures are a second's."""

    runs: int
    size: int = 10


@dataclass
class Peer:
    """A program in `peers/` with its workers."""

    name: str
    script: str
    works: Mapping[str, Amount]
    workers: Sequence[Sequence[str]] = ()
    """Commands, with a text that tells that it is ready as the first part."""
    settings: Mapping[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the environment, once."""
        requirements = PEERS / "requirements" / f"{self.name}.txt"
        stamp = self.environment / "installed.txt"
        if stamp.exists() and stamp.read_text() == requirements.read_text():
            return
        print(f"Installing {self.name} …", file=sys.stderr, flush=True)
        subprocess.run([UV, "venv", "--quiet", "--clear", self.environment], check=True)
        python = self.environment / "bin" / "python"
        subprocess.run(
            [UV, "pip", "install", "--quiet", "--python", python, "-r", requirements], check=True
        )
        stamp.write_text(requirements.read_text())

    @property
    def environment(self) -> Path:
        """Where its packages are."""
        return ENVIRONMENTS / self.name

    def start(self, servers: ProductionServers, directory: Path) -> None:
        """Start its workers on a new database."""
        directory.mkdir(parents=True, exist_ok=True)
        servers.postgresql.drop_database(f"bench_{self.name}")
        url = servers.postgresql.create_database(f"bench_{self.name}")
        port = str(free_port())
        self._settings = {
            "BENCH_DATABASE_URL": url.replace("postgres://", "postgresql://"),
            "BENCH_REDIS_URL": servers.redis.url.replace("/0", "/5"),
            "BENCH_PORT": port,
            "PATH": f"{self.environment / 'bin'}:{os.environ['PATH']}",
            "HOME": str(directory),
            **{
                key: value.format(port=port, url=url.replace("postgres://", ""))
                for key, value in self.settings.items()
            },
        }
        self._processes = []
        for number, (ready, *command) in enumerate(self.workers):
            process = ServerProcess(
                name=f"{self.name}{number}",
                command=[part.format(port=port) for part in command],
                log=directory / f"{self.name}{number}.log",
                environment={**self._settings, "BENCH_EXECUTOR": str(number)},
                directory=PEERS,
            )
            program = self.environment / "bin" / command[0]
            process.command = [str(program), *process.command[1:]]
            self._processes.append(process.start())
            process.wait_until_ready(partial(_tells, process, ready), seconds=120)

    def measure(self, work: str) -> Figures:
        """Do one work in a process of its own."""
        amount = self.works[work]
        groups = [process.pid for process in self._processes]
        python, script = self.environment / "bin" / "python", PEERS / self.script
        command: list[str | Path] = [
            python,
            script,
            work,
            "--runs",
            str(amount.runs),
            "--size",
            str(amount.size),
        ]
        before, children = cpu_seconds(groups), os.times()
        done = subprocess.run(
            command,
            env={**os.environ, **self._settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        after = os.times()
        if done.returncode != 0:
            raise RuntimeError(f"{self.name} cannot do {work}:\n{done.stderr[-3000:]}")
        figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
        count = amount.runs if work in {"fan_out", "bulk"} else amount.runs * amount.size
        # A client without workers does the work itself.
        own = after.children_user - children.children_user if not groups else 0.0
        spent = cpu_seconds(groups) - before + own
        return {**figures, "per_s": count / figures["seconds"], "cpu_ms": spent / count * 1_000}

    def stop(self) -> None:
        """End its workers."""
        for process in self._processes:
            process.kill()
        time.sleep(0.2)


LEXIGRAM = Peer(
    "lexigram",
    "lexigram_local.py",
    {
        "graph": Amount(1_000),
        "pipeline": Amount(4_000),
        "machine": Amount(4_000),
        "logged_graph": Amount(400),
        "logged_machine": Amount(1_000),
    },
)
"""Not among the others: it has nothing durable, and is measured beside the runner in memory."""


def _tells(process: ServerProcess, text: str) -> bool:
    return text in process.tail(50_000)


def peers() -> list[Peer]:
    """All of them, with what each can do."""
    worker = "celery -A celery_canvas worker --pool prefork --concurrency 2 --loglevel INFO"
    quiet = "--without-gossip --without-mingle"
    return [
        Peer(
            "celery",
            "celery_canvas.py",
            {
                "chain": Amount(200),
                "latency": Amount(30),
                "fan_out": Amount(1_000),
                "bulk": Amount(100_000, 100),
            },
            [(" ready.", *worker.split(), *quiet.split())],
        ),
        Peer(
            "dbos",
            "dbos_steps.py",
            {"chain": Amount(100), "latency": Amount(20), "fan_out": Amount(200)},
            [("ready", "python", "dbos_steps.py", "worker")] * 2,
        ),
        Peer(
            "langgraph",
            "langgraph_saver.py",
            {"chain": Amount(200), "latency": Amount(30)},
        ),
        Peer("viewflow", "viewflow_nodes.py", {"chain": Amount(200), "latency": Amount(20)}),
        Peer(
            "prefect",
            "prefect_flow.py",
            {"chain": Amount(8), "latency": Amount(4)},
            [
                (
                    "Check out the dashboard",
                    *["prefect", "server", "start", "--host", "127.0.0.1", "--port", "{port}"],
                )
            ],
            {
                "PREFECT_API_URL": "http://127.0.0.1:{port}/api",
                "PREFECT_API_DATABASE_CONNECTION_URL": "postgresql+asyncpg://{url}",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_LOGGING_LEVEL": "ERROR",
            },
        ),
    ]
