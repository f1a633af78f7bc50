"""State machines drawn in the browser: by pointer, by keyboard alone, nested, and run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.draft import Draft, Json, middle
from tests.e2e.visiting import DESK, PHONE, assert_fits, box_of, card, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.person import Person

pytestmark = pytest.mark.browser


class MachineDraft(Draft):
    """The designer on a state machine."""

    @classmethod
    def draw_new(cls, page: Page, person: Person, title: str) -> MachineDraft:
        """Make a machine through the page and land on its empty canvas."""
        draft = cls.make_through_page(page, person, title, "State machine")
        expect(page.get_by_role("button", name="Add the first state")).to_be_visible()
        return draft

    @classmethod
    def open_machine(cls, page: Page, person: Person, *states: Json, **rest: Any) -> MachineDraft:
        """Make a machine through the API and open it."""
        document = {
            "format": 1,
            "kind": "state_machine",
            "initial": states[0]["id"],
            "states": states,
            **rest,
        }
        body = {"title": "Drawn here", "kind": "state_machine", "document": document}
        workflow_id = person.post("/workflows", body, status=201)["id"]
        draft = cls(page, person, workflow_id)
        visit(page, person, draft.path)
        expect(draft.placed_canvas).to_be_visible()
        return draft

    def state(self, state_id: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{state_id}"]')

    def part(self, part_id: str) -> Locator:
        """The button of a transition or an action."""
        return self.page.locator(f'.fd-part[data-node-id="{part_id}"]')

    def settings(self, title: str) -> Locator:
        return self.page.get_by_role("complementary", name=f"Settings of {title}")

    def drop(self, node_type: str, x: float, y: float) -> None:
        """Drag an entry of the palette to a point of the window."""
        entry = self.page.locator(f'aside [data-node-type="{node_type}"]')
        entry.scroll_into_view_if_needed()
        begin = middle(entry)
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(x, y, steps=8)
        self.page.mouse.up()

    def lead(self, source: str, target: str) -> None:
        """Draw a transition with the pointer."""
        self.state(source).hover()
        begin = middle(self.state(source).locator(".fd-draw"))
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(*middle(self.state(target)), steps=8)
        self.page.mouse.up()

    def move(self, state_id: str, x: float, y: float) -> None:
        """Drag a state so that the point where it is taken comes to a point of the window."""
        box = box_of(self.state(state_id))
        self.page.mouse.move(box["x"] + 100, box["y"] + 20)
        self.page.mouse.down()
        self.page.mouse.move(x, y, steps=8)
        self.page.mouse.up()

    def quick(self, words: str, *arrows: str) -> None:
        """Tab, choose the place with arrows, type, Enter."""
        search = self.page.get_by_placeholder("What comes next?")
        self.press("Tab")
        expect(search).to_be_focused()
        self.press(*arrows)
        expect(search).to_be_focused()
        self.page.keyboard.type(words)
        self.press("Enter")
        expect(search).to_be_hidden()


def ids(states: list[Json]) -> str:
    """The ids as they lie in each other: `a b(c d)`."""
    return " ".join(
        f"{each['id']}({ids(each['children'])})" if each["children"] else each["id"]
        for each in states
    )


def ways(states: list[Json]) -> set[tuple[str, str, tuple[str, ...]]]:
    """Source, event and targets of every transition."""
    found = set()
    for each in states:
        for way in each["transitions"]:
            found.add((each["id"], way["event"], tuple(way["targets"])))
        found |= ways(each["children"])
    return found


def test_drawn_with_the_pointer_published_run_and_led_by_its_events(page: Page, ann: Person):
    faults = collect_faults(page)
    draft = MachineDraft.draw_new(page, ann, "Door")
    area = box_of(draft.canvas)
    left, top = area["x"], area["y"]
    draft.drop("state.atomic", left + 200, top + 250)
    expect(draft.state("state")).to_be_visible()
    draft.drop("state.final", left + 650, top + 250)
    expect(draft.state("done")).to_be_visible()

    draft.state("state").dblclick(position={"x": 100, "y": 20})
    draft.settings("State").get_by_role("textbox", name="Title").fill("Closed")
    draft.press("Escape")
    draft.lead("state", "done")
    way = page.get_by_role("complementary", name=re.compile("^Settings of Transition"))
    way.get_by_role("textbox", name="Event").fill("door.open")
    draft.press("Escape")
    expect(draft.part("state_next")).to_have_text("door.open")
    draft.drop("log", *middle(draft.part("state_next")))
    expect(draft.part("log")).to_be_visible()
    draft.part("log").dblclick()
    draft.settings("Log").get_by_role("textbox", name="Message").fill("It opens")
    draft.press("Escape")

    stored = draft.saved()
    assert ids(stored["states"]) == "state done"
    assert stored["initial"] == "state"
    assert ways(stored["states"]) == {("state", "door.open", ("done",))}
    assert stored["states"][0]["transitions"][0]["actions"][0]["config"]["message"] == "It opens"

    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Start", exact=False).last.click()
    page.wait_for_url(re.compile(r"/runs/"))
    expect(card(page, "state")).to_have_attribute("data-status", "waiting")
    events = page.get_by_role("group", name="Events it takes now")
    events.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Send event").click()
    expect(card(page, "done")).to_have_attribute("data-status", "succeeded", timeout=20_000)
    expect(page.get_by_role("status", name="Status of the run")).to_have_text("Succeeded")
    assert faults == []


def test_drawn_with_the_keyboard_alone(page: Page, ann: Person):
    draft = MachineDraft.draw_new(page, ann, "Keys")
    draft.canvas.focus()
    draft.quick("state")
    expect(draft.state("state")).to_be_focused()
    draft.quick("final")
    expect(draft.state("done")).to_be_focused()
    draft.press("ArrowLeft")
    expect(draft.state("state")).to_be_focused()
    draft.quick("log", "ArrowRight", "ArrowRight")
    expect(draft.part("log")).to_be_focused()
    draft.press("ArrowLeft")
    expect(draft.state("state")).to_be_focused()

    draft.press("Enter")
    settings = draft.settings("State")
    expect(settings).to_be_visible()
    settings.get_by_role("button", name="next").focus()
    draft.press("Enter")
    way = page.get_by_role("complementary", name=re.compile("^Settings of Transition"))
    way.get_by_role("combobox", name="Waits for").select_option("after")
    way.get_by_role("spinbutton", name="Seconds").fill("5")
    draft.press("Escape")
    expect(way).to_be_hidden()
    expect(draft.part("state_next")).to_be_focused()
    expect(draft.part("state_next")).to_have_text("after 5 s")

    stored = draft.saved()
    assert ids(stored["states"]) == "state done"
    assert stored["states"][0]["entry"][0]["type"] == "log"
    assert stored["states"][0]["transitions"][0]["after"] == 5
    draft.press("Delete")
    expect(draft.part("state_next")).to_have_count(0)
    draft.press("Control+z")
    expect(draft.part("state_next")).to_have_text("after 5 s")


def test_states_nest_when_dragged_and_come_back_with_undo(page: Page, ann: Person):
    layout = {"nodes": {"a": {"x": 0, "y": 80}, "b": {"x": 320, "y": 80}}}
    draft = MachineDraft.open_machine(
        page,
        ann,
        {"id": "a", "transitions": [{"id": "go", "event": "go", "targets": ["b"]}]},
        {"id": "b"},
        layout=layout,
    )
    target = middle(draft.state("b"))
    draft.move("a", target[0], target[1] + 4)
    expect(draft.state("b").locator(".fd-state-outer")).to_be_visible()
    inside, around = box_of(draft.state("a")), box_of(draft.state("b"))
    assert around["x"] < inside["x"]
    assert inside["y"] + inside["height"] < around["y"] + around["height"]
    stored = draft.saved()
    assert ids(stored["states"]) == "b(a)"
    assert (stored["initial"], stored["states"][0]["initial"]) == ("b", "a")

    draft.press("Control+z")
    assert ids(draft.saved()["states"]) == "a b"
    draft.state("a").click(position={"x": 100, "y": 20})
    draft.press("Control+d")
    expect(draft.state("a_2")).to_be_focused()
    stored = draft.saved()
    assert ids(stored["states"]) == "a b a_2"
    assert ways(stored["states"]) == {("a", "go", ("b",)), ("a_2", "go", ("b",))}

    draft.press("Shift+t")
    expect(page.get_by_role("button", name=re.compile("^Undo: move 3 states"))).to_be_visible()
    draft.press("Control+a", "Delete")
    expect(page.get_by_role("button", name="Add the first state")).to_be_visible()
    draft.press("Control+z")
    expect(draft.state("a_2")).to_be_visible()


def test_problems_stand_at_their_parts_and_fields(page: Page, ann: Person):
    draft = MachineDraft.open_machine(
        page,
        ann,
        {
            "id": "a",
            "transitions": [
                {"id": "go", "event": "go", "targets": ["b"], "guard": "${ data.nothing > 1 }"}
            ],
        },
        {"id": "b", "type": "final"},
        {"id": "lost"},
        data={"tries": 3},
    )
    expect(draft.state("lost").get_by_test_id("node-problems")).to_have_text("1 problem")
    expect(draft.part("go")).to_have_attribute("title", re.compile("no data.nothing"))
    page.get_by_role("tab", name=re.compile("^Problems")).click()
    drawer = page.get_by_role("region", name="Drawer")
    drawer.get_by_role("button", name=re.compile("nothing")).first.click()
    way = page.get_by_role("complementary", name=re.compile("^Settings of Transition"))
    expect(way).to_contain_text("nothing")
    draft.write(way.get_by_role("textbox", name="Only when"), "data.tries > 2")
    expect(page.get_by_role("status", name="Preview")).to_have_text("= trueyes / no")
    draft.press("Control+z")
    draft.part("_start").dblclick()
    start = draft.settings("Start")
    start.get_by_role("button", name="Add a variable").click()
    start.get_by_role("textbox", name="Variables: name").first.fill("nothing")
    draft.press("Enter")
    draft.saved()
    expect(draft.part("go")).to_have_attribute("title", re.compile("^Transition go"))


def nested() -> list[Json]:
    return [
        {
            "id": "off",
            "title": "Off",
            "entry": [{"id": "note", "type": "log", "config": {"message": "off"}}],
            "transitions": [{"id": "start", "event": "power.on", "targets": ["on"]}],
        },
        {
            "id": "on",
            "title": "On",
            "type": "compound",
            "initial": "dim",
            "transitions": [{"id": "stop", "event": "power.off", "targets": ["off"]}],
            "children": [
                {
                    "id": "dim",
                    "title": "Dim",
                    "transitions": [{"id": "more", "event": "turn", "targets": ["bright"]}],
                },
                {
                    "id": "bright",
                    "title": "Bright",
                    "transitions": [{"id": "less", "event": "turn", "targets": ["dim"]}],
                },
                {"id": "last", "type": "history", "default": ["dim"]},
            ],
        },
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_designer_is_accessible_and_to_be_read_on_a_phone(page: Page, ann: Person, scheme: Any):
    faults = collect_faults(page)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(DESK)
    draft = MachineDraft.open_machine(page, ann, *nested())
    assert_accessible(page)
    for part, title in [("off", "Off"), ("last", "History"), ("more", None), ("note", "Log")]:
        locator = draft.state(part) if title in ("Off", "History") else draft.part(part)
        locator.dblclick(position={"x": 20, "y": 14})
        expect(page.get_by_role("complementary", name=re.compile("^Settings of"))).to_be_visible()
        assert_accessible(page)
        draft.press("Escape")
    draft.part("_start").dblclick()
    expect(draft.settings("Start")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    draft.reload()
    assert_fits(page)
    assert_accessible(page)
    assert faults == []
