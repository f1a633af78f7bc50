"""A state machine in the browser: its states and transitions, and the events that it takes now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.visiting import DESK, PHONE, assert_fits, box_of, card, line, open_browser, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.person import Person

pytestmark = pytest.mark.browser

TEMPLATES = Path(__file__).parents[2] / "examples" / "workflow_templates"
ORDER: dict[str, Any] = json.loads((TEMPLATES / "order.json").read_text(encoding="utf-8"))
INPUT = {"customer": "Kim", "article": "lamp", "quantity": 2}

NESTED: dict[str, Any] = {
    "format": 1,
    "kind": "state_machine",
    "initial": "off",
    "states": [
        {
            "id": "off",
            "title": "Off",
            "transitions": [{"id": "start", "event": "power.on", "targets": ["on"]}],
        },
        {
            "id": "on",
            "title": "On",
            "type": "parallel",
            "transitions": [
                {"id": "stop", "event": "power.off", "targets": ["off"]},
                {"id": "wear_out", "event": "break.*", "targets": ["scrap"]},
            ],
            "children": [
                {
                    "id": "light",
                    "title": "Light",
                    "type": "compound",
                    "initial": "dim",
                    "children": [
                        {
                            "id": "dim",
                            "title": "Dim",
                            "transitions": [
                                {"id": "more", "event": "turn", "targets": ["bright"]},
                            ],
                        },
                        {
                            "id": "bright",
                            "title": "Bright",
                            "transitions": [
                                {"id": "less", "event": "turn", "targets": ["dim"]},
                                {"id": "tire", "after": 3600, "targets": ["dim"]},
                            ],
                        },
                        {"id": "last", "type": "history", "default": ["dim"]},
                    ],
                },
                {
                    "id": "fan",
                    "title": "Fan",
                    "type": "compound",
                    "initial": "still",
                    "children": [
                        {
                            "id": "still",
                            "title": "Still",
                            "transitions": [{"id": "blow", "event": "blow", "targets": ["air"]}],
                        },
                        {"id": "air", "title": "Blowing"},
                    ],
                },
            ],
        },
        {"id": "scrap", "title": "Scrap", "type": "final"},
    ],
}


def send(page: Page, button: str, data: str = "{}") -> None:
    """Press the button of an event, and send it with these data."""
    page.get_by_role("group", name="Events it takes now").get_by_role(
        "button", name=button, exact=True
    ).click()
    dialog = page.get_by_role("dialog", name=re.compile(f"“{button}"))
    dialog.get_by_label("Data as JSON").fill(data)
    dialog.get_by_role("button", name="Send event").click()
    expect(dialog).to_have_count(0)


def stands(page: Page, **statuses: str | None) -> None:
    """These states are active (`waiting`), were left or reached (`succeeded`), or never entered."""
    for state, status in statuses.items():
        if status is None:
            expect(card(page, state)).not_to_have_attribute("data-status", re.compile("."))
        else:
            expect(card(page, state)).to_have_attribute("data-status", status)


def test_an_order_is_led_on_by_its_events_and_everybody_sees_the_same(
    page: Page, new_context: Callable[[], BrowserContext], ann: Person
):
    faults = collect_faults(page)
    run = ann.start(ann.publish("Order", ORDER), INPUT)
    visit(page, ann, f"/runs/{run}")
    stands(page, pending="waiting", approved=None, cancelled=None)
    expect(card(page, "pending")).to_contain_text("Active")
    expect(card(page, "pending")).to_contain_text("After an hour")
    events = page.get_by_role("group", name="Events it takes now")
    expect(events.get_by_role("button")).to_have_text(["Approve", "Cancel"])
    expect(page.get_by_text("Pending is active.")).to_be_visible()

    send(page, "Approve")

    stands(page, pending="succeeded", approved="waiting", shipped=None)
    expect(card(page, "pending")).to_contain_text("Left")
    expect(events.get_by_role("button")).to_have_text(["Ship", "Cancel"])
    expect(line(page, "approve")).to_have_attribute("data-crossed", "true")
    expect(line(page, "ship")).not_to_have_attribute("data-crossed", "true")
    expect(card(page, "reserve")).to_have_attribute("data-status", "succeeded", timeout=20_000)

    other = open_browser(new_context, ann, f"/runs/{run}")
    for each in (page, other):
        each.reload()
        stands(each, pending="succeeded", approved="waiting", shipped=None)
        expect(
            each.get_by_role("group", name="Events it takes now").get_by_role("button")
        ).to_have_text(["Ship", "Cancel"])

    send(page, "Ship", '{"carrier": ""}')
    expect(page.get_by_text("The event “ship” led nowhere")).to_be_visible()
    stands(page, approved="waiting", shipped=None)

    send(other, "Ship", '{"carrier": "Post"}')
    for each in (page, other):
        stands(each, approved="succeeded", shipped="waiting")
    card(page, "note_carrier").click()
    panel = page.get_by_role("region", name="Node Note the carrier")
    expect(panel.get_by_text("Set variables")).to_be_visible()
    expect(panel.get_by_text("Post")).to_be_visible()

    send(other, "Deliver")
    for each in (page, other):
        stands(each, shipped="succeeded", delivered="succeeded", cancelled=None)
        expect(each.get_by_role("status", name="Status of the run")).to_have_text("Succeeded")
    expect(card(page, "delivered")).to_contain_text("Reached")
    expect(events).to_have_count(0)
    page.get_by_role("button", name="Close the node").click()
    page.get_by_role("tab", name="Journal").click()
    journal = page.get_by_role("list", name="Journal")
    expect(journal).to_contain_text("Approved goes on to “Shipped”, on the event “ship”")
    assert faults == []


def test_an_event_for_a_machine_that_moved_on_is_told_kindly(page: Page, ann: Person):
    run = ann.start(ann.publish("Order", ORDER), INPUT)
    visit(page, ann, f"/runs/{run}")
    events = page.get_by_role("group", name="Events it takes now")
    events.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Send “Cancel”")
    ann.post(f"/runs/{run}/events", {"name": "approve"})
    stands(page, approved="waiting")
    expect(card(page, "reserve")).to_have_attribute("data-status", "succeeded", timeout=20_000)

    dialog.get_by_role("button", name="Send event").click()
    expect(dialog.get_by_text("Something has happened since you opened this.")).to_be_visible()
    stands(page, approved="waiting", cancelled=None)

    dialog.get_by_role("button", name="Send it all the same").click()
    stands(page, approved="succeeded", cancelled="succeeded")


def test_an_event_that_is_not_taken_any_more_says_which_are(page: Page, ann: Person):
    run = ann.start(ann.publish("Order", ORDER), INPUT)
    visit(page, ann, f"/runs/{run}")
    page.get_by_role("group", name="Events it takes now").get_by_role(
        "button", name="Approve"
    ).click()
    dialog = page.get_by_role("dialog", name="Send “Approve”")
    ann.post(f"/runs/{run}/events", {"name": "approve"})
    expect(card(page, "reserve")).to_have_attribute("data-status", "succeeded", timeout=20_000)
    dialog.get_by_role("button", name="Send event").click()
    dialog.get_by_role("button", name="Send it all the same").click()
    expect(dialog.get_by_text("Accepted are: ship, cancel.")).to_be_visible()


def test_states_lie_in_each_other_and_parallel_ones_are_active_together(page: Page, ann: Person):
    run = ann.start(ann.publish("Lamp with a fan", NESTED))
    visit(page, ann, f"/runs/{run}")
    send(page, "Power on")
    stands(page, off="succeeded", on="waiting", light="waiting", dim="waiting", still="waiting")
    for inner, outer in [("light", "on"), ("fan", "on"), ("bright", "light"), ("last", "light")]:
        inside, around = box_of(card(page, inner)), box_of(card(page, outer))
        assert around["x"] < inside["x"]
        assert around["y"] < inside["y"]
        assert inside["x"] + inside["width"] < around["x"] + around["width"]
        assert inside["y"] + inside["height"] < around["y"] + around["height"]

    send(page, "Turn")
    send(page, "Blow")
    stands(page, dim="succeeded", bright="waiting", still="succeeded", air="waiting")

    card(page, "still").click()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("node=air"))
    expect(page.get_by_role("region", name="Node Blowing")).to_be_visible()
    page.get_by_role("button", name="Close the node").click()

    events = page.get_by_role("group", name="Events it takes now")
    events.get_by_role("button", name="Break …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Event").fill("break.bulb")
    dialog.get_by_role("button", name="Send event").click()
    stands(page, on="succeeded", bright="succeeded", scrap="succeeded")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "document, event", [(ORDER, "approve"), (NESTED, "power.on")], ids=["flat", "nested"]
)
def test_run_version_and_published_page_are_accessible(
    page: Page, ann: Person, document: dict[str, Any], event: str, scheme: Any
):
    faults = collect_faults(page)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    workflow = ann.publish("Accessible", document)
    run = ann.start(workflow, INPUT)
    ann.post(f"/runs/{run}/events", {"name": event})
    pages = (f"/workflows/{workflow}", f"/workflows/{workflow}/versions/1", f"/runs/{run}")
    for path in pages:
        page.set_viewport_size(DESK)
        visit(page, ann, path)
        expect(page.locator(".fd-state").first).to_be_visible()
        assert_accessible(page)
        page.set_viewport_size(PHONE)
        assert_fits(page)
    page.set_viewport_size(DESK)
    page.get_by_role("group", name="Events it takes now").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)
    assert faults == []
