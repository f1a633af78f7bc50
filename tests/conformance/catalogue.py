"""All patterns, by number, and those that are not in the suite, each with the reason."""

from __future__ import annotations

from tests.conformance import branching, cancelling, instances, iteration, state
from tests.conformance.pattern import Pattern

PATTERNS: tuple[Pattern, ...] = tuple(
    sorted(
        (
            *branching.PATTERNS,
            *iteration.PATTERNS,
            *instances.PATTERNS,
            *state.PATTERNS,
            *cancelling.PATTERNS,
        ),
        key=lambda pattern: pattern.number,
    )
)

LEFT_OUT: dict[int, tuple[str, str]] = {
    28: (
        "Blocking Discriminator",
        "Not asked for. Joins do keep arrivals of a next round back until the round before is "
        "complete.",
    ),
    31: ("Blocking Partial Join", "Not asked for; see the blocking discriminator."),
    33: ("Generalised AND-Join", "Not asked for."),
    38: (
        "General Synchronising Merge",
        "Not supported: it asks what may still come from anywhere. Joins know what was taken or "
        "passed by along their own ways (pattern 37).",
    ),
    39: (
        "Critical Section",
        "Not supported: groups exclude single steps from each other, not whole sections.",
    ),
    41: ("Thread Merge", "Not supported: joins count ways, not several arrivals along one."),
    42: ("Thread Split", "Not supported: the counterpart of the thread merge."),
}
"""By number: name and reason."""
