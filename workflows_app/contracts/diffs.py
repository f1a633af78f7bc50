"""What differs between two versions of a workflow."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from workflows_app.contracts.base import Contract


class DiffPart(Contract):
    """A node, step or edge."""

    kind: Literal["node", "edge"]
    id: str
    title: str
    """Of an edge: from where to where."""


class DiffField(Contract):
    """A field with another value. Null also stands for one that is not there."""

    field: str
    """Path such as `config.url`."""
    old: JsonValue
    new: JsonValue


class DiffChange(Contract):
    """A part that both have, with the fields that differ."""

    part: DiffPart
    fields: list[DiffField]


class StructureDiff(Contract):
    """All differences as structure."""

    added: list[DiffPart]
    removed: list[DiffPart]
    changed: list[DiffChange]
    fields: list[DiffField]
    """Of the workflow itself: settings, variables, start form, description."""
    moved: list[str]
    """Ids of nodes that are drawn elsewhere, which changes nothing that runs."""
