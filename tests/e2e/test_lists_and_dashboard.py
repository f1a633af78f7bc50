"""The lists of workflows and runs, and the dashboard: found, filtered, and true while looked at."""

import json
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import PHONE, assert_fits, card, visit
from tests.support.accounts import ANN
from tests.support.documents import approval, pipeline, straight

pytestmark = pytest.mark.browser


def mark() -> str:
    """A word that nothing else on the shared server holds."""
    return f"m{uuid.uuid4().hex[:10]}"


def runs(page: Page):
    return page.get_by_role("list", name="Runs").get_by_role("listitem")


def workflows(page: Page):
    return page.get_by_role("list", name="Workflows").get_by_role("listitem")


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def start(ann, workflow: str, key: str, amount: int = 3) -> str:
    body = {"input": {"amount": amount}, "business_key": key}
    return str(ann.post(f"/workflows/{workflow}/runs", body, status=201)["id"])


def test_run_filters_combine_live_in_the_url_and_survive_a_refresh(page, ann):
    word = mark()
    workflow = ann.publish(f"Approve {word}", approval())
    other = ann.publish(f"Double {word}", straight())
    waiting, cancelled = start(ann, workflow, f"{word}-1"), start(ann, workflow, f"{word}-2")
    done = start(ann, other, f"{word}-3")
    ann.wait_for_run(waiting, "waiting")
    ann.post(f"/runs/{cancelled}/cancel")
    ann.wait_for_run(cancelled, "cancelled")
    ann.wait_for_run(done, "succeeded")
    visit(page, ann, "/runs")

    page.get_by_role("searchbox", name="Search runs").fill(word)
    expect(runs(page)).to_have_count(3)
    page.get_by_role("combobox", name="Workflow").select_option(label=f"Approve {word}")
    expect(runs(page)).to_have_count(2)
    page.get_by_role("button", name="Waiting").click()
    expect(runs(page)).to_have_count(1)
    expect(runs(page)).to_contain_text(f"{word}-1")
    page.get_by_role("combobox", name="Version").select_option(label="Version 1")
    expect(page).to_have_url(re.compile("version=1"))
    assert query(page) == {
        "search": [word],
        "workflow": [workflow],
        "status": ["waiting"],
        "version": ["1"],
    }

    page.reload()
    expect(runs(page)).to_have_count(1)
    expect(page.get_by_role("searchbox", name="Search runs")).to_have_value(word)
    expect(page.get_by_role("button", name="Waiting")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Cancelled").click()
    expect(runs(page)).to_have_count(2)
    page.get_by_role("searchbox", name="Business key").fill(f"{word}-2")
    expect(runs(page)).to_have_count(1)
    expect(runs(page)).to_contain_text(f"{word}-2")

    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("searchbox", name="Search runs")).to_have_value("")
    assert query(page) == {}


def test_runs_of_another_day_are_filtered_out_and_the_empty_list_says_so(page, ann):
    word = mark()
    ann.wait_for_run(start(ann, ann.publish(f"Double {word}", straight()), word), "succeeded")
    visit(page, ann, f"/runs?search={word}")
    expect(runs(page)).to_have_count(1)

    page.get_by_label("To", exact=True).fill("2020-01-31")

    expect(page.get_by_role("heading", name="No run matches these filters")).to_be_visible()
    assert query(page)["to"] == ["2020-01-31"]
    page.get_by_role("main").get_by_role("button", name="Clear filters").last.click()
    expect(runs(page).first).to_be_visible()


def test_run_list_changes_while_it_is_looked_at(page, ann, bob):
    word = mark()
    workflow = ann.publish(f"Approve {word}", approval())
    visit(page, ann, f"/runs?workflow={workflow}")
    expect(page.get_by_role("heading", name="No run matches these filters")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

    run = start(ann, workflow, word)
    expect(runs(page)).to_contain_text("Waiting")
    expect(runs(page)).to_contain_text("Manager's approval")
    task = bob.wait_for_human_task(run)
    bob.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    expect(runs(page)).to_contain_text("Succeeded")
    runs(page).get_by_role("link").click()
    expect(card(page, "approve")).to_have_attribute("data-status", "succeeded")


def test_list_that_cannot_be_loaded_says_so_and_tries_again(page, ann):
    word = mark()
    ann.wait_for_run(start(ann, ann.publish(f"Double {word}", straight()), word), "succeeded")
    broken = re.compile(r"/api/v1/runs\?")
    problem = {"title": "Out of order", "status": 409, "code": "broken", "detail": "Out of order."}
    page.route(
        broken,
        lambda route: route.fulfill(
            status=409, content_type="application/problem+json", body=json.dumps(problem)
        ),
    )
    visit(page, ann, f"/runs?search={word}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This could not be loaded")
    expect(alert).to_contain_text("Out of order.")

    page.unroute(broken)
    alert.get_by_role("button", name="Try again").click()
    expect(runs(page)).to_have_count(1)


def test_browser_without_a_network_says_so_and_keeps_the_list(page, ann):
    word = mark()
    ann.wait_for_run(start(ann, ann.publish(f"Double {word}", straight()), word), "succeeded")
    visit(page, ann, f"/runs?search={word}")
    expect(runs(page)).to_have_count(1)

    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    expect(runs(page)).to_have_count(1)
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


def test_first_use_offers_templates_that_run_and_one_asks_for_an_approval(
    page, empty_embedded, person
):
    ann = person(empty_embedded.url, ANN)
    for workflow in ann.get("/workflows")["items"]:
        ann.post(f"/workflows/{workflow['id']}/archive")
    visit(page, ann, "/runs")
    expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()
    visit(page, ann, "/dashboard")
    expect(page.get_by_text("Nothing needs attention")).to_be_visible()
    visit(page, ann, "/workflows")
    expect(page.get_by_role("heading", name="Draw your first workflow")).to_be_visible()

    page.get_by_role("button", name="Use this template Expense approval").click()

    expect(card(page, "approval")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish version 1")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_test_id("version-state")).to_have_text("Same as version 1")


def test_workflow_list_is_searched_and_narrowed_by_kind(page, ann):
    word = mark()
    ann.publish(f"Graph {word}", straight())
    body = {"title": f"Pipe {word}", "kind": "pipeline", "document": pipeline()}
    ann.post("/workflows", body, status=201)
    visit(page, ann, "/workflows")

    page.get_by_role("searchbox", name="Search workflows").fill(word)
    expect(workflows(page)).to_have_count(2)
    expect(workflows(page).filter(has_text=f"Graph {word}")).to_contain_text("Version 1")
    expect(workflows(page).filter(has_text=f"Pipe {word}")).to_contain_text("never published")
    page.get_by_role("combobox", name="Kind").select_option(label="Pipeline")
    expect(workflows(page)).to_have_count(1)
    assert query(page) == {"search": [word], "kind": ["pipeline"]}
    page.reload()
    expect(workflows(page)).to_have_count(1)

    page.get_by_role("searchbox", name="Search workflows").fill("nothing of the kind")
    expect(page.get_by_role("heading", name="No workflow matches")).to_be_visible()
    page.get_by_role("button", name="Show all workflows").click()
    assert query(page) == {}


def test_archived_workflow_leaves_the_list_and_comes_back(page, ann):
    word = mark()
    ann.publish(f"Old {word}", straight())
    visit(page, ann, f"/workflows?search={word}")
    page.get_by_role("button", name=f"Actions for Old {word}").click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page.get_by_role("heading", name="No workflow matches")).to_be_visible()

    page.get_by_role("combobox", name="Show").select_option(label="Archived")
    expect(workflows(page)).to_have_count(1)
    page.get_by_role("button", name=f"Actions for Old {word}").click()
    page.get_by_role("menuitem", name="Restore").click()
    expect(page.get_by_role("heading", name="No archived workflow")).to_be_visible()
    page.get_by_role("combobox", name="Show").select_option(label="Active")
    expect(workflows(page)).to_have_count(1)


def test_duplicate_is_a_draft_of_its_own(page, ann):
    word = mark()
    original = ann.publish(f"Double {word}", straight())
    visit(page, ann, f"/workflows?search={word}")
    page.get_by_role("button", name=f"Actions for Double {word}").click()
    page.get_by_role("menuitem", name="Duplicate").click()

    expect(workflows(page)).to_have_count(2)
    page.get_by_role("button", name="Open").click()
    expect(card(page, "double")).to_be_visible()
    assert original not in page.url
    expect(page.get_by_test_id("version-state")).to_have_text("Not published yet")


@pytest.mark.parametrize("kind", ["JSON", "YAML"])
def test_exported_file_is_imported_again_as_the_same_document(page, ann, tmp_path, kind):
    word = mark()
    workflow = ann.publish(f"Double {word}", straight())
    visit(page, ann, f"/workflows?search={word}")
    page.get_by_role("button", name=f"Actions for Double {word}").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=f"Export as {kind}").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == f".{kind.lower()}"

    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import a workflow")
    dialog.get_by_label("Workflow file").set_input_files(file)
    dialog.get_by_role("textbox", name="Title").fill(f"Again {word}")
    dialog.get_by_role("button", name="Import workflow").click()

    expect(page.get_by_role("textbox", name="Workflow name")).to_have_value(f"Again {word}")
    imported = ann.get("/workflows", params={"search": f"Again {word}"})["items"][0]["id"]
    assert imported != workflow
    documents = [ann.get(f"/workflows/{each}")["draft"]["hash"] for each in (workflow, imported)]
    assert documents[0] == documents[1]


def test_import_that_cannot_be_read_says_where_and_makes_nothing(page, ann):
    before = ann.get("/workflows", params={"search": "Broken import"})["items"]
    visit(page, ann, "/workflows")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import a workflow")
    dialog.get_by_role("textbox", name="Workflow as text").fill('{"kind": "graph", "nodes": 7}')
    dialog.get_by_role("textbox", name="Title").fill("Broken import")

    dialog.get_by_role("button", name="Import workflow").click()

    expect(dialog.get_by_role("alert")).to_contain_text("nodes")
    assert ann.get("/workflows", params={"search": "Broken import"})["items"] == before == []


def figure(page: Page, name: str):
    """A tile of the dashboard."""
    return page.get_by_role("list", name="Now").get_by_role("link").filter(has_text=name)


def number(page: Page, name: str) -> int:
    text = figure(page, name).inner_text().replace("\n", "")
    return int(re.findall(rf"{name}(\d+)", text)[0])


def test_dashboard_numbers_change_live_and_lead_to_what_they_count(page, ann, bob):
    word = mark()
    workflow = ann.publish(f"Approve {word}", approval())
    visit(page, ann, "/dashboard")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    waiting, started = number(page, "Waiting now"), number(page, "Started today")

    run = start(ann, workflow, word)
    expect(figure(page, "Waiting now")).to_contain_text(f"Waiting now{waiting + 1}for")
    expect(figure(page, "Started today")).to_contain_text(f"Started today{started + 1}by")
    task = bob.wait_for_human_task(run)
    bob.post(
        f"/human-tasks/{task['id']}/decide", {"outcome": "rejected", "comment": "Not this year"}
    )

    expect(figure(page, "Waiting now")).to_contain_text(f"Waiting now{waiting}for")
    failed = page.get_by_role("region", name="Failed")
    expect(failed.get_by_role("link", name=re.compile(word)).first).to_have_attribute(
        "href", f"/runs/{run}"
    )

    count = int(failed.get_by_role("link").first.inner_text().split()[0])
    failed.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Failed")).to_have_attribute("aria-pressed", "true")
    expect(runs(page).filter(has_text=word)).to_contain_text("Failed")
    expect(runs(page)).to_have_count(count)


def test_each_figure_of_the_dashboard_leads_to_its_filtered_list(page, ann):
    word = mark()
    run = start(ann, ann.publish(f"Approve {word}", approval()), word)
    ann.wait_for_run(run, "waiting")
    visit(page, ann, "/dashboard")
    expect(figure(page, "Waiting now")).to_contain_text(re.compile(r"now[1-9]"))
    waiting = number(page, "Waiting now")

    for name, status in {"Running now": "running", "Failure rate": "failed"}.items():
        target = urlsplit(figure(page, name).get_attribute("href"))
        assert target.path == "/runs"
        assert parse_qs(target.query)["status"] == [status]
    figure(page, "Waiting now").click()

    expect(page.get_by_role("button", name="Waiting")).to_have_attribute("aria-pressed", "true")
    expect(runs(page)).to_have_count(waiting)
    expect(runs(page).filter(has_text=word)).to_contain_text("Waiting")


def test_throughput_can_be_read_as_a_table_and_workers_are_alive(page, ann):
    word = mark()
    ann.wait_for_run(start(ann, ann.publish(f"Double {word}", straight()), word), "succeeded")
    visit(page, ann, "/dashboard")
    page.get_by_role("button", name="Show as table").click()
    rows = page.get_by_role("region", name="Runs over time as a table").get_by_role("row")
    succeeded = [int(text) for text in rows.locator("td:nth-child(3)").all_inner_texts()]
    assert sum(succeeded) >= 1

    expect(page.get_by_role("region", name="Duration by workflow")).to_contain_text(
        f"Double {word}"
    )
    workers = page.get_by_role("list", name="Workers").get_by_role("listitem")
    expect(workers.filter(has_text="alive").first).to_be_visible()
    page.get_by_role("combobox", name="Period").select_option(index=0)
    expect(page).to_have_url(re.compile("hours="))


def test_lists_on_a_phone_never_scroll_sideways(page, ann):
    word = mark()
    ann.wait_for_run(start(ann, ann.publish(f"Double {word}", straight()), word), "succeeded")
    page.set_viewport_size(PHONE)
    visit(page, ann, f"/runs?search={word}")
    expect(runs(page)).to_have_count(1)
    assert_fits(page)
    visit(page, ann, f"/workflows?search={word}")
    expect(workflows(page)).to_have_count(1)
    assert_fits(page)
