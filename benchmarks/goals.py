"""What the figures should be: ratios of two medians, or limits of one."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Key = tuple[str, str, str]
"""Contender, work and figure."""

Measured = Mapping[Key, Sequence[float]]
"""Figures of all rounds, one for each."""


@dataclass(frozen=True)
class Goal:
    """A ratio of two medians, or one median where `theirs` is None, and what it should be."""

    title: str
    ours: Key
    theirs: Key | None
    at_least: float | None = None
    at_most: float | None = None


def _rate(who: str, work: str) -> Key:
    return who, work, "per_s"


OURS = "flowdeck"
FULL = "flowdeck, full tables"
MEMORY = "flowdeck in memory"
EMBEDDED = "flowdeck embedded"
PGBENCH = _rate("pgbench", "step")
CELERY_LATENCY = ("celery", "latency", "p50_ms")

ENGINE = (
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

IN_MEMORY = (
    Goal(
        "graph of 10 nodes / lexigram-workflow",
        _rate(MEMORY, "graph"),
        _rate("lexigram", "graph"),
        3,
    ),
    Goal(
        "graph of 10 nodes / lexigram-workflow with its log",
        _rate(MEMORY, "graph"),
        _rate("lexigram", "logged_graph"),
    ),
    Goal(
        "pipeline of 10 steps / lexigram-workflow",
        _rate(MEMORY, "pipeline"),
        _rate("lexigram", "pipeline"),
        1,
    ),
    Goal(
        "machine, transitions / lexigram-workflow",
        _rate(MEMORY, "machine"),
        _rate("lexigram", "machine"),
        1,
    ),
    Goal(
        "machine, transitions / lexigram-workflow with its log",
        _rate(MEMORY, "machine"),
        _rate("lexigram", "logged_machine"),
    ),
)

EVENTS = (
    Goal("events of machines / pgbench", _rate(OURS, "events"), PGBENCH, 0.5),
    Goal("statements an event", (OURS, "events", "statements"), None, None, 1),
)

FRAMES = (
    Goal("commit to frame p95, ms", (OURS, "frames", "p95_ms"), None, None, 100),
    Goal("memory of a connection, KiB", (OURS, "frames", "kib_a_socket"), None, None, 50),
    Goal("a wake-up in the worker, ms a step", (OURS, "wake", "cpu_ms"), None, None, 0.05),
)

_MS = "ms_a_step"
GROWTH = (
    Goal("chain, full tables / empty", (FULL, "chain", _MS), (OURS, "chain", _MS), None, 1.2),
    Goal(
        "a step of a long chain / of a chain of 10",
        (OURS, "long_chain", _MS),
        (OURS, "short_chain", _MS),
        None,
        1.2,
    ),
    Goal("list of runs p95, ms", (FULL, "pages", "runs_p95_ms"), None, None, 50),
    Goal("failed runs p95, ms", (FULL, "pages", "failed_p95_ms"), None, None, 50),
    Goal("search of runs p95, ms", (FULL, "pages", "search_p95_ms"), None, None, 50),
    Goal("dashboard p95, ms", (FULL, "pages", "dashboard_p95_ms"), None, None, 50),
    Goal("inbox p95, ms", (FULL, "pages", "inbox_p95_ms"), None, None, 50),
    Goal("inbox, done, p95, ms", (FULL, "pages", "done_p95_ms"), None, None, 50),
    Goal(
        "worker's memory after 10 times the runs",
        (OURS, "memory", "mb_after_all"),
        (OURS, "memory", "mb_after_a_tenth"),
        None,
        1.05,
    ),
)


def table(goals: Sequence[Goal], measured: Measured) -> str:
    """Goals and figures, in Markdown."""
    medians = {key: statistics.median(values) for key, values in measured.items()}
    lines = ["| ratio | ours | theirs | ratio | goal | |", "|---|---|---|---|---|---|"]
    for goal in goals:
        if goal.ours not in medians or (goal.theirs is not None and goal.theirs not in medians):
            lines.append(f"| {goal.title} | | | not measured | | |")
            continue
        value, cells = medians[goal.ours], f"{medians[goal.ours]:,.2f} | | "
        if goal.theirs is not None:
            value = medians[goal.ours] / medians[goal.theirs]
            cells = f"{medians[goal.ours]:,.2f} | {medians[goal.theirs]:,.2f} | {value:.2f}"
        wanted, is_met = "", ""
        if goal.at_least is not None:
            wanted, is_met = f">= {goal.at_least:g}", "yes" if value >= goal.at_least else "no"
        elif goal.at_most is not None:
            wanted, is_met = f"<= {goal.at_most:g}", "yes" if value <= goal.at_most else "no"
        lines.append(f"| {goal.title} | {cells} | {wanted} | {is_met} |")
    lines += ["", "| contender | work | figure | median | load |", "|---|---|---|---|---|"]
    for (who, work, figure), value in medians.items():
        if figure != "load":
            load = medians.get((who, work, "load"), 0.0)
            lines.append(f"| {who} | {work} | {figure} | {value:,.3f} | {load:.1f} |")
    return "\n".join(lines)
