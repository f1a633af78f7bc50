"""This project beside its peers: the same work, interleaved, with medians over the rounds.

    python -m benchmarks.comparison [--rounds 5] [--only memory events …] [--json file]

Prints each figure as it comes, then a table with the ratios and their goals.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import embedded, frames, goals, growth, in_memory, machine_events, pgbench
from benchmarks.contenders import peers
from benchmarks.flowdeck import Flowdeck
from benchmarks.goals import Goal, table
from benchmarks.rounds import Figures, Measure, Note, Round
from tests.support.production import ProductionServers


@dataclass(frozen=True)
class Section:
    """Rows that are measured together: each contender once in a round."""

    goals: Sequence[Goal]
    play: Callable[[Round], None]


def own_works(flowdeck: Flowdeck) -> dict[str, Measure]:
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


def play_engine(turn: Round) -> None:
    """Chains, fan-out and bulk beside the peers that are durable."""
    with Flowdeck.running(turn) as flowdeck:
        for work, measure in own_works(flowdeck).items():
            turn.note(goals.OURS, work, measure)
        turn.note("pgbench", "step", partial(pgbench.measure, flowdeck))
    for peer in peers():
        peer.prepare()
        peer.start(turn.servers, turn.directory / peer.name)
        try:
            for work in peer.works:
                turn.note(peer.name, work, partial(peer.measure, work))
        finally:
            peer.stop()


SECTIONS: Mapping[str, Section] = {
    "engine": Section(goals.ENGINE, play_engine),
    "memory": Section(goals.IN_MEMORY, in_memory.play),
    "events": Section(goals.EVENTS, machine_events.play),
    "frames": Section(goals.FRAMES, frames.play),
    "growth": Section(goals.GROWTH, growth.play),
    "embedded": Section((), embedded.play),
}


def noting(measured: dict[goals.Key, list[float]]) -> Note:
    """Takes a figure, prints it with the machine's load, and keeps it."""

    def note(who: str, work: str, measure: Measure) -> None:
        try:
            figures: Figures = measure()
        except Exception as error:  # noqa: BLE001 - a peer that fails is a result, too
            told = {"contender": who, "work": work, "error": str(error)[-300:]}
            print(json.dumps(told), flush=True)
            return
        figures = {**figures, "load": os.getloadavg()[0]}
        rounded = {name: round(value, 4) for name, value in figures.items()}
        print(json.dumps({"contender": who, "work": work, **rounded}), flush=True)
        for name, value in figures.items():
            measured[who, work, name].append(value)

    return note


def compare(
    rounds: int, chosen: Sequence[str], growth_runs: int, memory_runs: int
) -> dict[goals.Key, list[float]]:
    """Every contender once in each round, one behind the other."""
    measured: dict[goals.Key, list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory(prefix="flowdeck-benchmark-") as name,
        ExitStack() as kept,
    ):
        servers = ProductionServers.start(Path(name) / "servers", is_durable=True)
        kept.callback(servers.stop)
        for number in range(rounds):
            for section in chosen:
                directory = Path(name) / f"{section}{number}"
                directory.mkdir()
                turn = Round(servers, directory, noting(measured), kept, growth_runs, memory_runs)
                SECTIONS[section].play(turn)
    return measured


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument(
        "--growth-runs",
        type=int,
        default=100_000,
        help="finished runs in the full tables, each with 20 events; 1,000,000 is the goal's",
    )
    parser.add_argument(
        "--memory-runs",
        type=int,
        default=10_000,
        help="runs after which a worker's memory is looked at, and after a tenth of them",
    )
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    before = os.getloadavg()[0]
    measured = compare(asked.rounds, asked.only, asked.growth_runs, asked.memory_runs)
    print(f"\n{asked.rounds} rounds, {os.cpu_count()} cores, load {before:.1f} before\n")
    print(table([goal for name in asked.only for goal in SECTIONS[name].goals], measured))
    if asked.json is not None:
        told = [
            {"contender": a, "work": b, "figure": c, "rounds": v}
            for (a, b, c), v in measured.items()
        ]
        asked.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
