"""django-viewflow on PostgreSQL: a flow of function nodes that do nothing.

It has no workers for them: two processes with two threads each start the flows.

    python viewflow_nodes.py chain --runs 200     prints one line of JSON
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlparse

import django
from django.conf import settings

URL = urlparse(os.environ["BENCH_DATABASE_URL"])
PROCESSES = 2
THREADS = 2
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "viewflow",
        "viewflow.workflow",
        "viewflow_app",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": URL.path.strip("/"),
            "USER": URL.username,
            "PASSWORD": URL.password or "",
            "HOST": URL.hostname,
            "PORT": URL.port,
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    SECRET_KEY="not a secret: nothing is served",
)
django.setup()

from django.core.management import call_command  # noqa: E402
from viewflow_app.flows import SIZE, Chain  # noqa: E402


def invoke(chain) -> float:
    """One run; how long it took."""
    began = time.perf_counter()
    process = chain.start.run()
    process.refresh_from_db()
    if process.status != "DONE":
        raise RuntimeError(f"A run is {process.status}.")
    return time.perf_counter() - began


def work(runs: int, barrier, results) -> None:
    """One process."""
    chain = Chain
    invoke(chain)
    barrier.wait()
    began = time.time()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: invoke(chain), range(runs)))
    results.put((began, time.time()))


def measure_chain(runs: int) -> dict:
    """Many at once."""
    barrier, results = multiprocessing.Barrier(PROCESSES), multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=work, args=(runs // PROCESSES, barrier, results))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    spans = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return {"seconds": max(end for _, end in spans) - min(begin for begin, _ in spans)}


def measure_latency(runs: int) -> dict:
    """One at a time, without a process between."""
    chain = Chain
    invoke(chain)
    times = [invoke(chain) for _ in range(runs)]
    return {"seconds": sum(times), "p50_ms": statistics.median(times) * 1000}


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("chain", "latency"))
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=SIZE)
    asked = parser.parse_args()
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()
    run = measure_chain if asked.work == "chain" else measure_latency
    print(json.dumps(run(asked.runs)), flush=True)


if __name__ == "__main__":
    main()
