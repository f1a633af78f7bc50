"""Every page for everybody: WCAG 2.1 A and AA, both themes, a phone, and a clean console."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.contrast import assert_icons_stand_out
from tests.e2e.draft import Draft, placed
from tests.e2e.visiting import DESK, PHONE, assert_fits, card, visit
from tests.support.accounts import ADMIN
from tests.support.browser import assert_accessible, collect_faults
from tests.support.documents import approval
from tests.support.person import Person

pytestmark = pytest.mark.browser


SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


@dataclass(frozen=True)
class House:
    """A workflow, a run that waits, and one that failed, to fill the pages."""

    admin: Person
    workflow: str
    waiting: str
    failed: str
    task: str


@pytest.fixture(scope="module")
def house(embedded):
    admin = Person(embedded.url, ADMIN)
    document = placed(approval(due_in_seconds=3600))
    workflow = admin.publish("Everything at once", document)
    waiting = admin.start(workflow, {"amount": 12, "who": "Kim"})
    admin.wait_for_run(waiting, "waiting")
    failed = admin.start(workflow, {"amount": 13})
    task = admin.wait_for_human_task(failed)["id"]
    admin.post(f"/human-tasks/{task}/decide", {"outcome": "rejected", "comment": "No"})
    admin.wait_for_run(failed, "failed")
    yield House(admin, workflow, waiting, failed, admin.wait_for_human_task(waiting)["id"])
    admin.close()


def heading(text: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("heading", name=text).first).to_be_visible()


def an_item_of(name: str) -> Callable[[Page], None]:
    return lambda page: expect(
        page.get_by_role("list", name=name).get_by_role("listitem").first
    ).to_be_visible()


def a_drawn_card(page: Page) -> None:
    is_phone_run = page.viewport_size == PHONE and "/runs/" in page.url
    if is_phone_run:
        an_item_of("Timeline")(page)
    else:
        expect(card(page, "approve")).to_be_visible()


PAGES: dict[str, tuple[Callable[[House], str], Callable[[Page], None]]] = {
    "workflows": (lambda _: "/workflows", an_item_of("Workflows")),
    "designer": (lambda house: f"/workflows/{house.workflow}", a_drawn_card),
    "version": (lambda house: f"/workflows/{house.workflow}/versions/1", a_drawn_card),
    "runs": (lambda _: "/runs", an_item_of("Runs")),
    "waiting run": (lambda house: f"/runs/{house.waiting}", a_drawn_card),
    "failed run": (lambda house: f"/runs/{house.failed}", a_drawn_card),
    "inbox": (lambda _: "/inbox?state=claimable", an_item_of("Tasks, claimable")),
    "task": (lambda house: f"/inbox/{house.task}", a_drawn_card),
    "dashboard": (lambda _: "/dashboard", an_item_of("Now")),
    "connections": (lambda _: "/connections", heading("Connections")),
    "admin": (lambda _: "/admin/", heading("Site administration")),
    "admin runs": (lambda _: "/admin/workflows_app/run/", heading("run")),
}


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def assert_sound(page: Page, prepare: Callable[[], None]) -> None:
    """As axe sees it, in both themes of the system."""
    backgrounds = set()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        prepare()
        backgrounds.add(background(page))
        assert_fits(page)
        assert_accessible(page)
    assert len(backgrounds) == 2


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_fits_and_is_silent(page, house, name):
    path_of, is_ready = PAGES[name]
    faults = collect_faults(page)

    def load() -> None:
        visit(page, house.admin, path_of(house))
        is_ready(page)

    assert_sound(page, load)
    page.set_viewport_size(PHONE)
    load()
    assert_fits(page)
    assert_accessible(page)
    assert faults == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_login_is_accessible_fits_and_is_silent(page, embedded, size):
    faults = collect_faults(page)
    page.set_viewport_size(size)

    def load() -> None:
        page.goto(f"{embedded.url}/accounts/login/")
        expect(page.get_by_role("button", name="Log in")).to_be_visible()

    assert_sound(page, load)
    assert faults == []


def test_designer_with_settings_drawer_and_dialogs_is_accessible(page, house):
    faults = collect_faults(page)

    def load() -> None:
        draft = Draft.open_workflow(page, house.admin, house.workflow)
        draft.open("Manager's approval")
        page.get_by_role("tab", name="Test data").click()
        expect(page.get_by_role("textbox", name="Sample input")).to_be_visible()
        expect(page.get_by_role("textbox", name="Heading")).to_be_visible()

    assert_sound(page, load)
    draft = Draft(page, house.admin, house.workflow)
    draft.close_inspector()
    draft.canvas.focus()
    for keys, dialog in {
        "?": "Keyboard shortcuts",
        "Control+k": "Commands",
        "Control+Enter": "Start a run",
    }.items():
        draft.press(keys)
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        assert_accessible(page)
        draft.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert faults == []


@pytest.mark.parametrize("tab", ["Journal", "Input and output"])
def test_run_with_a_node_and_each_drawer_is_accessible(page, house, tab):
    def load() -> None:
        visit(page, house.admin, f"/runs/{house.failed}?node=approve")
        expect(page.get_by_role("region", name="Node Manager's approval")).to_be_visible()
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()

    assert_sound(page, load)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_icons_stand_out_three_to_one(page, house, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for name in ("workflows", "designer", "runs", "waiting run", "failed run", "dashboard"):
        path_of, is_ready = PAGES[name]
        visit(page, house.admin, path_of(house))
        is_ready(page)
        assert_icons_stand_out(page)


def test_chosen_theme_outlasts_a_refresh_and_the_system(page, house):
    page.emulate_media(color_scheme="light")
    visit(page, house.admin, "/dashboard")
    light = background(page)
    page.get_by_role("button", name="Account and theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = background(page)
    assert dark != light

    page.reload()
    assert background(page) == dark
    page.get_by_role("button", name="Account and theme").click()
    page.get_by_role("menuitemradio", name="Like the system").click()
    assert background(page) == light
    page.emulate_media(color_scheme="dark")
    assert background(page) == dark


@pytest.mark.parametrize("name, most", [("workflows", 500_000), ("designer", 1_200_000)])
def test_what_a_cold_browser_fetches_is_small_when_compressed(page, house, name, most):
    path_of, is_ready = PAGES[name]
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    visit(page, house.admin, path_of(house))
    is_ready(page)
    page.wait_for_load_state("networkidle")

    scripts = [answer for answer in answers if answer.url.endswith(".js")]
    assert scripts
    assert sum(len(gzip.compress(answer.body())) for answer in answers) <= most
