"""Who asks: a browser session with a CSRF token, or `Authorization: Bearer fdk_…` with a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from workflows_app.api.problems import (
    CsrfError,
    InvalidTokenError,
    MissingScopeError,
    SessionRequiredError,
)
from workflows_app.contracts.operations import TokenScope
from workflows_app.services import tokens


class BearerToken(HttpBearer):
    """An API token with the scope that the route asks for."""

    def __init__(self, scope: TokenScope) -> None:
        self._scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The token's owner.

        Raises:
            InvalidTokenError: it is unknown, expired or revoked.
            MissingScopeError: it is not for this.
        """
        found = tokens.authenticate_token(secret=token)
        if found is None:
            raise InvalidTokenError(
                "The token is unknown, expired or revoked. Make a new one in your token list."
            )
        user, scopes = found
        if self._scope not in scopes:
            raise MissingScopeError(
                f"This token lacks the scope '{self._scope}'. It has: {', '.join(scopes)}."
            )
        request.user = user
        return user


class Session(APIKeyCookie):
    """A logged-in browser. Changes need the header X-CSRFToken."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The logged-in user; None when nobody is.

        Raises:
            CsrfError: a change without the CSRF token.
        """
        if request.headers.get("Authorization"):
            return None
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise CsrfError(
                "The CSRF token is missing or wrong. Send the cookie csrftoken as X-CSRFToken."
            )
        return request.user


class SessionOnly(Session):
    """A logged-in browser, and no token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The logged-in user; None when nobody is.

        Raises:
            SessionRequiredError: the request comes with a token.
            CsrfError: a change without the CSRF token.
        """
        if request.headers.get("Authorization"):
            raise SessionRequiredError("API tokens may not manage tokens. Log in in a browser.")
        return super().authenticate(request, key)


def requires(scope: TokenScope) -> list[Callable[[HttpRequest], Any]]:
    """A session, or a token with this scope."""
    return [BearerToken(scope), Session()]


def requires_session() -> list[Callable[[HttpRequest], Any]]:
    """A session; tokens cannot make or revoke tokens."""
    return [SessionOnly()]
