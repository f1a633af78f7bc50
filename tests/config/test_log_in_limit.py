"""Guessing passwords ends soon, at both log-in pages, and never locks others out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from config.log_in_limit import client_address

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
PAGES = "/accounts/login/"
ADMIN = "/admin/login/"
LIMIT = 3
"""Fewer than by default, which is 10."""


@pytest.fixture(autouse=True)
def few_failures(settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = LIMIT
    # The real one takes its time, on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def ann(db: None, few_failures: None) -> Any:
    return get_user_model().objects.create_superuser("ann", password=PASSWORD)


def log_in(path: str = PAGES, password: str = PASSWORD, name: str = "ann", **more: Any) -> Any:
    return Client().post(path, {"username": name, "password": password}, **more)


def guess(path: str = PAGES, times: int = LIMIT, **more: Any) -> list[int]:
    return [log_in(path, f"guess {number}", **more).status_code for number in range(times)]


@pytest.mark.parametrize("path", [PAGES, ADMIN])
def test_the_right_password_is_refused_after_too_many_wrong_ones(path: str) -> None:
    assert guess(path) == [200] * (LIMIT - 1) + [429]

    answer = log_in(path)

    assert answer.status_code == 429
    assert "sessionid" not in answer.cookies
    page = answer.content.decode()
    assert "Wait 15 minutes" in page
    assert "ask an administrator" in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("locked, other", [(PAGES, ADMIN), (ADMIN, PAGES)])
def test_the_other_log_in_is_no_way_around_the_lock(locked: str, other: str) -> None:
    guess(locked)

    assert log_in(other).status_code == 429


def test_fewer_failures_than_the_limit_are_forgotten_at_a_success() -> None:
    for _ in range(3):
        guess(times=LIMIT - 1)
        assert log_in().status_code == 302


def test_another_name_and_another_address_are_not_locked() -> None:
    get_user_model().objects.create_user("bob", password=PASSWORD)
    guess()

    assert log_in(name="bob").status_code == 302
    assert log_in(REMOTE_ADDR="192.0.2.7").status_code == 302
    assert log_in().status_code == 429


def test_another_browser_does_not_begin_anew() -> None:
    for number in range(LIMIT):
        log_in(password="wrong", headers={"User-Agent": f"Browser {number}"})

    assert log_in(headers={"User-Agent": "Fresh"}).status_code == 429


def test_the_lock_ends_after_its_time_although_somebody_went_on_trying() -> None:
    guess(times=LIMIT + 3)
    attempt = AccessAttempt.objects.get()
    assert attempt.failures_since_start == LIMIT

    attempt.attempt_time -= settings.AXES_COOLOFF_TIME + timedelta(seconds=1)
    attempt.save()

    assert log_in().status_code == 302
    assert not AccessAttempt.objects.exists()


def test_no_password_is_kept_of_what_was_tried() -> None:
    log_in(password="almost the right one")

    assert "almost the right one" not in str(AccessAttempt.objects.values())


def test_a_session_that_was_there_before_goes_on() -> None:
    client = Client()
    client.force_login(get_user_model().objects.get())
    guess()

    assert client.get("/workflows").status_code == 200


def test_without_a_limit_nobody_is_locked(settings: Any) -> None:
    settings.AXES_ENABLED = False
    guess(times=LIMIT + 1)

    assert log_in().status_code == 302


@pytest.mark.parametrize("forwarded", ["198.51.100.9", "10.0.0.1, 198.51.100.9", "x,198.51.100.9 "])
def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_wrote(
    settings: Any, forwarded: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == "198.51.100.9"


@pytest.mark.parametrize("forwarded", ["", "nonsense", "198.51.100.9, ", "fe80::1%eth0", "[::1]"])
def test_behind_a_proxy_what_is_no_address_counts_for_nothing(
    settings: Any, forwarded: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == "127.0.0.1"


def test_without_a_proxy_nobody_escapes_by_inventing_an_address() -> None:
    for number in range(LIMIT):
        log_in(password="wrong", headers={"X-Forwarded-For": f"198.51.100.{number}"})

    assert log_in(headers={"X-Forwarded-For": "198.51.100.99"}).status_code == 429


def test_a_client_without_an_address_is_one_of_this_machine() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) == "127.0.0.1"


@pytest.mark.parametrize("name", ["x" * 5_000, "a\x00b", "\U0001f600", ""])
def test_odd_names_and_headers_are_refused_like_any_other(name: str) -> None:
    long = {"User-Agent": "u" * 5_000, "Accept": "a" * 5_000}

    assert log_in(name=name, password="wrong", headers=long).status_code == 200
