"""DBOS on PostgreSQL: workflows of steps that do nothing, from a queue, in two processes.

python dbos_steps.py worker                   runs what is queued; prints “ready”
python dbos_steps.py chain --runs 200         the client; prints one line of JSON
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

from dbos import DBOS, DBOSClient

URL = os.environ["BENCH_DATABASE_URL"]
DBOS(
    config={
        "name": "bench",
        "system_database_url": URL,
        "run_admin_server": False,
        "log_level": "ERROR",
        "application_version": "1",
        "executor_id": os.environ.get("BENCH_EXECUTOR", "client"),
    }
)


@DBOS.step()
def noop() -> int:
    """A step."""
    return 1


@DBOS.workflow()
def steps(count: int) -> int:
    """So many steps, one after the other."""
    return sum(noop() for _ in range(count))


@DBOS.workflow()
def one() -> int:
    """A branch of a fan-out."""
    return noop()


@DBOS.workflow()
def fan_out(count: int) -> int:
    """Branches, and a join."""
    queue = DBOS.retrieve_queue("bench")
    handles = [queue.enqueue(one) for _ in range(count)]
    return sum(handle.get_result() for handle in handles)


def submit(client: DBOSClient, name: str, count: int):
    """Start a workflow."""
    options = {"queue_name": "bench", "workflow_name": name, "app_version": "1"}
    return client.enqueue(options, count)


def measure_chain(client: DBOSClient, runs: int, size: int) -> dict:
    """Many at once."""
    began = time.perf_counter()
    handles = [submit(client, "steps", size) for _ in range(runs)]
    submitted = time.perf_counter()
    for handle in handles:
        handle.get_result()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "submit_ms": (submitted - began) / runs * 1000}


def measure_latency(client: DBOSClient, runs: int, size: int) -> dict:
    """One at a time."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        handle = submit(client, "steps", size)
        while handle.get_status().status not in {"SUCCESS", "ERROR"}:
            time.sleep(0.001)
        times.append(time.perf_counter() - began)
    return {"seconds": sum(times), "p50_ms": statistics.median(times) * 1000}


def measure_fan_out(client: DBOSClient, branches: int) -> dict:
    """Branches as workflows of their own, since steps cannot wait for each other."""
    began = time.perf_counter()
    if submit(client, "fan_out", branches).get_result() != branches:
        raise RuntimeError("The fan-out lost branches.")
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    """Work, or measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("worker", "chain", "latency", "fan_out"))
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=10)
    asked = parser.parse_args()
    if asked.work == "worker":
        DBOS.launch()
        DBOS.register_queue("bench", polling_interval_sec=0.02)
        print("ready", flush=True)
        while True:
            time.sleep(3600)
    client = DBOSClient(system_database_url=URL)
    submit(client, "steps", 1).get_result()
    measured = {
        "chain": lambda: measure_chain(client, asked.runs, asked.size),
        "latency": lambda: measure_latency(client, asked.runs, asked.size),
        "fan_out": lambda: measure_fan_out(client, asked.runs),
    }[asked.work]()
    print(json.dumps(measured), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
