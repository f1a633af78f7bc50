from __future__ import annotations

from typing import Any

import pytest

from tests.core.sagas import ORDER, TRIP
from workflows_app.core.canonical import hash_document
from workflows_app.core.document_saga import CompensationSaga, SagaParallel, TccSaga
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument, Problem


def only(data: object) -> Problem:
    with pytest.raises(InvalidDocument) as caught:
        parse_document(data)
    (found,) = caught.value.problems
    return found


def test_both_modes_are_read():
    order = parse_document(ORDER)
    assert isinstance(order, CompensationSaga)
    assert [item.step for item in order.steps] == [
        "compensatable",
        "parallel",
        "pivot",
        "retriable",
    ]
    group = order.steps[1]
    assert isinstance(group, SagaParallel)
    assert [step.step for step in group.steps] == ["compensatable", "compensatable"]
    assert isinstance(parse_document(TRIP), TccSaga)


def test_a_saga_that_does_not_say_its_mode_compensates():
    assert isinstance(parse_document({"kind": "saga"}), CompensationSaga)


@pytest.mark.parametrize("data", [ORDER, TRIP])
def test_a_saga_survives_being_written_and_read(data: dict[str, Any]):
    parsed = parse_document(data)
    written = parsed.model_dump(mode="json")
    assert parse_document(written) == parsed
    assert hash_document(parse_document(written)) == hash_document(parsed)
    assert hash_document(parse_document({**data, "description": "New"})) == hash_document(parsed)
    assert hash_document(parse_document({**data, "output": 1})) != hash_document(parsed)


@pytest.mark.parametrize(
    "data, code, node_id, field, hint",
    [
        (
            {"kind": "saga", "mode": "tc"},
            "invalid_value",
            None,
            "mode",
            "Use one of: 'compensation', 'tcc'.",
        ),
        (
            {"kind": "saga", "mode": "tcc", "steps": []},
            "unknown_field",
            None,
            "steps",
            "Remove it.",
        ),
        (
            {"kind": "saga", "steps": [{"id": "a"}]},
            "missing_field",
            "a",
            "action",
            "Add it.",
        ),
        (
            {"kind": "saga", "steps": [{"id": "a", "action": {"type": "x", "retries": 3}}]},
            "unknown_field",
            "a",
            "action.retries",
            "Did you mean “retry”?",
        ),
        (
            {"kind": "saga", "steps": [{"step": "pivt", "id": "a", "action": {"type": "x"}}]},
            "invalid_value",
            "a",
            "step",
            "Use one of: 'compensatable', 'pivot' or 'retriable'.",
        ),
        (
            {"kind": "saga", "steps": [{"step": "parallel", "id": "p", "steps": [{"id": "b"}]}]},
            "missing_field",
            "b",
            "action",
            "Add it.",
        ),
        (
            {
                "kind": "saga",
                "mode": "tcc",
                "participants": [{"id": "a", "try_action": {"type": "x", "timeout_seconds": 0}}],
            },
            "invalid_value",
            "a",
            "try_action.timeout_seconds",
            "Correct it.",
        ),
    ],
)
def test_what_cannot_be_read_names_the_step_the_field_and_the_fix(
    data: dict[str, Any], code: str, node_id: str | None, field: str, hint: str
):
    found = only(data)
    assert (found.code, found.node_id, found.field, found.hint) == (code, node_id, field, hint)
