"""Celery canvas on Redis: `chain` and `chord` of tasks that do nothing, with a result backend.

python celery_canvas.py chain --runs 200      the client; prints one line of JSON
celery -A celery_canvas worker -c 2           the workers
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time

from celery import Celery, chain, chord, group

URL = os.environ["BENCH_REDIS_URL"]
app = Celery("celery_canvas", broker=URL, backend=URL)
app.conf.update(worker_prefetch_multiplier=4, result_expires=600, task_acks_late=True)


@app.task(name="noop")
def noop() -> int:
    """A step."""
    return 1


@app.task(name="total")
def total(results: list[int]) -> int:
    """A join."""
    return sum(results)


@app.task(name="batch")
def batch(items: list[dict]) -> list[int]:
    """A hundred items."""
    return [len(item["text"].split()) for item in items]


def chain_of(steps: int):
    """So many steps, one after the other."""
    return chain(*[noop.si() for _ in range(steps)])


def measure_chain(runs: int, steps: int) -> dict:
    """Many at once."""
    chain_of(2).apply_async().get()
    began = time.perf_counter()
    results = [chain_of(steps).apply_async() for _ in range(runs)]
    submitted = time.perf_counter()
    for result in results:
        result.get()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "submit_ms": (submitted - began) / runs * 1000}


def measure_latency(runs: int, steps: int) -> dict:
    """One at a time."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        chain_of(steps).apply_async().get(interval=0.001)
        times.append(time.perf_counter() - began)
    return {"seconds": sum(times), "p50_ms": statistics.median(times) * 1000}


def measure_fan_out(branches: int) -> dict:
    """A chord."""
    chord([noop.si() for _ in range(2)], total.s()).apply_async().get()
    began = time.perf_counter()
    result = chord([noop.si() for _ in range(branches)], total.s()).apply_async()
    if result.get() != branches:
        raise RuntimeError("The chord lost branches.")
    return {"seconds": time.perf_counter() - began}


def measure_bulk(items: int, size: int) -> dict:
    """A group of batches."""
    rows = [{"number": n, "text": "one two three"} for n in range(items)]
    batch.delay(rows[:1]).get()
    began = time.perf_counter()
    job = group(batch.s(rows[at : at + size]) for at in range(0, items, size)).apply_async()
    count = sum(len(part) for part in job.get())
    if count != items:
        raise RuntimeError("The group lost items.")
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("chain", "latency", "fan_out", "bulk"))
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=10)
    asked = parser.parse_args()
    measured = {
        "chain": lambda: measure_chain(asked.runs, asked.size),
        "latency": lambda: measure_latency(asked.runs, asked.size),
        "fan_out": lambda: measure_fan_out(asked.runs),
        "bulk": lambda: measure_bulk(asked.runs, asked.size),
    }[asked.work]()
    print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
