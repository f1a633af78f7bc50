"""Guessing passwords ends soon, at both doors, and locks nobody else out."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db

DOORS = ("/accounts/login/", "/admin/login/")


@pytest.fixture(autouse=True)
def ana(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return get_user_model().objects.create_superuser("ana", password="right-and-long")


def knock(door, password, *, user="ana", **headers):
    return Client().post(door, {"username": user, "password": password}, **headers)


@pytest.mark.parametrize("door", DOORS)
def test_after_some_wrong_passwords_even_the_right_one_is_refused(door):
    answers = [knock(door, f"wrong-{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = knock(door, "right-and-long")
    assert refused.status_code == 429
    assert "_auth_user_id" not in refused.client.session
    text = refused.content.decode()
    assert "3 wrong passwords for “ana”" in text
    assert "after 15 minutes" in text


def test_other_accounts_and_other_addresses_are_not_locked_out():
    get_user_model().objects.create_user("bea", password="another-long-one")
    for number in range(4):
        knock(DOORS[0], f"wrong-{number}")
    assert knock(DOORS[0], "another-long-one", user="bea").status_code == 302
    elsewhere = knock(DOORS[0], "right-and-long", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_a_right_password_in_between_forgets_the_wrong_ones():
    for password in ("wrong", "wrong", "right-and-long", "wrong", "wrong"):
        answer = knock(DOORS[0], password)
    assert answer.status_code == 200
    assert knock(DOORS[0], "right-and-long").status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(settings):
    settings.FLOWDECK_BEHIND_PROXY = True
    for number in range(4):
        claimed = f"198.51.100.{number}, 192.0.2.7"
        answer = knock(DOORS[0], "wrong", HTTP_X_FORWARDED_FOR=claimed)
    assert answer.status_code == 429
    other = knock(DOORS[0], "right-and-long", HTTP_X_FORWARDED_FOR="192.0.2.7, 203.0.113.5")
    assert other.status_code == 302


def test_without_a_proxy_nobody_claims_another_address():
    for number in range(4):
        answer = knock(DOORS[0], "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert answer.status_code == 429
