"""The admin's theme works under the content security policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.accounts import ADMIN
from tests.support.browser import collect_faults, log_in
from tests.support.embedded import EmbeddedServer

pytestmark = pytest.mark.browser


def test_admin_pages_break_no_rule_of_the_policy(embedded: EmbeddedServer, page: Page):
    faults = collect_faults(page)
    log_in(page, embedded.url, ADMIN, path="/admin/")
    for path in (
        "workflows_app/workflow/",
        "workflows_app/run/",
        "auth/user/",
        "auth/user/1/change/",
    ):
        answer = page.goto(f"{embedded.url}/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
    assert faults == []
