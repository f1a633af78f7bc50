"""Plans of versions, compiled once for each process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from workflows_app.core.compile import compile_checked
from workflows_app.core.node_types import Catalog, NodeTypeSpec
from workflows_app.core.parse import parse_document
from workflows_app.core.plan import Execution, Plan
from workflows_app.core.task_defaults import TaskDefaults, with_task_defaults
from workflows_app.errors import NotFoundError
from workflows_app.store.runs import read_document
from workflows_app.task_types import catalog, find


@lru_cache(maxsize=256)
def plan_of(version_id: UUID) -> Plan:
    """The plan of a version.

    A published document was checked when it was published, and is not checked again: a task that
    has been changed or removed since fails its node when it is reached, not the whole run.

    Raises:
        NotFoundError: There is no such version.
    """
    document = read_document(version_id)
    if document is None:
        raise NotFoundError(f"There is no version {version_id}.")
    return compile_published(document)


def compile_published(document: Mapping[str, Any]) -> Plan:
    """The plan of a document that was checked before."""
    known: Catalog = {**_placeholders(document), **catalog()}
    return with_task_defaults(compile_checked(parse_document(document), known), _defaults_of)


def _placeholders(value: Any) -> dict[str, NodeTypeSpec]:
    """Specs for tasks that nobody registers any more."""
    return {
        name: NodeTypeSpec(
            name=name,
            title=name,
            description="",
            family="code",
            icon="circle-help",
            execution=Execution.WORKER,
        )
        for name in _type_names(value)
        if name.startswith("task:")
    }


def _type_names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        name = value.get("type")
        if isinstance(name, str):
            yield name
        for field, inner in value.items():
            if field != "config":
                yield from _type_names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _type_names(inner)


def _defaults_of(type_name: str) -> TaskDefaults | None:
    kind = find(type_name)
    return None if kind is None else TaskDefaults(kind.retry, kind.timeout_seconds)
