"""How many items a bulk works on in a second, and how much memory that takes, on both stacks.

Embedded: one process on SQLite. Production: PostgreSQL, Redis, one web and two worker processes.
The rows come from an uploaded JSON Lines file. Each is a Python task that does next to nothing, so
that the figure is the engine's own.
"""

from __future__ import annotations

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.accounts import ANN
from tests.support.embedded import EmbeddedServer, MigratedDatabase
from tests.support.person import Person
from tests.support.production import ProductionServers

ITEMS = 100_000
BATCH_SIZE = 100
CONCURRENCY = 8

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "kind": "bulk",
    "items": "${ input.rows }",
    "processor": {"type": "task:examples.count_words", "config": {"text": "${ item.text }"}},
    "batch_size": BATCH_SIZE,
    "max_concurrency": CONCURRENCY,
}


def rows() -> bytes:
    """The file: some fifty bytes a row."""
    return "".join(
        json.dumps({"number": number, "text": "one two three"}) + "\n" for number in range(ITEMS)
    ).encode()


def peak_mb(group: int) -> float:
    """The most memory that any process of a process group has had resident so far."""
    peak = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getpgid(int(entry.name)) != group:
                continue
            status = (entry / "status").read_text()
        except OSError:
            continue
        lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
        peak = max([peak, *(int(line.split()[1]) for line in lines)])
    return round(peak / 1024, 1)


def measure(url: str, stack: str, groups: list[int]) -> dict[str, Any]:
    """Upload the file and work on it; `groups` are the worker processes."""
    person = Person(url, ANN)
    person.client.timeout = 300
    before = max(peak_mb(group) for group in groups)
    upload = person.call("POST", "/uploads", files={"file": ("rows.jsonl", rows())}, status=201)
    workflow = person.publish("Bulk items", DOCUMENT)
    run_id = person.start(workflow, {"rows": {"upload": upload["id"]}})
    run = person.wait_for_run(run_id, "succeeded", seconds=1_200)
    person.close()
    begin, end = (datetime.fromisoformat(run[key]) for key in ("created_at", "finished_at"))
    seconds = (end - begin).total_seconds()
    return {
        "benchmark": "bulk_items",
        "stack": stack,
        "items": run["output"]["succeeded"],
        "batch_size": BATCH_SIZE,
        "seconds": round(seconds, 1),
        "items_per_s": round(ITEMS / seconds),
        "worker_mb_before": before,
        "worker_mb_peak": max(peak_mb(group) for group in groups),
    }


def measure_embedded(directory: Path) -> dict[str, Any]:
    """On SQLite; the one process also takes the upload."""
    MigratedDatabase(directory / "template").copy_to(directory / "var")
    server = EmbeddedServer(directory / "var").start()
    try:
        return measure(server.url, "embedded", [server.process.pid])
    finally:
        server.process.stop()


def measure_production(directory: Path) -> dict[str, Any]:
    """On PostgreSQL and Redis."""
    servers = ProductionServers.start(directory / "servers")
    try:
        stack = servers.stack(directory / "stack").start(webs=1, workers=2)
        try:
            groups = [worker.pid for worker in stack.workers]
            return measure(stack.webs[0].url, "production", groups)
        finally:
            stack.stop()
    finally:
        servers.stop()


def main() -> None:
    """Print the figures as JSON, one line each."""
    with tempfile.TemporaryDirectory(prefix="flowdeck-benchmark-") as name:
        for measured in (measure_embedded(Path(name)), measure_production(Path(name))):
            print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
