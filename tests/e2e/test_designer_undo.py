"""Undo and redo of every kind of edit, by every chord, and after a refresh."""

import pytest
from playwright.sync_api import expect

from tests.e2e.draft import Draft, middle, placed
from tests.support.documents import edge, graph, node

pytestmark = pytest.mark.browser


def document():
    return placed(
        graph(
            [
                node("start", "start"),
                node("write", "log", {"message": "Hello"}, title="Write"),
                node("end", "end"),
            ],
            [edge("start", "write")],
        )
    )


def add(draft: Draft) -> None:
    draft.select("End")
    draft.press("Control+d")
    expect(draft.nodes).to_have_count(4)


def delete(draft: Draft) -> None:
    draft.select("Write")
    draft.press("Delete")
    expect(draft.nodes).to_have_count(2)


def move(draft: Draft) -> None:
    x, y = middle(draft.node("Write"))
    draft.page.mouse.move(x, y)
    draft.page.mouse.down()
    draft.page.mouse.move(x + 30, y + 120, steps=5)
    draft.page.mouse.up()


def wire(draft: Draft) -> None:
    draft.pull("write", "out", draft.node("End"))
    expect(draft.page.locator(".react-flow__edge")).to_have_count(2)


def configure(draft: Draft) -> None:
    message = draft.open("Write").get_by_role("textbox", name="Message")
    message.press("Control+End")
    draft.page.keyboard.type(" world")
    draft.close_inspector()


def rename(draft: Draft) -> None:
    draft.open("Write").get_by_role("textbox", name="Title").fill("Say hello")
    draft.close_inspector()


@pytest.mark.parametrize("edit", [add, delete, move, wire, configure, rename])
def test_edit_is_undone_and_redone(page, ann, edit):
    draft = Draft.open_new(page, ann, document())
    before = draft.stored()
    edit(draft)
    after = draft.saved()
    assert after != before

    for redo in ("Control+Shift+Z", "Control+y"):
        draft.press("Control+z")
        expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
        assert draft.saved() == before

        draft.press(redo)
        expect(page.get_by_role("button", name="Redo", exact=True)).to_be_disabled()
        assert draft.saved() == after


def test_buttons_say_what_they_undo_and_a_refresh_keeps_both_ways(page, ann):
    draft = Draft.open_new(page, ann, document())
    original = draft.stored()
    delete(draft)
    deleted = draft.saved()
    draft.open("Start").get_by_role("textbox", name="Title").fill("Begin")
    draft.close_inspector()
    renamed = draft.saved()
    draft.press("Control+z")
    assert draft.saved() == deleted

    draft.reload()

    page.get_by_role("button", name="Undo: ").click()
    assert draft.saved() == original
    draft.press("Control+y")
    assert draft.saved() == deleted
    page.get_by_role("button", name="Redo: ").click()
    assert draft.saved() == renamed


def test_typing_a_word_is_one_step(page, ann):
    draft = Draft.open_new(page, ann, document())
    before = draft.stored()
    title = draft.open("Write").get_by_role("textbox", name="Title")
    title.focus()
    page.keyboard.type(" a letter")
    expect(title).to_have_value("Write a letter")
    draft.close_inspector()

    draft.press("Control+z")

    assert draft.saved() == before
