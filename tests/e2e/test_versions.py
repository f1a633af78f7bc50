"""What a version changed, beside its drawing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.draft import placed
from tests.e2e.visiting import DESK, PHONE, assert_fits, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.documents import approval

pytestmark = pytest.mark.browser


def publish_two(person: Any) -> str:
    """A workflow whose second version asks in other words, and whose draft cannot refuse."""
    document = placed(approval())
    workflow_id: str = person.publish("Compared", document)
    for number, change in enumerate((_other_words, _no_refusal), start=1):
        document = change(copy.deepcopy(document))
        headers = {"If-Match": f'"{number}"'}
        person.call(
            "PUT", f"/workflows/{workflow_id}/draft", json={"document": document}, headers=headers
        )
        if number == 1:
            person.post(f"/workflows/{workflow_id}/publish", {"revision": 2})
    return workflow_id


def _other_words(document: dict[str, Any]) -> dict[str, Any]:
    document["nodes"][1]["config"]["instructions"] = "Look twice."
    return document


def _no_refusal(document: dict[str, Any]) -> dict[str, Any]:
    document["nodes"] = document["nodes"][:3]
    document["edges"] = document["edges"][:2]
    return document


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_version_shows_what_it_changed_and_what_the_draft_would(
    page: Page, ann: Any, scheme: Any, size: Any
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)
    faults = collect_faults(page)
    visit(page, ann, f"/workflows/{publish_two(ann)}/versions/2")
    changes = page.get_by_role("complementary", name="Changes")

    expect(changes.get_by_role("heading", level=2)).to_have_text(
        "Changes from version 1 to version 2"
    )
    changed = changes.get_by_role("heading", name="Changed: Manager's approval")
    expect(changed).to_be_visible()
    expect(changes.get_by_text("config.instructions")).to_be_visible()
    expect(changes.get_by_text("Look at the amount.")).to_be_visible()
    expect(changes.get_by_text("Look twice.")).to_be_visible()
    assert_accessible(page)

    changes.get_by_role("combobox", name="Compare with").select_option("Compare with the draft")
    expect(changes.get_by_role("heading", name="Removed")).to_be_visible()
    expect(changes.get_by_text("approve → refused")).to_be_visible()
    expect(changed).to_have_count(0)
    assert_fits(page)
    assert faults == []
