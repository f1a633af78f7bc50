"""Checks against authors' schemas are right, and end soon whatever schema and value are."""

from __future__ import annotations

import pytest

from workflows_app.core.json_schema import UncheckableError, errors_of, refusal
from workflows_app.core.validate_schema import schema_error

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
SLOW_PATTERN = "^(a+)+$"
SLOW_TEXT = "a" * 40 + "!"


def is_valid(schema: dict, value: object) -> bool:
    return not errors_of(schema, value, 1)


@pytest.mark.parametrize(
    "schema, value",
    [
        ({"pattern": SLOW_PATTERN}, SLOW_TEXT),
        ({"patternProperties": {SLOW_PATTERN: False}, "minProperties": 2}, {SLOW_TEXT: 1}),
        (
            {"patternProperties": {SLOW_PATTERN: True}, "additionalProperties": False},
            {SLOW_TEXT: 1},
        ),
        ({"propertyNames": {"pattern": SLOW_PATTERN}}, {SLOW_TEXT: 1}),
        ({"properties": {"a": {"$schema": DRAFT_7, "pattern": SLOW_PATTERN}}}, {"a": SLOW_TEXT}),
        (
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "properties": {"a": {"$ref": "#"}},
                "pattern": SLOW_PATTERN,
            },
            {"a": SLOW_TEXT},
        ),
    ],
)
def test_a_pattern_that_backtracks_takes_no_time(schema, value):
    assert not is_valid(schema, value)


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", "(", "(?<!a)b", "a" * 1_001, "\ud800"])
def test_a_pattern_that_needs_more_than_linear_time_is_refused(pattern):
    place, reason = refusal({"properties": {"name": {"pattern": pattern}}})
    assert place == "properties.name.pattern"
    assert "pattern" in reason
    assert schema_error({"properties": {"name": {"pattern": pattern}}}) is not None


def test_pattern_properties_that_need_more_are_refused():
    assert refusal({"patternProperties": {"(?=a)": True}}) is not None
    mixed = {"patternProperties": {"a": True}, "unevaluatedProperties": False}
    assert "unevaluatedProperties" in refusal(mixed)[1]


def test_values_that_look_like_patterns_are_none():
    assert refusal({"default": {"pattern": "(?=a)"}, "const": {"pattern": "("}}) is None
    assert refusal({"properties": {"pattern": {"type": "string"}}}) is None


def test_patterns_find_what_they_should():
    mail = {"pattern": r"^[\w.+-]+@[\w-]+\.\w{2,}$"}
    assert is_valid(mail, "ann@example.org")
    assert not is_valid(mail, "ann at example.org")
    assert is_valid({"pattern": "^ä+$"}, "ää")
    assert is_valid({"pattern": "b"}, "abc")
    assert is_valid({"pattern": "b"}, 5)
    closed = {"properties": {"a": True}, "patternProperties": {"^x": {"type": "integer"}}}
    assert is_valid({**closed, "additionalProperties": False}, {"a": 1, "x1": 1})
    assert not is_valid({**closed, "additionalProperties": False}, {"b": 1})
    assert not is_valid({**closed, "additionalProperties": {"type": "null"}}, {"b": 1})
    assert not is_valid(closed, {"x1": "text"})


def test_references_that_multiply_are_given_up():
    levels = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(40)}
    schema = {"$defs": {**levels, "d40": {}}, "$ref": "#/$defs/d0"}
    with pytest.raises(UncheckableError):
        errors_of(schema, {}, 1)
    assert schema_error(schema) == ("", "it takes too long to check")


def test_items_are_compared_without_comparing_each_with_each():
    many = [{"n": i} for i in range(100_000)]
    assert is_valid({"uniqueItems": True}, many)
    assert not is_valid({"uniqueItems": True}, [*many, {"n": 5}])
    assert not is_valid({"uniqueItems": True}, [1, 1.0])
    assert is_valid({"uniqueItems": True}, [1, True, "1", [1], {"a": 1}])


def test_long_lists_of_choices_against_long_lists_are_given_up():
    schema = {"items": {"enum": [f"choice {i}" for i in range(20_000)]}}
    with pytest.raises(UncheckableError):
        errors_of(schema, ["none"] * 20_000, 50)


@pytest.mark.parametrize(
    "number, step, expected",
    [
        (19.99, 0.01, True),
        (0.3, 0.1, True),
        (0.35, 0.1, False),
        (10**400, 0.1, True),
        (1e308, 1e-10, True),
        (7, 2, False),
        (7.5, 2.5, True),
    ],
)
def test_multiples_are_reckoned_with_decimals(number, step, expected):
    assert is_valid({"multipleOf": step}, number) is expected
