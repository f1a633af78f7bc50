from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.documents import chain, node
from tests.core.sagas import plain, saga, tcc, together, undoable
from workflows_app.core.compile import compile_document
from workflows_app.core.drill import Drill, compensations_after_failure_of

ORDER = saga(
    undoable("a"),
    together("g", undoable("b"), plain("c"), undoable("d")),
    plain("e"),
    plain("p", "pivot"),
    plain("r", "retriable"),
)


def drill(document: dict[str, Any], step: str) -> Drill:
    return compensations_after_failure_of(compile_document(document, CATALOG), step)


A, B, D = ("a", "_undo_a"), ("b", "_undo_b"), ("d", "_undo_d")


@pytest.mark.parametrize(
    "step, groups",
    [
        ("a", ()),
        ("b", ((D,), (A,))),
        ("c", ((D, B), (A,))),
        ("g", ((D, B), (A,))),
        ("e", ((D, B), (A,))),
        ("p", ((D, B), (A,))),
    ],
)
def test_a_drill_shows_the_groups_in_the_order_of_undoing(step: str, groups: Any):
    assert drill(ORDER, step) == Drill("compensated", groups)


def test_after_the_pivot_a_person_would_be_asked():
    assert drill(ORDER, "r") == Drill("needs_attention", ())


def test_a_try_that_fails_cancels_the_others():
    expected = (("y", "_cancel_y"), ("x", "_cancel_x"))
    assert drill(tcc("x", "y", "z"), "z") == Drill("compensated", (expected,))
    assert drill(tcc("x"), "_confirm_x").outcome == "needs_attention"


@pytest.mark.parametrize(
    "document, step", [(ORDER, "nope"), (ORDER, "_undo_a"), (chain(node("a")), "a")]
)
def test_what_is_no_step_of_a_saga_is_refused(document: dict[str, Any], step: str):
    with pytest.raises(ValueError, match="no step of a saga"):
        drill(document, step)
