"""What browser tests do on every page: log in, look for faults, check accessibility."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.support.accounts import PASSWORD

WCAG_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


def log_in(page: Page, base_url: str, username: str, *, path: str = "/workflows") -> None:
    """Log in through the page and go to `path`."""
    page.goto(f"{base_url}/accounts/login/?next={path}")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(f"**{path}")


def collect_faults(page: Page) -> list[str]:
    """A list that grows with every script error and every error line in the console.

    Breaches of the content security policy are among them.
    """
    faults: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("console", keep)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.1 A and AA that axe can find.

    Raises:
        AssertionError: Names each rule and the elements that break it.
    """
    options = {"runOnly": {"type": "tag", "values": list(WCAG_AA)}}
    results = Axe().run(page, options=options)
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['html'][:200]}" for node in violation["nodes"])
        for violation in results.response["violations"]
    ]
    assert not found, f"{page.url}\n" + "\n".join(found)
