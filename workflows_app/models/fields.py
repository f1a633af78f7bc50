"""Column types of our own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class DocumentField(models.JSONField):
    """JSON whose objects keep the order of their keys: forms and facts are shown in it.

    PostgreSQL's `jsonb`, which Django uses, sorts keys; its `json` keeps the text. Such a column
    cannot be compared or indexed, and nothing here asks for that. In migrations it is a plain
    `JSONField`, and its own migration changes the column's type.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return `json` on PostgreSQL, and Django's choice elsewhere."""
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        """Return the text as it is on PostgreSQL, where Django would send `jsonb`."""
        if connection.vendor != "postgresql" or value is None:
            return super().get_db_prep_value(value, connection, prepared)
        from psycopg.types.json import Json

        return Json(value, dumps=lambda value: json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the value; psycopg reads `json` by itself."""
        if value is None or not isinstance(value, str):
            return value
        return super().from_db_value(value, expression, connection)

    def deconstruct(self) -> Any:
        """Stand in migrations as a `JSONField`, since they import nothing of the app."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
