"""This project beside its peers: the same work, interleaved, with medians over the rounds.

    python -m benchmarks.comparison [--rounds 5] [--json file]

Prints each figure as it comes, then a table with the ratios and their goals.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import pgbench
from benchmarks.contenders import peers
from benchmarks.flowdeck import Figures, Flowdeck
from tests.support.production import ProductionServers

Measured = dict[tuple[str, str, str], list[float]]
"""Figures by contender, work and name, one for each round."""


@dataclass(frozen=True)
class Goal:
    """A ratio of two medians, and what it should be."""

    title: str
    ours: tuple[str, str, str]
    theirs: tuple[str, str, str]
    at_least: float | None = None
    at_most: float | None = None


def _rate(who: str, work: str) -> tuple[str, str, str]:
    return who, work, "per_s"


OURS = "flowdeck"
PGBENCH = _rate("pgbench", "step")
CELERY_LATENCY = ("celery", "latency", "p50_ms")
GOALS = (
    Goal("chain, a commit a step / Celery", _rate(OURS, "once"), _rate("celery", "chain"), 6),
    Goal("chain, a commit a step / DBOS", _rate(OURS, "once"), _rate("dbos", "chain"), 8),
    Goal("chain, a commit a step / pgbench", _rate(OURS, "once"), PGBENCH, 0.45),
    Goal("chain, 200 runs / Celery", _rate(OURS, "chain"), _rate("celery", "chain"), 12),
    Goal("chain, 200 runs / pgbench", _rate(OURS, "chain"), PGBENCH, 1.0),
    Goal("chain, 200 runs / LangGraph", _rate(OURS, "chain"), _rate("langgraph", "chain")),
    Goal("chain, 200 runs / viewflow", _rate(OURS, "chain"), _rate("viewflow", "chain")),
    Goal("chain, 200 runs / DBOS", _rate(OURS, "chain"), _rate("dbos", "chain")),
    Goal("chain, 200 runs / Prefect", _rate(OURS, "chain"), _rate("prefect", "chain")),
    Goal("chain, 1,000 runs / pgbench", _rate(OURS, "chain_1000"), PGBENCH, 3),
    Goal("latency p50 / Celery", (OURS, "latency", "p50_ms"), CELERY_LATENCY, None, 0.3),
    Goal("pure nodes / Celery chain", _rate(OURS, "pure"), _rate("celery", "chain"), 8),
    Goal(
        "fan-out of 1,000, seconds / Celery chord",
        (OURS, "fan_out", "seconds"),
        ("celery", "fan_out", "seconds"),
        None,
        0.06,
    ),
    Goal(
        "fan-out of 4,000, seconds / 1,000",
        (OURS, "fan_out_4000", "seconds"),
        (OURS, "fan_out", "seconds"),
        None,
        4.4,
    ),
    Goal("bulk, items / Celery group", _rate(OURS, "bulk"), _rate("celery", "bulk"), 20),
)


def own_works(flowdeck: Flowdeck) -> dict[str, Callable[[], Figures]]:
    """What this project does in a round."""
    return {
        "chain": lambda: flowdeck.chain(200),
        "chain_1000": lambda: flowdeck.chain(1_000),
        "once": lambda: flowdeck.chain(200, "bench.once"),
        "pure": lambda: flowdeck.pure(200),
        "latency": lambda: flowdeck.latency(30),
        "fan_out": lambda: flowdeck.fan_out(1_000),
        "fan_out_4000": lambda: flowdeck.fan_out(4_000),
        "bulk_start": lambda: flowdeck.bulk_start(1_000),
        "bulk": lambda: flowdeck.bulk(100_000, 100),
    }


def compare(rounds: int) -> Measured:
    """Every contender once in each round, with processes of its own, one behind the other."""
    measured: Measured = defaultdict(list)

    def note(who: str, work: str, measure: Callable[[], Figures]) -> None:
        try:
            figures = measure()
        except Exception as error:  # noqa: BLE001 - a peer that fails is a result, too
            print(json.dumps({"contender": who, "work": work, "error": str(error)[-300:]}))
            return
        told = {name: round(value, 4) for name, value in figures.items()}
        print(json.dumps({"contender": who, "work": work, **told}), flush=True)
        for name, value in figures.items():
            measured[who, work, name].append(value)

    with tempfile.TemporaryDirectory(prefix="flowdeck-benchmark-") as name:
        servers = ProductionServers.start(Path(name) / "servers", is_durable=True)
        try:
            for peer in peers():
                peer.prepare()
            for number in range(rounds):
                flowdeck = Flowdeck(servers, Path(name) / f"stack{number}")
                flowdeck.start()
                try:
                    for work, measure in own_works(flowdeck).items():
                        note(OURS, work, measure)
                    note("pgbench", "step", partial(pgbench.measure, flowdeck))
                finally:
                    flowdeck.stop()
                for peer in peers():
                    peer.start(servers, Path(name) / peer.name)
                    try:
                        for work in peer.works:
                            note(peer.name, work, partial(peer.measure, work))
                    finally:
                        peer.stop()
        finally:
            servers.stop()
    return measured


def table(measured: Measured) -> str:
    """Ratios and figures, in Markdown."""
    medians = {key: statistics.median(values) for key, values in measured.items()}
    lines = ["| ratio | ours | theirs | ratio | goal | |", "|---|---|---|---|---|---|"]
    for goal in GOALS:
        if goal.ours not in medians or goal.theirs not in medians:
            lines.append(f"| {goal.title} | | | not measured | | |")
            continue
        ours, theirs = medians[goal.ours], medians[goal.theirs]
        ratio = ours / theirs
        wanted, is_met = "", ""
        if goal.at_least is not None:
            wanted, is_met = f">= {goal.at_least:g}", "yes" if ratio >= goal.at_least else "no"
        elif goal.at_most is not None:
            wanted, is_met = f"<= {goal.at_most:g}", "yes" if ratio <= goal.at_most else "no"
        lines.append(
            f"| {goal.title} | {ours:,.2f} | {theirs:,.2f} | {ratio:.2f} | {wanted} | {is_met} |"
        )
    lines += ["", "| contender | work | figure | median |", "|---|---|---|---|"]
    lines += [f"| {a} | {b} | {c} | {value:,.3f} |" for (a, b, c), value in medians.items()]
    return "\n".join(lines)


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    before = os.getloadavg()[0]
    measured = compare(asked.rounds)
    print(f"\n{asked.rounds} rounds, {os.cpu_count()} cores, load {before:.1f} before\n")
    print(table(measured))
    if asked.json is not None:
        told = [
            {"contender": a, "work": b, "figure": c, "rounds": v}
            for (a, b, c), v in measured.items()
        ]
        asked.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
