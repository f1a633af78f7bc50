"""The page Connections, and a language model that writes while somebody watches."""

import threading

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.draft import Draft, placed
from tests.e2e.visiting import PHONE, assert_fits, card, visit
from tests.support.accounts import ADMIN, ANN
from tests.support.browser import assert_accessible, collect_faults
from tests.support.embedded import EmbeddedServer
from tests.support.mcp_server import TOKEN, mcp_server
from tests.support.openai_server import KEY, Reply, openai_server
from tests.support.person import Person

pytestmark = pytest.mark.browser

SECRET = KEY + "-typed"


@pytest.fixture(scope="module")
def model():
    with openai_server() as running:
        yield running


@pytest.fixture(scope="module")
def tools():
    with mcp_server() as running:
        yield running


@pytest.fixture(scope="module")
def server(migrated_database, tmp_path_factory, model, tools):
    directory = tmp_path_factory.mktemp("connected") / "var"
    migrated_database.copy_to(directory)
    running = EmbeddedServer(directory, allowed_hosts=(model.host, tools.host)).start()
    yield running
    running.process.stop()


@pytest.fixture
def admin(server, person) -> Person:
    return person(server.url, ADMIN)


def both_themes(page: Page) -> None:
    """As axe sees the page as it stands, without waiting for colours to fade over."""
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert_fits(page)
        assert_accessible(page)


def row_of(page: Page, title: str):
    return (
        page.get_by_role("list", name="Connections").get_by_role("listitem").filter(has_text=title)
    )


def keep(admin: Person, title: str, address: str) -> None:
    body = {
        "title": title,
        "kind": "openai_compatible",
        "settings": {"base_url": address},
        "secret": KEY,
    }
    admin.post("/connections", body, status=201)


def three_nodes(kind: str, title: str, config: dict) -> dict:
    """Start, one node whose id is its type, end."""
    nodes = [
        {"id": "start", "type": "start", "title": "Start", "config": {}},
        {"id": kind, "type": kind, "title": title, "config": config},
        {"id": "end", "type": "end", "title": "End", "config": {}},
    ]
    edges = [
        {"id": f"{a}-{b}", "source": a, "source_port": "out", "target": b}
        for a, b in (("start", kind), (kind, "end"))
    ]
    return placed({"kind": "graph", "nodes": nodes, "edges": edges})


def test_a_connection_is_made_tested_changed_and_deleted(page, admin, model):
    faults = collect_faults(page)
    visit(page, admin, "/workflows")
    page.get_by_role("link", name="Connections").click()
    expect(page.get_by_role("heading", name="Nothing is connected yet")).to_be_visible()
    both_themes(page)

    page.get_by_role("button", name="New connection").click()
    dialog = page.get_by_role("dialog", name="New connection")
    dialog.get_by_label("Title").fill("House models")
    dialog.get_by_label("Address").fill(model.address)
    dialog.get_by_label("Secret").fill("short")
    dialog.get_by_role("button", name="Add a price").click()
    dialog.get_by_label("Model, price 1").fill("tiny")
    dialog.get_by_label("Read, price 1").fill("2")
    dialog.get_by_label("Written, price 1").fill("10")
    both_themes(page)
    dialog.get_by_role("button", name="Create connection").click()
    expect(dialog.get_by_text("has fewer than 8 characters")).to_be_visible()
    dialog.get_by_label("Secret").fill(SECRET)
    dialog.get_by_role("button", name="Create connection").click()
    expect(dialog).to_have_count(0)

    row = row_of(page, "House models")
    expect(row).to_contain_text("Has a secret")
    row.get_by_role("button", name="Test House models").click()
    expect(row.get_by_role("status")).to_contain_text("Enter a valid key")
    row.get_by_role("button", name="Change House models").click()
    dialog = page.get_by_role("dialog", name="Change House models")
    expect(dialog.get_by_label("Secret", exact=True)).to_have_value("")
    dialog.get_by_label("Secret", exact=True).fill(KEY)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    row.get_by_role("button", name="Test House models").click()
    expect(row.get_by_role("status")).to_contain_text("2 models are offered")
    both_themes(page)
    page.set_viewport_size(PHONE)
    both_themes(page)
    assert SECRET not in page.content()

    row.get_by_role("button", name="Delete House models").click()
    page.get_by_role("button", name="Delete connection").click()
    expect(page.get_by_role("heading", name="Nothing is connected yet")).to_be_visible()
    assert [fault for fault in faults if "422" not in fault] == []


def test_who_may_not_keep_connections_only_reads_them(page, server, admin, person):
    keep(admin, "Readable", "https://models.example/v1")
    visit(page, person(server.url, ANN), "/connections")
    row = row_of(page, "Readable")
    expect(row).to_contain_text("https://models.example/v1")
    expect(row.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("button", name="New connection")).to_have_count(0)


def test_a_model_is_chosen_in_the_designer_and_its_text_seen_while_it_writes(page, admin, model):
    keep(admin, "Writers", model.address)
    gate = threading.Event()
    model.replies = [Reply(["Once upon", " a time."], gate=gate)]
    config = {"connection": "", "model": "tiny", "prompt": "Tell me a story"}
    document = three_nodes("llm", "Storyteller", config)
    made = admin.post("/workflows", {"title": "Stories", "document": document}, status=201)
    draft = Draft.open_workflow(page, admin, made["id"])
    draft.open("Storyteller")
    page.get_by_role("combobox", name="Connection").select_option(label="Writers")
    both_themes(page)
    assert draft.saved()["nodes"][1]["config"]["connection"] == "writers"
    revision = admin.get(f"/workflows/{made['id']}")["draft"]["revision"]
    admin.post(f"/workflows/{made['id']}/publish", {"revision": revision})
    run = admin.start(made["id"])
    visit(page, admin, f"/runs/{run}?node=llm")
    panel = page.get_by_role("region", name="Node Storyteller")
    # The first model of a worker process loads its packages.
    expect(panel).to_contain_text("Once upon", timeout=60_000)
    expect(card(page, "llm")).to_have_attribute("data-status", "running")
    gate.set()
    expect(card(page, "llm")).to_have_attribute("data-status", "succeeded")
    expect(panel).to_contain_text("Once upon a time.")


def test_a_remote_tool_stands_in_the_palette_with_its_arguments(page, admin, tools):
    body = {"title": "Sums", "kind": "mcp_http", "settings": {"url": tools.url}, "secret": TOKEN}
    admin.post("/connections", body, status=201)
    draft = Draft.open_new(page, admin)
    palette = page.get_by_role("complementary", name="Palette")
    palette.get_by_role("searchbox").fill("add numbers")
    palette.get_by_role("region", name="Sums").get_by_role("button").click()
    draft.open("Add numbers")
    expect(page.get_by_role("combobox", name="Connection")).to_have_value("sums")
    expect(page.get_by_role("combobox", name="Tool", exact=True)).to_have_value("add")
    arguments = page.get_by_role("group", name="Arguments")
    arguments.get_by_role("spinbutton", name="A").fill("4")
    arguments.get_by_role("spinbutton", name="B").fill("5")
    both_themes(page)
    [node] = [node for node in draft.saved()["nodes"] if node["type"] == "tool"]
    assert node["config"] == {
        "source": "mcp",
        "connection": "sums",
        "tool": "add",
        "arguments": {"a": 4, "b": 5},
        "timeout_seconds": 60,
    }
    assert tools.calls == []


def test_an_agent_asks_before_it_calls_and_its_transcript_is_read(page, admin, model):
    keep(admin, "Workers", model.address)
    document = three_nodes(
        "agent", "Checker", {"connection": "workers", "model": "tiny", "prompt": "Check the words"}
    )
    made = admin.post("/workflows", {"title": "Checks", "document": document}, status=201)
    draft = Draft.open_workflow(page, admin, made["id"])
    draft.open("Checker")
    choices = page.get_by_role("combobox", name="Tools")
    title = choices.locator("option").nth(1).inner_text()
    choices.select_option(label=title)
    page.get_by_role("checkbox", name=f"Ask first for {title}").check()
    both_themes(page)
    [tool] = draft.saved()["nodes"][1]["config"]["tools"]
    assert tool["approval"] is True
    name = tool["tool"].replace(".", "_")
    model.replies = [Reply(calls=[(name, {})]), Reply(["The words are fine."])]
    revision = admin.get(f"/workflows/{made['id']}")["draft"]["revision"]
    admin.post(f"/workflows/{made['id']}/publish", {"revision": revision})
    run = admin.start(made["id"])
    visit(page, admin, f"/runs/{run}?node=agent")
    panel = page.get_by_role("region", name="Node Checker")
    expect(card(page, "agent")).to_have_attribute("data-status", "waiting", timeout=60_000)
    panel.get_by_role("tab", name="Transcript").click()
    panel.get_by_role("link", name="Decide on this call").click()
    heading = page.get_by_role("heading", name=f"May the agent call {title}?", level=2)
    expect(heading).to_be_visible()
    both_themes(page)
    page.get_by_label("Comment").fill("Not today")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("Not today").first).to_be_visible()

    visit(page, admin, f"/runs/{run}?node=agent")
    expect(card(page, "agent")).to_have_attribute("data-status", "succeeded", timeout=30_000)
    panel.get_by_role("tab", name="Transcript").click()
    said = panel.get_by_role("list", name="Transcript").get_by_role("listitem")
    expect(said).to_have_count(3)
    expect(said.nth(1)).to_contain_text("admin denied this call: Not today")
    expect(said.nth(2)).to_contain_text("The words are fine.")
    both_themes(page)
