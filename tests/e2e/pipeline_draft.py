"""One pipeline or saga that is open in the designer: steps, worked by pointer and keyboard."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.draft import Draft, middle
from tests.e2e.visiting import card, visit
from tests.support.person import Person

Json = dict[str, Any]


def task(step_id: str, type_: str = "log", config: Json | None = None, **rest: Any) -> Json:
    """A step that runs a node type; by default it writes its id into the log."""
    config = {"message": step_id} if config is None else config
    return {"id": step_id, "type": type_, "config": config, "title": step_id, **rest}


def choice(step_id: str, condition: str, then: list[Json], otherwise: list[Json]) -> Json:
    """A conditional step."""
    return {
        "step": "conditional",
        "id": step_id,
        "title": step_id,
        "condition": condition,
        "then": then,
        "otherwise": otherwise,
    }


def parallel(step_id: str, *branches: list[Json]) -> Json:
    """A parallel step."""
    return {"step": "parallel", "id": step_id, "title": step_id, "branches": list(branches)}


def pipeline(*steps: Json, **rest: Any) -> Json:
    """A pipeline of these steps."""
    return {"format": 1, "kind": "pipeline", "steps": list(steps), **rest}


def shape(steps: list[Json]) -> str:
    """The ids as they stand, lanes in brackets: `a choice(b | c) d`."""
    texts = []
    for step in steps:
        lanes = step.get("branches") or [step[way] for way in ("then", "otherwise") if way in step]
        inner = " | ".join(shape(lane) for lane in lanes)
        texts.append(f"{step['id']}({inner})" if lanes else step["id"])
    return " ".join(texts)


class PipelineDraft(Draft):
    """The designer on a pipeline or a saga."""

    def __init__(self, page: Page, person: Person, workflow_id: str) -> None:
        super().__init__(page, person, workflow_id)
        self.placed_canvas = self.canvas.get_by_role("group", name="Steps", exact=True)

    @classmethod
    def draw_new(
        cls, page: Page, person: Person, title: str, kind: str = "Pipeline"
    ) -> PipelineDraft:
        """Make a pipeline or a saga through the page and land on its empty canvas."""
        draft = cls.make_through_page(page, person, title, kind)
        expect(page.get_by_role("button", name="Add the first step")).to_be_visible()
        return draft

    @classmethod
    def open_pipeline(cls, page: Page, person: Person, *steps: Json, **rest: Any) -> PipelineDraft:
        """Make a pipeline through the API and open it."""
        body = {"title": "Drawn here", "kind": "pipeline", "document": pipeline(*steps, **rest)}
        workflow_id = person.post("/workflows", body, status=201)["id"]
        draft = cls(page, person, workflow_id)
        visit(page, person, draft.path)
        expect(draft.placed_canvas).to_be_visible()
        return draft

    @property
    def steps(self) -> Locator:
        """The cards of all steps, without the start."""
        return self.canvas.locator('.fd-step:not([data-node-id="_start"])')

    def step(self, step_id: str) -> Locator:
        return card(self.page, step_id)

    def shape(self) -> str:
        """What the server holds once everything is saved."""
        return shape(self.saved()["steps"])

    def settings(self, step_id: str) -> Locator:
        """Open a step's settings with the pointer."""
        self.step(step_id).dblclick()
        settings = self.page.get_by_role("complementary", name=re.compile("^Settings of"))
        expect(settings).to_be_visible()
        return settings

    def gap(self, name: str) -> Locator:
        """The '+' in a gap."""
        return self.page.get_by_role("button", name=name, exact=True)

    def drag(self, source: Locator, target: Locator, *, drop: bool = True) -> None:
        """Drag something with the pointer until it would land at a gap."""
        source.scroll_into_view_if_needed()
        begin, end = middle(source), middle(target)
        self.page.mouse.move(*begin)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        expect(self.page.get_by_test_id("landing")).to_be_visible()
        if drop:
            self.page.mouse.up()
            expect(self.page.get_by_test_id("landing")).to_be_hidden()

    def from_palette(self, node_type: str) -> Locator:
        return self.page.locator(f'aside [data-node-type="{node_type}"]')
