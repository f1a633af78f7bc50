"""A browser that acts for somebody, and what it finds on canvases."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, ViewportSize
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support.person import Person

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)


def act_as(page: Page, person: Person) -> None:
    """Gives the browser the person's session: only tests of the log-in need its form."""
    cookies = person.client.cookies
    page.context.add_cookies(
        [
            {"name": name, "value": cookies[name], "url": person.base_url}
            for name in ("sessionid", "csrftoken")
        ]
    )


def visit(page: Page, person: Person, path: str) -> None:
    """Opens a page of the product as a person."""
    act_as(page, person)
    page.goto(person.base_url + path)


def open_browser(new_context: Callable[[], BrowserContext], person: Person, path: str) -> Page:
    """A browser that shares nothing with the others; the fixture `new_context` ends it."""
    page = new_context().new_page()
    visit(page, person, path)
    return page


def card(page: Page, node_id: str) -> Locator:
    """A node's card on a canvas; its `data-status` says how it stands in a run."""
    return page.locator(f'[data-node-id="{node_id}"]')


def line(page: Page, edge_id: str) -> Locator:
    """The drawn line of an edge."""
    return page.locator(f'.react-flow__edge[data-id="{edge_id}"] .react-flow__edge-path')


def box_of(locator: Locator) -> FloatRect:
    """Where an element that is seen stands in the window."""
    box = locator.bounding_box()
    assert box is not None, f"{locator} is not seen"
    return box


def assert_fits(page: Page) -> None:
    """The page is no wider than its window, once it has taken in how wide that is."""
    too_wide = "document.documentElement.scrollWidth - window.innerWidth"
    try:
        page.wait_for_function(f"{too_wide} <= 0", timeout=5_000)
    except PlaywrightTimeoutError:
        raise AssertionError(f"The page is {page.evaluate(too_wide)} px too wide.") from None
