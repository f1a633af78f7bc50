"""Clipboard, shortcuts, the command palette, and the designer on a phone."""

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.draft import Draft, placed, types, wires
from tests.e2e.visiting import PHONE, assert_fits
from tests.support.documents import edge, graph, node

pytestmark = pytest.mark.browser


def pair():
    return placed(
        graph(
            [
                node("start", "start"),
                node("first", "transform", {"output": {"one": 1}}, title="First"),
                node("second", "log", {"message": "${ nodes.first.one }"}, title="Second"),
            ],
            [edge("start", "first"), edge("first", "second")],
        )
    )


@pytest.fixture
def clipboard(page):
    """The page may use the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])


@pytest.mark.usefixtures("clipboard")
def test_nodes_are_copied_as_json_into_another_workflow_in_another_tab(page, ann):
    source = Draft.open_new(page, ann, pair())
    original = source.stored()
    source.select("First", "Second")
    source.press("Control+c")
    tab = page.context.new_page()
    target = Draft.open_new(tab, ann, pair())
    tab.bring_to_front()
    target.canvas.focus()

    target.press("Control+v")

    expect(target.nodes).to_have_count(5)
    document = target.saved()
    assert types(document) == ["start", "transform", "log", "transform", "log"]
    first, second = document["nodes"][3:]
    assert wires(document) == {
        ("start", "out", "first"),
        ("first", "out", "second"),
        (first["id"], "out", second["id"]),
    }
    assert second["config"]["message"] == f"${{ nodes.{first['id']}.one }}"
    assert source.stored() == original
    text = json.loads(tab.evaluate("navigator.clipboard.readText()"))
    assert [each["id"] for each in text["nodes"]] == ["first", "second"]


@pytest.mark.usefixtures("clipboard")
def test_cut_takes_the_node_away_and_paste_brings_it_back(page, ann):
    draft = Draft.open_new(page, ann, pair())
    draft.select("Second")

    draft.press("Control+x")
    expect(draft.nodes).to_have_count(2)
    draft.press("Control+v")
    expect(draft.nodes).to_have_count(3)

    document = draft.saved()
    assert types(document) == ["start", "transform", "log"]
    assert wires(document) == {("start", "out", "first")}


@pytest.mark.usefixtures("clipboard")
def test_text_that_holds_no_nodes_is_not_pasted(page, ann):
    draft = Draft.open_new(page, ann, pair())
    page.evaluate("navigator.clipboard.writeText('just words')")
    draft.canvas.focus()

    draft.press("Control+v")

    expect(page.get_by_text("The clipboard holds nothing that fits here")).to_be_visible()
    expect(draft.nodes).to_have_count(3)


def test_question_mark_lists_the_shortcuts(page, ann):
    draft = Draft.open_new(page, ann, pair())
    draft.canvas.focus()

    draft.press("?")

    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    for title, keys in {
        "Undo": ["CtrlZ"],
        "Redo": ["CtrlShiftZ", "CtrlY"],
        "Copy": ["CtrlC"],
        "Tidy up": ["ShiftT"],
        "Show all commands": ["CtrlK"],
        "Select everything": ["CtrlA"],
        "Zoom to fit": ["Shift1"],
    }.items():
        entry = shortcuts.get_by_text(title, exact=True).locator("xpath=following-sibling::dd")
        expect(entry).to_have_text("".join(keys))
    draft.press("Escape")
    expect(shortcuts).to_be_hidden()


def test_question_mark_typed_into_a_field_is_text(page, ann):
    draft = Draft.open_new(page, ann, pair())
    draft.open("First")
    title = page.get_by_role("textbox", name="Title")
    title.fill("Why")
    draft.press("?")
    expect(title).to_have_value("Why?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_command_palette_runs_actions_and_finds_workflows(page, ann):
    other = ann.post("/workflows", {"title": "Zebra crossing", "kind": "graph"}, status=201)
    draft = Draft.open_new(page, ann, pair())
    commands = page.get_by_role("dialog", name="Commands")
    expect(draft.node("First")).to_be_visible()

    draft.press("Control+k")
    expect(commands.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("add a note")
    expect(commands.get_by_role("option", name="Add a note")).to_have_attribute(
        "aria-selected", "true"
    )
    draft.press("Enter")
    expect(draft.nodes).to_have_count(4)
    assert types(draft.saved())[-1] == "note"

    draft.press("Control+k")
    page.keyboard.type("zebra")
    commands.get_by_role("option", name="Zebra crossing").click()
    page.wait_for_url(f"**/workflows/{other['id']}")
    expect(page.get_by_role("textbox", name="Workflow name")).to_have_value("Zebra crossing")


def test_command_palette_offers_every_designer_action_with_its_shortcut(page, ann):
    draft = Draft.open_new(page, ann, pair())
    draft.press("Control+k")
    commands = page.get_by_role("dialog", name="Commands")
    for title in (
        "Undo",
        "Redo",
        "Validate",
        "Publish",
        "Run",
        "Tidy up",
        "Zoom to fit",
        "Duplicate the selection",
        "Select everything",
        "Workflow settings",
        "Dashboard",
        "Theme: dark",
    ):
        expect(commands.get_by_role("option", name=title).first).to_be_attached()
    expect(commands.get_by_role("option", name="Tidy up")).to_have_text("Tidy upShiftT")


def test_phone_shows_the_workflow_and_changes_nothing(page, ann):
    document = pair()
    body = {"title": "On a phone", "kind": "graph", "document": document}
    workflow = ann.post("/workflows", body, status=201)
    page.set_viewport_size(PHONE)
    draft = Draft.open_workflow(page, ann, workflow["id"])
    expect(draft.node("First")).to_be_visible()
    expect(page.get_by_role("complementary", name="Palette")).to_have_count(0)
    for action in ("Publish", "Undo", "Tidy up"):
        expect(page.get_by_role("button", name=action)).to_have_count(0)

    settings = draft.open("First")
    expect(settings.get_by_role("textbox", name="Title")).not_to_be_editable()
    expect(settings.get_by_role("textbox", name="Result: name")).to_be_disabled()
    for action in ("Delete", "Duplicate"):
        expect(settings.get_by_role("button", name=action)).to_have_count(0)
    settings.get_by_role("button", name="Close").click()
    draft.node("First").focus()
    draft.press("Delete", "Tab", "Control+z", "Control+d")
    draft.press("Alt+ArrowDown")

    expect(draft.nodes).to_have_count(3)
    expect(draft.save_state).to_have_text("Saved")
    assert draft.stored() == workflow["draft"]["document"]
    assert_fits(page)
