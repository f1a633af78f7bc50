"""The production stack: PostgreSQL, Redis, and any number of web and worker processes."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.support.embedded import SECRET_KEY, create_accounts, run_manage
from tests.support.ports import free_port
from tests.support.postgresql import PostgresqlServer
from tests.support.process import ServerProcess, wait_until
from tests.support.redis import RedisServer

_numbers = itertools.count(1)


@dataclass
class WebProcess:
    """One daphne."""

    port: int
    process: ServerProcess

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def is_healthy(self) -> bool:
        """True when its readiness check answers well."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        return False


@dataclass
class ProductionStack:
    """Servers and processes of one test, on a database of its own."""

    postgresql: PostgresqlServer
    redis: RedisServer
    directory: Path
    database: str
    static: Path
    settings: dict[str, str] = field(default_factory=dict)
    webs: list[WebProcess] = field(default_factory=list)
    workers: list[ServerProcess] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the stack is told."""
        return {
            "DATABASE_URL": self.postgresql.url(self.database),
            "REDIS_URL": self.redis.url,
            "FLOWDECK_SECRET_KEY": SECRET_KEY,
            "FLOWDECK_VAR_DIR": str(self.directory),
            "FLOWDECK_STATIC_ROOT": str(self.static),
            "FLOWDECK_HTTPS": "false",
            "FLOWDECK_LEASE_SECONDS": "4",
            "FLOWDECK_SWEEP_SECONDS": "0.5",
            **self.settings,
        }

    def start(self, *, webs: int, workers: int) -> ProductionStack:
        """Start all processes and wait until every one of them works."""
        for _ in range(webs):
            self.start_web()
        for _ in range(workers):
            self.start_worker()
        for web in self.webs:
            web.process.wait_until_ready(web.is_healthy)
        for worker in self.workers:
            self.wait_for_worker(worker)
        return self

    def start_web(self) -> WebProcess:
        """Start one daphne."""
        port = free_port()
        command = ("daphne", "-b", "127.0.0.1", "-p", str(port), "config.asgi:application")
        process = self._process("web", command)
        self.webs.append(WebProcess(port, process))
        return self.webs[-1]

    def start_worker(self, **settings: str) -> ServerProcess:
        """Start one Celery worker, with further settings of its own."""
        name = f"worker{next(_numbers)}@tests"
        command = ("celery", "-A", "config", "worker", "--loglevel", "INFO", "--hostname", name)
        self.workers.append(self._process("worker", command, **settings))
        return self.workers[-1]

    def worker_with(self, pid: int) -> ServerProcess:
        """The worker that a process belongs to."""
        return next(worker for worker in self.workers if os.getpgid(pid) == worker.pid)

    def wait_for_worker(self, worker: ServerProcess) -> None:
        """Wait until a worker says that it is ready."""
        worker.wait_until_ready(lambda: " ready" in worker.tail(20_000))

    def _process(self, kind: str, command: tuple[str, ...], **settings: str) -> ServerProcess:
        program = Path(sys.executable).parent / command[0]
        process = ServerProcess(
            name=f"{kind}{next(_numbers)}",
            command=(sys.executable, str(program), *command[1:]),
            log=self.directory / f"{kind}{next(_numbers)}.log",
            environment={**self.environment, **settings},
        )
        return process.start()

    def stop(self) -> None:
        """End all processes."""
        processes = [*self.workers, *(web.process for web in self.webs)]
        for process in processes:
            if process.is_running:
                process.kill()
        wait_until(
            lambda: not any(process.is_running for process in processes), what="end of the stack"
        )


@dataclass
class ProductionServers:
    """PostgreSQL with a migrated template, and Redis, for a whole session."""

    postgresql: PostgresqlServer
    redis: RedisServer
    directory: Path
    template: str = "flowdeck_template"

    @classmethod
    def start(cls, directory: Path, *, is_durable: bool = False) -> ProductionServers:
        """Start both and make the template."""
        directory.mkdir(parents=True)
        with contextlib.ExitStack() as cleanup:
            postgresql = PostgresqlServer.start(is_durable=is_durable)
            cleanup.callback(postgresql.stop)
            redis = RedisServer()
            cleanup.callback(redis.stop)
            servers = cls(postgresql, redis.start(), directory)
            servers._make_template()
            cleanup.pop_all()
        return servers

    @property
    def static(self) -> Path:
        """Where web processes find static files; empty before `collect_static`."""
        return self.directory / "static"

    def collect_static(self) -> None:
        """Lay out the pages' files as a deployment does."""
        if not any(self.static.iterdir()):
            run_manage(self._environment, "collectstatic", "--no-input", "--verbosity", "0")

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgresql.url(self.template),
            "FLOWDECK_SECRET_KEY": SECRET_KEY,
            "FLOWDECK_VAR_DIR": str(self.directory),
        }

    def _make_template(self) -> None:
        self.static.mkdir()
        self.postgresql.create_database(self.template)
        run_manage(self._environment, "migrate", "--verbosity", "0")
        create_accounts(self._environment)

    def stack(self, directory: Path, **settings: str) -> ProductionStack:
        """A stack without processes, on a new database."""
        if not self.redis.is_running:
            self.redis.start()
        directory.mkdir(parents=True, exist_ok=True)
        database = f"flowdeck_{next(_numbers)}"
        self.postgresql.create_database(database, template=self.template)
        return ProductionStack(
            self.postgresql, self.redis, directory, database, self.static, settings
        )

    def stop(self) -> None:
        """End both."""
        self.redis.stop()
        self.postgresql.stop()
