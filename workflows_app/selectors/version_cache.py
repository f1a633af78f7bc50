"""The canvas of a version, which never changes and so is kept in the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any
from uuid import UUID

from workflows_app import task_types
from workflows_app.contracts.definitions import Canvas
from workflows_app.core.canvas import canvas_of
from workflows_app.core.node_types import Catalog
from workflows_app.models import Version

_MAX_ENTRIES = 500
_canvases: OrderedDict[UUID, Canvas] = OrderedDict()
_lock = Lock()


def titles_of(version_ids: Iterable[UUID]) -> dict[UUID, Mapping[str, str]]:
    """For each version, the title of each node; one query for those not seen before."""
    return {
        version_id: {
            **{node.id: node.title for node in canvas.nodes},
            **{action.id: action.title for action in canvas.actions},
        }
        for version_id, canvas in _canvases_of(version_ids).items()
    }


def canvas_of_version(version_id: UUID) -> Canvas:
    """The canvas of a version that exists."""
    return _canvases_of([version_id])[version_id]


def _canvases_of(version_ids: Iterable[UUID]) -> dict[UUID, Canvas]:
    wanted = set(version_ids)
    with _lock:
        found = {key: _canvases[key] for key in wanted if key in _canvases}
    missing = wanted - found.keys()
    if missing:
        catalog = task_types.catalog()
        rows = Version.objects.filter(id__in=missing).values_list("id", "document")
        for version_id, document in rows:
            found[version_id] = _draw(document, catalog)
        with _lock:
            _canvases.update({key: found[key] for key in missing if key in found})
            while len(_canvases) > _MAX_ENTRIES:
                _canvases.popitem(last=False)
    return found


def _draw(document: Mapping[str, Any], catalog: Catalog) -> Canvas:
    drawn = canvas_of(document, catalog)
    nodes = [{"text": None, **node} for node in drawn["nodes"]]
    return Canvas.model_validate({**drawn, "nodes": nodes})
