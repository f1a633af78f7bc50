from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.documents import chain, node
from workflows_app.core.canonical import canonical_json, hash_document
from workflows_app.core.parse import parse_document

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_keys_are_sorted_and_nothing_is_spaced():
    assert canonical_json({"b": [1, None, True], "a": "é\n"}) == '{"a":"é\\n","b":[1,null,true]}'


@pytest.mark.parametrize(
    "value, text",
    [
        (2.0, "2"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (1e300, "1e+300"),
        (2**70, str(2**70)),
        ((1, 2), "[1,2]"),
    ],
)
def test_numbers_and_tuples_have_one_form(value: object, text: str):
    assert canonical_json(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: 2}, {"a": object()}, {"a": {1, 2}}])
def test_what_json_does_not_know_is_refused(value: object):
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


@given(JSON)
def test_reading_and_writing_again_changes_nothing(value: object):
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    assert json.loads(text) == value


def test_layout_description_and_notes_are_not_hashed():
    plain = chain(node("a"))
    decorated = {
        **plain,
        "description": "For the auditors",
        "layout": {"nodes": {"a": {"x": 1, "y": 2}}},
        "nodes": [*plain["nodes"], node("hint", "note", text="Look here")],
    }
    assert hash_document(parse_document(plain)) == hash_document(parse_document(decorated))


@pytest.mark.parametrize(
    "changed",
    [
        chain(node("b")),
        chain(node("a", x=1)),
        chain(node("a"), vars={"rate": 1}),
        chain(node("a"), settings={"on_failure": "finish_other_paths"}),
    ],
)
def test_what_runs_is_hashed(changed: dict[str, object]):
    assert hash_document(parse_document(changed)) != hash_document(parse_document(chain(node("a"))))


def test_a_default_that_is_written_out_does_not_change_the_hash():
    written = chain({**node("a"), "on_error": "fail", "retry": None, "title": ""})
    assert hash_document(parse_document(written)) == hash_document(parse_document(chain(node("a"))))
