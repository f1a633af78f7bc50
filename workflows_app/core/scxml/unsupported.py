"""Why a file cannot be read as a machine."""

from __future__ import annotations

from workflows_app.core.problems import InvalidDocument, Problem


class ScxmlError(InvalidDocument):
    """The file is no SCXML, or uses what machines here do not have. The message says what."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__([Problem(code="scxml_unsupported", message=message, hint=hint)])
