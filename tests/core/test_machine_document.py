"""Reading state machines."""

from __future__ import annotations

import pytest

from tests.core.machines import ORDER, machine, on, state
from workflows_app.core.canonical import hash_document
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument


def test_a_machine_is_read_and_written_without_loss():
    read = parse_document(ORDER)
    assert isinstance(read, StateMachineDocument)
    assert parse_document(read.model_dump(mode="json")) == read
    packing = read.states[1].children[0]
    assert packing.entry[0].config == {"order": "${ input.order }"}
    assert packing.transitions[0].targets == ("ready",)


def test_the_layout_is_not_part_of_what_runs():
    moved = {**ORDER, "layout": {"nodes": {"pending": {"x": 9, "y": 9}}}}
    assert hash_document(parse_document(moved)) == hash_document(parse_document(ORDER))


def test_a_misspelt_field_of_a_transition_is_named_with_the_right_one():
    with pytest.raises(InvalidDocument) as raised:
        parse_document(machine(state("a", on("go", "a", gaurd="${ true }"))))
    problem = raised.value.problems[0]
    assert (problem.code, problem.field) == ("unknown_field", "states.0.transitions.0.gaurd")
    assert problem.hint == "Did you mean “guard”?"


def test_a_misspelt_field_of_the_machine_is_named_with_the_right_one():
    with pytest.raises(InvalidDocument) as raised:
        parse_document({**machine(), "initail": "a"})
    problem = raised.value.problems[0]
    assert (problem.field, problem.hint) == ("initail", "Did you mean “initial”?")


@pytest.mark.parametrize("event", ["", "1st", "a b", "a..b", ".a", "*.a"])
def test_events_are_words_with_dots(event):
    with pytest.raises(InvalidDocument):
        parse_document(machine(state("a", {"id": "t", "event": event})))
