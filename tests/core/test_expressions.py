from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.test_canonical import JSON
from workflows_app.core.expressions import (
    MAX_RESULT_SIZE,
    ExpressionError,
    Names,
    compile_value,
    errors_of,
    evaluate,
    references,
    resolve_config,
    single_expression,
)

SCOPE: dict[str, Any] = {
    "input": {
        "amount": 1500,
        "rate": 1.5,
        "name": "Ada",
        "tags": ["a", "b"],
        "none": None,
        "big": 2**70,
        "nul": "a\x00b",
        "items": [
            {"price": 2, "count": 3, "label": "pen"},
            {"price": 5, "count": 1, "label": "ink"},
        ],
    },
    "nodes": {"check": {"ok": True}},
    "vars": {"limit": 1000},
    "run": {"id": "r1"},
}
NAMES = Names(nodes=frozenset({"check", "other"}), vars=frozenset({"limit"}))


def failure(value: object, scope: dict[str, Any] = SCOPE) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        evaluate(value, scope)
    return caught.value


def wrong(value: object, names: Names = NAMES) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        compile_value(value, names)
    return caught.value


@pytest.mark.parametrize(
    "value, result",
    [
        ("plain", "plain"),
        (12, 12),
        (None, None),
        ("${ input.amount }", 1500),
        ("${ input.amount > vars.limit }", True),
        ("${input.tags}", ["a", "b"]),
        ("${ nodes.check }", {"ok": True}),
        ("${ {'b': 1, 'a': [input.name]} }", {"a": ["Ada"], "b": 1}),
        ("${ '}' + \"{\" }", "}{"),
        ("${ {'a': {'b': '}'}}.a.b }", "}"),
        ("${ input.amount // a } in a comment\n }", 1500),
        ("${ r'}\\d' }", "}\\d"),
        (" ${ input.amount }", " 1500"),
        ("Hello ${ input.name }, ${ input.tags[1] }!", "Hello Ada, b!"),
        ("$${ input.name }", "${ input.name }"),
        ("a $ b { c }", "a $ b { c }"),
        ("", ""),
        ({"a": ["${ 1 + 1 }", {"b": "x${ 2 }"}]}, {"a": [2, {"b": "x2"}]}),
        ({"${ 1 }": 1}, {"${ 1 }": 1}),
    ],
)
def test_values_are_evaluated(value: object, result: object):
    assert evaluate(value, SCOPE) == result


@pytest.mark.parametrize(
    "source, text",
    [
        ("input.none", ""),
        ("true", "true"),
        ("input.rate", "1.5"),
        ("2.0", "2"),
        ("input.tags", '["a","b"]'),
        ("{'b': 1, 'a': null}", '{"a":null,"b":1}'),
        ("timestamp('2030-01-01T00:00:00Z')", "2030-01-01T00:00:00Z"),
    ],
)
def test_results_within_a_text_have_a_stated_form(source: str, text: str):
    assert evaluate(f"<${{ {source} }}>", SCOPE) == f"<{text}>"


@pytest.mark.parametrize(
    "source, result",
    [
        ("timestamp('2020-01-01T00:00:00.25+02:00')", "2019-12-31T22:00:00.25Z"),
        ("timestamp('0001-01-01T00:00:00Z')", "0001-01-01T00:00:00Z"),
        ("duration('1h30m')", "5400s"),
        ("duration('-1.5s')", "-1.5s"),
        ("[duration('1ms')]", ["0.001s"]),
        ("{1: 'a', 'b': 2u}", {"1": "a", "b": 2}),
        ("input.?missing.orValue(3)", 3),
        ("has(input.missing) ? 1 : 2", 2),
        ("input.items.map(i, i.price * i.count)", [6, 5]),
        ("input.items.filter(i, i.price > 2).map(i, i.label.upperAscii())", ["INK"]),
        ("math.greatest(input.amount, 3)", 1500),
        ("'a-b'.split('-')", ["a", "b"]),
    ],
)
def test_cel_results_become_json(source: str, result: object):
    assert (
        evaluate(f"${{ {source} }}", {"input": {**SCOPE["input"], "nul": "", "big": 0}}) == result
    )


@given(JSON)
@example({"a": "\x00", "b": 2**80, "": {"": []}})
def test_any_json_passes_unchanged_through_a_plain_name(value: object):
    result = evaluate("${ input }", {"input": value})
    assert result == value
    assert type(result) is type(value)


@given(JSON)
def test_what_cel_can_hold_passes_unchanged_through_cel(value: object):
    with suppress(ExpressionError):
        assert evaluate("${ [input][0] }", {"input": value}) == value


@given(st.text(max_size=80))
@example("${")
@example("${ ''' }")
@example("${ '\\")
@example("$${${")
@settings(max_examples=300)
def test_no_text_crashes_the_scanner_or_the_compiler(text: str):
    assert all(error.message for _, error in errors_of(text, NAMES))
    assert all(error.message for _, error in errors_of(f"${{ {text} }}", NAMES))


@given(st.text(alphabet="abcin'\"(){}[].,:?+-*/<>=!&|$ 019_\\", max_size=40))
@settings(max_examples=500)
def test_no_expression_fails_with_anything_but_an_expression_error(source: str):
    with suppress(ExpressionError):
        evaluate(f"${{ {source} }}", SCOPE)


def test_a_skipped_node_counts_as_null():
    assert evaluate("${ nodes.other }", SCOPE) is None
    assert evaluate("${ nodes.other == null ? 'none' : nodes.other.x }", SCOPE) == "none"
    assert failure("${ nodes.other.x }").message == "nodes.other is null, so it has no field “x”."


@pytest.mark.parametrize(
    "value, message, column",
    [
        ("${ inpt.amount }", "There is no name “inpt”.", 4),
        ("Hi ${ nodes.chek.ok }", "There is no step “chek” to read from.", 7),
        ("${ 1 + vars.limt }", "There is no vars.limt.", 8),
        ("${ run.idd }", "There is no run.idd.", 4),
        ("${ nodes['check'] }", "Name one step, as in nodes.check.", 4),
        ("${ shout(1) }", "There is no function shout().", 4),
        (
            "${ error.type }",
            "The name “error” exists only right behind an error or timeout connection.",
            4,
        ),
        ("${ input.amount + }", "The expression ends too early.", 19),
        ("${ 'a }", "A text is not closed, or a character has no meaning here.", 4),
        ("${ 1 + 'a' }", "“+” cannot combine a whole number and a text.", 6),
        ("a ${ b", "A ${ is not closed.", 3),
        ("${ }", "The expression is empty.", 3),
        ("${ 'x'.format([1]) }", "There is no function format().", 8),
    ],
)
def test_wrong_expressions_are_found_with_their_place(value: str, message: str, column: int):
    error = wrong(value)
    assert (error.message, error.line, error.column) == (message, 1, column)


def test_positions_count_lines_and_characters_of_the_whole_text():
    error = wrong("😀\n${ input.a +\n  bar }")
    assert (error.line, error.column) == (3, 3)


def test_an_unknown_name_offers_the_known_ones():
    error = wrong("${ nodes.chek }")
    assert error.hint == "Did you mean nodes.check?"
    assert error.names == (
        "input",
        "nodes.check",
        "nodes.other",
        "vars.limit",
        "run.business_key",
        "run.id",
        "run.started_at",
        "run.workflow",
    )
    assert wrong("${ inputs }").hint == "Did you mean input?"


def test_error_is_a_name_behind_an_error_edge():
    template = compile_value("${ error.message }", Names(has_error=True))
    assert template.evaluate({"error": {"message": "no"}}) == "no"


def test_all_wrong_expressions_of_a_value_are_found():
    value = {"a": "${ x }", "b": ["ok", "${ y } ${ z }"]}
    assert [(path, error.message) for path, error in errors_of(value, NAMES)] == [
        ("a", "There is no name “x”."),
        ("b.1", "There is no name “y”."),
        ("b.1", "There is no name “z”."),
    ]


@pytest.mark.parametrize(
    "source, message",
    [
        ("input.missing", "input has no field “missing”."),
        ("input.missing + 1", "input has no field “missing”."),
        ("input.name.first", "input.name is a text, so it has no field “first”."),
        ("input.tags[7]", "There is no entry 7: the list has 2."),
        ("input.amount / 0", "A number is divided by zero."),
        ("input.amount + input.name", "“+” cannot combine a whole number and a text."),
        ("input.big + 1", "A number is too large to calculate with."),
        ("9223372036854775807 + 1", "A number is too large to calculate with."),
        ("input.nul + 'x'", "A text holds a NUL character, which expressions cannot read."),
        ("b'abc'", "The result is bytes, which JSON cannot hold."),
        ("type(1)", "The result is a type, not a value."),
        ("1.0 / 0.0", "The result is not a finite number."),
        ("input.?missing", "The result is an optional value."),
    ],
)
def test_an_expression_without_result_says_why(source: str, message: str):
    hostile = "nul" in source or "big" in source
    values = SCOPE["input"] if hostile else {**SCOPE["input"], "nul": "", "big": 0}
    assert failure(f"${{ {source} }}", {**SCOPE, "input": values}).message == message


def test_an_evaluation_error_names_the_expression_and_its_field():
    error = failure({"headers": {"X": "v ${ input.missing }"}})
    assert (error.field, error.expression) == ("headers.X", "input.missing")


@pytest.mark.parametrize(
    "source",
    [
        "1" + " + 1" * 600,
        "(" * 60 + "1" + ")" * 60,
        "[input.name]" + ".map(a, a + a)" * 28,
        "input.text.replace('y', 'zzzzzzzzzzzzzzzzzzzz').replace('z', 'yyyyyyyyyyyyyyyyyyyy')",
        "input.long.map(a, a)",
        "(input.some + input.some).map(a, a)",
        "input.some.map(a, a).map(b, b).map(c, c)",
        "input.text.split('').map(a, a)",
        "input.long.exists(a, input.long.exists(b, a + b < 0))",
        "input.long.all(a, input.long.all(b, a + b >= 0))",
        "input.huge + 'x'",
    ],
)
def test_what_would_grow_without_bounds_is_refused_at_once(source: str):
    scope = {
        "input": {
            "name": "x",
            "text": "y" * 100_000,
            "long": list(range(9_000)),
            "some": list(range(2_000)),
            "huge": "z" * 2_000_000,
        }
    }
    assert failure(f"${{ {source} }}", scope).kind == "limit"


def test_ordinary_work_on_a_thousand_rows_is_within_the_limits():
    rows = [{"label": "x" * 20, "price": index, "count": 2} for index in range(1000)]
    source = "input.map(i, {'label': i.label, 'sum': i.price * i.count}).filter(i, i.sum > 1990)"
    result = evaluate(f"${{ {source} }}", {"input": rows})
    assert [row["sum"] for row in result] == [1992, 1994, 1996, 1998]  # type: ignore[attr-defined]


def test_references_are_the_nodes_that_are_named():
    value = {
        "a": "${ nodes.check.x + nodes . other.y }",
        "b": ["'nodes.no' ${ 'nodes.neither' + input.nodes.nor } $${ nodes.not }"],
    }
    assert references(value) == {"check", "other"}


def test_literal_fields_are_not_evaluated():
    config = {"schema": {"pattern": "${ x }"}, "value": "${ input.amount }"}
    assert resolve_config(config, SCOPE, frozenset({"schema"})) == {
        "schema": {"pattern": "${ x }"},
        "value": 1500,
    }


@pytest.mark.parametrize(
    "value, source",
    [
        ("${ a }", " a "),
        (" ${ a }", None),
        ("${ a }${ b }", None),
        ("a", None),
        (3, None),
        ("${ a", None),
    ],
)
def test_a_single_expression_is_the_whole_text(value: object, source: str | None):
    assert single_expression(value) == source


@pytest.mark.parametrize(
    "source, values, result",
    [
        ("input.amount * 2", {"amount": 100.5}, 201.0),
        ("input.amount * 1.19", {"amount": 100}, 119.0),
        ("1.5 * 2", {}, 3.0),
        ("input.paid ? 1 : 2.5", {"paid": True}, 1.0),
        ("size(input.rows) * 1.5", {"rows": [1, 2]}, 3.0),
        ("input.rows.map(row, row * 1.5)", {"rows": [1, 2.5]}, [1.5, 3.75]),
        ("input.rows[1] * 0.5", {"rows": [1, 3]}, 1.5),
        ("[1, 2][1] * 0.5", {}, 1.0),
        ("'abc'.substring(1, 2) == 'b' ? input.amount * 2 : 0", {"amount": 1.5}, 3.0),
    ],
)
def test_whole_and_decimal_numbers_mix(source: str, values: dict[str, Any], result: object):
    assert evaluate(f"${{ {source} }}", {**SCOPE, "input": values}) == result


def test_whole_numbers_stay_exact_where_no_decimal_meets_them():
    result = evaluate("${ input.id + 1 }", {**SCOPE, "input": {"id": 2**60}})
    assert result == 2**60 + 1
    assert isinstance(result, int)


def test_a_text_without_an_expression_has_the_same_bound():
    assert failure("$${" + "x" * MAX_RESULT_SIZE).kind == "limit"
    assert evaluate("$${" + "x" * 1_000, SCOPE) == "${" + "x" * 1_000
