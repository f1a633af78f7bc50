"""The settings of a node beside the canvas, live results of expressions, and problems."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.draft import Draft, placed
from tests.e2e.visiting import assert_fits, box_of, card
from tests.support.documents import INPUT_SCHEMA, edge, graph, node

pytestmark = pytest.mark.browser


def calculation(message="Hello"):
    return placed(
        graph(
            [
                node("start", "start", {"input_schema": INPUT_SCHEMA}),
                node("double", "transform", {"output": {"twice": "${ input.amount * 2.0 }"}}),
                node("write", "log", {"message": message}, title="Write"),
                node("end", "end"),
            ],
            [edge("start", "double"), edge("double", "write"), edge("write", "end")],
        )
    )


def broken():
    """An address is missing, an expression cannot be read, and a node far away has no way in."""
    document = calculation(message="${ input.amount + }")
    document["nodes"].append(node("call", "http", {"method": "GET", "url": ""}, title="Call"))
    document["edges"][2] = edge("write", "call")
    document["layout"]["nodes"]["call"] = {"x": 6_000, "y": 4_000}
    return document


def give_sample(page, text):
    """Type a sample input into the drawer, then close it."""
    page.get_by_role("tab", name="Test data").click()
    sample = page.get_by_role("textbox", name="Sample input")
    sample.fill(text)
    page.get_by_role("button", name="Close the drawer").click()


def test_one_escape_closes_the_settings_and_keeps_what_was_typed(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    draft.select("Write")
    draft.press("Enter")
    settings = page.get_by_role("complementary", name="Settings of Write")
    expect(settings).to_be_visible()
    settings.get_by_role("textbox", name="Title").fill("Greet")
    message = page.get_by_role("textbox", name="Message")
    message.fill("Good morning")

    message.press("Escape")

    expect(page.get_by_role("complementary", name=re.compile("^Settings"))).to_be_hidden()
    expect(draft.node("Greet")).to_be_focused()
    changed = next(each for each in draft.saved()["nodes"] if each["id"] == "write")
    assert changed["title"] == "Greet"
    assert changed["config"]["message"] == "Good morning"


def test_settings_of_a_connection_and_of_the_node_leave_the_canvas_in_sight(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    settings = draft.open("Write")
    beside = box_of(settings)
    shown = box_of(draft.node("Write"))
    palette = box_of(page.get_by_role("complementary", name="Palette"))
    assert palette["x"] + palette["width"] <= shown["x"]
    assert shown["x"] + shown["width"] <= beside["x"]
    draft.close_inspector()

    page.get_by_role("img", name="Connection from Transform").click()
    connection = page.get_by_role("complementary", name="Settings of the connection")
    connection.get_by_role("textbox", name="Label").fill("doubled")

    draft.press("Escape")
    labels = {each["id"]: each["label"] for each in draft.saved()["edges"]}
    assert labels["double-out-write"] == "doubled"


def test_input_parameters_and_output_stand_side_by_side_at_1440(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    page.get_by_role("tab", name="Test data").click()
    settings = draft.open("Transform")

    for part in (
        page.get_by_role("region", name="Sample input"),
        page.get_by_role("region", name="Sample outputs"),
        settings.get_by_role("group", name="Result"),
    ):
        expect(part).to_be_in_viewport()
        box = box_of(part)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1440
    assert_fits(page)


def test_expression_shows_its_result_and_type_before_any_run(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    give_sample(page, '{"amount": 21, "who": "Kim"}')
    message = draft.open("Write").get_by_role("textbox", name="Message")
    preview = page.get_by_role("status", name="Preview")

    message.fill("${ input.amount > 20.0 }")
    expect(preview).to_have_text("= trueyes / no")
    message.fill("${ input.amount * 2.0 }")
    expect(preview).to_have_text(re.compile(r"^= 42(\.0)?number$"))
    message.fill("Dear ${ input.who }")
    expect(preview).to_have_text("= Dear Kimtext")
    message.fill("${ input.amout }")
    expect(preview).to_contain_text("amout")
    expect(preview).not_to_contain_text("=")


def test_expression_completes_names_of_input_and_earlier_outputs(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    message = draft.open("Write").get_by_role("textbox", name="Message")
    message.fill("")
    names = page.get_by_role("listbox").get_by_role("option")

    page.keyboard.type("${ inp")
    expect(names.filter(has_text="input.amount")).to_be_visible()
    page.keyboard.type("ut.am")
    expect(names).to_have_count(1)
    page.keyboard.press("Enter")
    expect(message).to_contain_text("input.amount")

    message.fill("")
    page.keyboard.type("${ nodes.d")
    expect(names.filter(has_text="nodes.double").first).to_be_visible()
    expect(names.filter(has_text="nodes.end")).to_have_count(0)


def test_escape_closes_the_offered_names_first_and_then_the_settings(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    settings = draft.open("Write")
    settings.get_by_role("textbox", name="Message").fill("")
    page.keyboard.type("${ inp")
    names = page.get_by_role("listbox")
    expect(names).to_be_visible()

    draft.press("Escape")
    expect(names).to_be_hidden()
    expect(settings).to_be_visible()
    draft.press("Escape")
    expect(settings).to_be_hidden()


def test_escape_closes_the_offered_names_first_under_an_open_tooltip_too(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    settings = draft.open("Write")
    settings.get_by_role("textbox", name="Message").fill("")
    settings.get_by_role("button", name="Close").hover()
    page.keyboard.type("${ inp")
    names = page.get_by_role("listbox")
    expect(names).to_be_visible()
    expect(page.get_by_role("tooltip")).to_be_visible()

    draft.press("Escape")
    expect(names).to_be_hidden()
    expect(settings).to_be_visible()


def test_invalid_node_carries_a_badge_with_the_reason(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    expect(page.get_by_test_id("node-problems")).to_have_count(0)
    message = draft.open("Write").get_by_role("textbox", name="Message")
    message.fill("${ nodes.missing.value }")
    draft.saved()

    badge = card(page, "write").get_by_test_id("node-problems")
    expect(badge).to_have_text("1 problem")
    expect(badge).to_have_attribute("title", re.compile("missing"))
    expect(page.get_by_role("list", name="Problems of this node")).to_contain_text("missing")
    expect(draft.node("Write")).to_have_accessible_name("Log Write, 1 problem")

    message.fill("Fine again")
    draft.saved()
    expect(page.get_by_test_id("node-problems")).to_have_count(0)


def test_publish_lists_all_problems_and_a_click_leads_to_the_node(page, ann):
    draft = Draft.open_new(page, ann, broken())
    page.get_by_role("button", name="Zoom to fit").click()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Not ready to publish")
    problems = dialog.get_by_role("list", name="Problems").get_by_role("button")
    errors = [
        each
        for each in ann.get(f"/workflows/{draft.workflow_id}")["draft"]["problems"]
        if each["severity"] == "error"
    ]
    assert {each["node_id"] for each in errors} >= {"write", "call"}
    expect(problems).to_have_count(len(errors))
    expect(dialog.get_by_role("button", name="Publish", exact=True)).to_have_count(0)

    problems.filter(has_text="Call:").first.click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("complementary", name="Settings of Call")).to_be_visible()
    expect(draft.node("Call")).to_be_in_viewport(ratio=1)
    expect(draft.node("Start")).not_to_be_in_viewport()
    assert ann.get(f"/workflows/{draft.workflow_id}")["latest_version"] is None


def test_validate_opens_the_problems_and_a_click_leads_to_the_node(page, ann):
    draft = Draft.open_new(page, ann, broken())
    page.get_by_role("button", name="Validate").click()
    panel = page.get_by_role("tabpanel", name="Problems")

    panel.get_by_role("button").filter(has_text="Write:").first.click()

    expect(page.get_by_role("complementary", name="Settings of Write")).to_be_visible()
    expect(draft.node("Write")).to_be_in_viewport(ratio=1)


def test_two_nodes_are_wired_and_unwired_with_the_keyboard_alone(page, ann):
    document = calculation()
    document["edges"] = document["edges"][:2]
    draft = Draft.open_new(page, ann, document)
    draft.select("Write")
    draft.press("Enter")
    settings = page.get_by_role("complementary", name="Settings of Write")
    settings.get_by_text("Connections").focus()
    draft.press("Enter")

    settings.get_by_role("combobox", name="Connect Next to").focus()
    page.keyboard.type("End")
    page.keyboard.press("Tab")
    expect(page.get_by_role("img", name="Connection from Write")).to_be_attached()
    wired = [(each["source"], each["target"]) for each in draft.saved()["edges"]]
    assert wired == [("start", "double"), ("double", "write"), ("write", "end")]

    settings.get_by_role("button", name="Remove the connection to End").focus()
    draft.press("Enter")
    expect(page.get_by_role("img", name="Connection from Write")).to_have_count(0)
    assert len(draft.saved()["edges"]) == 2


def test_a_step_names_the_steps_that_it_cancels_and_waits_for(page, ann):
    draft = Draft.open_new(page, ann, calculation())
    draft.select("Write")
    draft.press("Enter")
    settings = page.get_by_role("complementary", name="Settings of Write")
    settings.get_by_text("Step settings").click()

    settings.get_by_label("Cancels when done").select_option("end")
    settings.get_by_label("Cancels when done").select_option("double")
    settings.get_by_role("button", name="No longer cancel End").click()
    settings.get_by_label("Takes turns in").fill("desk")
    settings.get_by_label("Only while").select_option("double")

    changed = next(each for each in draft.saved()["nodes"] if each["id"] == "write")
    assert (changed["cancels"], changed["exclusive"], changed["only_while"]) == (
        ["double"],
        "desk",
        "double",
    )


def test_a_step_that_a_worker_runs_may_take_an_earlier_result(page, ann):
    draft = Draft.open_new(page, ann, broken())
    draft.select("Call")
    draft.press("Enter")
    settings = page.get_by_role("complementary", name="Settings of Call")
    settings.get_by_text("Step settings").click()

    settings.get_by_label("Take an earlier result for the same input").check()
    settings.get_by_label("A result counts for (seconds)").fill("60")

    changed = next(each for each in draft.saved()["nodes"] if each["id"] == "call")
    assert changed["memo"] == {"ttl_seconds": 60}
