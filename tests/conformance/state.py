"""State-based patterns: what may run depends on what else is going on."""

from __future__ import annotations

from tests.conformance.pattern import (
    Begin,
    Decide,
    Finish,
    Pass,
    Pattern,
    Scenario,
    Sees,
    Signal,
    draw,
    joins,
    signal,
)

_TURNS = {"exclusive": "desk"}
_OPEN = Sees("human pause wait")

PATTERNS = (
    Pattern(
        16,
        "Deferred Choice",
        "The environment chooses one of several branches; the first event withdraws the others.",
        draw(
            """
            start > wait, start > human, start > pause
            wait > a, human.approved > b, human.rejected > c, pause > d
            a > end, b > end, c > end, d > end
            """,
            wait={**signal("paid"), "cancels": ["human", "pause"]},
            human={"cancels": ["wait", "pause"]},
            pause={"cancels": ["wait", "human"]},
        ),
        (
            Scenario(
                "a message comes first",
                (_OPEN, Signal("paid"), Sees("a"), Finish("a")),
                ran="wait a",
                cancelled="human pause",
                skipped="b c d",
            ),
            Scenario(
                "a person comes first",
                (_OPEN, Decide("human", "rejected"), Sees("c"), Finish("c")),
                ran="human c",
                cancelled="pause wait",
                skipped="a b d",
            ),
            Scenario(
                "time comes first",
                (_OPEN, Pass(61), Sees("d"), Finish("d")),
                ran="pause d",
                cancelled="human wait",
                skipped="a b c",
            ),
            Scenario(
                "what comes second changes nothing",
                (
                    Decide("human", "approved"),
                    Signal("paid"),
                    Pass(61),
                    Sees("b"),
                    Finish("b"),
                ),
                ran="human b",
                cancelled="pause wait",
                skipped="a c d",
            ),
        ),
        note="The first step of each branch cancels those of the others.",
    ),
    Pattern(
        17,
        "Interleaved Parallel Routing",
        "Tasks with a partial order are each executed once, one at a time, in any order that fits.",
        draw(
            "start > a, a > x, x > b, a > c, c > d, b > e, d > e, e > end",
            b=_TURNS,
            c=_TURNS,
            d=_TURNS,
        ),
        (
            Scenario(
                "c, b, d",
                (
                    Finish("a"),
                    Sees("c x"),
                    Finish("x"),
                    Sees("c"),
                    Finish("c"),
                    Sees("b"),
                    Finish("b"),
                    Sees("d"),
                    Finish("d"),
                    Finish("e"),
                ),
                ran="a x c b d e",
            ),
            Scenario(
                "c, d, b",
                (
                    Finish("a"),
                    Finish("c"),
                    Sees("d x"),
                    Finish("x"),
                    Sees("d"),
                    Finish("d"),
                    Sees("b"),
                    Finish("b"),
                    Finish("e"),
                ),
                ran="a c x d b e",
            ),
        ),
        note="Steps with the same `exclusive` take turns, in the order in which they became ready.",
    ),
    Pattern(
        18,
        "Milestone",
        "A task is enabled only while the process is in a given state, which it does not change.",
        draw(
            "start > x, x > wait, wait > end, start > a, a > b, b > end",
            wait=signal("close"),
            b={"only_while": "wait"},
        ),
        (
            Scenario(
                "in the state",
                (
                    Finish("x"),
                    Finish("a"),
                    Sees("b wait"),
                    Finish("b"),
                    Sees("wait"),
                    Signal("close"),
                ),
                ran="x a b wait",
            ),
            Scenario(
                "before the state: it waits",
                (
                    Finish("a"),
                    Sees("x"),
                    Finish("x"),
                    Sees("b wait"),
                    Finish("b"),
                    Signal("close"),
                ),
                ran="a x b wait",
            ),
            Scenario(
                "behind the state: never",
                (Finish("x"), Signal("close"), Sees("a"), Finish("a")),
                ran="x wait a",
                skipped="b",
            ),
            Scenario(
                "the state is left before anybody began: withdrawn",
                (Finish("x"), Finish("a"), Sees("b wait"), Signal("close")),
                ran="x a wait",
                cancelled="b",
            ),
            Scenario(
                "the state is left while it runs: it goes on",
                (Finish("x"), Finish("a"), Begin("b"), Signal("close"), Sees("b"), Finish("b")),
                ran="x a wait b",
            ),
        ),
        note="The state is another step that is under way (`only_while`).",
    ),
    Pattern(
        40,
        "Interleaved Routing",
        "Tasks are each executed once, in any order, one at a time; then the next can begin.",
        draw(
            "start > b, start > c, start > d, b > e, c > e, d > e, e > end",
            b=_TURNS,
            c=_TURNS,
            d=_TURNS,
            e=joins("all"),
        ),
        (
            Scenario(
                "one at a time",
                (
                    Sees("b"),
                    Finish("b"),
                    Sees("c"),
                    Finish("c"),
                    Sees("d"),
                    Finish("d"),
                    Sees("e"),
                    Finish("e"),
                ),
                ran="b c d e",
            ),
        ),
        note="See pattern 17.",
    ),
)
