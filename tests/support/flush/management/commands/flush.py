"""Empties what a test may have filled, and leaves what migrations put there.

Django's own command also empties the tables of permissions and roles and fills them again, which
takes longer than most tests.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.color import no_style
from django.core.management.commands import flush
from django.db import connections

from workflows_app.services.roles import ROLES

KEPT = {
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}


class Command(flush.Command):
    """Stands in for Django's command of this name."""

    def handle(self, **options: Any) -> None:
        """Empty all tables but those of permissions and roles."""
        connection = connections[options["database"]]
        tables = _tables_of(options["database"])
        filled = " UNION ALL ".join(
            f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
            for number, table in enumerate(tables)
        )
        with connection.cursor() as cursor:
            cursor.execute(filled)
            chosen = [tables[number] for (number,) in cursor.fetchall()]
        connection.ops.execute_sql_flush(
            connection.ops.sql_flush(no_style(), chosen, allow_cascade=True)
        )
        Group.objects.exclude(name__in=ROLES).delete()


@cache
def _tables_of(database: str) -> list[str]:
    introspection = connections[database].introspection
    names = introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - KEPT)
