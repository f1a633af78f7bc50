"""Basic control flow, and advanced branching and synchronisation."""

from __future__ import annotations

from tests.conformance.pattern import Finish, Pattern, Scenario, Sees, draw, gate, joins

_SPLIT = "start > a, a > b, a > c, b > d, c > d, d > end"
_MULTI_CHOICE = """
    start > a, a > every
    every.b > b, every.c > c, every.otherwise > e
    b > d, c > d, e > d, d > end
"""
_CONDITIONS = gate(b="nodes.a != 'c' && nodes.a != 'none'", c="nodes.a != 'b' && nodes.a != 'none'")

PATTERNS = (
    Pattern(
        1,
        "Sequence",
        "A task is enabled after the completion of a preceding task in the same process.",
        draw("start > a, a > b, b > end"),
        (
            Scenario(
                "one after the other",
                (Sees("a"), Finish("a"), Sees("b"), Finish("b")),
                ran="a b",
            ),
        ),
    ),
    Pattern(
        2,
        "Parallel Split",
        "A branch diverges into two or more parallel branches that execute concurrently.",
        draw("start > a, a > b, a > c, b > end, c > end_too"),
        (
            Scenario(
                "both at once", (Finish("a"), Sees("b c"), Finish("b"), Finish("c")), ran="a b c"
            ),
            Scenario(
                "in the other order",
                (Finish("a"), Sees("b c"), Finish("c"), Sees("b"), Finish("b")),
                ran="a c b",
            ),
        ),
    ),
    Pattern(
        3,
        "Synchronization",
        "Branches converge into one, which is enabled when all input branches have been enabled.",
        draw(_SPLIT, d=joins("all")),
        (
            Scenario(
                "waits for the second branch",
                (Finish("a"), Finish("b"), Sees("c"), Finish("c"), Sees("d"), Finish("d")),
                ran="a b c d",
            ),
            Scenario(
                "waits for the first branch",
                (Finish("a"), Finish("c"), Sees("b"), Finish("b"), Sees("d"), Finish("d")),
                ran="a c b d",
            ),
        ),
    ),
    Pattern(
        4,
        "Exclusive Choice",
        "Control passes to precisely one of the outgoing branches, by a selection mechanism.",
        draw(
            "start > a, a > gate, gate.b > b, gate.c > c, gate.otherwise > d,"
            "b > end, c > end, d > end",
            gate=gate(b="nodes.a != 'c' && nodes.a != 'd'", c="nodes.a == 'c' || nodes.a == 'b'"),
        ),
        (
            Scenario(
                "the first that holds, even if another holds too",
                (Finish("a", "b"), Sees("b"), Finish("b")),
                ran="a b",
                skipped="c d",
            ),
            Scenario(
                "another one",
                (Finish("a", "c"), Sees("c"), Finish("c")),
                ran="a c",
                skipped="b d",
            ),
            Scenario(
                "none holds",
                (Finish("a", "d"), Sees("d"), Finish("d")),
                ran="a d",
                skipped="b c",
            ),
        ),
    ),
    Pattern(
        5,
        "Simple Merge",
        "Branches converge into one; each enablement of an incoming branch passes control on.",
        draw(
            "start > a, a > gate, gate.b > b, gate.otherwise > c, b > d, c > d, d > end",
            gate=gate(b="nodes.a == 'b'"),
        ),
        (
            Scenario(
                "from one side",
                (Finish("a", "b"), Finish("b"), Sees("d"), Finish("d")),
                ran="a b d",
                skipped="c",
            ),
            Scenario(
                "from the other side",
                (Finish("a", "c"), Finish("c"), Sees("d"), Finish("d")),
                ran="a c d",
                skipped="b",
            ),
        ),
    ),
    Pattern(
        6,
        "Multi-Choice",
        "Control passes to one or more of the outgoing branches, by a selection mechanism.",
        draw(_MULTI_CHOICE, every=_CONDITIONS),
        (
            Scenario(
                "several",
                (Finish("a", "both"), Sees("b c"), Finish("b"), Finish("c"), Finish("d")),
                ran="a b c d",
                skipped="e",
            ),
            Scenario(
                "one",
                (Finish("a", "c"), Sees("c"), Finish("c"), Finish("d")),
                ran="a c d",
                skipped="b e",
            ),
            Scenario(
                "none",
                (Finish("a", "none"), Sees("e"), Finish("e"), Finish("d")),
                ran="a e d",
                skipped="b c",
            ),
        ),
    ),
    Pattern(
        7,
        "Structured Synchronizing Merge",
        "Branches that diverged earlier converge; control passes on when each active one arrives.",
        draw(_MULTI_CHOICE, every=_CONDITIONS),
        (
            Scenario(
                "waits for both that are active",
                (
                    Finish("a", "both"),
                    Finish("c"),
                    Sees("b"),
                    Finish("b"),
                    Sees("d"),
                    Finish("d"),
                ),
                ran="a c b d",
                skipped="e",
            ),
            Scenario(
                "does not wait for what is not active",
                (Finish("a", "b"), Finish("b"), Sees("d"), Finish("d")),
                ran="a b d",
                skipped="c e",
            ),
        ),
        note="The default join (`active`).",
    ),
    Pattern(
        8,
        "Multi-Merge",
        "Branches converge; each enablement of one enables what follows, without synchronisation.",
        draw(_SPLIT, d=joins("each")),
        (
            Scenario(
                "once for each branch, at the same time",
                (
                    Finish("a"),
                    Finish("b"),
                    Sees("c d"),
                    Finish("c"),
                    Sees("d d"),
                    Finish("d"),
                    Finish("d"),
                ),
                ran="a b c d d",
            ),
            Scenario(
                "one after the other",
                (Finish("a"), Finish("c"), Finish("d"), Sees("b"), Finish("b"), Finish("d")),
                ran="a c d b d",
            ),
        ),
        note="The join `each`. Expressions behind it see the latest visit’s output.",
    ),
    Pattern(
        9,
        "Structured Discriminator",
        "The first branch to arrive passes control on, the others do not; the last one resets it.",
        draw(
            "start > a, a > b, a > c, b > d, c > d, d > gate, gate.again > a loop,"
            "gate.otherwise > end",
            d=joins("any"),
            gate=gate(again="nodes.d == 'again'"),
        ),
        (
            Scenario(
                "the first counts, the second changes nothing",
                (Finish("a"), Finish("c"), Sees("b d"), Finish("b"), Sees("d"), Finish("d")),
                ran="a c b d",
            ),
            Scenario(
                "it works again in the next turn",
                (
                    Finish("a"),
                    Finish("b"),
                    Finish("c"),
                    Finish("d", "again"),
                    Sees("a"),
                    Finish("a"),
                    Finish("c"),
                    Sees("b d"),
                    Finish("d"),
                    Finish("b"),
                ),
                ran="a b c d a c d b",
            ),
        ),
    ),
    Pattern(
        30,
        "Structured Partial Join",
        "Of m branches, the n-th to arrive passes control on; the rest do not, and reset the join.",
        draw(
            "start > a, start > b, start > c, a > d, b > d, c > d, d > end",
            d=joins("count", count=2),
        ),
        (
            Scenario(
                "two of three",
                (
                    Finish("c"),
                    Sees("a b"),
                    Finish("a"),
                    Sees("b d"),
                    Finish("d"),
                    Sees("b"),
                    Finish("b"),
                ),
                ran="c a d b",
            ),
            Scenario(
                "the third changes nothing",
                (Finish("a"), Finish("b"), Finish("c"), Sees("d"), Finish("d")),
                ran="a b c d",
            ),
        ),
    ),
    Pattern(
        37,
        "Local Synchronising Merge",
        "Active branches are synchronised in an unstructured process, by what is known locally.",
        draw(
            "start > a, a > b, a > c, b > gate, gate.on > d, gate.otherwise > e, c > d,"
            "d > end, e > end_early",
            gate=gate(on="nodes.b == 'on'"),
        ),
        (
            Scenario(
                "a branch that leaves before the merge is not waited for",
                (
                    Finish("a"),
                    Finish("b", "off"),
                    Finish("c"),
                    Sees("d e"),
                    Finish("d"),
                    Finish("e"),
                ),
                ran="a b c d e",
            ),
            Scenario(
                "a branch that stays is",
                (Finish("a"), Finish("c"), Sees("b"), Finish("b", "on"), Sees("d"), Finish("d")),
                ran="a c b d",
                skipped="e",
            ),
        ),
    ),
)
