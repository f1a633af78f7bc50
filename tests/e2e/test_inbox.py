"""The inbox: what waits for somebody, told well and decided quickly, also on a phone."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import PHONE, assert_fits, box_of, card, open_browser, visit
from tests.support.accounts import ADMIN, ANN, BOB, EVE
from tests.support.browser import log_in
from tests.support.documents import approval
from tests.support.person import Person

pytestmark = pytest.mark.browser

HEADING = "A new laptop for ${ input.who }"


@pytest.fixture(scope="module")
def admin(embedded):
    person = Person(embedded.url, ADMIN)
    yield person
    person.close()


@pytest.fixture(scope="module")
def eve(embedded):
    person = Person(embedded.url, EVE)
    yield person
    person.close()


class Request:
    """A decision that a run waits for, told apart from all others by who it is for."""

    def __init__(self, ann: Person, title: str = "Equipment", **human) -> None:
        self.who = f"Kim {uuid.uuid4().hex[:8]}"
        self.heading = f"A new laptop for {self.who}"
        config = {
            "heading": HEADING,
            "data": {"Amount": "${ input.amount }", "For": "${ input.who }"},
            "assignees": {"users": [BOB], "groups": []},
            **human,
        }
        self.workflow = ann.publish(title, approval(**config))
        self.run = ann.start(self.workflow, {"amount": 1450, "who": self.who})
        self.id = next(
            node["waiting"]["human_task_id"]
            for node in ann.wait_for_run(self.run, "waiting")["nodes"]
            if node["waiting"]
        )

    @property
    def path(self) -> str:
        return f"/inbox/{self.id}"

    def row(self, page: Page):
        """Its line in the list that is shown."""
        return page.get_by_role("listitem").filter(has_text=self.heading)


def number_in(text: str) -> int:
    """The number that a counter shows; without one it stands for zero."""
    digits = re.findall(r"\d+", text)
    return int(digits[0]) if digits else 0


def answer(page: Page, name: str):
    return page.get_by_role("region", name="Your decision").get_by_role("button", name=name)


def test_row_tells_title_key_values_who_asked_age_and_when_it_is_due(page, ann, bob):
    request = Request(ann, "Equipment wanted", due_in_seconds=7200)
    visit(page, bob, "/inbox")

    row = request.row(page)
    expect(row.get_by_role("link", name=request.heading)).to_have_attribute("href", request.path)
    expect(row.locator("dl")).to_have_text(f"Amount1450For{request.who}")
    expect(row).to_contain_text(re.compile(r"Asked by [Aa]nn"))
    expect(row).to_contain_text("Equipment wanted")
    expect(row.locator("time").first).to_have_text(re.compile("now|second|ago"))
    expect(row.locator("time").first).to_have_attribute("title", re.compile(r"\d{4}"))
    expect(row).to_contain_text(re.compile(r"Due .*\d\d:\d\d"))


def test_new_task_and_its_count_arrive_live_and_leave_when_decided(page, ann, bob):
    first = Request(ann)
    visit(page, bob, "/inbox?state=mine")
    expect(first.row(page)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    main = page.get_by_role("navigation", name="Main")
    mine = number_in(page.get_by_role("tab", name="Mine").inner_text())
    rail = number_in(main.get_by_role("link", name="Inbox").inner_text())

    second = Request(ann)
    expect(second.row(page)).to_be_visible()
    expect(page.get_by_role("tab", name="Mine")).to_have_text(f"Mine{mine + 1}")
    expect(page.get_by_role("link", name=f"Inbox {rail + 1} waiting")).to_be_visible()

    bob.post(f"/human-tasks/{second.id}/decide", {"outcome": "approved"})
    expect(second.row(page)).to_have_count(0)
    expect(page.get_by_role("tab", name="Mine")).to_have_text(f"Mine{mine}")
    expect(page.get_by_role("link", name=f"Inbox {rail} waiting")).to_be_visible()


def test_task_of_a_group_is_claimed_and_then_mine(page, new_context, ann, bob, admin):
    request = Request(ann, assignees={"users": [], "groups": ["Approvers"]})
    visit(page, bob, "/inbox?state=claimable")
    page.get_by_role("button", name=f"Claim {request.heading}").click()
    expect(request.row(page)).to_have_count(0)

    page.get_by_role("tab", name="Mine").click()
    expect(request.row(page)).to_contain_text("Claimed by bob")
    request.row(page).get_by_role("link").click()
    expect(page.get_by_text("You have claimed this.")).to_be_visible()
    other = open_browser(new_context, admin, request.path)
    expect(other.get_by_text("Claimed by bob")).to_be_visible()

    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Nobody has claimed this")).to_be_visible()
    page.goto(f"{bob.base_url}/inbox?state=claimable")
    expect(request.row(page)).to_be_visible()


def test_approving_takes_two_clicks_and_is_confirmed(page, ann, bob):
    request = Request(ann)
    visit(page, bob, "/inbox")
    clicks = 0
    for target in (
        request.row(page).get_by_role("link", name=request.heading),
        answer(page, "Approve"),
    ):
        target.click()
        clicks += 1

    expect(page.get_by_text("Your decision is recorded: Approve")).to_be_visible()
    assert clicks == 2
    ann.wait_for_run(request.run, "succeeded")
    page.get_by_role("link", name="Back to the inbox").click()
    page.get_by_role("tab", name="Done").click()
    expect(request.row(page)).to_contain_text(re.compile("Approve.*bob"))


def test_form_shows_what_is_decided_upon_with_progress_and_history(page, ann, bob):
    request = Request(ann)
    visit(page, bob, request.path)

    facts = page.get_by_role("region", name="What is decided upon")
    expect(facts).to_contain_text("1450")
    expect(facts).to_contain_text(request.who)
    expect(page.get_by_text("Look at the amount.")).to_be_visible()
    expect(card(page, "start")).to_have_attribute("data-status", "succeeded")
    expect(card(page, "approve")).to_have_attribute("data-status", "waiting")
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def test_rejecting_needs_a_comment(page, ann, bob):
    request = Request(ann)
    visit(page, bob, request.path)
    comment = page.get_by_role("textbox", name="Comment")

    answer(page, "Reject").click()
    expect(page.get_by_text("Say why: “Reject” needs a comment.")).to_be_visible()
    expect(comment).to_be_focused()
    expect(comment).to_have_attribute("aria-invalid", "true")
    assert ann.get(f"/runs/{request.run}")["status"] == "waiting"

    comment.fill("Too dear this year")
    answer(page, "Reject").click()
    expect(page.get_by_text("Your decision is recorded: Reject")).to_be_visible()
    expect(page.get_by_role("blockquote")).to_have_text("Too dear this year")
    assert ann.wait_for_run(request.run)["status"] == "failed"


def test_recorded_decision_is_confirmed_though_a_later_step_fails(page, ann, bob):
    document_run = Request(ann)
    visit(page, bob, document_run.path)
    page.get_by_role("textbox", name="Comment").fill("No")

    answer(page, "Reject").click()

    ann.wait_for_run(document_run.run, "failed")
    expect(page.get_by_text("Your decision is recorded: Reject")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Decided: Reject")).to_be_visible()


def test_second_person_is_told_who_decided_what_and_when(page, ann, bob, admin):
    request = Request(ann, assignees={"users": [BOB, ADMIN], "groups": []})
    visit(page, admin, request.path)
    expect(answer(page, "Approve")).to_be_enabled()
    bob.post(
        f"/human-tasks/{request.id}/decide", {"outcome": "rejected", "comment": "Ask next year"}
    )

    expect(page.get_by_text("Decided: Reject")).to_be_visible()

    said = page.get_by_role("status", name="Decision")
    expect(said).to_contain_text("By bob")
    expect(said.locator("time")).to_have_attribute("title", re.compile(r"\d{4}"))
    expect(said).to_contain_text("Ask next year")
    expect(page.get_by_role("region", name="Your decision")).to_have_count(0)


def test_decision_that_comes_too_late_is_answered_with_the_earlier_one(page, ann, bob, admin):
    request = Request(ann, assignees={"users": [BOB, ADMIN], "groups": []})
    page.route_web_socket(re.compile("/ws/me/"), lambda _: None)
    visit(page, admin, request.path)
    expect(answer(page, "Approve")).to_be_enabled()
    bob.post(f"/human-tasks/{request.id}/decide", {"outcome": "approved"})

    page.get_by_role("textbox", name="Comment").fill("Me first?")
    answer(page, "Reject").click()

    expect(page.get_by_text("Decided: Approve")).to_be_visible()
    expect(page.get_by_role("status", name="Decision")).to_contain_text("By bob")
    assert ann.wait_for_run(request.run)["output"] == "approved"


def test_person_who_is_not_asked_is_told_why(page, ann, eve, admin):
    request = Request(ann)
    visit(page, ann, request.path)
    expect(page.get_by_role("heading", name=request.heading, level=2)).to_be_visible()
    expect(
        page.get_by_text(ann.get(f"/human-tasks/{request.id}")["may_not_reason"])
    ).to_be_visible()
    expect(page.get_by_role("region", name="Your decision")).to_have_count(0)

    visit(page, eve, request.path)
    expect(page.get_by_role("heading", name="There is nothing to decide here")).to_be_visible()
    expect(page.get_by_text(request.who)).to_have_count(0)


def test_cancelled_request_says_that_it_is_no_longer_needed(page, ann, bob):
    request = Request(ann)
    visit(page, bob, request.path)
    expect(answer(page, "Approve")).to_be_enabled()

    ann.post(f"/runs/{request.run}/cancel", {"reason": "Bought already"})

    expect(page.get_by_text("No longer needed")).to_be_visible()
    expect(page.get_by_role("region", name="Your decision")).to_have_count(0)


def test_link_to_a_task_asks_for_the_log_in_and_then_leads_there(page, ann, embedded):
    request = Request(ann)
    page.goto(embedded.url + request.path)
    expect(page.get_by_role("heading", name="Log in to Flowdeck")).to_be_visible()
    expect(page.get_by_text(request.who)).to_have_count(0)
    assert page.request.get(f"{embedded.url}/api/v1/human-tasks/{request.id}").status == 401

    log_in(page, embedded.url, BOB, path=request.path)

    expect(page.get_by_role("heading", name=request.heading, level=2)).to_be_visible()
    expect(answer(page, "Approve")).to_be_enabled()


def test_wrong_password_is_told_and_nobody_is_logged_in(page, embedded):
    page.goto(f"{embedded.url}/inbox")
    page.get_by_role("textbox", name="User name").fill(ANN)
    page.get_by_label("Password").fill("guessed")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    page.goto(f"{embedded.url}/inbox")
    expect(page.get_by_role("heading", name="Log in to Flowdeck")).to_be_visible()


def test_extra_fields_are_asked_for_and_checked(page, ann, bob):
    schema = {
        "type": "object",
        "required": ["cost_centre"],
        "properties": {
            "cost_centre": {"type": "string", "title": "Cost centre"},
            "urgent": {"type": "boolean", "title": "Urgent"},
        },
    }
    request = Request(ann, form_schema=schema)
    visit(page, bob, request.path)

    answer(page, "Approve").click()
    field = page.get_by_role("textbox", name="Cost centre")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    field.fill("4711")
    page.get_by_role("checkbox", name="Urgent").check()
    answer(page, "Approve").click()

    expect(page.get_by_text("Your decision is recorded: Approve")).to_be_visible()
    decision = ann.get(f"/human-tasks/{request.id}")["decision"]
    assert decision["data"] == {"cost_centre": "4711", "urgent": True}


def test_phone_decides_with_one_thumb(page, ann, bob):
    request = Request(ann)
    page.set_viewport_size(PHONE)
    visit(page, bob, "/inbox")
    expect(request.row(page)).to_be_visible()
    assert_fits(page)

    request.row(page).get_by_role("link", name=request.heading).click()
    approve, reject = answer(page, "Approve"), answer(page, "Reject")
    for button in (approve, reject):
        expect(button).to_be_in_viewport(ratio=1)
        box = box_of(button)
        assert box["height"] >= 44
        assert box["y"] > PHONE["height"] / 2
    assert_fits(page)
    approve.click()

    expect(page.get_by_text("Your decision is recorded: Approve")).to_be_in_viewport()
    ann.wait_for_run(request.run, "succeeded")


def test_search_narrows_the_inbox_and_lives_in_the_url(page, ann, bob):
    wanted, other = Request(ann), Request(ann)
    visit(page, bob, "/inbox?state=mine")
    expect(other.row(page)).to_be_visible()

    page.get_by_role("searchbox", name="Search the inbox").fill(wanted.who)
    expect(other.row(page)).to_have_count(0)
    expect(wanted.row(page)).to_be_visible()
    page.reload()
    expect(wanted.row(page)).to_be_visible()
    expect(other.row(page)).to_have_count(0)

    page.get_by_role("searchbox", name="Search the inbox").fill("nobody at all")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_empty_inbox_says_that_nothing_waits(page, eve):
    visit(page, eve, "/inbox")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    page.get_by_role("tab", name="Done").click()
    expect(page.get_by_role("heading", name="Nothing decided yet")).to_be_visible()
