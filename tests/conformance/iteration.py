"""Iteration, termination and triggers."""

from __future__ import annotations

from tests.conformance.pattern import Finish, Pattern, Scenario, Sees, Signal, draw, gate, signal

_BEHIND_A_TASK = "start > a, a > wait, wait > b, b > end"

PATTERNS = (
    Pattern(
        10,
        "Arbitrary Cycles",
        "Cycles in the process may have more than one entry or exit point.",
        draw(
            """
            start > pick, pick > gate_in, gate_in.at_b > b, gate_in.otherwise > a
            a > gate_a, gate_a.leave > c, gate_a.otherwise > b
            b > gate_b, gate_b.again > a loop, gate_b.otherwise > d
            c > end_c, d > end_d
            """,
            gate_in=gate(at_b="nodes.pick == 'b'"),
            gate_a=gate(leave="nodes.a == 'leave'"),
            gate_b=gate(again="nodes.b == 'again'"),
        ),
        (
            Scenario(
                "in at b, round twice, out behind b",
                (
                    Finish("pick", "b"),
                    Sees("b"),
                    Finish("b", "again"),
                    Sees("a"),
                    Finish("a"),
                    Finish("b", "again"),
                    Finish("a"),
                    Finish("b"),
                    Sees("d"),
                    Finish("d"),
                ),
                ran="pick b a b a b d",
                skipped="a c",
            ),
            Scenario(
                "in at b, round, out behind a",
                (
                    Finish("pick", "b"),
                    Finish("b", "again"),
                    Finish("a", "leave"),
                    Sees("c"),
                    Finish("c"),
                ),
                ran="pick b a c",
                skipped="a b d",
            ),
            Scenario(
                "in at a, out behind b",
                (Finish("pick", "a"), Sees("a"), Finish("a"), Finish("b"), Finish("d")),
                ran="pick a b d",
                skipped="c",
            ),
        ),
        note="The edge that closes the cycle is marked as a loop and has a limit of iterations.",
    ),
    Pattern(
        11,
        "Implicit Termination",
        "A process instance ends when no work is left, now or at any time in the future.",
        draw("start > a, start > b, a > end, b > c, c > end_too"),
        (
            Scenario(
                "not before the last path has ended",
                (Finish("a"), Sees("b"), Finish("b"), Sees("c"), Finish("c")),
                ran="a b c",
            ),
            Scenario(
                "whichever path is last",
                (Finish("b"), Finish("c"), Sees("a"), Finish("a")),
                ran="b c a",
            ),
        ),
    ),
    Pattern(
        21,
        "Structured Loop (while)",
        "A task is repeated while a condition holds that is tested before each turn.",
        draw(
            "start > check, check > gate, gate.go > a, a > check loop, gate.otherwise > end",
            gate=gate(go="nodes.check == 'go'"),
        ),
        (
            Scenario("no turn", (Finish("check"),), ran="check", skipped="a"),
            Scenario(
                "two turns",
                (
                    Finish("check", "go"),
                    Sees("a"),
                    Finish("a"),
                    Finish("check", "go"),
                    Finish("a"),
                    Finish("check"),
                ),
                ran="check a check a check",
                skipped="a",
            ),
        ),
    ),
    Pattern(
        21,
        "Structured Loop (repeat)",
        "A task is repeated until a condition holds that is tested after each turn.",
        draw(
            "start > a, a > gate, gate.again > a loop, gate.otherwise > end",
            gate=gate(again="nodes.a == 'again'"),
        ),
        (
            Scenario("one turn", (Finish("a"),), ran="a"),
            Scenario(
                "three turns",
                (Finish("a", "again"), Sees("a"), Finish("a", "again"), Finish("a")),
                ran="a a a",
            ),
        ),
    ),
    Pattern(
        22,
        "Recursion",
        "A task can invoke itself, or one that it is a part of, while it is carried out.",
        draw(
            "start > a, a > gate, gate.deeper > call, gate.otherwise > end, call > b, b > end_b",
            gate=gate(deeper="nodes.a == 'deeper'"),
        ),
        (
            Scenario("not at all", (Finish("a"),), ran="a", skipped="call b"),
            Scenario(
                "twice, and out again from within",
                (
                    Finish("a", "deeper"),
                    Sees("a call"),
                    Finish("a", "deeper"),
                    Sees("a call call"),
                    Finish("a"),
                    Sees("b call"),
                    Finish("b"),
                    Sees("b"),
                    Finish("b"),
                ),
                ran="a a a call b call b",
                skipped="call b",
            ),
        ),
        note="A subworkflow step that runs its own workflow; how deep is limited.",
        is_engine_only=True,
    ),
    Pattern(
        23,
        "Transient Trigger",
        "A task is triggered by a signal, which is lost if no task waits for it just then.",
        draw(_BEHIND_A_TASK, wait=signal("go", early="ignore")),
        (
            Scenario(
                "in time",
                (Finish("a"), Sees("wait"), Signal("go"), Sees("b"), Finish("b")),
                ran="a wait b",
            ),
            Scenario(
                "too early: lost",
                (
                    Signal("go"),
                    Finish("a"),
                    Sees("wait"),
                    Signal("go"),
                    Sees("b"),
                    Finish("b"),
                ),
                ran="a wait b",
            ),
        ),
        note="The wait’s setting “a signal that comes too early is lost”.",
    ),
    Pattern(
        24,
        "Persistent Trigger",
        "A task is triggered by a signal, which is kept until the task can act on it.",
        draw(_BEHIND_A_TASK),
        (
            Scenario(
                "in time",
                (Finish("a"), Sees("wait"), Signal("go"), Sees("b"), Finish("b")),
                ran="a wait b",
            ),
            Scenario(
                "early: kept",
                (Signal("go"), Finish("a"), Sees("b"), Finish("b")),
                ran="a wait b",
            ),
            Scenario(
                "another signal is none",
                (Finish("a"), Signal("other"), Sees("wait"), Signal("go"), Finish("b")),
                ran="a wait b",
            ),
        ),
    ),
    Pattern(
        43,
        "Explicit Termination",
        "The process instance ends successfully at a nominated state; remaining work is cancelled.",
        draw(
            "start > a, start > b, a > end_all, b > c, c > end",
            end_all={"config": {"terminate": True}},
        ),
        (
            Scenario(
                "what is under way is cancelled",
                (Sees("a b"), Finish("a")),
                ran="a",
                cancelled="b",
            ),
            Scenario(
                "what was done stays done",
                (Finish("b"), Finish("a")),
                ran="b a",
                cancelled="c",
            ),
        ),
    ),
)
