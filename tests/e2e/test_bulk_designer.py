"""Bulk jobs in the designer: drawn by pointer and by keyboard, published, run over rows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.draft import Draft, middle
from tests.e2e.test_bulk import nearby
from tests.e2e.visiting import PHONE, assert_fits, card, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.documents import straight
from tests.support.person import Person

pytestmark = pytest.mark.browser

Json = dict[str, Any]

MEASURE = "task:examples.measure_distance"
FIELDS = {
    "Name": "${ item.name }",
    "Latitude": "${ item.latitude }",
    "Longitude": "${ item.longitude }",
}
NEWARK = {"name": "Newark", "latitude": 40.7, "longitude": -74.2}
SAMPLE = {"airports": [NEWARK], "latitude": 40.7, "longitude": -74, "within_km": 50}
PLACES = [
    NEWARK,
    {"name": "Boston", "latitude": 42.4, "longitude": -71.0},
    {"name": "Nowhere", "latitude": 99, "longitude": 0},
]


class BulkDraft(Draft):
    """The designer on a bulk job."""

    def __init__(self, page: Page, person: Person, workflow_id: str) -> None:
        super().__init__(page, person, workflow_id)
        self.placed_canvas = self.canvas.get_by_role("group", name="Bulk job", exact=True)

    @classmethod
    def draw_new(cls, page: Page, person: Person, title: str) -> BulkDraft:
        """Make a bulk job through the page and land on its canvas."""
        draft = cls.make_through_page(page, person, title, "Bulk job")
        expect(draft.part("processor")).to_contain_text("Drop a task here, or press Enter")
        return draft

    @classmethod
    def open_bulk(cls, page: Page, person: Person, **fields: Any) -> BulkDraft:
        """Make a bulk job through the API, with other fields than the example's, and open it."""
        body = {"title": "Drawn here", "kind": "bulk", "document": {**nearby(), **fields}}
        workflow_id = person.post("/workflows", body, status=201)["id"]
        draft = cls(page, person, workflow_id)
        visit(page, person, draft.path)
        expect(draft.placed_canvas).to_be_visible()
        return draft

    def part(self, name: str) -> Locator:
        """A card: `start`, `items`, `batches`, `processor`, `result`."""
        return card(self.page, f"_{name}")

    def settings(self, name: str) -> Locator:
        """Open a part's settings with the pointer."""
        self.part(name).dblclick()
        settings = self.page.get_by_role("complementary", name=re.compile("^Settings of"))
        expect(settings).to_be_visible()
        return settings

    def publish_and_start(self) -> Locator:
        """Publish the draft; returns the dialog that asks for the run's input."""
        self.page.get_by_role("button", name="Publish").click()
        dialog = self.page.get_by_role("dialog", name="Publish version 1")
        dialog.get_by_role("button", name="Publish", exact=True).click()
        expect(self.version_state).to_have_text("Same as version 1")
        self.press("Control+Enter")
        return self.page.get_by_role("dialog", name="Start a run")

    def start(self, dialog: Locator) -> str:
        """Start the run; returns its id once its page is shown."""
        dialog.get_by_role("button", name="Start").click()
        self.page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}\?node=items$"))
        return self.page.url.split("/runs/")[1].split("?")[0]


def counts(page: Page) -> Locator:
    """How many items succeeded, were filtered, and failed."""
    return page.get_by_role("region", name="Items", exact=True).locator("dd")


def test_a_job_is_drawn_by_pointer_and_run_over_a_list_and_a_file(page, ann):
    draft = BulkDraft.draw_new(page, ann, "Drawn by pointer")
    source = page.locator(f'aside [data-node-type="{MEASURE}"]')
    source.scroll_into_view_if_needed()
    page.mouse.move(*middle(source))
    page.mouse.down()
    page.mouse.move(*middle(draft.part("processor")), steps=8)
    expect(page.get_by_test_id("landing")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_test_id("landing")).to_be_hidden()
    expect(draft.part("processor")).to_contain_text("For each item")

    settings = draft.settings("processor")
    for label, value in FIELDS.items():
        if label != "Name":
            settings.get_by_role("button", name=f"Expression for {label}", exact=True).click()
        draft.write(settings.get_by_role("textbox", name=label, exact=True), value)
    for label, value in {"From Latitude": "40.7", "From Longitude": "-74"}.items():
        settings.get_by_role("spinbutton", name=label).fill(value)
    settings.get_by_role("spinbutton", name="Time limit (seconds)").fill("30")
    settings.get_by_role("checkbox", name="Try again when it fails").check()
    settings.get_by_role("spinbutton", name="Attempts in all").fill("2")
    draft.close_inspector()

    settings = draft.settings("batches")
    settings.get_by_role("spinbutton", name="Batch size").fill("2")
    settings.get_by_role("spinbutton", name="Batches at once").fill("3")
    settings.get_by_label("When items fail").select_option("count")
    settings.get_by_role("spinbutton", name="Failed items allowed").fill("7")
    settings.get_by_role("checkbox", name="Circuit breaker").check()
    settings.get_by_role("spinbutton", name="Failures in a row").fill("4")
    draft.close_inspector()
    expect(draft.part("batches")).to_have_text("Batches of 2 · 3 at once")
    limits = page.get_by_role("list", name="Limits").get_by_role("listitem")
    expect(limits).to_have_text(
        [
            "2 attempts",
            "30 s for each item",
            "At most 7 may fail",
            "Pauses after 4 failures in a row",
        ]
    )

    settings = draft.settings("result")
    settings.get_by_label("Result", exact=True).select_option("filter")
    draft.write(settings.get_by_role("textbox", name="Keep when"), "output.kilometres < 100.0")
    draft.close_inspector()
    expect(draft.part("result")).to_contain_text("Keeps items where output.kilometres < 100.0")

    saved = draft.saved()
    assert saved["processor"]["config"]["name"] == "${ item.name }"
    assert (saved["batch_size"], saved["max_concurrency"]) == (2, 3)
    assert saved["failure_threshold"] == {"count": 7, "percent": None}
    assert saved["circuit_breaker"] == {"failures": 4, "open_seconds": 30}

    dialog = draft.publish_and_start()
    dialog.get_by_role("radio", name="A list").check()
    draft.write(dialog.get_by_role("textbox", name="Items as a list"), json.dumps(PLACES))
    run = ann.wait_for_run(draft.start(dialog), "succeeded")
    assert (run["output"]["total"], run["output"]["failed"]) == (3, 1)
    expect(counts(page)).to_have_text(["2", "1", "1"])
    expect(card(page, "items")).to_have_attribute("data-status", "succeeded")
    expect(page.get_by_text("Batches of 2 · 3 at once")).to_be_visible()

    visit(page, ann, draft.path)
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog", name="Start a run")
    dialog.get_by_role("radio", name="A file").check()
    text = "name,latitude,longitude\nA,40,-74\nB,41,-74\nC,40,-74\nD,99,0\n"
    file = {"name": "places.csv", "mimeType": "text/csv", "buffer": text.encode()}
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_role("status")).to_contain_text("4 rows")
    ann.wait_for_run(draft.start(dialog), "succeeded")
    expect(counts(page)).to_have_text(["3", "0", "1"])


def test_a_job_is_drawn_published_and_started_by_keyboard_alone(page, ann):
    draft = BulkDraft.draw_new(page, ann, "Drawn by keyboard")
    draft.quick_add("measure")
    expect(draft.part("processor")).to_be_focused()
    draft.press("Enter")
    expect(page.get_by_role("combobox", name="Processor")).to_be_focused()
    name = page.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_be_visible()
    name.focus()
    page.keyboard.insert_text("${ item.name } at ${ index }")
    for label in ("Latitude", "Longitude", "From Latitude", "From Longitude"):
        page.get_by_role("spinbutton", name=label, exact=True).focus()
        page.keyboard.type("40")
    draft.close_inspector()
    expect(draft.part("processor")).to_be_focused()

    draft.press("ArrowUp")
    expect(draft.part("batches")).to_be_focused()
    draft.press("ArrowUp")
    expect(draft.part("items")).to_be_focused()
    draft.press("ArrowDown", "ArrowDown", "ArrowDown")
    expect(draft.part("result")).to_be_focused()
    draft.press("Enter")
    expect(page.get_by_label("Result", exact=True)).to_be_focused()
    page.keyboard.type("Combine")
    expect(page.get_by_text("First value")).to_be_visible()
    draft.close_inspector()
    saved = draft.saved()
    assert saved["processor"]["type"] == MEASURE
    assert saved["result"]["mode"] == "reduce"

    draft.press("Control+z")
    expect(draft.part("result")).to_contain_text("Every output, in order")
    dialog = draft.publish_and_start()
    rows = dialog.get_by_role("radio", name="A file")
    rows.focus()
    draft.press("ArrowRight")
    dialog.get_by_role("textbox", name="Items as a list").focus()
    draft.press("Control+a")
    page.keyboard.insert_text('[{"name": "Ann"}, {"name": "Bob"}]')
    dialog.get_by_role("button", name="Start").focus()
    draft.press("Enter")
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}\?node=items$"))
    expect(counts(page)).to_have_text(["2", "0", "0"])


def test_an_expression_reads_an_item_of_the_sample(page, ann):
    draft = BulkDraft.open_bulk(page, ann)
    settings = draft.settings("processor")
    name = settings.get_by_role("textbox", name="Name", exact=True)
    draft.write(name, "${ item.name + '!' }")
    preview = settings.get_by_role("status", name="Preview").first
    expect(preview).to_contain_text("= Gen Edw L Logan Intl!")
    settings.get_by_text("Data that is available here").click()
    expect(settings.get_by_role("button", name="Copy item.iata")).to_be_visible()
    settings.get_by_label("Called").select_option("batch")
    expect(preview).to_contain_text("no name “item”")
    expect(settings.get_by_role("button", name="Copy items", exact=True)).to_be_visible()
    expect(settings.get_by_role("button", name="Copy item.iata")).to_have_count(0)


def test_fields_of_an_item_are_named_and_then_known_to_expressions(page, ann):
    draft = BulkDraft.draw_new(page, ann, "Named")
    draft.quick_add("measure")
    settings = draft.settings("items")
    expect(settings.get_by_label("Where the items come from")).to_have_value("items")
    settings.get_by_role("button", name="Add a field").click()
    settings.get_by_role("textbox", name="Name of field 1").fill("amount")
    settings.get_by_role("combobox", name="Type of field 1").select_option("number")
    draft.close_inspector()
    settings = draft.settings("processor")
    draft.write(settings.get_by_role("textbox", name="Name", exact=True), "${ item.amount + 1.0 }")
    expect(settings.get_by_role("status", name="Preview")).to_contain_text("= 2")
    rows = draft.saved()["input_schema"]["properties"]["items"]
    assert rows["items"]["properties"] == {"amount": {"type": "number"}}
    assert rows["x-widget"] == "rows"


def test_problems_stand_at_their_part_and_field_and_undo_brings_all_back(page, ann):
    draft = BulkDraft.open_bulk(page, ann, failure_threshold={"count": 1, "percent": 1})
    before = draft.stored()
    batches = draft.part("batches")
    expect(batches.get_by_test_id("node-problems")).to_have_text("1 problem")
    page.get_by_role("tab", name=re.compile("^Problems")).click()
    page.get_by_role("list", name="Problems").get_by_role("button").click()
    settings = page.get_by_role("complementary", name="Settings of Batches")
    told = "The failure threshold is a number and a percentage at once"
    expect(settings.get_by_text(told).nth(1)).to_be_visible()
    settings.get_by_label("When items fail").select_option("any")
    draft.close_inspector()
    expect(batches.get_by_test_id("node-problems")).to_have_count(0)

    draft.part("processor").click()
    draft.press("Delete")
    expect(draft.part("processor")).to_contain_text("What is done?")
    expect(draft.part("processor").get_by_test_id("node-problems")).to_have_text("1 problem")
    assert draft.saved()["processor"] is None
    draft.reload()
    expect(draft.part("processor")).to_contain_text("What is done?")

    draft.press("Control+z")
    expect(draft.part("processor")).to_contain_text("For each item")
    draft.press("Control+z")
    assert draft.saved() == before


def test_the_processor_is_copied_to_another_job(page, ann):
    draft = BulkDraft.open_bulk(page, ann)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    draft.part("processor").click()
    draft.press("Control+c")
    other = BulkDraft.draw_new(page, ann, "A copy")
    other.press("Control+v")
    expect(other.part("processor")).to_contain_text("For each item")
    assert other.saved()["processor"]["type"] == MEASURE


def test_each_item_can_be_a_run_of_another_workflow(page, ann):
    ann.publish("Doubles one item", straight())
    draft = BulkDraft.open_bulk(page, ann, items="${ input.airports }")
    settings = draft.settings("processor")
    settings.get_by_role("combobox", name="Processor").select_option("subworkflow")
    workflow = settings.get_by_role("combobox", name="Workflow")
    workflow.select_option(label="Doubles one item")
    expect(settings.get_by_role("combobox", name="Takes")).to_have_count(0)
    processor = draft.saved()["processor"]
    assert processor["type"] == "subworkflow"
    assert processor["config"]["workflow"].startswith("doubles-one-item")


def test_a_map_node_of_a_graph_has_the_same_settings(page, ann):
    document = {"format": 1, "kind": "pipeline", "steps": []}
    body = {"title": "Maps", "kind": "pipeline", "document": document}
    workflow_id = ann.post("/workflows", body, status=201)["id"]
    draft = Draft(page, ann, workflow_id)
    visit(page, ann, draft.path)
    expect(page.get_by_role("button", name="Add the first step")).to_be_visible()
    draft.quick_add("map")
    card(page, "map").dblclick()
    settings = page.get_by_role("complementary", name="Settings of Map")
    draft.write(settings.get_by_role("textbox", name="Items"), "${ [{'name': 'Ann'}] }")
    settings.get_by_role("combobox", name="Processor").select_option(MEASURE)
    name = settings.get_by_role("textbox", name="Name", exact=True)
    draft.write(name, "${ 'no ' + string(index) }")
    expect(settings.get_by_text("= no 0")).to_be_visible()
    settings.get_by_label("When items fail").select_option("percent")
    assert_accessible(page)
    config = draft.saved()["steps"][0]["config"]
    assert config["processor"]["config"]["name"] == "${ 'no ' + string(index) }"
    assert config["failure_threshold"] == {"count": None, "percent": 5}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_is_accessible_and_reads_well_on_a_phone(page, ann, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = collect_faults(page)
    empty = BulkDraft.draw_new(page, ann, f"Empty in the {scheme}")
    assert_accessible(page)
    empty.part("processor").click()
    expect(page.get_by_placeholder("What comes next?")).to_be_focused()
    assert_accessible(page)
    empty.press("Escape")

    breaker = {"failures": 5, "open_seconds": 30}
    draft = BulkDraft.open_bulk(page, ann, circuit_breaker=breaker)
    for part in ("start", "items", "batches", "processor", "result"):
        settings = draft.settings(part)
        expect(settings.get_by_text("Loading")).to_have_count(0)
        assert_accessible(page)
        draft.close_inspector()

    workflow = ann.publish(f"Run in the {scheme}", nearby())
    run = ann.start(workflow, SAMPLE)
    ann.wait_for_run(run, "succeeded")
    for path in (f"/runs/{run}", f"/workflows/{workflow}/versions/1"):
        visit(page, ann, path)
        work = card(page, "items")
        expect(work).to_contain_text("For each item")
        expect(page.get_by_text("Keeps the items that fit")).to_be_visible()
        if path.startswith("/runs"):
            work.focus()
            page.keyboard.press("ArrowUp")
            expect(card(page, "_start")).to_be_focused()
            page.keyboard.press("ArrowDown")
            expect(counts(page)).to_have_text(["1", "0", "0"])
        assert_accessible(page)

    visit(page, ann, draft.path)
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("complementary", name="Palette")).to_be_hidden()
    for part in ("start", "items", "batches", "processor", "result"):
        expect(draft.part(part)).to_be_in_viewport(ratio=1)
    assert_fits(page)
    assert_accessible(page)
    assert faults == []
