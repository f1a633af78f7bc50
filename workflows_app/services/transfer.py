"""Workflows as files: export, and import without trusting the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import yaml
from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.permissions import require
from workflows_app.core.document_machine import StateMachineDocument
from workflows_app.core.parse import parse_document
from workflows_app.core.problems import InvalidDocument
from workflows_app.core.scxml.read import read_scxml
from workflows_app.core.scxml.write import write_scxml
from workflows_app.errors import FieldError, InvalidInputError
from workflows_app.sdk import to_python
from workflows_app.services import audit
from workflows_app.services.documents import invalid_document
from workflows_app.services.json_text import UnreadableTextError, parse_json
from workflows_app.services.workflows import create_workflow, lock_workflow
from workflows_app.services.yaml_text import parse_yaml
from workflows_app.store import definitions

FORMAT = 1
"""Number of the file's layout: {flowdeck: 1, title, document}."""


FileFormat = Literal["json", "yaml", "scxml", "python"]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A workflow as a file."""

    text: str
    media_type: str
    file_name: str


@transaction.atomic
def export_workflow(*, actor: Actor, workflow_id: UUID, file_format: FileFormat) -> ExportedFile:
    """The draft as text that `import_workflow` takes, or as the Python that builds it.

    Raises:
        PermissionDeniedError: the actor may not see workflows.
        NotFoundError: there is no such workflow.
        InvalidInputError: it is no state machine, and SCXML was asked for; or Python was, and an
            edge leads to no node.
    """
    require(actor, "view_workflow")
    row = lock_workflow(workflow_id)
    document = definitions.read_draft(workflow_id).document
    content = {"flowdeck": FORMAT, "title": row.title, "document": document}
    machine = _machine_of(document) if file_format == "scxml" else None
    source = to_python(document) if file_format == "python" else None
    audit.record(
        actor=actor,
        action="workflow.exported",
        target_type="workflow",
        target_id=workflow_id,
        format=file_format,
    )
    if machine is not None:
        return ExportedFile(write_scxml(machine), "application/scxml+xml", f"{row.name}.scxml")
    if source is not None:
        return ExportedFile(source, "text/x-python", f"{row.name.replace('-', '_')}.py")
    if file_format == "yaml":
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        return ExportedFile(text, "application/yaml", f"{row.name}.yaml")
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return ExportedFile(text, "application/json", f"{row.name}.json")


def import_workflow(
    *, actor: Actor, text: str | None = None, document: object = None, title: str | None = None
) -> UUID:
    """Make a new workflow of an exported file, or of a bare document.

    Args:
        actor: Who does it; needs `add_workflow`.
        text: JSON or YAML; or SCXML, which begins with `<`.
        document: The same as a JSON value; one of the two is given.
        title: By default the file's.

    Raises:
        PermissionDeniedError: the actor may not create workflows.
        InvalidInputError: the text cannot be read, is too large or nested too deeply, or holds
            no document.
        DocumentInvalidError: the document is not one.
    """
    require(actor, "add_workflow")
    if (text is None) == (document is None):
        raise _invalid("text", "give either text or document", "Send exactly one of the two.")
    if text is not None:
        found, found_title = read_workflow_file(text)
    else:
        found, found_title = _opened(document, "document")
    return create_workflow(actor=actor, title=title or found_title, document=found)


def read_workflow_file(text: str) -> tuple[Mapping[str, Any], str]:
    """The document, not checked, and the title in an exported file or a bare document.

    Raises:
        InvalidInputError: the text cannot be read, is too large or nested too deeply, or holds
            no document.
    """
    return _opened(_read(text), "text")


def _opened(content: object, name: str) -> tuple[Mapping[str, Any], str]:
    if not isinstance(content, Mapping):
        raise _invalid(name, "holds no object", "Export a workflow to see what a file looks like.")
    if "document" in content:
        return _open_envelope(content, name)
    return content, "Imported workflow"


def _open_envelope(content: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], str]:
    if content.get("flowdeck", FORMAT) != FORMAT:
        raise _invalid(
            f"{name}.flowdeck",
            f"is {content['flowdeck']!r}, a layout that this release does not know",
            f"Export the workflow in the layout {FORMAT}.",
        )
    unknown = sorted(str(key) for key in content.keys() - {"flowdeck", "title", "document"})
    if unknown:
        raise _invalid(
            f"{name}.{unknown[0]}",
            "is not a field of an exported workflow",
            "Remove it. The fields are: flowdeck, title, document.",
        )
    title = content.get("title")
    found = content["document"]
    if not isinstance(found, Mapping):
        raise _invalid(f"{name}.document", "is not an object", "Give a workflow document.")
    return found, title if isinstance(title, str) and title.strip() else "Imported workflow"


def _machine_of(document: Mapping[str, Any]) -> StateMachineDocument:
    parsed = parse_document(document)
    if not isinstance(parsed, StateMachineDocument):
        raise _invalid("format", "only state machines are written as SCXML", "Use json or yaml.")
    return parsed


def _read(text: str) -> Any:
    if text.lstrip()[:1] == "<":
        try:
            return read_scxml(text).model_dump(mode="json")
        except InvalidDocument as error:
            raise invalid_document(error.problems, "This is not a machine.") from error
    try:
        return parse_json(text) if text.lstrip()[:1] in {"{", "["} else parse_yaml(text)
    except UnreadableTextError as error:
        raise _invalid("text", str(error), "Export a workflow to see a file that works.") from error


def _invalid(field: str, message: str, hint: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: {message}", errors=[FieldError(field, message, hint, "unreadable")]
    )
