"""Examples that new workflows start from.

Every installed app may ship some: a directory `workflow_templates` with `manifest.json`, a list of
{id, title, description, kind, file}, and one JSON document for each entry.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps

from workflows_app.contracts.definitions import WorkflowTemplate
from workflows_app.errors import FieldError, InvalidInputError

DIRECTORY = "workflow_templates"


def list_templates() -> list[WorkflowTemplate]:
    """The templates of all installed apps, in the order of the apps."""
    return [template for template, _ in _templates().values()]


def get_template_document(*, template_id: str) -> dict[str, Any]:
    """The document of a template.

    Raises:
        InvalidInputError: there is no such template.
    """
    found = _templates().get(template_id)
    if found is None:
        raise InvalidInputError(
            f"There is no template '{template_id}'.",
            errors=[
                FieldError(
                    "template",
                    f"'{template_id}' is not a template",
                    f"Use one of: {', '.join(_templates()) or 'none are installed'}.",
                    "unknown_template",
                )
            ],
        )
    document: dict[str, Any] = json.loads(found[1].read_text(encoding="utf-8"))
    return document


@lru_cache(maxsize=1)
def _templates() -> dict[str, tuple[WorkflowTemplate, Path]]:
    found: dict[str, tuple[WorkflowTemplate, Path]] = {}
    for app in apps.get_app_configs():
        directory = Path(app.path) / DIRECTORY
        manifest = directory / "manifest.json"
        if not manifest.is_file():
            continue
        for entry in json.loads(manifest.read_text(encoding="utf-8")):
            template = WorkflowTemplate(
                id=entry["id"],
                title=entry["title"],
                description=entry["description"],
                kind=entry["kind"],
            )
            found.setdefault(template.id, (template, directory / entry["file"]))
    return found
