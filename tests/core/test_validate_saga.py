from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.sagas import ORDER, TRIP, plain, saga, tcc, together, undoable
from workflows_app.core.problems import Problem
from workflows_app.core.validate import problems_of


def problems(data: dict[str, Any]) -> list[Problem]:
    return problems_of(data, CATALOG)


@pytest.mark.parametrize(
    "data", [ORDER | {"steps": [ORDER["steps"][0]], "output": None}, TRIP, tcc("a")]
)
def test_sound_sagas_have_no_problems(data: dict[str, Any]):
    assert problems(data) == []


def test_a_step_without_compensation_is_only_warned_of():
    (found,) = problems(ORDER)
    assert (found.code, found.severity) == ("compensation_missing", "warning")
    assert (found.node_id, found.field) == ("label", "compensation")


@pytest.mark.parametrize(
    "data, code, node_id, field",
    [
        (saga(), "empty_document", None, "steps"),
        (tcc(), "empty_document", None, "participants"),
        (saga(undoable("a"), undoable("a")), "duplicate_id", "a", "id"),
        (saga(together("a", undoable("a"))), "duplicate_id", "a", "id"),
        (tcc("a", "a"), "duplicate_id", "a", "id"),
        (saga(undoable("a" * 55)), "id_too_long", "a" * 55, "id"),
        (saga(undoable("a"), together("g")), "empty_group", "g", "steps"),
        (saga(undoable("a", "task:nope")), "unknown_node_type", "a", "action.type"),
        (saga(undoable("a", "gate")), "type_not_in_saga", "a", "action.type"),
        (
            saga(undoable("a", undo={"type": "task:nope"})),
            "unknown_node_type",
            "a",
            "compensation.type",
        ),
        (
            saga(undoable("a", undo={"type": "task:check_expense", "config": {"amount": "x"}})),
            "config_invalid",
            "a",
            "compensation.config.amount",
        ),
        (
            saga(undoable("a", undo={"config": {"x": "${ nodes.nope }"}})),
            "unknown_name",
            "a",
            "compensation.config.x",
        ),
        (
            saga(undoable("a", undo={"config": {"x": "${ nodes.b }"}}), undoable("b")),
            "reference_not_upstream",
            "a",
            "compensation.config",
        ),
        (saga(undoable("a"), output="${ nodes.b }"), "unknown_name", None, "output"),
        (
            saga(plain("r", "retriable"), plain("p", "pivot")),
            "retriable_before_pivot",
            "r",
            "step",
        ),
        (saga(plain("p", "pivot"), plain("q", "pivot")), "several_pivots", "q", "step"),
        (
            saga(plain("p", "pivot"), undoable("a")),
            "compensatable_after_pivot",
            "a",
            "step",
        ),
        (
            saga(undoable("b"), plain("r", "retriable"), undoable("a")),
            "compensatable_after_pivot",
            "a",
            "step",
        ),
        (saga(together("g", plain("p", "pivot"))), "pivot_in_group", "p", "step"),
        (
            saga(together("g", undoable("a"), plain("r", "retriable"))),
            "group_mixed",
            "g",
            "steps",
        ),
        (
            saga({**undoable("a"), "step": "pivot"}),
            "compensation_never_runs",
            "a",
            "compensation",
        ),
        (
            tcc("a")
            | {
                "participants": [
                    {
                        "id": "a",
                        "try_action": {"type": "task:any"},
                        "cancel_action": {"type": "task:any"},
                    }
                ]
            },
            "confirm_missing",
            "a",
            "confirm_action",
        ),
        (
            tcc("a")
            | {
                "participants": [
                    {
                        "id": "a",
                        "try_action": {"type": "task:any"},
                        "confirm_action": {"type": "task:any"},
                    }
                ]
            },
            "cancel_missing",
            "a",
            "cancel_action",
        ),
    ],
)
def test_each_problem_names_the_step_and_the_field(
    data: dict[str, Any], code: str, node_id: str | None, field: str
):
    found = [problem for problem in problems(data) if problem.is_error]
    assert [(p.code, p.node_id, p.field) for p in found] == [(code, node_id, field)]
    assert found[0].message
    assert found[0].hint


def test_a_compensation_may_read_its_own_step_and_earlier_ones():
    undo = {"config": {"own": "${ nodes.b }", "earlier": "${ nodes.a }", "group": "${ nodes.g }"}}
    assert problems(saga(together("g", undoable("a")), undoable("b", undo=undo))) == []


def test_a_confirm_may_read_what_every_try_returned():
    data = tcc("a", "b")
    data["participants"][0]["confirm_action"]["config"] = {"x": "${ nodes.b }"}
    assert problems(data) == []
    data["participants"][0]["try_action"]["config"] = {"x": "${ nodes.b }"}
    assert [p.code for p in problems(data)] == ["reference_not_upstream"]
