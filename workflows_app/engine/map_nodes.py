"""Setting up a map node: where its items come from is settled, and workers are let at them."""

from __future__ import annotations

from collections.abc import Mapping
from random import random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workflows_app.core.document_bulk import MapConfig
from workflows_app.core.events import NodeFailed, NodeStarted
from workflows_app.core.plan import PlanNode
from workflows_app.core.state import VisitKey
from workflows_app.engine.scope import resolved_config
from workflows_app.errors import FatalError
from workflows_app.sdk.shell.failures import error_info
from workflows_app.store import bulks, uploads
from workflows_app.store.codec import Report

if TYPE_CHECKING:
    from workflows_app.engine.step import Step


class InvalidSourceError(FatalError):
    """What should be the items is neither a list nor an uploaded file."""


def set_up(step: Step, node: PlanNode, key: VisitKey, attempt: int) -> Report:
    """Open the node's bulk, and report that the node has begun.

    Raises:
        LockNeededError: Rows have to be written, and the caller does not hold the run's lock.
    """
    step.require_lock()
    at = step.now.timestamp()
    try:
        options = MapConfig.model_validate(node.config)
        config = resolved_config(step.run, step.plan, node, step.outputs)
        source = bulks.planned_source(step.run.id, key) or source_of(config["items"])
    except (FatalError, ValueError) as error:
        return Report(NodeFailed(*key, attempt, at, error_info(error), random()))
    if source["kind"] == "failed":
        config["items"] = dict(source)
    bulks.open_bulk(
        run_id=step.run.id,
        key=key,
        attempt=attempt,
        source=source,
        max_concurrency=options.max_concurrency,
        allowed_failures=options.failure_threshold.allowed(None),
        enough=options.enough,
        now=step.now,
    )
    step.opened_bulks += 1
    return Report(NodeStarted(*key, attempt, at), input=config)


def source_of(items: Any) -> Mapping[str, Any]:
    """Where items come from, as a bulk keeps it.

    Raises:
        InvalidSourceError: They are no list, and no upload that exists.
    """
    if isinstance(items, list):
        return {"kind": "list"}
    if isinstance(items, Mapping) and set(items) == {"upload"}:
        try:
            upload_id = UUID(str(items["upload"]))
        except ValueError:
            raise InvalidSourceError(f"There is no upload {items['upload']!r:.60}.") from None
        if uploads.find_format(upload_id) is None:
            raise InvalidSourceError(f"There is no upload {upload_id}.")
        return {"kind": "upload", "id": str(upload_id)}
    raise InvalidSourceError(
        f'The items are {_kind_of(items)}, neither a list nor an uploaded file {{"upload": id}}.'
    )


def _kind_of(value: Any) -> str:
    if value is None:
        return "missing"
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "an object")
