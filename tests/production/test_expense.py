import pytest
from playwright.sync_api import expect

from tests.e2e.expense_drawing import (
    draw_expense_workflow,
    expect_statuses,
    publish,
    start_run,
)
from tests.support.accounts import ANN, BOB
from tests.support.browser import collect_faults, log_in
from tests.support.expense import LARGE_CLAIM, SMALL_CLAIM, expense_document
from tests.support.sink import HttpSink

pytestmark = [pytest.mark.production, pytest.mark.browser]


@pytest.fixture(scope="module")
def sink():
    sink = HttpSink()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def stack(production_servers, sink, tmp_path_factory):
    production_servers.collect_static()
    directory = tmp_path_factory.mktemp("stack")
    stack = production_servers.stack(directory, FLOWDECK_HTTP_ALLOWED_HOSTS=sink.host)
    yield stack.start(webs=2, workers=2)
    stack.stop()


@pytest.fixture
def http_sink(sink):
    """The sink, as if nobody had called it before."""
    sink.requests.clear()
    return sink


def test_claim_is_approved_over_one_web_process_and_watched_over_the_other(
    stack, http_sink, person, page
):
    called, watched = stack.webs
    ann, bob = person(called.url, ANN), person(called.url, BOB)
    workflow = ann.publish("Expenses", expense_document(http_sink.url))
    faults = collect_faults(page)
    log_in(page, watched.url, ANN)

    run = ann.start(workflow, LARGE_CLAIM)
    page.goto(f"{watched.url}/runs/{run}")
    waiting = ann.wait_for_run(run, "waiting")
    assert {node["node_id"]: node["status"] for node in waiting["nodes"]} == {
        "start": "succeeded",
        "policy": "succeeded",
        "gate": "succeeded",
        "approval": "waiting",
    }
    expect(node_on(page, "approval")).to_have_attribute("data-status", "waiting")

    task = bob.wait_for_human_task(run)
    bob.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved", "comment": "Fine"})
    finished = ann.wait_for_run(run, "succeeded")

    booking = {"employee": "Kim", "amount": 900, "category": "travel", "account": "6650"}
    assert finished["output"] == booking
    assert [(sent.method, sent.path, sent.json) for sent in http_sink.requests] == [
        ("POST", "/bookings", booking)
    ]
    for node, status in {
        "approval": "succeeded",
        "book": "succeeded",
        "booked": "succeeded",
        "refused": "skipped",
    }.items():
        expect(node_on(page, node)).to_have_attribute("data-status", status)
    page.reload()
    expect(node_on(page, "booked")).to_have_attribute("data-status", "succeeded")
    assert faults == []


def test_small_claim_goes_straight_on_and_a_rejected_one_ends_without_a_booking(
    stack, http_sink, person
):
    ann, bob = person(stack.webs[0].url, ANN), person(stack.webs[1].url, BOB)
    workflow = ann.publish("Expenses", expense_document(http_sink.url))

    small = ann.wait_for_run(ann.start(workflow, SMALL_CLAIM), "succeeded")
    assert small["output"]["account"] == "6800"
    assert len(http_sink.requests) == 1

    large = ann.start(workflow, LARGE_CLAIM)
    task = bob.wait_for_human_task(large)
    decide = f"/human-tasks/{task['id']}/decide"
    refused = bob.post(decide, {"outcome": "rejected"}, status=422)
    assert "comment" in str(refused["errors"])
    bob.post(decide, {"outcome": "rejected", "comment": "Not this year"})
    closed = ann.wait_for_run(large, "succeeded")
    assert closed["output"] == {"reason": "Not this year", "decided_by": "bob"}
    assert len(http_sink.requests) == 1


def test_drawn_in_the_browser_it_comes_to_the_same_result(stack, http_sink, person, page):
    drawn, called = stack.webs
    log_in(page, drawn.url, ANN)
    draw_expense_workflow(page, drawn.url, http_sink.url)
    publish(page)
    start_run(page, "Kim", "900.50")
    expect_statuses(page, human_decision="waiting")

    bob = person(called.url, BOB)
    task = bob.wait_for_human_task(page.url.rsplit("/", 1)[-1])
    bob.post(f"/human-tasks/{task['id']}/decide", {"outcome": "approved"})

    expect_statuses(page, human_decision="succeeded", http_request="succeeded", end="succeeded")
    assert [(sent.method, sent.path, sent.json) for sent in http_sink.requests] == [
        ("POST", "/bookings", {"employee": "Kim", "amount": 900.5})
    ]


def node_on(page, node_id):
    """The node's card on the canvas."""
    return page.locator(f'.react-flow__node[data-id="{node_id}"] [data-status]').first
