"""`manage.py export_openapi`: write the API's schema for the browser's client and for readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows_app.api.application import api


class Command(BaseCommand):
    """Write the OpenAPI schema, or check that the written one is up to date."""

    help = "Write the OpenAPI schema of the API as JSON with a stable order."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--output", default="docs/openapi.json", help="File to write.")
        parser.add_argument(
            "--check", action="store_true", help="Write nothing; fail when the file is stale."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or check the file."""
        output = Path(options["output"])
        text = render_schema()
        if not options["check"]:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {output}")
        elif not output.exists() or output.read_text(encoding="utf-8") != text:
            raise CommandError(f"{output} is stale. Run: python manage.py export_openapi")
        else:
            self.stdout.write(f"{output} is up to date")


def render_schema() -> str:
    """The schema as JSON text with sorted keys, the same for the same code."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    plain = json.loads(json.dumps(schema))
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
