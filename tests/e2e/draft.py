"""One workflow that is open in the designer, with the draft that the server keeps of it."""

from __future__ import annotations

import re
from typing import Any, Self

from playwright.sync_api import Locator, Page, expect

from tests.e2e.drawing import NOWHERE_ELSE, Designer
from tests.e2e.visiting import act_as, box_of, visit
from tests.support.documents import graph
from tests.support.person import Person

Json = dict[str, Any]
GRID = {"x": 340, "y": 200}


def placed(document: Json, columns: int = 4) -> Json:
    """The document with its nodes side by side."""
    places = {
        node["id"]: {"x": GRID["x"] * (number % columns), "y": GRID["y"] * (number // columns)}
        for number, node in enumerate(document["nodes"])
    }
    return {**document, "layout": {"nodes": places}}


class Draft(Designer):
    """The designer on a workflow that was made through the API."""

    def __init__(self, page: Page, person: Person, workflow_id: str) -> None:
        super().__init__(page)
        self.person = person
        self.workflow_id = workflow_id

    @classmethod
    def open_new(cls, page: Page, person: Person, document: Json | None = None) -> Draft:
        """Make a workflow, which is not published, and open it."""
        document = document or graph([], [])
        body = {"title": "Drawn here", "kind": "graph", "document": document}
        workflow_id = person.post("/workflows", body, status=201)["id"]
        return cls.open_workflow(page, person, workflow_id)

    @classmethod
    def make_through_page(cls, page: Page, person: Person, title: str, kind: str) -> Self:
        """Make a workflow of a kind through the page, and land in its designer."""
        act_as(page, person)
        page.goto(f"{person.base_url}/workflows")
        page.get_by_role("button", name="New workflow").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Title").fill(title)
        dialog.get_by_role("radio", name=re.compile(f"^{kind}")).check()
        dialog.get_by_role("button", name="Create workflow").click()
        page.wait_for_url(NOWHERE_ELSE)
        return cls(page, person, page.url.rsplit("/", 1)[-1])

    @classmethod
    def open_workflow(cls, page: Page, person: Person, workflow_id: str) -> Draft:
        """Open a workflow that is there."""
        draft = cls(page, person, workflow_id)
        visit(page, person, draft.path)
        expect(draft.placed_canvas).to_be_visible()
        return draft

    @property
    def path(self) -> str:
        return f"/workflows/{self.workflow_id}"

    @property
    def save_state(self) -> Locator:
        """The words that say whether all is saved."""
        return self.page.get_by_test_id("save-state")

    @property
    def version_state(self) -> Locator:
        """The words that say how the draft stands to the published version."""
        return self.page.get_by_test_id("version-state")

    @property
    def nodes(self) -> Locator:
        return self.page.locator(".react-flow__node")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def stored(self) -> Json:
        """What the server holds."""
        document: Json = self.person.get(f"/workflows/{self.workflow_id}")["draft"]["document"]
        return document

    def saved(self) -> Json:
        """What the server holds once everything is saved, which is asked for at once."""
        self.press("Control+s")
        expect(self.save_state).to_have_text("Saved")
        return self.stored()

    def reload(self) -> None:
        self.page.reload()
        expect(self.placed_canvas).to_be_visible()

    def select(self, *titles: str) -> None:
        """Click the cards, with Shift from the second on."""
        for number, title in enumerate(titles):
            modifiers: Any = ["Shift"] if number else []
            self.node(title).click(position={"x": 100, "y": 15}, modifiers=modifiers)

    def pull(self, node_id: str, port: str, target: Locator, *, below: int = 0) -> None:
        """Draw a line with the pointer from an output to a card, or so far below its middle."""
        source = self.page.locator(f'[data-node-id="{node_id}"] [data-port="{port}"]')
        begin, end = middle(source), middle(target)
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(end[0], end[1] + below, steps=8)
        self.page.mouse.up()


def middle(locator: Locator) -> tuple[float, float]:
    """The point in the middle of what is seen of an element."""
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wires(document: Json) -> set[tuple[str, str, str]]:
    """Which output leads where."""
    return {(edge["source"], edge["source_port"], edge["target"]) for edge in document["edges"]}


def types(document: Json) -> list[str]:
    """The types of the nodes in order."""
    return [node["type"] for node in document["nodes"]]
