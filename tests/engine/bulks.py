"""Runs over many items, and what is told of them."""

from __future__ import annotations

import time as real_time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.engine.build import (
    run_of,
    start,
)
from workflows_app.models import Batch

ON_ITEM = {"type": "task:test.on_item", "config": {"item": "${ item }", "name": "do"}}
ON_BATCH = {
    "type": "task:test.on_batch",
    "mode": "batch",
    "config": {"items": "${ items }", "name": "do"},
}


def bulk(**fields: Any) -> dict[str, Any]:
    return {"kind": "bulk", "items": "${ input.items }", "processor": ON_ITEM, **fields}


def run(items: list[Any], **fields: Any) -> UUID:
    """Start a bulk run over a list."""
    return start(bulk(**fields), {"items": items})


def output(run_id: UUID) -> Any:
    found = run_of(run_id)
    assert found.status == "succeeded", found.error
    return found.output


def failures(run_id: UUID) -> list[tuple[int, str]]:
    rows = Batch.objects.filter(bulk__run_id=run_id).order_by("number")
    return [(f["index"], f["type"]) for row in rows for f in row.failures]


def retrying(**more: Any) -> dict[str, Any]:
    return {**ON_ITEM, "retry": {"initial_delay_seconds": 0, **more}}


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    end = real_time.monotonic() + seconds
    while not is_true():
        assert real_time.monotonic() < end, "It never came true."
        real_time.sleep(0.02)
