"""A value may hold thousands of expressions: what they take is limited for all together."""

from __future__ import annotations

import pytest

from workflows_app.core.expressions import ExpressionError, evaluate, resolve_config

SCOPE = {"input": {"text": "a" * 100_000, "rows": list(range(2_000))}, "nodes": {}, "vars": {}}


@pytest.mark.parametrize(
    "source",
    [
        "${ input.text }",
        "${ input.text + 'b' }",
        "text ${ input.text }",
        "${ input.rows.map(x, x + 1).size() }",
        "${ input.rows.filter(x, x > 1) }",
        "${ input.text.size() }",
        "${ input.rows.map(x, x + 0.5).size() }",
    ],
)
def test_thousands_of_expressions_are_given_up(source):
    with pytest.raises(ExpressionError, match="together") as caught:
        evaluate({"all": [source] * 20_000}, SCOPE)
    assert caught.value.field.startswith("all.")
    assert caught.value.hint
    with pytest.raises(ExpressionError, match="together"):
        resolve_config({"a": [source] * 10_000, "b": [source] * 10_000}, SCOPE)


def test_what_people_write_is_far_below():
    fields = {f"f{i}": "${ input.rows.map(x, x * 2)[3] }" for i in range(20)}
    assert evaluate(fields, SCOPE) == dict.fromkeys(fields, 6)
    texts = [f"${{ input.rows[{i}] }} of ${{ input.text.size() }}" for i in range(200)]
    assert evaluate(texts, SCOPE)[7] == "7 of 100000"
