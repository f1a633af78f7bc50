"""Sagas as an operator sees them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import card, visit
from tests.support.person import Person

pytestmark = pytest.mark.browser


def action(output: Any) -> dict[str, Any]:
    return {"type": "transform", "config": {"output": output}}


FAILS = action("${ input.amount / 0 }")
STUCK = {
    "kind": "saga",
    "steps": [
        {"id": "pay", "title": "Pay", "action": action(1), "compensation": FAILS},
        {"id": "send", "title": "Send", "action": FAILS},
    ],
}


def test_an_operator_resolves_what_needs_attention_with_a_note(page: Page, ann: Person):
    run = ann.start(ann.publish("Stuck saga", STUCK), {"amount": 9})
    ann.wait_for_run(run, "needs_attention")
    visit(page, ann, f"/runs/{run}")
    status = page.get_by_role("status", name="Status of the run")
    expect(status).to_have_text("Needs attention")
    expect(card(page, "_undo_pay")).to_have_attribute("data-status", "needs_attention")
    expect(page.get_by_text("“Undo: Pay” needs attention.")).to_be_visible()

    page.get_by_role("button", name="Choose how to go on").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Resolved by hand").check()
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Note").fill("Paid back in cash")
    dialog.get_by_role("button", name="Go on").click()

    expect(status).to_have_text("Compensated")
    expect(card(page, "pay")).to_have_attribute("data-status", "compensated")
    expect(page.get_by_text("This run was undone.")).to_be_visible()
    events = ann.get(f"/runs/{run}/events")["events"]
    told = next(event for event in events if event["type"] == "attention.resolved")
    assert told["data"] == {
        "attempt": 1,
        "choice": "resolve",
        "note": "Paid back in cash",
        "by": "ann",
    }
