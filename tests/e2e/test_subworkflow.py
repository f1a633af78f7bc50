"""A workflow that another one runs as a step: chosen, run, watched from above and from below."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.draft import Draft, placed
from tests.e2e.visiting import card, visit
from tests.support.browser import assert_accessible, collect_faults
from tests.support.documents import approval, edge, graph, node

pytestmark = pytest.mark.browser

BOTH_THEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def calling(name: str) -> dict[str, Any]:
    """start -> call -> end, on the canvas."""
    config = {"workflow": name, "input": {"amount": "${ input.amount }"}, "business_key": "EXP-7"}
    nodes = [
        node("start", "start"),
        node("call", "subworkflow", config, title="Ask the boss"),
        node("end", "end", {"output": "${ nodes.call }"}),
    ]
    return placed(graph(nodes, [edge("start", "call"), edge("call", "end")]))


@BOTH_THEMES
def test_the_workflow_to_run_is_chosen_by_title(page, ann, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = collect_faults(page)
    title = f"Approval in the {scheme}"
    ann.publish(title, approval())
    draft = Draft.open_new(page, ann, calling(""))
    inspector = draft.open("Ask the boss")
    problem = inspector.get_by_text("no workflow is chosen.", exact=True)
    expect(problem).to_be_visible()

    inspector.get_by_role("combobox", name="Workflow").select_option(title)
    expect(problem).to_have_count(0)
    assert_accessible(page)

    (call,) = [n for n in draft.saved()["nodes"] if n["type"] == "subworkflow"]
    assert call["config"]["workflow"] == f"approval-in-the-{scheme}"
    assert ann.get(f"/workflows/{draft.workflow_id}")["draft"]["problems"] == []
    assert faults == []


@BOTH_THEMES
def test_parent_and_child_lead_to_each_other_and_the_decision_below_ends_both(
    page, ann, bob, scheme
):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = collect_faults(page)
    child_workflow = ann.get(f"/workflows/{ann.publish('Approval underneath', approval())}")
    parent = ann.start(ann.publish("Purchase", calling(child_workflow["name"])), {"amount": 9})
    ann.wait_for_run(parent, "waiting")

    visit(page, ann, f"/runs/{parent}?node=call")
    expect(page.get_by_text("Ask the boss: Waiting for the run of")).to_be_visible()
    expect(page.get_by_text("Approval underneath: “Spend 9” waits for a decision")).to_be_visible()
    below = page.get_by_role("list", name="Runs that it started")
    expect(below.get_by_text("Waiting")).to_be_visible()
    assert_accessible(page)

    below.get_by_role("link", name="Approval underneath · EXP-7").click()
    page.wait_for_url(re.compile(r"/runs/(?!" + parent + ")"))
    breadcrumb = page.get_by_role("navigation", name="Breadcrumb")
    expect(breadcrumb.get_by_text("EXP-7")).to_be_visible()
    assert_accessible(page)
    breadcrumb.get_by_role("link", name="Purchase").click()
    page.wait_for_url(f"**/runs/{parent}")

    child = ann.get(f"/runs/{parent}/family")["children"][0]["id"]
    task = bob.wait_for_human_task(child)
    bob.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    expect(page.get_by_role("status", name="Status of the run")).to_have_text("Succeeded")
    expect(card(page, "call")).to_have_attribute("data-status", "succeeded")
    expect(page.get_by_text("waits for a decision")).to_have_count(0)
    assert faults == []


def test_child_runs_are_listed_when_asked_for(page, ann):
    child_workflow = ann.get(f"/workflows/{ann.publish('Approval listed', approval())}")
    parent = ann.start(ann.publish("Listing", calling(child_workflow["name"])), {"amount": 9})
    ann.wait_for_run(parent, "waiting")

    visit(page, ann, f"/runs?workflow={child_workflow['id']}")
    expect(page.get_by_text("EXP-7")).to_have_count(0)
    page.get_by_role("button", name="Including child runs").click()
    expect(page.get_by_text("EXP-7").first).to_be_visible()
    page.wait_for_url("**include_children=true**")
