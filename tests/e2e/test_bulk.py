"""Bulk runs in the browser: a file is chosen, its rows are watched, results are downloaded."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.visiting import visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.person import Person
from tests.support.process import ROOT

pytestmark = pytest.mark.browser

BOTH_THEMES = pytest.mark.parametrize("scheme", ["light", "dark"])

AIRPORTS = 3376
"""Rows of the data set."""


def nearby() -> dict[str, Any]:
    """The example over airports."""
    path = ROOT / "examples" / "workflow_templates" / "airports-nearby.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def data_set() -> Path:
    """All airports, as a package ships them."""
    spec = find_spec("vega_datasets")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "_data" / "airports.csv"


def ask_for_start(page: Page, person: Person, workflow_id: str) -> Locator:
    """The dialog that starts a run, opened from the page of the workflow."""
    visit(page, person, f"/workflows/{workflow_id}")
    page.get_by_role("button", name="Run", exact=True).click()
    return page.get_by_role("dialog", name="Start a run")


def csv_file(name: str, text: str) -> dict[str, Any]:
    """A file as somebody would choose it."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


@BOTH_THEMES
def test_a_file_of_rows_is_chosen_told_and_run(page, ann, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = collect_faults(page)
    dialog = ask_for_start(page, ann, ann.publish(f"Airports in the {scheme}", nearby()))
    rows = dialog.get_by_role("group", name="Airports")

    expect(rows.get_by_role("textbox", name="Airports as a list")).to_contain_text("JFK")
    rows.get_by_role("radio", name="A list").press("ArrowLeft")
    expect(rows.get_by_role("radio", name="A file")).to_be_checked()
    assert_accessible(page)

    with page.expect_file_chooser() as chooser:
        rows.get_by_role("button", name="Choose a file").press("Enter")
    chooser.value.set_files(data_set())
    told = rows.get_by_role("status")
    expect(told).to_contain_text("airports.csv")
    expect(told).to_contain_text("3,376 rows · 210 kB")
    assert_accessible(page)

    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}\?node=items$"))
    run = ann.wait_for_run(page.url.split("/runs/")[1].split("?")[0])
    assert run["status"] == "succeeded"
    assert (run["output"]["total"], run["output"]["failed"]) == (AIRPORTS, 0)
    assert faults == []


def test_a_refused_file_says_why_and_another_one_takes_its_place(page, ann):
    dialog = ask_for_start(page, ann, ann.publish("Airports refused", nearby()))
    rows = dialog.get_by_role("group", name="Airports")
    rows.get_by_role("radio", name="A file").check()

    dialog.get_by_role("button", name="Start").click()
    expect(dialog.get_by_role("alert")).to_have_text("input.airports is missing.")

    chosen = rows.locator("input[type=file]")
    chosen.set_input_files(csv_file("empty.csv", "name,latitude,longitude\n"))
    expect(rows.get_by_role("alert")).to_contain_text("empty.csv: The file holds no rows.")
    assert_accessible(page)

    chosen.set_input_files(csv_file("two.csv", "name,latitude,longitude\nA,40,-74\nB,41\n"))
    expect(rows.get_by_role("status")).to_contain_text("2 rows · ")
    expect(rows.get_by_role("status")).to_contain_text("1 broken row, to be counted as failed")
    expect(rows.get_by_role("alert")).to_have_count(0)


def test_a_file_is_dropped_and_its_upload_can_be_called_off(page, ann):
    dialog = ask_for_start(page, ann, ann.publish("Airports dropped", nearby()))
    rows = dialog.get_by_role("group", name="Airports")
    rows.get_by_role("radio", name="A file").check()
    # Held back, so that the upload is seen under way.
    page.route("**/api/v1/uploads", lambda route: None)

    transfer = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["name,latitude,longitude\\nA,40,-74\\n"], "one.csv"));
            return data;
        }"""
    )
    rows.get_by_text("or drop it here").dispatch_event("drop", {"dataTransfer": transfer})
    expect(rows.get_by_role("progressbar", name="Upload of one.csv")).to_be_visible()
    expect(dialog.get_by_role("button", name="Start")).to_be_disabled()
    assert_accessible(page)

    rows.get_by_role("button", name="Cancel upload").click()
    expect(rows.get_by_role("progressbar")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Start")).to_be_enabled()

    page.unroute("**/api/v1/uploads")
    rows.get_by_text("or drop it here").dispatch_event("drop", {"dataTransfer": transfer})
    expect(rows.get_by_role("status")).to_contain_text("1 row · ")


def table_of(*latitudes: int) -> str:
    """A CSV of places; those with a latitude beyond 90 fail, and the last row is broken."""
    lines = [f"Place {at},{latitude},-74" for at, latitude in enumerate(latitudes)]
    return "\n".join(["name,latitude,longitude", *lines, "cut off"])


def start_with(person: Person, text: str, **fields: Any) -> str:
    """A run of the example over a file; `fields` replace those of the document."""
    document = {**nearby(), **fields}
    files = {"file": ("places.csv", text.encode(), "text/csv")}
    upload = person.call("POST", "/uploads", files=files)
    place = {"latitude": 40, "longitude": -74, "within_km": 200}
    return person.start(
        person.publish("Places nearby", document), {"airports": {"upload": upload["id"]}, **place}
    )


def items_of(page: Page) -> Locator:
    """What the node's panel tells of its items."""
    return page.get_by_role("region", name="Items", exact=True)


@BOTH_THEMES
def test_items_are_counted_downloaded_and_the_failed_ones_run_again(page, ann, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = collect_faults(page)
    run_id = start_with(ann, table_of(*[40] * 3, 50, *[99] * 25), failure_threshold={})
    ann.wait_for_run(run_id, "succeeded")

    visit(page, ann, f"/runs/{run_id}?node=items")
    items = items_of(page)
    expect(items.get_by_text("30 of 30 done")).to_be_visible()
    expect(items.get_by_text("from places.csv")).to_be_visible()
    expect(items.locator("dd")).to_have_text(["4", "1", "26"])
    failed = items.get_by_role("table").get_by_role("row")
    expect(failed).to_have_count(1 + 20)
    expect(failed.nth(1)).to_contain_text("Place 4 is not on the globe: 99")
    expect(items.get_by_text("The first 20 of 26.")).to_be_visible()
    expect(items.get_by_text("1 failure cannot be run again")).to_be_visible()
    assert_accessible(page)

    assert len(download(page, "Download results as JSON Lines")) == 3
    assert len(download(page, "Download failures as JSON Lines")) == 26
    header, *results = download(page, "Download results as CSV")
    assert header.startswith("index,row,")
    assert len(results) == 3
    assert download(page, "Download failures as CSV")[0] == "index,row,attempts,type,message,item"

    items.get_by_role("button", name="Rerun failed only").click()
    page.wait_for_url(lambda url: run_id not in url and url.endswith("?node=items"))
    expect(items.get_by_text("that failed in an earlier run")).to_be_visible()
    expect(items.get_by_text("25 of 25 done")).to_be_visible()
    assert faults == []


def download(page: Page, link: str) -> list[str]:
    """The lines of the file behind a link."""
    with page.expect_download() as started:
        items_of(page).get_by_role("link", name=link).click()
    return started.value.path().read_text(encoding="utf-8").splitlines()


@BOTH_THEMES
def test_an_open_breaker_is_told_while_items_wait_for_it(page, ann, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    breaker = {"failures": 3, "open_seconds": 3600}
    run_id = start_with(
        ann, table_of(*[99] * 8), failure_threshold={}, circuit_breaker=breaker, max_concurrency=1
    )
    visit(page, ann, f"/runs/{run_id}?node=items")
    items = items_of(page)
    told = items.get_by_text("The circuit breaker is open")
    expect(told).to_be_visible()
    expect(items.get_by_role("table")).to_be_visible()
    expect(items.get_by_text("of 9 done")).to_be_visible()
    expect(items.get_by_role("button", name="Rerun failed only")).to_be_disabled()
    assert_accessible(page)

    ann.post(f"/runs/{run_id}/cancel", {"reason": "Seen enough"})
    expect(told).to_have_count(0)
    expect(items.get_by_role("button", name="Rerun failed only")).to_be_enabled()


def test_who_may_not_operate_reads_the_items_and_reruns_nothing(page, ann, bob):
    run_id = start_with(ann, table_of(40, 99), failure_threshold={})
    ann.wait_for_run(run_id, "succeeded")
    visit(page, bob, f"/runs/{run_id}?node=items")
    expect(items_of(page).get_by_text("3 of 3 done")).to_be_visible()
    expect(items_of(page).get_by_role("table")).to_be_visible()
    expect(page.get_by_role("button", name="Rerun failed only")).to_have_count(0)
