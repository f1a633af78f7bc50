"""Reads of map nodes: how far they are, and their results and failures line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import UUID

from django.db.models import Q

from workflows_app.contracts.actor import Actor
from workflows_app.contracts.bulk import BulkView
from workflows_app.contracts.permissions import require
from workflows_app.engine import clock
from workflows_app.engine.bulk_progress import rate_of, remaining_seconds
from workflows_app.errors import NotFoundError
from workflows_app.models import Batch, Bulk, Run
from workflows_app.store.batches import iter_batches
from workflows_app.store.bulks import row_of

LineFormat = Literal["jsonl", "csv"]

MAX_COLUMNS = 1_000
"""Of a CSV; results with more fields stand in one column, as JSON."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Entry = dict[str, Any]


def get_bulk(*, user: Actor, run_id: UUID, node_id: str) -> BulkView:
    """How far the items of a map node are.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run, or the node has no items.
    """
    bulk = _find(user, run_id, node_id)
    row, now = row_of(bulk), clock.now()
    is_open = bulk.status == "open"
    return BulkView.model_validate(
        {
            "node_id": bulk.node_id,
            "visit": bulk.visit,
            "attempt": bulk.attempt,
            "status": bulk.status,
            "source": bulk.source["kind"],
            "upload_id": bulk.source.get("id"),
            "is_total_known": bulk.is_expanded,
            "total": bulk.total,
            "done": row.done,
            "succeeded": bulk.succeeded,
            "failed": bulk.failed,
            "filtered": bulk.filtered,
            "retryable": bulk.failed - bulk.broken,
            "batches_under_way": Batch.objects.filter(
                Q(status="waiting") | Q(status="running", lease_until__gte=now), bulk=bulk
            ).count(),
            "rate": rate_of(row, now) if is_open else None,
            "remaining_seconds": remaining_seconds(row, now) if is_open else None,
            "breaker_until": bulk.breaker_until if is_open else None,
        }
    )


def stream_results(
    *, user: Actor, run_id: UUID, node_id: str, line_format: LineFormat
) -> Iterator[bytes]:
    """Results in the order of the items, a batch at a time.

    JSON Lines: {index, row, result}. CSV: index, row, and `result.<field>` for each field of the
    results.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run, or the node has no items.
    """
    bulk_id = _find(user, run_id, node_id).id
    if line_format == "jsonl":
        return _json_lines(bulk_id, _results_of)
    return _results_csv(bulk_id)


def stream_failures(
    *, user: Actor, run_id: UUID, node_id: str, line_format: LineFormat
) -> Iterator[bytes]:
    """Failed items in order, a batch at a time: {index, row, attempts, type, message, item}.

    Raises:
        PermissionDeniedError: the user may not see runs.
        NotFoundError: there is no such run, or the node has no items.
    """
    bulk_id = _find(user, run_id, node_id).id
    if line_format == "jsonl":
        return _json_lines(bulk_id, _failures_of)
    return _csv(bulk_id, ["index", "row", "attempts", "type", "message", "item"], _failures_of)


def _find(user: Actor, run_id: UUID, node_id: str) -> Bulk:
    require(user, "view_run")
    if not Run.objects.filter(id=run_id).exists():
        raise NotFoundError("There is no such run.")
    found = Bulk.objects.filter(run_id=run_id, node_id=node_id).exclude(status="planned")
    bulk = found.order_by("-visit", "-attempt").first()
    if bulk is None:
        raise NotFoundError(f"The run has no items at a node '{node_id}'.")
    return bulk


def _results_of(batch: Batch) -> Iterator[Entry]:
    for index, result in batch.results:
        yield {"index": index, "row": _row(batch, index), "result": result}


def _failures_of(batch: Batch) -> Iterator[Entry]:
    for failure in batch.failures:
        yield {**failure, "item": batch.items[failure["index"] - batch.first_index]}


def _row(batch: Batch, index: int) -> int | None:
    return batch.rows[index - batch.first_index] if batch.rows else None


def _json_lines(bulk_id: int, entries: Callable[[Batch], Iterator[Entry]]) -> Iterator[bytes]:
    for batch in iter_batches(bulk_id):
        lines = [json.dumps(entry, ensure_ascii=False) for entry in entries(batch)]
        if lines:
            yield ("\n".join(lines) + "\n").encode()


def _results_csv(bulk_id: int) -> Iterator[bytes]:
    """Two looks at the batches: the columns are known only when all results are."""
    found: dict[str, None] = {}
    for batch in iter_batches(bulk_id):
        for _, result in batch.results:
            found.update(dict.fromkeys(_flat(result)))
    has_columns = len(found) <= MAX_COLUMNS

    def entries(batch: Batch) -> Iterator[Entry]:
        for entry in _results_of(batch):
            yield {**entry, **_flat(entry["result"])} if has_columns else entry

    return _csv(bulk_id, ["index", "row", *(found if has_columns else ["result"])], entries)


def _flat(result: Any) -> Entry:
    if isinstance(result, dict):
        return {f"result.{name}": value for name, value in result.items()}
    return {"result": result}


def _csv(
    bulk_id: int, columns: list[str], entries: Callable[[Batch], Iterator[Entry]]
) -> Iterator[bytes]:
    yield _csv_lines([[_cell(column) for column in columns]])
    for batch in iter_batches(bulk_id):
        rows = [[_cell(entry.get(column)) for column in columns] for entry in entries(batch)]
        if rows:
            yield _csv_lines(rows)


def _csv_lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as a cell; a text that a spreadsheet would run as a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return json.dumps(value, ensure_ascii=False)
