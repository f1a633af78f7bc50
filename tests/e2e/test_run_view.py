"""A run as it is looked at: live, the same everywhere, true to its version, and healing."""

import datetime as dt
import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.visiting import PHONE, card, line, open_browser, visit
from tests.support.accounts import ANN, BOB
from tests.support.documents import approval, edge, graph, node, straight, waiting_for_signal

pytestmark = pytest.mark.browser

SHOWN_WITHIN_SECONDS = 0.5
APPROVERS = {"users": [], "groups": ["Approvers"]}


def status_of(page: Page):
    """The word at the head of the page."""
    return page.get_by_role("status", name="Status of the run")


def see(page: Page, person, run_id: str) -> None:
    """Open a run and wait until it is followed live."""
    visit(page, person, f"/runs/{run_id}")
    expect(page.get_by_role("status").filter(has_text=re.compile("^Live$"))).to_be_visible()


def decide(person, run_id: str, outcome: str = "approved", comment: str = "") -> None:
    task = person.wait_for_human_task(run_id)
    person.post(f"/human-tasks/{task['id']}/decide", {"outcome": outcome, "comment": comment})


def statuses(page: Page) -> dict[str, str]:
    """How the cards say that the nodes stand."""
    shown: dict[str, str] = page.eval_on_selector_all(
        "[data-node-id]",
        "cards => Object.fromEntries(cards.map(({dataset: d}) => [d.nodeId, d.status]))",
    )
    return shown


def test_status_is_on_the_page_half_a_second_after_its_commit_without_polling(page, ann, bob):
    workflow = ann.publish("Approval", approval())
    delays = []
    while len(delays) < 5 and min(delays, default=math.inf) > SHOWN_WITHIN_SECONDS:
        run = ann.start(workflow, {"amount": 9})
        ann.wait_for_run(run, "waiting")
        see(page, ann, run)
        expect(card(page, "approve")).to_have_attribute("data-status", "waiting")
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.evaluate(
            """() => {
                const card = document.querySelector('[data-node-id="approve"]');
                window.changed = new Promise((resolve) =>
                    new MutationObserver(() => {
                        if (card.dataset.status === "succeeded") resolve(Date.now() / 1000);
                    }).observe(card, { attributes: true }));
            }"""
        )

        decide(bob, run)

        seen = page.evaluate("window.changed")
        expect(status_of(page)).to_have_text("Succeeded")
        events = ann.get(f"/runs/{run}/events")["events"]
        done = next(
            each
            for each in events
            if (each["type"], each["node_id"]) == ("node.succeeded", "approve")
        )
        delays.append(seen - dt.datetime.fromisoformat(done["at"]).timestamp())
        assert [url for url in asked if f"/runs/{run}" in url] == []
    assert min(delays) < SHOWN_WITHIN_SECONDS, delays


def test_refresh_and_second_browser_show_the_same_and_stay_live(page, new_context, ann, bob):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 12, "who": "Kim"})
    ann.wait_for_run(run, "waiting")
    see(page, ann, run)
    expect(card(page, "approve")).to_have_attribute("data-status", "waiting")
    before = statuses(page)
    assert before["start"] == "succeeded"

    page.reload()
    expect(card(page, "approve")).to_have_attribute("data-status", "waiting")
    assert statuses(page) == before
    other = open_browser(new_context, bob, f"/runs/{run}")
    expect(card(other, "approve")).to_have_attribute("data-status", "waiting")
    assert statuses(other) == before

    decide(bob, run)

    for each in (page, other):
        expect(card(each, "end")).to_have_attribute("data-status", "succeeded")
        expect(card(each, "refused")).to_have_attribute("data-status", "skipped")
        expect(status_of(each)).to_have_text("Succeeded")
    assert statuses(page) == statuses(other)


def test_edge_is_coloured_only_after_data_crossed_it(page, ann, bob):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    ann.wait_for_run(run, "waiting")
    see(page, ann, run)
    expect(line(page, "start-out-approve")).to_have_attribute("data-crossed", "true")
    for way in ("approve-approved-end", "approve-rejected-refused"):
        expect(line(page, way)).not_to_have_attribute("data-crossed", "true")

    decide(bob, run, "rejected", "Too much")

    expect(line(page, "approve-rejected-refused")).to_have_attribute("data-crossed", "true")
    expect(line(page, "approve-approved-end")).not_to_have_attribute("data-crossed", "true")


def calling(sink_url: str):
    """prepare -> call -> end; the call is tried twice."""
    retry = {"max_attempts": 2, "initial_delay_seconds": 0.05, "backoff": 1, "jitter": False}
    call = {"method": "POST", "url": f"{sink_url}/charge", "body": "${ nodes.prepare }"}
    return graph(
        [
            node("start", "start"),
            node("prepare", "transform", {"output": {"cents": 4200}}, title="Prepare"),
            node("call", "http", call, title="Charge the card", retry=retry),
            node("end", "end"),
        ],
        [edge("start", "prepare"), edge("prepare", "call"), edge("call", "end")],
    )


def test_failure_shows_at_its_node_and_is_retried_from_there(
    page, empty_embedded, http_sink, person
):
    ann = person(empty_embedded.url, ANN)
    http_sink.answers = [(503, {"error": "closed"}), (503, {"error": "closed"})]
    run = ann.start(ann.publish("Charge", calling(http_sink.url)))
    failed = ann.wait_for_run(run, "failed")
    see(page, ann, run)
    expect(card(page, "call").get_by_test_id("node-status")).to_have_text("Failedafter 2 attempts")
    expect(page.get_by_text("“Charge the card” failed after 2 attempts.")).to_be_visible()
    expect(card(page, "end")).not_to_have_attribute("data-status", "succeeded")

    page.get_by_role("button", name="Show the node").click()
    panel = page.get_by_role("region", name="Node Charge the card")
    message = next(each["error"] for each in failed["nodes"] if each["error"])["message"]
    assert "503" in message
    expect(panel.get_by_text(message).first).to_be_visible()
    expect(panel.get_by_text("after 2 attempts")).to_be_visible()
    expect(panel.get_by_role("tab", name="Input")).to_have_attribute("aria-selected", "true")
    expect(panel.get_by_role("tabpanel")).to_contain_text("4200")
    panel.get_by_role("tab", name="Attempts 2").click()
    tries = panel.get_by_role("list", name="Attempts").get_by_role("listitem")
    expect(tries).to_have_count(2)
    expect(tries.first).to_contain_text("503")

    panel.get_by_role("button", name="Retry from here").click()

    page.wait_for_url(lambda url: "/runs/" in url and run not in url)
    expect(status_of(page)).to_have_text("Succeeded")
    expect(card(page, "prepare").get_by_test_id("node-status")).to_have_text("Taken over")
    expect(card(page, "call")).to_have_attribute("data-status", "succeeded")
    expect(page.get_by_role("link", name="Retry of an earlier run")).to_have_attribute(
        "href", f"/runs/{run}"
    )
    assert [sent.json for sent in http_sink.requests] == [{"cents": 4200}] * 3
    assert ann.get(f"/runs/{run}")["status"] == "failed"


def test_waiting_node_says_for_whom_since_when_and_until_when(page, ann):
    document = approval(assignees=APPROVERS, due_in_seconds=4 * 3600)
    run = ann.start(ann.publish("Approval", document), {"amount": 5})
    nodes = ann.wait_for_run(run, "waiting")["nodes"]
    task = next(each["waiting"] for each in nodes if each["node_id"] == "approve")
    page.clock.install()
    see(page, ann, run)
    later = dt.datetime.fromisoformat(task["since"]) + dt.timedelta(hours=2, minutes=5)

    page.clock.set_system_time(later)
    page.clock.run_for(16_000)

    until = dt.datetime.fromisoformat(task["until"]).astimezone()
    words = re.compile(rf"^Waiting for Approvers2 h( 5 min)?, due .*{until:%H:%M}$")
    expect(card(page, "approve").get_by_test_id("node-status")).to_have_text(words)
    sentence = re.compile(rf"Waiting for Approvers, 2 h( 5 min)?, due .*{until:%H:%M}")
    expect(page.get_by_text("Manager's approval:").locator("..")).to_have_text(sentence)


def test_wait_for_a_signal_is_answered_from_the_page(page, ann):
    run = ann.start(ann.publish("Payment", waiting_for_signal("paid")))
    ann.wait_for_run(run, "waiting")
    see(page, ann, run)
    expect(card(page, "wait").get_by_test_id("node-status")).to_contain_text(
        "Waiting for the signal “paid”"
    )

    page.get_by_role("button", name="Send signal").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()

    expect(status_of(page)).to_have_text("Succeeded")
    expect(card(page, "wait")).to_have_attribute("data-status", "succeeded")


def test_paused_run_holds_what_comes_next_until_it_is_resumed(page, ann, bob):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    ann.wait_for_run(run, "waiting")
    see(page, ann, run)

    page.get_by_role("button", name="Pause").click()
    expect(status_of(page)).to_have_text("Paused")
    expect(page.get_by_text("This run is paused")).to_be_visible()
    decide(bob, run)
    expect(card(page, "approve")).to_have_attribute("data-status", "succeeded")
    expect(card(page, "end")).not_to_have_attribute("data-status", "succeeded")
    expect(status_of(page)).to_have_text("Paused")

    page.get_by_role("button", name="Resume").click()
    expect(status_of(page)).to_have_text("Succeeded")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def test_cancelling_asks_first_and_withdraws_what_was_asked_of_people(page, ann, bob):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    ann.wait_for_run(run, "waiting")
    task = bob.wait_for_human_task(run)
    see(page, ann, run)
    dialog = page.get_by_role("dialog", name="Cancel this run?")

    page.get_by_role("button", name="Cancel run").click()
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    expect(status_of(page)).to_have_text("Waiting")

    page.get_by_role("button", name="Cancel run").click()
    dialog.get_by_role("textbox", name="Reason").fill("Asked twice")
    dialog.get_by_role("button", name="Cancel the run").click()

    expect(status_of(page)).to_have_text("Cancelled")
    expect(card(page, "approve")).to_have_attribute("data-status", "cancelled")
    page.get_by_role("tab", name="Journal").click()
    expect(page.get_by_role("list", name="Journal")).to_contain_text(
        "Cancelling was asked for: Asked twice"
    )
    assert bob.get(f"/human-tasks/{task['id']}")["status"] == "cancelled"


def test_old_run_shows_the_version_that_it_ran_on(page, ann):
    document = straight()
    workflow = ann.publish("Doubling", document)
    run = ann.start(workflow, {"amount": 4})
    ann.wait_for_run(run, "succeeded")
    document["nodes"][1]["title"] = "Now quite different"
    document["nodes"].append(node("extra", "log", {"message": "More"}, title="Extra"))
    document["edges"][1:] = [edge("double", "extra"), edge("extra", "end")]
    draft = ann.call(
        "PUT",
        f"/workflows/{workflow}/draft",
        json={"document": document},
        headers={"If-Match": '"1"'},
    )
    ann.post(f"/workflows/{workflow}/publish", {"revision": draft["revision"]})

    see(page, ann, run)

    expect(page.get_by_role("link", name="version 1")).to_be_visible()
    expect(card(page, "double")).to_contain_text("Transform")
    expect(card(page, "double")).not_to_contain_text("Now quite different")
    expect(card(page, "extra")).to_have_count(0)
    page.get_by_role("link", name="version 1").click()
    expect(page.get_by_role("navigation", name="Versions").get_by_role("link")).to_have_count(2)
    expect(card(page, "extra")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Version 2")).click()
    expect(card(page, "extra")).to_be_visible()


def test_journal_tells_every_fact_once_and_goes_on_live(page, ann, bob):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    ann.wait_for_run(run, "waiting")
    see(page, ann, run)
    page.get_by_role("tab", name="Journal").click()
    facts = page.get_by_role("list", name="Journal").get_by_role("listitem")
    expect(facts.filter(has_text="waits for a decision")).to_have_count(1)

    decide(bob, run, "rejected", "No")

    expect(facts.filter(has_text="decided by bob: rejected")).to_have_count(1)
    expect(facts.first).to_contain_text("The run failed")
    events = ann.get(f"/runs/{run}/events")["events"]
    expect(facts).to_have_count(len(events))
    numbers = facts.locator(":scope > span:first-child").all_inner_texts()
    assert numbers == [str(each["seq"]) for each in reversed(events)]


def test_timeline_has_a_row_for_each_step_and_leads_to_it(page, ann):
    run = ann.start(ann.publish("Doubling", straight()), {"amount": 21})
    ann.wait_for_run(run, "succeeded")
    see(page, ann, run)
    rows = page.get_by_role("list", name="Timeline").get_by_role("button")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_have_accessible_name(re.compile("^Transform ?, Succeeded"))

    rows.nth(1).click()

    panel = page.get_by_role("region", name="Node Transform")
    expect(panel.get_by_role("tabpanel")).to_contain_text(re.compile(r"twice.*42"))
    assert "node=double" in page.url
    page.reload()
    expect(panel.get_by_role("tabpanel")).to_contain_text(re.compile(r"twice.*42"))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_diagram_whose_program_did_not_arrive_is_drawn_once_it_does(page, ann):
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    refused: list[str] = []

    def refuse_first(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    page.route("**/elk-worker*", refuse_first)
    visit(page, ann, f"/runs/{run}")

    expect(card(page, "end")).to_be_visible()
    assert len(refused) == 1


def test_page_heals_by_itself_after_the_server_was_away(
    page, empty_embedded, person: Callable, new_context
):
    ann, bob = person(empty_embedded.url, ANN), person(empty_embedded.url, BOB)
    run = ann.start(ann.publish("Approval", approval()), {"amount": 1})
    ann.wait_for_run(run, "waiting")
    task = bob.wait_for_human_task(run)
    see(page, ann, run)
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))

    empty_embedded.process.stop()
    expect(page.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
    page.get_by_role("tab", name="Journal").click()
    expect(page.get_by_role("alert")).to_contain_text("This could not be loaded")
    empty_embedded.start()
    bob.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    expect(status_of(page)).to_have_text("Succeeded", timeout=30_000)
    expect(card(page, "end")).to_have_attribute("data-status", "succeeded")
    expect(page.get_by_role("status").filter(has_text=re.compile("^Live$"))).to_be_visible()
    events = ann.get(f"/runs/{run}/events")["events"]
    facts = page.get_by_role("list", name="Journal").get_by_role("listitem")
    expect(facts).to_have_count(len(events))
    assert loads == []


def test_unknown_run_is_told_kindly(page, ann):
    visit(page, ann, "/runs/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("heading", name="There is no such run")).to_be_visible()
    page.get_by_role("link", name="To the runs").click()
    expect(page.get_by_role("list", name="Runs")).to_be_visible()


def test_run_on_a_phone_is_read_in_tabs(page, ann):
    run = ann.start(ann.publish("Doubling", straight()), {"amount": 3})
    ann.wait_for_run(run, "succeeded")
    page.set_viewport_size(PHONE)
    see(page, ann, run)

    page.get_by_role("list", name="Timeline").get_by_role("button").nth(1).click()
    expect(page.get_by_role("region", name="Node Transform")).to_contain_text("twice")
    page.get_by_role("button", name="Close the node").click()
    page.get_by_role("tab", name="Diagram").click()
    expect(card(page, "double")).to_have_attribute("data-status", "succeeded")
