"""Multiple instances of a task: items of a map node, turns of a loop, or copies."""

from __future__ import annotations

from tests.conformance.pattern import (
    Add,
    Finish,
    FinishLate,
    Pattern,
    Scenario,
    Sees,
    Signal,
    Support,
    draw,
    gate,
    joins,
    signal,
)

_COPIES = "start > a, a > b1, a > b2, a > b3, b1 > c, b2 > c, b3 > c, c > end"
_BY_COPIES = "By copies of the task: a map node does not pass control on before its last item."
_ITEMS_OF_A = {"config": {"items": "${ nodes.a }"}}
_SPAWNING = """
    start > spawn, spawn > every
    every.one > item, every.again > spawn loop, every.otherwise > end
    item > end_item
"""
_SPAWN = gate(one="nodes.spawn != 'none'", again="nodes.spawn == 'more'")

PATTERNS = (
    Pattern(
        12,
        "Multiple Instances without Synchronization",
        "Multiple instances of a task run concurrently, independent of each other, unsynchronised.",
        draw(_SPAWNING, every=_SPAWN),
        (
            Scenario(
                "three at once, done in any order",
                (
                    Finish("spawn", "more"),
                    Sees("item spawn"),
                    Finish("spawn", "more"),
                    Finish("spawn", "last"),
                    Sees("item item item"),
                    Finish("item", visit=2),
                    Finish("item", visit=3),
                    Finish("item", visit=1),
                ),
                ran="spawn spawn spawn item item item",
            ),
            Scenario("none", (Finish("spawn", "none"),), ran="spawn", skipped="item"),
        ),
        note="A loop makes an instance in each turn and does not wait for it.",
    ),
    Pattern(
        13,
        "Multiple Instances with a priori Design-Time Knowledge",
        "A number of instances known at design time run concurrently and are synchronised.",
        draw("start > a, a > each, each > c, c > end"),
        (
            Scenario(
                "all must be done",
                (
                    Finish("a"),
                    Sees("each each each"),
                    Finish("each", visit=3),
                    Finish("each", visit=1),
                    Sees("each"),
                    Finish("each"),
                    Sees("c"),
                    Finish("c"),
                ),
                ran="a each c",
            ),
        ),
        note="A map node over a list that is drawn: `[1, 2, 3]`.",
        is_engine_only=True,
    ),
    Pattern(
        14,
        "Multiple Instances with a priori Run-Time Knowledge",
        "A number of instances that is known before they start run concurrently and are "
        "synchronised.",
        draw("start > a, a > each, each > c, c > end", each=_ITEMS_OF_A),
        (
            Scenario(
                "as many as the step before says",
                (
                    Finish("a", ["x", "y"]),
                    Sees("each each"),
                    Finish("each", visit=2),
                    Sees("each"),
                    Finish("each"),
                    Sees("c"),
                    Finish("c"),
                ),
                ran="a each c",
            ),
            Scenario(
                "another number in another run",
                (
                    Finish("a", ["v", "w", "x", "y"]),
                    Sees("each each each each"),
                    Finish("each", visit=2),
                    Finish("each", visit=4),
                    Finish("each", visit=1),
                    Sees("each"),
                    Finish("each"),
                    Finish("c"),
                ),
                ran="a each c",
            ),
        ),
        note="A map node over what the step before gives: `${ nodes.a }`.",
        is_engine_only=True,
    ),
    Pattern(
        15,
        "Multiple Instances without a priori Run-Time Knowledge",
        "While instances run, more can be added at any time; all are synchronised.",
        draw("start > a, a > each, each > c, c > end", each=_ITEMS_OF_A),
        (
            Scenario(
                "two, and two more while they run",
                (
                    Finish("a", ["x", "y"]),
                    Sees("each each"),
                    Finish("each", visit=2),
                    Add("each", ("z",)),
                    Sees("each each"),
                    Finish("each", visit=3),
                    Add("each", ("last",)),
                    Finish("each", visit=1),
                    Sees("each"),
                    Finish("each"),
                    Sees("c"),
                    Finish("c"),
                ),
                ran="a each c",
            ),
        ),
        note="Items are added to a map node while it works; it is done when all of them are.",
        is_engine_only=True,
    ),
    Pattern(
        26,
        "Cancel Multiple Instance Activity",
        "Instances that are not complete can be withdrawn together; complete ones are unaffected.",
        draw(
            "start > each, each > c, c > end, start > wait, wait > end_stopped",
            wait={**signal("stop"), "cancels": ["each"]},
            c={"cancels": ["wait"]},
        ),
        (
            Scenario(
                "one is done, two are withdrawn",
                (
                    Sees("each each each wait"),
                    Finish("each", visit=2),
                    Sees("each each wait"),
                    Signal("stop"),
                    FinishLate("each"),
                ),
                ran="wait",
                cancelled="each",
                skipped="c",
            ),
            Scenario(
                "all are done before",
                (Finish("each"), Finish("each"), Finish("each"), Finish("c")),
                ran="each c",
                cancelled="wait",
            ),
        ),
        note="A signal cancels the map node.",
        is_engine_only=True,
    ),
    Pattern(
        27,
        "Complete Multiple Instance Activity",
        "Instances can be completed by force: the rest are withdrawn and control passes on.",
        draw(
            "start > each, each > c, start > wait, wait > c, c > end",
            each={"cancels": ["wait"]},
            wait={**signal("enough"), "cancels": ["each"]},
            c=joins("any"),
        ),
        (
            Scenario(
                "by force",
                (
                    Finish("each", visit=2),
                    Sees("each each wait"),
                    Signal("enough"),
                    Sees("c"),
                    FinishLate("each"),
                    Finish("c"),
                ),
                ran="wait c",
                cancelled="each",
            ),
            Scenario(
                "of their own",
                (Finish("each"), Finish("each"), Finish("each"), Sees("c"), Finish("c")),
                ran="each c",
                cancelled="wait",
            ),
        ),
        note="A signal leads to the step behind the map node, and cancels it.",
        is_engine_only=True,
    ),
    Pattern(
        34,
        "Static Partial Join for Multiple Instances",
        "Of m instances, the n-th to complete passes control on; the rest have no effect.",
        draw(_COPIES, c=joins("count", count=2)),
        (
            Scenario(
                "two of three, the third runs to its end",
                (
                    Finish("a"),
                    Finish("b2"),
                    Finish("b1"),
                    Sees("b3 c"),
                    Finish("c"),
                    Sees("b3"),
                    Finish("b3"),
                ),
                ran="a b2 b1 c b3",
            ),
        ),
        Support.PARTIAL,
        _BY_COPIES,
    ),
    Pattern(
        35,
        "Cancelling Partial Join for Multiple Instances",
        "Of m instances, the n-th to complete passes control on; the remaining ones are cancelled.",
        draw("start > each, each > c, c > end", each={"config": {"enough": 2}}),
        (
            Scenario(
                "two of three, the third is cancelled",
                (
                    Sees("each each each"),
                    Finish("each", visit=2),
                    Finish("each", visit=1),
                    Sees("c"),
                    FinishLate("each"),
                    Finish("c"),
                ),
                ran="each c",
            ),
        ),
        note="A map node to which two successes are `enough`.",
        is_engine_only=True,
    ),
    Pattern(
        36,
        "Dynamic Partial Join for Multiple Instances",
        "Instances may be added while others run. When one completes, a condition is evaluated; "
        "once it holds, control passes on and the rest have no effect.",
        draw(
            "start > a, a > each, each > c, c > end",
            each={"config": {"items": "${ nodes.a }", "enough": 3}},
        ),
        (
            Scenario(
                "three are enough, two of them added, the fourth has no effect",
                (
                    Finish("a", ["w", "x"]),
                    Finish("each", visit=1),
                    Add("each", ("y", "z")),
                    Sees("each each each"),
                    Finish("each", visit=4),
                    Finish("each", visit=2),
                    Sees("c"),
                    FinishLate("each"),
                    Finish("c"),
                ),
                ran="a each c",
            ),
            Scenario(
                "fewer than enough are all of them",
                (Finish("a", ["x"]), Finish("each"), Sees("c"), Finish("c")),
                ran="a each c",
            ),
        ),
        Support.PARTIAL,
        "The condition is a number of successes, and instances that have not begun are withdrawn.",
        is_engine_only=True,
    ),
)
