"""The person behind a request that passed authentication."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from workflows_app.contracts.actor import Actor


def user_of(request: HttpRequest) -> Actor:
    """The account that authentication put on the request."""
    return cast(Actor, request.user)
