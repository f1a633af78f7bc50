import pytest
from django.test import Client


def policy_of(path):
    """The content security policy of a page, by directive."""
    header = Client().get(path).headers["Content-Security-Policy"]
    return {
        name: set(sources.split())
        for name, _, sources in (part.strip().partition(" ") for part in header.split(";"))
    }


@pytest.mark.django_db
def test_log_in_page_allows_no_foreign_and_no_inline_script():
    policy = policy_of("/accounts/login/")
    assert policy["script-src"] == {"'self'"}
    assert policy["default-src"] == {"'self'"}
    assert policy["object-src"] == {"'none'"}
    assert policy["frame-ancestors"] == {"'none'"}


@pytest.mark.django_db
def test_admin_policy_differs_in_evaluation_only():
    admin = policy_of("/admin/login/")
    assert admin.pop("script-src") == {"'self'", "'unsafe-eval'"}
    pages = policy_of("/accounts/login/")
    del pages["script-src"]
    assert admin == pages
