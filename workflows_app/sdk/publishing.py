"""`register()`: where documents go that are to run durably.

The SDK knows no tables. The installed app hands in a publisher when Django starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from workflows_app.core.kinds import AnyDocument
from workflows_app.errors import FlowdeckError, InvalidInputError
from workflows_app.sdk.node_types import find_task


@dataclass(frozen=True, slots=True)
class Registered:
    """The version that new runs of the workflow take."""

    workflow_id: UUID
    version_id: UUID
    number: int
    is_new: bool
    """False: the document runs the same as a version that was there."""


class Publisher(Protocol):
    """Makes documents versions."""

    def publish(
        self, *, name: str, title: str, document: Mapping[str, Any], replaces_draft: bool
    ) -> Registered:
        """Make the document the workflow's latest version, and its draft.

        Args:
            name: Which workflow; it is made where there is none.
            title: What people call a workflow that is made.
            document: What runs from now on.
            replaces_draft: True: even if the draft holds changes that were never published.
        """


class NotInstalledError(FlowdeckError):
    """`register()` was called where no installed app could take the document."""

    code = "not_installed"


_publisher: Publisher | None = None


def install_publisher(publisher: Publisher) -> None:
    """Let `register()` publish through this from now on."""
    global _publisher
    _publisher = publisher


class Publishable:
    """Base of what is written in Python and makes a document."""

    name: str
    """What it is registered under."""

    def to_document(self) -> AnyDocument:
        """The document that the canvas shows and that runs."""
        raise NotImplementedError

    def register(
        self, name: str = "", *, title: str = "", replaces_draft: bool = False
    ) -> Registered:
        """Publish it as a version, which runs durably; the same document makes no second one.

        Args:
            name: What the workflow is called; its own name by default.
            title: What people call it, when it is made.
            replaces_draft: True: even if the canvas holds changes that were never published.

        Raises:
            NotInstalledError: Django is not set up, or the app is not installed.
            InvalidInputError: There is no name, or workers could not import a function.
            DocumentInvalidError: It cannot run; its errors say why.
            ConflictError: The canvas holds changes that were never published.
        """
        chosen = name or self.name
        if not chosen:
            raise InvalidInputError(
                "A workflow that is registered needs a name: Pipeline(name=…), "
                "WorkflowBuilder(name=…), `name` in the class, or register(name=…)."
            )
        document = self.to_document().model_dump(mode="json")
        _refuse_unimportable(document)
        if _publisher is None:
            raise NotInstalledError(
                "register() publishes through Django, which is not set up here. Call "
                "django.setup() with workflows_app among INSTALLED_APPS, or use execute() to run "
                "in memory."
            )
        return _publisher.publish(
            name=chosen,
            title=title or chosen.replace("_", " ").replace("-", " ").capitalize(),
            document=document,
            replaces_draft=replaces_draft,
        )


def _refuse_unimportable(value: Any) -> None:
    """Refuse functions that no worker can import: those of scripts, and of other functions.

    Raises:
        InvalidInputError: A node runs one.
    """
    if isinstance(value, list):
        for item in value:
            _refuse_unimportable(item)
    elif isinstance(value, Mapping):
        task = find_task(str(value.get("type")))
        if task is not None:
            module, place = task.function.__module__, task.function.__qualname__
            if module == "__main__" or "<locals>" in place:
                raise InvalidInputError(
                    f"Workers cannot import {module}.{place}. Move it to the top level of the "
                    "workflows.py of an installed app."
                )
        for field, inner in value.items():
            if field != "config":
                _refuse_unimportable(inner)
