"""From an empty database: draw, publish, run, approve as somebody else, and watch it live."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.expense_drawing import (
    draw_expense_workflow,
    expect_statuses,
    publish,
    start_run,
)
from tests.support.accounts import ANN, BOB
from tests.support.browser import collect_faults, log_in
from tests.support.embedded import EmbeddedServer
from tests.support.sink import HttpSink

pytestmark = pytest.mark.browser


def test_a_drawn_workflow_runs_waits_for_a_person_and_is_watched_live(
    empty_embedded: EmbeddedServer, http_sink: HttpSink, page: Page, browser: Browser
):
    faults = collect_faults(page)
    log_in(page, empty_embedded.url, ANN)
    draw_expense_workflow(page, empty_embedded.url, http_sink.url)

    publish(page)
    start_run(page, "Kim", "900.50")
    before = {
        "start": "succeeded",
        "check_an_expense_against_the_policy": "succeeded",
        "gate": "succeeded",
        "human_decision": "waiting",
    }
    expect_statuses(page, **before)
    assert http_sink.requests == []

    boss = browser.new_context().new_page()
    boss_faults = collect_faults(boss)
    log_in(boss, empty_embedded.url, BOB, path="/inbox")
    boss.get_by_role("link", name=re.compile("Expense of Kim: 900.5")).click()
    boss.get_by_role("button", name="Approve", exact=True).click()
    expect(boss.get_by_text("Your decision is recorded: Approve")).to_be_visible()

    after = before | {
        "human_decision": "succeeded",
        "http_request": "succeeded",
        "end": "succeeded",
        "end_2": "skipped",
    }
    expect_statuses(page, **after)
    assert [(sent.method, sent.path, sent.json) for sent in http_sink.requests] == [
        ("POST", "/bookings", {"employee": "Kim", "amount": 900.5})
    ]

    page.reload()
    expect_statuses(page, **after)
    boss.reload()
    expect(boss.get_by_text("Approve", exact=False).first).to_be_visible()
    boss.goto(page.url)
    expect_statuses(boss, **after)
    assert faults == []
    assert boss_faults == []


def test_a_small_expense_goes_straight_on(
    empty_embedded: EmbeddedServer, http_sink: HttpSink, page: Page
):
    log_in(page, empty_embedded.url, ANN)
    draw_expense_workflow(page, empty_embedded.url, http_sink.url)
    publish(page)
    start_run(page, "Lee", "80")
    expect_statuses(page, human_decision="skipped", http_request="succeeded", end="succeeded")
    assert [sent.json for sent in http_sink.requests] == [{"employee": "Lee", "amount": 80}]
