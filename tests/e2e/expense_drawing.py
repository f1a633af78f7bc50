"""The expense workflow, drawn and started in the browser as a person would."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.drawing import Designer
from tests.support.accounts import BOB

CHECK = "Check an expense against the policy"
GATE = "Gate"
APPROVAL = "Human decision"
BOOKING = "HTTP request"


def draw_expense_workflow(page: Page, base_url: str, booking_url: str) -> Designer:
    """Draw it with keyboard and mouse alone."""
    designer = Designer.new(page, base_url, "Expenses")
    for words in ("start", "check an exp", "gate"):
        designer.quick_add(words)
    designer.add_after(GATE, "Yes", "human")
    designer.add_after(APPROVAL, "Approve", "http")
    designer.quick_add("end")
    designer.add_after(APPROVAL, "Reject", "end")
    designer.connect(GATE, "otherwise", BOOKING)

    start = designer.open("Start")
    for number, (name, kind) in enumerate((("employee", "Text"), ("amount", "Number")), start=1):
        start.get_by_role("button", name="Add a field").click()
        start.get_by_role("textbox", name=f"Name of field {number}").fill(name)
        start.get_by_role("combobox", name=f"Type of field {number}").select_option(kind)
        start.get_by_role("checkbox", name=f"Field {number} is required").check()
    designer.close_inspector()

    check = designer.open(CHECK)
    designer.write(check.get_by_role("textbox", name="Employee"), "${ input.employee }")
    check.get_by_role("button", name="Expression for Amount").click()
    designer.write(check.get_by_role("textbox", name="Amount"), "input.amount")
    check.get_by_role("combobox", name="Category").select_option("travel")
    designer.close_inspector()

    gate = designer.open(GATE)
    condition = gate.get_by_role("textbox", name="Condition of branch 1")
    designer.write(condition, "input.amount > 500")
    designer.close_inspector()

    approval = designer.open(APPROVAL)
    heading = approval.get_by_role("textbox", name="Heading")
    designer.write(heading, "Expense of ${ input.employee }: ${ input.amount }")
    approval.get_by_role("textbox", name="People").fill(BOB)
    approval.get_by_role("textbox", name="People").press("Enter")
    designer.close_inspector()

    booking = designer.open(BOOKING)
    booking.get_by_role("combobox", name="Method").select_option("POST")
    designer.write(booking.get_by_role("textbox", name="Address"), f"{booking_url}/bookings")
    designer.write(booking.get_by_role("textbox", name="Body"), "${ input }")
    designer.close_inspector()
    designer.expect_saved()
    return designer


def publish(page: Page) -> None:
    """Press Publish, and once more in its dialog."""
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Same as version 1")).to_be_visible()


def start_run(page: Page, employee: str, amount: str) -> None:
    """Fill in the form of the Run dialog."""
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("employee").fill(employee)
    dialog.get_by_label("amount").fill(amount)
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))


def expect_statuses(page: Page, **statuses: str) -> None:
    """What the cards on the canvas say."""
    for node, status in statuses.items():
        card = page.locator(f'.react-flow__node[data-id="{node}"] [data-status]').first
        expect(card).to_have_attribute("data-status", status, timeout=10_000)
