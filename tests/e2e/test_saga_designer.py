"""Sagas in the browser: drawn, drilled, run, undone, and resolved by a person."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pipeline_draft import PipelineDraft
from tests.e2e.visiting import PHONE, assert_fits, card, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.person import Person

pytestmark = pytest.mark.browser

Json = dict[str, Any]


def log(message: str) -> Json:
    return {"type": "log", "config": {"message": message}}


def failing() -> Json:
    """An action that cannot succeed: the input has no such field."""
    return {"type": "log", "config": {"message": "${ input.nothing }"}}


def step(step_id: str, action: Json, undo: Json | None = None, sort: str = "compensatable") -> Json:
    return {"step": sort, "id": step_id, "title": step_id, "action": action, "compensation": undo}


def order(last: Json, undo: Json) -> Json:
    """Reserve, pay and insure side by side, and a last step."""
    pay = {
        "step": "parallel",
        "id": "pay",
        "title": "Pay",
        "steps": [step("charge", log("c"), log("refund")), step("insure", log("i"), log("i"))],
    }
    steps = [step("reserve", log("r"), undo), pay, step("ship", last, None, "pivot")]
    return {"format": 1, "kind": "saga", "mode": "compensation", "steps": steps}


def trip() -> Json:
    def participant(name: str) -> Json:
        actions = {f"{word}_action": log(word) for word in ("try", "confirm", "cancel")}
        return {"id": name, "title": name, **actions}

    return {
        "format": 1,
        "kind": "saga",
        "mode": "tcc",
        "participants": [participant("flight"), participant("hotel")],
    }


def open_saga(page: Page, person: Person, document: Json) -> PipelineDraft:
    body = {"title": "A saga", "kind": "saga", "document": document}
    workflow_id = person.post("/workflows", body, status=201)["id"]
    draft = PipelineDraft(page, person, workflow_id)
    visit(page, person, draft.path)
    expect(draft.placed_canvas).to_be_visible()
    return draft


def test_a_saga_is_drawn_by_keyboard_drilled_published_and_undone(page, ann):
    draft = PipelineDraft.draw_new(page, ann, "Drawn by keyboard", kind="Saga")
    draft.quick_add("log")
    draft.quick_add("log")  # what undoes it
    draft.press("ArrowUp")
    draft.quick_add("transform")
    draft.quick_add("log")
    expect(draft.step("_undo_transform")).to_be_focused()
    saved = draft.saved()["steps"]
    assert [(each["id"], each["compensation"]["type"]) for each in saved] == [
        ("log", "log"),
        ("transform", "log"),
    ]
    for part in ("log", "_undo_log", "_undo_transform"):
        settings = draft.settings(part)
        draft.write(settings.get_by_role("textbox", name="Message"), part)
        draft.close_inspector()
    draft.press("ArrowUp")
    draft.quick_add("wait")
    draft.settings("wait").get_by_label("When a later step fails").select_option("pivot")
    draft.close_inspector()
    assert [each["step"] for each in draft.saved()["steps"]] == [
        "compensatable",
        "compensatable",
        "pivot",
    ]

    draft.press("Shift+F")
    draft.step("wait").click()
    expect(page.get_by_role("status", name="Failure drill")).to_contain_text("2 steps are undone")
    expect(draft.step("_undo_transform")).to_contain_text("Undone 1st")
    expect(draft.step("_undo_log")).to_contain_text("Undone 2nd")
    page.get_by_role("button", name="End the drill").click()
    expect(draft.step("_undo_log").get_by_test_id("node-status")).to_have_count(0)

    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish version 1")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(draft.version_state).to_have_text("Same as version 1")
    run = ann.start(draft.workflow_id, {})
    visit(page, ann, f"/runs/{run}")
    expect(card(page, "wait")).to_have_attribute("data-status", "waiting")
    page.get_by_role("button", name="Cancel run").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Cancel")).last.click()
    expect(card(page, "_undo_log")).to_have_attribute("data-status", "compensated")
    expect(card(page, "_undo_transform")).to_have_attribute("data-status", "compensated")
    expect(card(page, "log")).to_have_attribute("data-status", "compensated")


def test_a_failed_saga_lights_up_its_undo_line_and_a_refresh_shows_the_same(page, ann):
    workflow = ann.publish("Fails at the end", order(failing(), log("release")))
    run = ann.start(workflow, {})
    visit(page, ann, f"/runs/{run}")
    undos = ("_undo_reserve", "_undo_charge", "_undo_insure")
    for _ in range(2):
        for undo in undos:
            expect(card(page, undo)).to_have_attribute("data-status", "compensated")
        expect(card(page, "ship")).to_have_attribute("data-status", "failed")
        page.reload()
    card(page, "_undo_charge").click()
    expect(page.get_by_role("region", name=re.compile("^Node Undo: charge"))).to_be_visible()


def test_an_undo_that_gives_up_is_resolved_by_a_person_with_a_note(page, ann):
    undo = {**failing(), "retry": {"max_attempts": 1}}
    workflow = ann.publish("Cannot be undone", order(failing(), undo))
    run = ann.start(workflow, {})
    visit(page, ann, f"/runs/{run}")
    expect(card(page, "_undo_reserve")).to_have_attribute("data-status", "needs_attention")
    expect(card(page, "_undo_charge")).to_have_attribute("data-status", "compensated")

    page.get_by_role("button", name="Choose how to go on").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("^Resolved by hand")).check()
    dialog.get_by_role("textbox", name="Note").fill("Released by phone")
    dialog.get_by_role("button", name="Go on").click()

    expect(card(page, "_undo_reserve")).not_to_have_attribute("data-status", "needs_attention")
    expect(page.get_by_role("status", name="Status of the run")).to_contain_text("Compensated")


def test_try_confirm_cancel_stands_in_rows_and_an_empty_place_is_filled(page, ann):
    document = trip()
    document["participants"][1]["cancel_action"] = None
    draft = open_saga(page, ann, document)
    page.get_by_role("button", name="Add cancel of hotel").click()
    page.get_by_placeholder("What comes next?").fill("log")
    page.keyboard.press("Enter")
    expect(draft.step("_cancel_hotel")).to_be_focused()
    assert draft.saved()["participants"][1]["cancel_action"]["type"] == "log"
    draft.drag(draft.step("hotel"), draft.gap("Add before flight"))
    assert [each["id"] for each in draft.saved()["participants"]] == ["hotel", "flight"]
    draft.press("Control+z", "Control+z")
    draft.reload()
    assert draft.saved()["participants"][1]["cancel_action"] is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_designer_drill_and_run_are_accessible(page, ann, scheme):
    faults = collect_faults(page)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    workflow = ann.publish("Accessible", order(failing(), log("release")))
    run = ann.start(workflow, {})
    draft = PipelineDraft(page, ann, workflow)
    visit(page, ann, draft.path)
    expect(draft.step("reserve")).to_be_visible()
    assert_accessible(page)
    draft.settings("_undo_reserve")
    assert_accessible(page)
    draft.close_inspector()
    page.get_by_role("button", name="Failure drill").click()
    draft.step("ship").click()
    expect(draft.step("_undo_reserve")).to_contain_text("Undone 2nd")
    assert_accessible(page)
    visit(page, ann, f"{draft.path}/versions/1")
    expect(draft.step("reserve")).to_be_visible()
    assert_accessible(page)
    visit(page, ann, f"/runs/{run}")
    expect(draft.step("_undo_reserve")).to_have_attribute("data-status", "compensated")
    assert_accessible(page)
    tcc = open_saga(page, ann, trip())
    expect(tcc.step("_confirm_hotel")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert_fits(page)
    assert_accessible(page)
    assert faults == []
