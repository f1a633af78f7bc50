"""Who may do what: Django's model permissions of this app; superusers may do everything."""

from __future__ import annotations

from typing import Literal

from workflows_app.contracts.actor import Actor
from workflows_app.errors import PermissionDeniedError

Permission = Literal[
    "view_workflow",
    "add_workflow",
    "change_workflow",
    "publish_workflow",
    "view_run",
    "start_run",
    "operate_run",
    "decide_humantask",
    "view_connection",
    "add_connection",
    "change_connection",
    "delete_connection",
]

_WORDS: dict[Permission, str] = {
    "view_workflow": "see workflows",
    "add_workflow": "create workflows",
    "change_workflow": "change workflows",
    "publish_workflow": "publish workflows",
    "view_run": "see runs",
    "start_run": "start runs",
    "operate_run": "cancel, pause, resume, signal and retry runs",
    "decide_humantask": "decide human tasks",
    "view_connection": "see connections",
    "add_connection": "create connections",
    "change_connection": "change and test connections",
    "delete_connection": "delete connections",
}


def require(actor: Actor, permission: Permission) -> None:
    """Let pass who has the permission.

    Raises:
        PermissionDeniedError: the account is closed or lacks the permission.
    """
    if not actor.is_active or not actor.has_perm(f"workflows_app.{permission}"):
        raise PermissionDeniedError(
            f"You may not {_WORDS[permission]}. Ask an administrator for the permission "
            f"'workflows_app.{permission}'.",
            extra={"permission": permission},
        )
