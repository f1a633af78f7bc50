"""The testing kit: fakes, a clock that jumps, and assertions that say what happened instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.documents import chain, node
from tests.support.written_workflows import delivery, order
from workflows_app.sdk import registry, step
from workflows_app.testing import Answer, Fake, play

pytest_plugins = ["workflows_app.testing.plugin"]

TEMPLATES = Path(__file__).parents[2] / "examples" / "workflow_templates"
EXPENSE = json.loads((TEMPLATES / "expense-approval.json").read_text(encoding="utf-8"))
CLAIM = {"employee": "Kim", "amount": 900, "category": "travel", "purpose": "A fair"}
POLICY = Fake({"within_policy": True, "limit": 2_500, "reasons": []})


def expense(**options: Any) -> Any:
    return play(EXPENSE, CLAIM, fakes={"examples.check_expense_policy": POLICY}, **options)


def test_a_document_of_the_canvas_is_played_with_fakes_and_people():
    waiting = expense()
    (question,) = [waiting.question for waiting in waiting.execution.waiting]
    waiting.assert_waiting(question.node)
    outcome = question.outcomes[0]["id"]
    expense(people={question.node: Answer(outcome, comment="fine")}).assert_succeeded()
    assert POLICY.calls[0] == POLICY.calls[1]
    assert POLICY.calls[0]["amount"] == 900


def test_pipelines_and_graphs_in_python_are_played_too():
    played = play(order, {"prices": [40]}).assert_succeeded()
    played.assert_passed("validate", "route", "express", "ship").assert_skipped("standard")
    assert played.output["way"] == "express"
    assert play(delivery, {"count": 1}).path == [
        "start",
        "fetch",
        "size_choice",
        "size",
        "send",
        "end",
    ]


def test_a_fake_gives_its_results_in_turn_and_time_passes_on_the_clock(
    play_workflow, workflow_clock
):
    pay = Fake(ConnectionError("away"), {"receipt": 7})
    retry = {"initial_delay_seconds": 60, "jitter": 0}
    document = chain(node("pay", "task:shop.pay", amount="${ input.amount }", retry=retry))
    before = workflow_clock.now()
    played = play_workflow(document, {"amount": 5}, fakes={"shop.pay": pay})
    assert played.assert_succeeded().output == {"receipt": 7}
    assert pay.calls == [{"amount": 5}, {"amount": 5}]
    assert played.seconds == workflow_clock.now() - before == 60
    with pytest.raises(AssertionError, match="called 2 times"):
        assert pay.call


def test_each_assertion_fails_with_what_happened_instead():
    good = play(order, {"prices": [1]})
    bad = play(order, {})
    waiting = play(chain(node("ask", "wait", mode="signal", signal="go")))
    bad.assert_failed().assert_failed("ErrReturnedError", at="validate")
    waiting.assert_waiting("ask")
    for wrong, text in [
        (
            bad.assert_succeeded,
            "did not succeed: it failed at “validate”: ErrReturnedError: nothing",
        ),
        (waiting.assert_succeeded, "did not succeed: it waits at “ask”"),
        (good.assert_failed, "did not fail with an error: it succeeded, and returned"),
        (lambda: bad.assert_failed("Timeout", at="ship"), "did not fail with Timeout at “ship”"),
        (lambda: bad.assert_failed(at="ship"), "did not fail with an error at “ship”"),
        (lambda: good.assert_passed("ship", "validate"), "did not pass “validate” after"),
        (lambda: good.assert_skipped("ship"), "“ship” was not skipped. Skipped were: express"),
        (lambda: good.assert_waiting("ask"), "does not wait at ask: it succeeded"),
        (lambda: waiting.assert_waiting("other"), "does not wait at other: it waits at “ask”"),
    ]:
        with pytest.raises(AssertionError) as caught:
            wrong()
        assert text in str(caught.value)


def test_tasks_of_a_test_are_forgotten(task_registry):
    @step()
    def local(ctx: dict[str, Any]) -> int:
        return 1

    assert registry.find("tests.testing.test_kit.local") is local.task


def test_which_the_test_before_has_defined():
    assert registry.find("tests.testing.test_kit.local") is None


def test_the_kit_needs_no_django():
    import subprocess
    import sys

    code = (
        "import sys, workflows_app.testing.plugin\n"
        "assert not {'django', 'celery', 'channels'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
