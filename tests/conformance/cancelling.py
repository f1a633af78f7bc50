"""Cancellation of tasks, regions, cases and of what a join needs no more."""

from __future__ import annotations

from tests.conformance.pattern import (
    Begin,
    Cancel,
    Finish,
    FinishLate,
    Pattern,
    Scenario,
    Sees,
    Signal,
    draw,
    joins,
    signal,
)

_BRANCHES = """
    start > a, start > b1, b1 > b2, start > c1, start > c2, c1 > c, c2 > c
    a > d, b2 > d, c > d, d > end
"""

PATTERNS = (
    Pattern(
        19,
        "Cancel Activity",
        "An enabled task is withdrawn before it begins; one that has begun is stopped and removed.",
        draw(
            "start > a, start > wait, a > end, wait > end_stopped",
            a={"cancels": ["wait"]},
            wait={**signal("stop"), "cancels": ["a"]},
        ),
        (
            Scenario(
                "before it begins", (Sees("a wait"), Signal("stop")), ran="wait", cancelled="a"
            ),
            Scenario(
                "after it has begun: its result comes too late",
                (Begin("a"), Signal("stop"), FinishLate("a")),
                ran="wait",
                cancelled="a",
            ),
            Scenario("done before anybody cancelled it", (Finish("a"),), ran="a", cancelled="wait"),
        ),
    ),
    Pattern(
        20,
        "Cancel Case",
        "A complete process instance is removed, with all tasks that run or may run later.",
        draw("start > a, start > b, b > c, a > end, c > end"),
        (
            Scenario(
                "everything under way is cancelled, nothing follows",
                (Begin("a"), Cancel(), FinishLate("a")),
                cancelled="a b",
                status="cancelled",
            ),
        ),
    ),
    Pattern(
        25,
        "Cancel Region",
        "A set of tasks, connected or not, is disabled; those that run are withdrawn.",
        draw(
            """
            start > a, a > b, b > done, start > c, c > d, d > e, e > done, done > end
            start > wait, wait > f, f > end_stopped
            """,
            wait={**signal("stop"), "cancels": ["b", "d", "done"]},
            done={"cancels": ["wait"]},
        ),
        (
            Scenario(
                "what is in the region stops, whether begun or not",
                (
                    Finish("a"),
                    Finish("c"),
                    Begin("d"),
                    Sees("b d wait"),
                    Signal("stop"),
                    Sees("f"),
                    FinishLate("d"),
                    Finish("f"),
                ),
                ran="a c wait f",
                cancelled="b d",
                skipped="done e",
            ),
            Scenario(
                "what waits at a join in the region is forgotten",
                (
                    Finish("a"),
                    Finish("b"),
                    Finish("c"),
                    Signal("stop"),
                    Sees("f"),
                    Finish("f"),
                ),
                ran="a b c wait f",
                cancelled="d",
                skipped="done e",
            ),
            Scenario(
                "what lies outside goes on, and what it reaches later runs",
                (
                    Finish("a"),
                    Finish("c"),
                    Finish("d"),
                    Sees("b e wait"),
                    Signal("stop"),
                    Sees("e f"),
                    Finish("f"),
                    Finish("e"),
                    Sees("done"),
                    Finish("done"),
                ),
                ran="a c d wait f e done",
                cancelled="b",
            ),
            Scenario(
                "without the signal nothing is cancelled but the wait for it",
                (
                    Finish("a"),
                    Finish("b"),
                    Finish("c"),
                    Finish("d"),
                    Finish("e"),
                    Finish("done"),
                ),
                ran="a b c d e done",
                cancelled="wait",
                skipped="f",
            ),
        ),
        note="A step’s `cancels`. It withdraws what is under way; what is reached later runs.",
    ),
    Pattern(
        29,
        "Cancelling Discriminator",
        "The first branch to arrive passes control on; the other branches are cancelled.",
        draw(_BRANCHES, d=joins("any", rest="cancel")),
        (
            Scenario(
                "whatever the others have reached",
                (
                    Finish("b1"),
                    Finish("c1"),
                    Sees("a b2 c2"),
                    Finish("a"),
                    Sees("d"),
                    FinishLate("b2"),
                    Finish("d"),
                ),
                ran="b1 c1 a d",
                cancelled="b2 c2",
                skipped="c",
            ),
            Scenario(
                "another branch is first",
                (Finish("c2"), Finish("c1"), Finish("c"), Sees("d"), Finish("d")),
                ran="c2 c1 c d",
                cancelled="a b1",
                skipped="b2",
            ),
        ),
    ),
    Pattern(
        32,
        "Cancelling Partial Join",
        "Of m branches, the n-th to arrive passes control on; the other branches are cancelled.",
        draw(_BRANCHES, d=joins("count", count=2, rest="cancel")),
        (
            Scenario(
                "two of three",
                (
                    Finish("a"),
                    Sees("b1 c1 c2"),
                    Finish("b1"),
                    Finish("b2"),
                    Sees("d"),
                    FinishLate("c1"),
                    Finish("d"),
                ),
                ran="a b1 b2 d",
                cancelled="c1 c2",
                skipped="c",
            ),
        ),
    ),
)
