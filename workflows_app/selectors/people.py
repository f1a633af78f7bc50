"""The person who asks, and names of people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, Permission

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.operations import Me
from workflows_app.selectors.inbox import count_inbox


def username_of(user: AbstractBaseUser | None) -> str | None:
    """The username; None when the account is gone."""
    return user.get_username() if user is not None else None


def get_me(*, user: Actor, csrf_token: str) -> Me:
    """Who asks, and what they may do."""
    full_name = getattr(user, "get_full_name", None)
    display_name: Any = full_name() if callable(full_name) else ""
    return Me(
        id=user.pk if isinstance(user.pk, int) else str(user.pk),
        username=user.get_username(),
        display_name=display_name or user.get_username(),
        is_staff=bool(getattr(user, "is_staff", False)),
        permissions=_permissions_of(user),
        inbox_count=count_inbox(user=user),
        csrf_token=csrf_token,
    )


def _permissions_of(user: Actor) -> list[str]:
    codenames = Permission.objects.filter(content_type__app_label="workflows_app").values_list(
        "codename", flat=True
    )
    return sorted(name for name in codenames if user.has_perm(f"workflows_app.{name}"))
