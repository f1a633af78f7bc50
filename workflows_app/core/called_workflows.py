"""Workflows that a document's steps run: which ones, and whether they can be run.

Works on the plain JSON of any kind of document, since a step looks the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows_app.core.builtin_flow import SUBWORKFLOW
from workflows_app.core.builtin_map import MAP
from workflows_app.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Call:
    """A step that runs another workflow."""

    node_id: str | None
    title: str
    workflow: str
    """The workflow's name; empty where none is chosen yet."""
    version: int | None
    field: str = "config"
    """Where its config stands."""


@dataclass(frozen=True, slots=True)
class CallableWorkflow:
    """What must be known of a workflow to say whether a step can run it."""

    versions: frozenset[int]
    is_archived: bool = False
    is_caller: bool = False
    """True for the workflow that the document is of: publishing gives it a version."""


def calls_of(document: object) -> Iterator[Call]:
    """The steps of a document that run workflows, in its order."""
    if isinstance(document, Mapping):
        if document.get("type") == SUBWORKFLOW.name:
            yield _call(document)
        yield from _calls_for_items(document)
        for field, inner in document.items():
            if field not in ("config", "processor"):
                yield from calls_of(inner)
    elif isinstance(document, list | tuple):
        for inner in document:
            yield from calls_of(inner)


def check_calls(document: object, known: Mapping[str, CallableWorkflow]) -> Iterator[Problem]:
    """Find the steps that cannot run what they name.

    Args:
        document: A document as JSON.
        known: By name, the workflows among those that `calls_of` names that there are.
    """
    for call in calls_of(document):
        workflow = known.get(call.workflow)
        if not call.workflow:
            yield _problem(
                call, "no_workflow", f"{call.title}: no workflow is chosen.", "Choose one to run."
            )
        elif workflow is None:
            yield _problem(
                call,
                "unknown_workflow",
                f"{call.title}: there is no workflow “{call.workflow}”.",
                "Choose one of the workflows that there are.",
            )
        elif workflow.is_archived:
            yield _problem(
                call,
                "archived_workflow",
                f"{call.title}: the workflow “{call.workflow}” is archived.",
                "Restore that workflow, or choose another one.",
            )
        elif call.version is not None and call.version not in workflow.versions:
            yield _problem(
                call,
                "unknown_version",
                f"{call.title}: the workflow “{call.workflow}” has no version {call.version}.",
                "Choose a published version, or leave it empty for the latest.",
                name="version",
            )
        elif not workflow.versions and not workflow.is_caller:
            # Two workflows may run each other: one of them is published first.
            yield Problem(
                code="unpublished_workflow",
                message=f"{call.title}: the workflow “{call.workflow}” is not published yet.",
                hint="Publish that workflow before this step is reached.",
                severity="warning",
                node_id=call.node_id,
                field=f"{call.field}.workflow",
            )


def _calls_for_items(part: Mapping[str, Any]) -> Iterator[Call]:
    """What a map node, or a bulk document, does with each item, where that is to run a workflow."""
    is_map = part.get("type") == MAP.name
    config = part.get("config") if is_map else part
    processor = config.get("processor") if isinstance(config, Mapping) else None
    if isinstance(processor, Mapping) and processor.get("type") == SUBWORKFLOW.name:
        field = "config.processor.config" if is_map else "processor.config"
        yield _call({**processor, "id": part.get("id"), "title": part.get("title")}, field)


def _call(step: Mapping[str, Any], field: str = "config") -> Call:
    given = step.get("config")
    config: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    name, version, node_id = config.get("workflow"), config.get("version"), step.get("id")
    title = step.get("title") or SUBWORKFLOW.title
    is_number = isinstance(version, int) and not isinstance(version, bool)
    return Call(
        node_id=node_id if isinstance(node_id, str) else None,
        title=str(title),
        workflow=name if isinstance(name, str) else "",
        version=version if is_number else None,
        field=field,
    )


def _problem(call: Call, code: str, message: str, hint: str, *, name: str = "workflow") -> Problem:
    field = f"{call.field}.{name}"
    return Problem(code=code, message=message, hint=hint, node_id=call.node_id, field=field)
