"""Pipelines in the designer: drawn by keyboard and by pointer, saved, undone, published."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pipeline_draft import PipelineDraft, choice, parallel, pipeline, shape, task
from tests.e2e.test_designer_saving import unsaved
from tests.e2e.visiting import PHONE, assert_fits, card, visit
from tests.support.browser import assert_accessible, collect_faults

pytestmark = pytest.mark.browser


def nested():
    """A condition, and a branch within a branch."""
    return (
        task("first"),
        choice("large", "${ input.amount > 5 }", [task("yes")], []),
        parallel("both", [task("left"), parallel("deep", [task("inner")], [])], [task("right")]),
    )


def statuses(page):
    shown = page.eval_on_selector_all(
        "[data-node-id]",
        "cards => Object.fromEntries(cards.map(({dataset: d}) => [d.nodeId, d.status]))",
    )
    return dict(shown)


def test_a_pipeline_is_drawn_by_keyboard_published_run_and_watched_live(page, ann, bob):
    draft = PipelineDraft.draw_new(page, ann, "Drawn by keyboard")

    draft.quick_add("log")
    draft.quick_add("condition")
    draft.quick_add("human")  # Then, which is empty
    draft.press("ArrowUp")
    draft.quick_add("transform")  # Otherwise, which is still empty
    draft.press("ArrowUp")
    draft.quick_add("parallel")  # below
    draft.quick_add("log")
    draft.press("ArrowUp")
    draft.quick_add("log")
    expect(draft.step("log_3")).to_be_focused()
    draft.press("ArrowUp", "ArrowUp", "ArrowUp")
    expect(draft.step("condition")).to_be_focused()
    draft.press("Enter")
    editor = page.get_by_role("textbox", name="Condition")
    expect(editor).to_be_visible()
    draft.press("Tab", "Tab", "Tab", "Tab")
    expect(editor).to_be_focused()
    page.keyboard.insert_text("1 < 2")
    draft.close_inspector()
    expect(draft.step("condition")).to_contain_text("If 1 < 2")
    assert draft.shape() == "log condition(human_decision | transform) in_parallel(log_2 | log_3)"

    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish version 1")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(draft.version_state).to_have_text("Same as version 1")
    draft.press("Control+Enter")
    page.get_by_role("dialog", name="Start a run").get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile("/runs/"))
    expect(card(page, "human_decision")).to_have_attribute("data-status", "waiting")
    expect(card(page, "log")).to_have_attribute("data-status", "succeeded")
    assert card(page, "in_parallel").get_attribute("data-status") is None
    run_id = page.url.rsplit("/", 1)[-1]

    human_task = bob.wait_for_human_task(run_id)
    bob.post(f"/human-tasks/{human_task['id']}/decide", {"outcome": "approved", "comment": ""})

    expect(page.get_by_role("status", name="Status of the run")).to_contain_text("Succeeded")
    expected = {
        "_start": "succeeded",
        "log": "succeeded",
        "condition": "succeeded",
        "human_decision": "succeeded",
        "transform": "skipped",
        "in_parallel": "succeeded",
        "log_2": "succeeded",
        "log_3": "succeeded",
    }
    assert statuses(page) == expected
    page.reload()
    expect(card(page, "in_parallel")).to_have_attribute("data-status", "succeeded")
    assert statuses(page) == expected


def test_a_pipeline_is_drawn_by_pointer(page, ann):
    draft = PipelineDraft.draw_new(page, ann, "Drawn by pointer")

    draft.drag(draft.from_palette("log"), draft.gap("Add at the beginning"))
    draft.drag(draft.from_palette("conditional"), draft.gap("Add after Log"))
    draft.drag(draft.from_palette("transform"), draft.gap("Add to Then of Condition"))
    draft.drag(draft.from_palette("parallel"), draft.gap("Add to Otherwise of Condition"))
    assert draft.shape() == "log condition(transform | in_parallel( | ))"

    draft.drag(draft.step("transform"), draft.gap("Add to Branch 2 of In parallel"))
    draft.drag(draft.step("log"), draft.gap("Add after Transform"))
    assert draft.shape() == "condition( | in_parallel( | transform log))"

    page.get_by_role("button", name="Add a branch to In parallel").click()
    draft.gap("Add to Branch 3 of In parallel").click()
    page.get_by_placeholder("What comes next?").fill("wait")
    page.keyboard.press("Enter")
    assert draft.shape() == "condition( | in_parallel( | transform log | wait))"

    before = draft.stored()
    draft.drag(draft.step("wait"), draft.gap("Add at the beginning"), drop=False)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("landing")).to_be_hidden()
    page.mouse.up()
    assert draft.saved() == before

    start = draft.settings("_start")
    start.get_by_role("button", name="Add a field").click()
    expect(draft.step("_start")).to_contain_text("Asks for field")
    branches = draft.settings("in_parallel")
    branches.get_by_role("button", name="Remove branch 1").click()
    document = draft.saved()
    assert shape(document["steps"]) == "condition( | in_parallel(transform log | wait))"
    assert list(document["input_schema"]["properties"]) == ["field"]


def test_steps_are_moved_copied_cut_and_deleted_by_keyboard(page, ann):
    draft = PipelineDraft.open_pipeline(page, ann, *nested())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draft.step("first").click()
    draft.press("Alt+ArrowDown")
    assert draft.shape() == "large(first yes | ) both(left deep(inner | ) | right)"
    draft.press("Alt+ArrowRight")
    expect(draft.step("first")).to_be_focused()
    assert draft.shape() == "large(yes | first) both(left deep(inner | ) | right)"

    draft.press("ArrowDown", "ArrowDown", "ArrowDown")
    expect(draft.step("deep")).to_be_focused()
    draft.press("Control+d")
    assert draft.shape() == (
        "large(yes | first) both(left deep(inner | deep_2(inner_2 | )) | right)"
    )
    draft.press("Control+x")
    draft.step("right").click()
    draft.press("Control+v")
    assert (
        draft.shape() == "large(yes | first) both(left deep(inner | ) | right deep_2(inner_2 | ))"
    )

    draft.step("large").click()
    draft.step("left").click(modifiers=["Shift"])
    draft.press("Delete")
    assert draft.shape() == "both(deep(inner | ) | right deep_2(inner_2 | ))"
    draft.press("Control+a", "Delete")
    expect(page.get_by_role("button", name="Add the first step")).to_be_visible()
    draft.press("Control+z", "Control+z")
    assert (
        draft.shape() == "large(yes | first) both(left deep(inner | ) | right deep_2(inner_2 | ))"
    )


def test_a_step_is_set_up_and_renamed_where_it_is_read(page, ann):
    draft = PipelineDraft.open_pipeline(
        page,
        ann,
        task("first", "transform", {"output": {"total": 3}}),
        choice("large", "${ nodes.first.total > 1 }", [], []),
        task("count", "task:examples.count_words", {"text": "a b"}),
        input_schema={"type": "object", "properties": {"amount": {"type": "number"}}},
    )
    settings = draft.settings("first")
    settings.get_by_text("Step settings").click()
    name = settings.get_by_role("textbox", name="Id")
    name.fill("sums")
    name.press("Enter")
    settings = draft.settings("count")
    settings.get_by_text("Step settings").click()
    settings.get_by_role("spinbutton", name="Time limit").fill("30")
    settings.get_by_role("checkbox", name="Try again when it fails").check()
    document = draft.saved()
    assert document["steps"][1]["condition"] == "${ nodes.sums.total > 1 }"
    assert document["steps"][2]["timeout_seconds"] == 30
    assert document["steps"][2]["retry"]["max_attempts"] == 3

    condition = draft.settings("large").get_by_role("textbox", name="Condition")
    preview = page.get_by_role("status", name="Preview")
    draft.write(condition, "input.amount > 0")
    expect(preview).to_contain_text("true")
    draft.write(condition, "input.amount > 9")
    expect(preview).to_contain_text("false")


def test_a_problem_marks_its_step_and_leads_to_it(page, ann):
    draft = PipelineDraft.open_pipeline(
        page, ann, *[task(f"s{number}") for number in range(12)], choice("later", "", [], [])
    )
    badge = draft.step("later").get_by_test_id("node-problems")
    expect(badge).to_have_text("1 problem")
    expect(draft.step("later")).not_to_be_in_viewport()

    page.get_by_role("tab", name="Problems").click()
    page.get_by_role("list", name="Problems").get_by_role("button").first.click()

    expect(draft.step("later")).to_be_in_viewport()
    settings = page.get_by_role("complementary", name="Settings of later")
    draft.write(settings.get_by_role("textbox", name="Condition"), "true")
    draft.saved()
    expect(badge).to_be_hidden()


def test_undo_survives_a_refresh_and_says_what_it_undoes(page, ann):
    draft = PipelineDraft.open_pipeline(page, ann, *nested())
    original = draft.stored()
    draft.step("large").click()
    draft.press("Delete")
    deleted = draft.saved()
    draft.step("first").click()
    draft.press("Alt+ArrowDown")
    moved = draft.saved()
    draft.press("Control+z")
    assert draft.saved() == deleted

    draft.reload()

    page.get_by_role("button", name="Undo: delete 1 step").click()
    assert draft.saved() == original
    draft.press("Control+y")
    assert draft.saved() == deleted
    page.get_by_role("button", name="Redo: move 1 step").click()
    assert draft.saved() == moved


def test_refresh_before_an_edit_was_saved_loses_nothing(page, ann):
    draft = PipelineDraft.open_pipeline(page, ann, task("first"))
    with unsaved(page):
        draft.step("first").click()
        draft.quick_add("wait")
        expect(draft.steps).to_have_count(2)
        page.reload()
        expect(draft.steps).to_have_count(2)
        assert shape(draft.stored()["steps"]) == "first"
    page.reload()
    assert draft.shape() == "first wait"


def test_two_tabs_never_overwrite_each_other_silently(page, ann):
    mine = PipelineDraft.open_pipeline(page, ann, task("first"))
    tab = page.context.new_page()
    theirs = PipelineDraft(tab, ann, mine.workflow_id)
    tab.goto(page.url)
    theirs.step("first").click()
    theirs.quick_add("wait")
    assert theirs.shape() == "first wait"

    mine.step("first").click()
    mine.quick_add("transform")

    dialog = page.get_by_role("dialog", name="This workflow was saved by somebody else")
    expect(dialog.get_by_text("2 steps")).to_have_count(2)
    assert shape(mine.stored()["steps"]) == "first wait"
    dialog.get_by_role("button", name="Keep mine").click()
    expect(dialog).to_be_hidden()
    assert mine.shape() == "first transform"
    mine.press("Control+z")
    assert mine.shape() == "first wait"


def test_changed_steps_have_a_dot(page, ann):
    draft = PipelineDraft.open_pipeline(page, ann, *nested())
    ann.post(f"/workflows/{draft.workflow_id}/publish", {"revision": 1, "note": ""})
    draft.reload()
    dots = page.get_by_role("img", name="Changed since it was published")
    expect(draft.version_state).to_have_text("Same as version 1")
    expect(dots).to_have_count(0)
    draft.settings("inner").get_by_role("textbox", name="Title").fill("Another")
    expect(dots).to_have_count(1)
    expect(draft.step("inner").get_by_role("img", name="Changed since")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_designer_version_and_run_are_accessible(page, ann, scheme):
    faults = collect_faults(page)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    schema = {"type": "object", "properties": {"amount": {"type": "number"}}}
    workflow = ann.publish("Nested", pipeline(*nested(), input_schema=schema))
    draft = PipelineDraft(page, ann, workflow)
    run = ann.start(workflow, {"amount": 9})
    ann.wait_for_run(run, "succeeded")
    for path in (draft.path, f"{draft.path}/versions/1", f"/runs/{run}?node=inner"):
        visit(page, ann, path)
        draft_is_open = path == draft.path
        expect(draft.step("inner")).to_be_visible()
        assert_accessible(page)
        if draft_is_open:
            draft.settings("both")
            assert_accessible(page)
            draft.close_inspector()
            draft.press("Tab")
            expect(page.get_by_placeholder("What comes next?")).to_be_focused()
            assert_accessible(page)
    assert faults == []


def test_a_phone_shows_a_pipeline_and_changes_nothing(page, ann):
    page.set_viewport_size(PHONE)
    draft = PipelineDraft.open_pipeline(page, ann, *nested())
    before = draft.stored()
    expect(draft.step("first")).to_be_visible()
    expect(page.get_by_role("button", name="Add after first")).to_have_count(0)
    draft.step("first").click()
    draft.press("Delete", "Alt+ArrowDown", "Tab", *"log", "Enter")
    assert_fits(page)
    assert_accessible(page)
    assert draft.stored() == before


def test_a_group_says_how_many_of_its_branches_run_at_once(page, ann):
    draft = PipelineDraft.open_pipeline(
        page, ann, parallel("both", [task("a")], [task("b")], [task("c")])
    )
    bound = draft.settings("both").get_by_role("spinbutton", name="At most at once")
    expect(bound).to_have_value("")
    bound.fill("2")
    assert draft.saved()["steps"][0]["max_concurrency"] == 2
    bound.fill("")
    assert draft.saved()["steps"][0]["max_concurrency"] is None
    draft.press("Control+z", "Control+z")
    expect(bound).to_have_value("")


def test_a_workflow_says_once_how_often_its_steps_are_repeated(page, ann):
    draft = PipelineDraft.open_pipeline(page, ann, task("a"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Workflow settings").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name=re.compile("^Try failed steps again")).check()
    dialog.get_by_role("spinbutton", name="Attempts in all").fill("4")
    assert_accessible(page)
    dialog.get_by_role("button", name="Done").click()
    assert draft.saved()["settings"]["retry"]["max_attempts"] == 4
