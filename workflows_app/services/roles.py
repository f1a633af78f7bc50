"""Groups that give ordinary users their rights.

`Authors` draw, publish and start workflows. `Operators` start, watch, cancel, pause, signal and
retry runs. `Approvers` decide human tasks that are open to all (who is named in a task may decide
it without any permission). `Integrators` keep the connections to other systems. Each migration
makes the groups that are missing and leaves existing ones alone, so that an administrator's changes
stay. Add users to them in the admin:

    user.groups.add(Group.objects.get(name="Authors"))
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

ROLES: dict[str, tuple[str, ...]] = {
    "Authors": (
        "add_workflow",
        "change_workflow",
        "view_workflow",
        "publish_workflow",
        "start_run",
        "view_run",
        "view_connection",
    ),
    "Operators": ("view_workflow", "start_run", "view_run", "operate_run"),
    "Approvers": ("decide_humantask", "view_run", "view_workflow"),
    "Integrators": (
        "view_connection",
        "add_connection",
        "change_connection",
        "delete_connection",
    ),
}


def ensure_roles() -> list[str]:
    """Make the groups that are missing; their names. Permissions must exist already."""
    made: list[str] = []
    for name, codenames in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(
                Permission.objects.filter(
                    content_type__app_label="workflows_app", codename__in=codenames
                )
            )
            made.append(name)
    return made
