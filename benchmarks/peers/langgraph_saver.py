"""LangGraph with its PostgreSQL saver: graphs of nodes that do nothing, checkpointed after each.

It has no workers: two processes with a few threads each invoke the graphs.

    python langgraph_saver.py chain --runs 200    prints one line of JSON
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import operator
import os
import statistics
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, TypedDict

from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

URL = os.environ["BENCH_DATABASE_URL"]
PROCESSES = 2
THREADS = 4


class State(TypedDict):
    """How many steps were done."""

    done: Annotated[int, operator.add]


def noop(state: State) -> dict:
    """A step."""
    return {"done": 1}


def pool() -> ConnectionPool:
    """Connections as the saver wants them."""
    kwargs = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    return ConnectionPool(URL, min_size=THREADS, max_size=THREADS, kwargs=kwargs)


def chain_of(size: int, saver: PostgresSaver):
    """So many nodes, one after the other."""
    graph = StateGraph(State)
    for number in range(size):
        graph.add_node(f"n{number}", noop)
        graph.add_edge(f"n{number - 1}" if number else START, f"n{number}")
    graph.add_edge(f"n{size - 1}", END)
    return graph.compile(checkpointer=saver)


def fan_of(branches: int, saver: PostgresSaver):
    """Branches, and a join."""
    graph = StateGraph(State)
    graph.add_node("join", lambda state: {"done": 0})
    for number in range(branches):
        graph.add_node(f"n{number}", noop)
        graph.add_edge(START, f"n{number}")
    graph.add_edge([f"n{number}" for number in range(branches)], "join")
    graph.add_edge("join", END)
    return graph.compile(checkpointer=saver)


def invoke(graph, expected: int) -> float:
    """One run; how long it took."""
    began = time.perf_counter()
    config = {"configurable": {"thread_id": str(uuid.uuid4())}}
    state = graph.invoke({"done": 0}, config, durability="sync")
    if state["done"] != expected:
        raise RuntimeError("A run lost steps.")
    return time.perf_counter() - began


def work(runs: int, size: int, barrier, results) -> None:
    """One process."""
    with pool() as connections:
        graph = chain_of(size, PostgresSaver(connections))
        invoke(graph, size)
        barrier.wait()
        began = time.time()
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(lambda _: invoke(graph, size), range(runs)))
        results.put((began, time.time()))


def measure_chain(runs: int, size: int) -> dict:
    """Many at once."""
    barrier, results = multiprocessing.Barrier(PROCESSES), multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=work, args=(runs // PROCESSES, size, barrier, results))
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    spans = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return {"seconds": max(end for _, end in spans) - min(begin for begin, _ in spans)}


def measure_latency(runs: int, size: int) -> dict:
    """One at a time, without a process between."""
    with pool() as connections:
        graph = chain_of(size, PostgresSaver(connections))
        invoke(graph, size)
        times = [invoke(graph, size) for _ in range(runs)]
    return {"seconds": sum(times), "p50_ms": statistics.median(times) * 1000}


def measure_fan_out(branches: int) -> dict:
    """One run of many branches."""
    with pool() as connections:
        graph = fan_of(branches, PostgresSaver(connections))
        return {"seconds": invoke(graph, branches)}


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=("chain", "latency", "fan_out"))
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--size", type=int, default=10)
    asked = parser.parse_args()
    with pool() as connections:
        PostgresSaver(connections).setup()
    measured = {
        "chain": lambda: measure_chain(asked.runs, asked.size),
        "latency": lambda: measure_latency(asked.runs, asked.size),
        "fan_out": lambda: measure_fan_out(asked.runs),
    }[asked.work]()
    print(json.dumps(measured), flush=True)


if __name__ == "__main__":
    main()
