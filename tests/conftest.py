"""Fixtures that several rooms' tests share: servers, people, browsers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.embedded import EmbeddedServer, MigratedDatabase
from tests.support.installed import require_program
from tests.support.person import Person
from tests.support.process import ServerProcess
from tests.support.production import ProductionServers
from tests.support.sink import HttpSink


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives whole stacks the time that they need to start on a small machine."""
    for item in items:
        is_slow = item.get_closest_marker("production") or item.get_closest_marker("browser")
        if is_slow and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows the logs of all running servers with a failure."""
    report = yield
    if report.failed:
        for process in ServerProcess.running:
            report.sections.append((f"log of {process.name}", process.tail()))
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Installed Chromium: Playwright's own download is not needed."""
    return {
        "executable_path": str(require_program("chromium-headless-shell")),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Servers and files go with the session: nobody waits for a thread's last connection to end."""
    return True


@pytest.fixture(autouse=True)
def patient_steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of runs take their time: on a busy machine they would leave the rest to the sweep."""
    if request.node.get_closest_marker("django_db"):
        monkeypatch.setattr("workflows_app.engine.inline.STEP_SECONDS", 600.0)
        monkeypatch.setattr("workflows_app.engine.advance.OTHERS_SECONDS", 600.0)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> MigratedDatabase:
    """A SQLite file with all tables and the people of tests."""
    return MigratedDatabase(tmp_path_factory.mktemp("migrated") / "var")


@pytest.fixture
def http_sink() -> Iterator[HttpSink]:
    """A server for HTTP nodes to call."""
    sink = HttpSink()
    yield sink
    sink.stop()


@pytest.fixture(scope="session")
def embedded(
    migrated_database: MigratedDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedServer]:
    """An embedded server that tests share; each makes workflows of its own."""
    directory = tmp_path_factory.mktemp("embedded") / "var"
    migrated_database.copy_to(directory)
    server = EmbeddedServer(directory).start()
    yield server
    server.process.stop()


@pytest.fixture
def empty_embedded(
    migrated_database: MigratedDatabase, http_sink: HttpSink, tmp_path: Path
) -> Iterator[EmbeddedServer]:
    """An embedded server of this test alone, without a workflow, that may call `http_sink`."""
    migrated_database.copy_to(tmp_path / "var")
    server = EmbeddedServer(tmp_path / "var", allowed_hosts=(http_sink.host,)).start()
    yield server
    if server.process.is_running:
        server.process.stop()


@pytest.fixture(scope="session")
def production_servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ProductionServers]:
    """PostgreSQL and Redis of this session."""
    servers = ProductionServers.start(tmp_path_factory.mktemp("production") / "var")
    yield servers
    servers.stop()


@pytest.fixture
def person() -> Iterator[Callable[[str, str], Person]]:
    """Logs people in: `person(base_url, username)`."""
    people: list[Person] = []

    def log_in(base_url: str, username: str) -> Person:
        people.append(Person(base_url, username))
        return people[-1]

    yield log_in
    for somebody in people:
        somebody.close()
