"""Items and results keep the order of their keys on PostgreSQL: `json` in place of `jsonb`."""

from __future__ import annotations

from typing import Any

from django.db import migrations

COLUMNS = ("items", "results")


def _change_types(schema_editor: Any, kind: str) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for column in COLUMNS:
        schema_editor.execute(
            f'ALTER TABLE "workflows_app_batch" ALTER COLUMN "{column}" '
            f'TYPE {kind} USING "{column}"::{kind}'
        )


def keep_order(apps: Any, schema_editor: Any) -> None:
    """To `json`."""
    _change_types(schema_editor, "json")


def lose_order(apps: Any, schema_editor: Any) -> None:
    """Back to `jsonb`."""
    _change_types(schema_editor, "jsonb")


class Migration(migrations.Migration):
    """Change the columns' type."""

    dependencies = (("workflows_app", "0003_kinds_children_items_and_connections"),)
    operations = (migrations.RunPython(keep_order, lose_order),)
