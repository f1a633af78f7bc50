"""How a person draws in the designer, as gestures that tests put together."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

NOWHERE_ELSE = re.compile(r"/workflows/[0-9a-f-]{36}$")


class Designer:
    """The designer page of one workflow."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.get_by_role("group", name="Workflow canvas")
        self.placed_canvas = self.canvas.locator('.react-flow[aria-busy="false"]')

    @classmethod
    def new(cls, page: Page, base_url: str, title: str) -> Designer:
        """Make a workflow through the page and land on its empty canvas."""
        page.goto(f"{base_url}/workflows")
        page.get_by_role("button", name="New workflow").first.click()
        page.get_by_role("dialog").get_by_role("textbox", name="Title").fill(title)
        page.get_by_role("dialog").get_by_role("button", name="Create workflow").click()
        page.wait_for_url(NOWHERE_ELSE)
        designer = cls(page)
        expect(page.get_by_role("button", name="Add a start node")).to_be_visible()
        return designer

    def quick_add(self, words: str) -> None:
        """Tab, type, Enter: adds behind the selected node."""
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_placeholder("What comes next?")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_placeholder("What comes next?")).to_be_hidden()

    def add_after(self, node: str, port: str, words: str) -> None:
        """Press the '+' of a loose output and choose what follows."""
        self.node(node).hover()
        self.page.get_by_role("button", name=f"Add after {node}: {port}").click()
        expect(self.page.get_by_placeholder("What comes next?")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_placeholder("What comes next?")).to_be_hidden()

    def node(self, title: str) -> Locator:
        """The card with that title."""
        return self.page.locator(".react-flow__node").filter(
            has=self.page.get_by_text(title, exact=True)
        )

    def open(self, title: str) -> Locator:
        """Open the node's settings; returns the inspector."""
        self.node(title).dblclick(position={"x": 60, "y": 14})
        inspector = self.page.get_by_role("complementary", name=f"Settings of {title}")
        expect(inspector).to_be_visible()
        return inspector

    def connect(self, source: str, port: str, target: str) -> None:
        """Drag from an output to another node's input."""
        self.page.get_by_role("button", name="Zoom to fit").click()
        output = self.node(source).locator(f'.react-flow__handle[data-handleid="{port}"]')
        output.hover()
        goal = _middle(self.node(target).locator(".react-flow__handle.target"))
        self.page.mouse.down()
        self.page.mouse.move(*goal, steps=10)
        self.page.mouse.up()

    def write(self, field: Locator, text: str) -> None:
        """Replace what an expression editor holds."""
        field.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    def close_inspector(self) -> None:
        """One Esc. In an expression it would close what the editor offers to complete first."""
        inspector = self.page.get_by_role("complementary", name=re.compile("^Settings of"))
        inspector.get_by_role("textbox", name="Title", exact=True).focus()
        self.page.keyboard.press("Escape")
        expect(inspector).to_be_hidden()

    def expect_saved(self) -> None:
        """The page says that everything is saved."""
        expect(self.page.get_by_test_id("save-state")).to_have_text("Saved")


def _middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None, f"{element} is not to be seen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
