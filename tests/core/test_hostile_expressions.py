"""Expressions written to take a worker down: each is answered, in little memory.

They are evaluated in a process of their own whose memory has a cap, so that one that grows without
bounds ends that process, as it would end a worker, and not the tests. No expression may end it, so
one process answers all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workflows_app.core.expressions import ExpressionError, evaluate

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 600_000_000
"""Bytes of address space for the process, most of which Python and CEL map when they start."""
MAX_PEAK = 400_000
"""Kilobytes that the process may hold at its peak."""

EVALUATOR = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from workflows_app.core.expressions import ExpressionError, evaluate
rows = list(range(2_000))
scope = {{"input": {{
    "one": "x", "text": "y" * 100_000, "big": "z" * 900_000, "rows": rows,
    "objects": [{{"a": "x" * 50, "b": [1, 2, 3]}}] * 800,
}}, "nodes": {{}}, "vars": {{}}}}
for source in json.load(sys.stdin):
    try:
        evaluate("${{ " + source + " }}", scope)
        answer = "value"
    except ExpressionError as error:
        answer = error.kind
    print(json.dumps(answer), flush=True)
# Not `ru_maxrss`, which begins with what the process of the tests held when it forked this one.
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""

BLOWN_UP = {
    "a text doubled with each map": "[input.one]" + ".map(a, a + a)" * 25,
    "lists of lists": "[[input.one]]" + ".map(a, [a, a, a, a, a, a, a, a])" * 12,
    "a text doubled with each optMap": "optional.of('x')" + ".optMap(a, a + a)" * 60,
    "the source doubled with each optMap": "optional.of(1)" + ".optMap(a, 1)" * 80 + ".value()",
    "the source doubled with each optFlatMap": "optional.of(1)" + ".optFlatMap(a, input.?b)" * 60,
    "lists in lists by a few optMaps": "optional.of('x')"
    + (".optMap(a, [" + "a, " * 59 + "a])") * 5
    + ".orValue([])",
    "optMaps within each other": "optional.of(1).optMap(a, " * 40 + "1" + ")" * 40,
    "optMaps behind maps": "[" + "input.rows.map(r, r)" + "][?0]" + ".optMap(a, a)" * 8,
    "nested maps over literals": "[1, 2, 3, 4, 5, 6, 7, 8].map(a, " * 9 + "[a, a]" + ")" * 9,
    "nested maps over an input": "input.rows.map(a, " * 6 + "1" + ")" * 6,
    "nested questions": "input.rows.exists(a, " * 12 + "false" + ")" * 12,
    "nested filters": "input.rows.filter(a, input.rows.filter(b, a == b) != [])",
    "each object against each": "input.objects.filter(o, input.objects.exists(p, p == o))",
    "replacements": "input.text" + ".replace('y', 'yyyyyyyyyyyyyyyyyyyyyyyy')" * 10,
    "a separator that is long": "input.rows.map(x, input.text).join(input.text)",
    "large texts added": " + ".join(["input.big"] * 20),
    "a text read for each entry": "input.rows.all(a, input.text == input.text)",
    "a pattern for each entry": "input.rows.all(a, input.text.matches('(y*)*z'))",
    "a text split for each entry": "input.rows.all(a, input.text.split('').size() > 0)",
    "brackets": "(" * 990 + "1" + ")" * 990,
    "lists within each other": "[" * 990 + "]" * 990,
    "maps within each other": "{'a': " * 250 + "1" + "}" * 250,
    "calls within each other": "size(" * 250 + "'a'" + ")" * 250,
    "choices": "true ? 1 : " * 170 + "1",
    "summands": "1" + " + 1" * 490,
    "optional fields": "input" + ".?a" * 600,
    "optional entries": "input" + "[?'a']" * 300,
    "far too long": "1" * 2_001,
}


def answers(sources: list[str]) -> tuple[list[str], int]:
    """What each is answered, and the peak of the process's memory in kilobytes."""
    done = subprocess.run(
        [sys.executable, "-c", EVALUATOR.format(memory=MEMORY)],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    *told, peak = done.stdout.splitlines()
    return [json.loads(line) for line in told], int(peak)


def test_what_grows_by_powers_is_refused_within_the_memory_of_a_worker():
    assert max(len(source) for source in BLOWN_UP.values()) <= 2_001

    told, peak = answers(list(BLOWN_UP.values()))

    assert dict(zip(BLOWN_UP, told, strict=True)) == dict.fromkeys(BLOWN_UP, "limit")
    assert peak < MAX_PEAK


BORNE = {
    "signs": "-" * 1_900 + "1",
    "negations": "!" * 1_900 + "true",
    "a pattern that others take long for": "input.text.matches('^(y*)*z$')",
    "thousands of comparisons": "input.rows.all(a, a in input.rows)",
    "whole lists compared": "input.rows.all(a, input.rows == input.rows)",
    "one large text": "input.big.size()",
    "a chain of optional values": "optional.of(1)" + ".optMap(a, a + a)" * 4 + ".value()",
}


def test_what_only_looks_frightening_has_its_result():
    told, peak = answers(list(BORNE.values()))

    assert dict(zip(BORNE, told, strict=True)) == dict.fromkeys(BORNE, "value")
    assert peak < MAX_PEAK


@pytest.mark.parametrize(
    "source",
    [
        "{null: 1}",
        "{1.5: 1}",
        "{[1]: 1}",
        "[{null: 1}]",
        "'\\ud800'",
        "string(b'\\xff\\xfe')",
        "9" * 1_900,
        "0x" + "f" * 1_800,
        "1e400",
        "1e308 * 10.0",
        "double('1e999')",
        "-9223372036854775808 / -1",
        "-9223372036854775808 % -1",
        "18446744073709551615u + 1u",
        "duration('999999999999999999h')",
        "timestamp(9223372036854775807)",
        "timestamp('0001-01-01T00:00:00Z') - duration('1h')",
        "timestamp('2030-01-01T00:00:00Z').getHours('../../../etc/passwd')",
        "google.protobuf.Any{}",
        "[1][9223372036854775807]",
        "'abc'.substring(2, 1)",
        "math.least()",
        "math.abs(-9223372036854775808)",
        "{'a': 1, 'a': 2}",
        "cel.bind(a, 1, a)",
        "'%1000000000d'.format([1])",
        "a.b.c.d(e)",
        "\x00",
        "\ud800",
        "input.a\u2028+ 1 ' \u202e",
    ],
)
def test_strange_values_are_told_as_errors_of_the_expression(source: str):
    with pytest.raises(ExpressionError) as caught:
        evaluate(f"${{ {source} }}", {"input": {}})
    assert caught.value.message


def test_an_optional_value_may_be_changed_in_each_row():
    rows = [{"price": 3}, {}] * 500
    source = "input.map(row, row.?price.optMap(price, price * 2).orValue(0))"
    assert evaluate(f"${{ {source} }}", {"input": rows}) == [6, 0] * 500
