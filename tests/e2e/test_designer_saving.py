"""Drafts: saved soon, never lost by a refresh, never over somebody else's work."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.draft import Draft, placed, types
from tests.e2e.visiting import card, open_browser
from tests.support.accounts import ADMIN
from tests.support.documents import edge, graph, node, straight
from tests.support.person import Person

pytestmark = pytest.mark.browser

SAVED_WITHIN_MS = 2_000


def one_node():
    return placed(graph([node("start", "start")], []))


def is_save(request) -> bool:
    return request.method == "PUT" and request.url.endswith("/draft")


@contextmanager
def unsaved(page: Page) -> Iterator[list[str]]:
    """No save reaches the server; lists those that were tried."""
    tried: list[str] = []

    def refuse(route):
        if is_save(route.request):
            tried.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/draft", refuse)
    yield tried
    page.unroute("**/draft", refuse)


def test_each_edit_is_at_the_server_within_two_seconds(page, ann):
    draft = Draft.open_new(page, ann, one_node())
    edits = {
        "add": lambda: draft.press("Control+d"),
        "move": lambda: draft.press("Alt+ArrowDown"),
        "configure": lambda: page.get_by_role("textbox", name="Title").fill("Begin"),
        "delete": lambda: draft.press("Escape", "Delete"),
    }
    draft.select("Start")
    for name, make in edits.items():
        if name == "configure":
            draft.press("Enter")
        before = draft.stored()
        with page.expect_response(
            lambda answer: is_save(answer.request) and answer.ok, timeout=SAVED_WITHIN_MS
        ):
            make()
        expect(draft.save_state).to_have_text("Saved")
        assert draft.stored() != before, name


def test_refresh_before_the_first_publish_loses_nothing(page, ann):
    draft = Draft.open_new(page, ann)
    expect(page.get_by_role("button", name="Add a start node")).to_be_visible()
    draft.press("Tab", *"start", "Enter", "Tab", *"end", "Enter")
    expect(draft.nodes).to_have_count(2)
    expect(draft.save_state).to_have_text("Saved")

    draft.reload()

    expect(draft.nodes).to_have_count(2)
    expect(draft.version_state).to_have_text("Not published yet")
    assert types(draft.stored()) == ["start", "end"]


def test_refresh_before_an_edit_was_saved_loses_nothing(page, ann):
    draft = Draft.open_new(page, ann, one_node())
    with unsaved(page):
        draft.select("Start")
        draft.press("Tab", *"log", "Enter")
        expect(draft.nodes).to_have_count(2)
        page.reload()
        expect(draft.nodes).to_have_count(2)
        assert types(draft.stored()) == ["start"]

    page.reload()

    expect(draft.nodes).to_have_count(2)
    expect(draft.save_state).to_have_text("Saved")
    assert types(draft.stored()) == ["start", "log"]


def test_edits_made_while_the_server_cannot_be_reached_are_told_and_saved_later(page, ann):
    draft = Draft.open_new(page, ann, one_node())
    draft.select("Start")
    with unsaved(page) as tried:
        draft.press("Control+d")
        expect(draft.save_state).to_have_text("Unsaved changes – trying again")
        assert tried

    draft.press("Control+s")

    expect(draft.save_state).to_have_text("Saved")
    assert types(draft.stored()) == ["start", "start"]


def test_browser_without_a_network_says_so_and_saves_when_it_is_back(page, ann):
    draft = Draft.open_new(page, ann, one_node())
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    draft.select("Start")
    draft.press("Control+d")
    expect(draft.save_state).to_contain_text("Unsaved changes")
    assert types(draft.stored()) == ["start"]

    page.context.set_offline(False)

    expect(page.get_by_text("You are offline.")).to_be_hidden()
    expect(draft.save_state).to_have_text("Saved")
    assert types(draft.stored()) == ["start", "start"]


@pytest.fixture
def admin(embedded):
    person = Person(embedded.url, ADMIN)
    yield person
    person.close()


@pytest.fixture
def rival(new_context, page, ann, admin):
    """Ann's draft, open with an edit that is not saved, while somebody else saved another one."""
    mine = Draft.open_new(page, ann, one_node())
    other = open_browser(new_context, admin, mine.path)
    theirs = Draft(other, admin, mine.workflow_id)
    theirs.select("Start")
    theirs.press("Tab", *"http", "Enter")
    assert types(theirs.saved()) == ["start", "http"]
    mine.select("Start")
    mine.press("Tab", *"log", "Enter")
    return mine


def test_keeping_mine_after_a_conflict_leaves_theirs_to_undo(rival, page):
    dialog = page.get_by_role("dialog", name="This workflow was saved by somebody else")
    expect(dialog).to_contain_text("admin saved revision")
    assert types(rival.stored()) == ["start", "http"]

    dialog.get_by_role("button", name="Keep mine").click()

    expect(dialog).to_be_hidden()
    expect(card(page, "log")).to_be_visible()
    assert types(rival.saved()) == ["start", "log"]
    rival.press("Control+z")
    expect(card(page, "http_request")).to_be_visible()
    assert types(rival.saved()) == ["start", "http"]


def test_taking_theirs_after_a_conflict_leaves_mine_to_undo(rival, page):
    dialog = page.get_by_role("dialog", name="This workflow was saved by somebody else")

    dialog.get_by_role("button", name="Take theirs").click()

    expect(dialog).to_be_hidden()
    expect(card(page, "http_request")).to_be_visible()
    expect(card(page, "log")).to_be_hidden()
    assert types(rival.saved()) == ["start", "http"]
    rival.press("Control+z")
    expect(card(page, "log")).to_be_visible()
    assert types(rival.saved()) == ["start", "log"]


def test_conflict_of_two_tabs_survives_a_refresh_without_a_silent_overwrite(page, ann):
    first = Draft.open_new(page, ann, one_node())
    tab = page.context.new_page()
    second = Draft.open_workflow(tab, ann, first.workflow_id)
    second.select("Start")
    with unsaved(tab):
        second.press("Tab", *"log", "Enter")
        expect(second.save_state).to_contain_text("Unsaved changes")
        first.select("Start")
        first.press("Tab", *"http", "Enter")
        assert types(first.saved()) == ["start", "http"]

    tab.reload()

    dialog = tab.get_by_role("dialog", name="This workflow was saved by somebody else")
    expect(dialog).to_be_visible()
    assert types(first.stored()) == ["start", "http"]
    dialog.get_by_role("button", name="Keep mine").click()
    expect(dialog).to_be_hidden()
    assert types(second.saved()) == ["start", "log"]


def test_draft_published_and_unsaved_are_words_and_changed_nodes_have_a_dot(page, ann):
    document = placed(straight())
    draft = Draft.open_new(page, ann, document)
    expect(draft.version_state).to_have_text("Not published yet")
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish version 1")
    dialog.get_by_role("textbox", name="What changed").fill("The first one")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(draft.version_state).to_have_text("Same as version 1")
    dots = page.get_by_role("img", name="Changed since it was published")
    expect(dots).to_have_count(0)

    with unsaved(page):
        draft.open("Transform").get_by_role("textbox", name="Title").fill("Twice")
        expect(draft.save_state).to_contain_text("Unsaved changes")
        expect(draft.version_state).to_have_text("Draft differs from version 1")
        expect(card(page, "double").get_by_role("img", name="Changed since")).to_be_visible()
        expect(dots).to_have_count(1)
    draft.saved()
    expect(draft.version_state).to_have_text("Draft differs from version 1")

    draft.reload()
    expect(draft.version_state).to_have_text("Draft differs from version 1")
    expect(dots).to_have_count(1)
    versions = ann.get(f"/workflows/{draft.workflow_id}/versions")["items"]
    assert [(each["number"], each["note"]) for each in versions] == [(1, "The first one")]


def test_name_is_edited_in_place(page, ann):
    draft = Draft.open_new(page, ann, placed(graph([node("a", "start")], [edge("a", "a")])))
    name = page.get_by_role("textbox", name="Workflow name")
    name.fill("Invoices of June")
    name.press("Enter")
    expect(page).to_have_title("Invoices of June · Flowdeck")
    draft.reload()
    expect(name).to_have_value("Invoices of June")
