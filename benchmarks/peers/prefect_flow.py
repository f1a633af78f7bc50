"""Prefect with a server of its own: flows of tasks that do nothing.

python prefect_flow.py chain --runs 20        prints one line of JSON
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

from prefect import flow, task

logging.disable(logging.CRITICAL)


@task(log_prints=False)
def noop(number: int) -> int:
    """A step."""
    return number


@flow(log_prints=False)
def steps(size: int) -> int:
    """So many steps, one after the other."""
    for number in range(size):
        noop(number)
    return size


@flow(log_prints=False)
def fan_out(branches: int) -> int:
    """Branches, and a join."""
    return len([future.result() for future in noop.map(list(range(branches)))])


def timed(work, *arguments) -> float:
    """One run; how long it took."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def measure_chain(runs: int, size: int) -> dict:
    """Several at once, in threads."""
    began = time.perf_counter()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: steps(size), range(runs)))
    return {"seconds": time.perf_counter() - began}


def measure_latency(runs: int, size: int) -> dict:
    """One at a time."""
    times = [timed(steps, size) for _ in range(runs)]
    return {"seconds": sum(times), "p50_ms": statistics.median(times) * 1000}


def wait_for_server() -> None:
    """It says that it is ready a while before it is."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urlopen(f"{os.environ['PREFECT_API_URL']}/health", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("chain", "latency", "fan_out"))
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--size", type=int, default=10)
    asked = parser.parse_args()
    wait_for_server()
    steps(1)
    measured = {
        "chain": lambda: measure_chain(asked.runs, asked.size),
        "latency": lambda: measure_latency(asked.runs, asked.size),
        "fan_out": lambda: {"seconds": timed(fan_out, asked.runs)},
    }[asked.work]()
    print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
