"""Each example that a first start loads runs green from its page, with what its form proposes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import card
from tests.support.accounts import ADMIN
from tests.support.browser import collect_faults, log_in
from tests.support.embedded import EmbeddedServer, MigratedDatabase, run_manage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def prepared(
    migrated_database: MigratedDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedServer]:
    """A server on which `manage.py prepare` loaded the examples."""
    directory: Path = tmp_path_factory.mktemp("prepared") / "var"
    migrated_database.copy_to(directory)
    server = EmbeddedServer(directory)
    run_manage(server.environment, "prepare")
    yield server.start()
    server.process.stop()


@pytest.mark.parametrize(
    "title, fields, ends",
    [
        ("Expense approval", {"Employee": "Lee", "Amount in euros": "80"}, "Booked"),
        ("Airport report", {}, "Report"),
        ("Text check", {}, "Result"),
        ("Order saga", {}, "Tell the customer"),
    ],
)
def test_example_runs_green_from_its_page(
    title: str, fields: dict[str, str], ends: str, prepared: EmbeddedServer, page: Page
):
    faults = collect_faults(page)
    log_in(page, prepared.url, ADMIN)
    page.get_by_role("link", name=title).first.click()
    page.wait_for_url(re.compile(r"/workflows/[0-9a-f-]{36}$"))

    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))

    last = page.locator("[data-node-id]").filter(has=page.get_by_text(ends, exact=True)).first
    expect(last).to_have_attribute("data-status", "succeeded", timeout=20_000)
    expect(page.get_by_text("Succeeded", exact=True).first).to_be_visible()
    assert faults == []


def test_an_order_to_atlantis_shows_how_it_was_undone(prepared: EmbeddedServer, page: Page):
    faults = collect_faults(page)
    log_in(page, prepared.url, ADMIN)
    page.get_by_role("link", name="Order saga").first.click()
    page.wait_for_url(re.compile(r"/workflows/[0-9a-f-]{36}$"))

    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Destination").fill("Atlantis")
    dialog.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}$"))

    expect(page.get_by_text("This run was undone.")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("No carrier delivers to Atlantis.").first).to_be_visible()
    for node_id, ends in [
        ("reserve", "compensated"),
        ("charge", "compensated"),
        ("ship", "failed"),
        ("_undo_charge", "compensated"),
        ("_undo_reserve", "compensated"),
    ]:
        expect(card(page, node_id)).to_have_attribute("data-status", ends)
    assert faults == []
