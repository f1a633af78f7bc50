"""What a map node returns when all its items are done, or too many of them failed."""

from __future__ import annotations

from collections.abc import Callable
from random import random
from typing import Any

from django.db import InterfaceError, OperationalError

from workflows_app.core.events import ErrorInfo, NodeCompleted, NodeFailed
from workflows_app.engine import clock
from workflows_app.engine.item_work import ItemWork
from workflows_app.sdk.shell.failures import error_info
from workflows_app.sdk.shell.values import MAX_PASSED_ON_BYTES, storable
from workflows_app.store.batches import iter_batches
from workflows_app.store.bulks import BulkRow
from workflows_app.store.codec import Report


def result_report(bulk: BulkRow, load: Callable[[], ItemWork]) -> Report:
    """The report that ends the node run. `load` is called only where there is a result to make."""
    error = _error_of(bulk)
    if error is None:
        try:
            output = storable(_output(bulk, load()), "result")
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is the node's failure
            error = error_info(failure)
        else:
            at = clock.now().timestamp()
            return Report(NodeCompleted(*bulk.key, bulk.attempt, at), output=output)
    at = clock.now().timestamp()
    return Report(NodeFailed(*bulk.key, bulk.attempt, at, error, random()))


def _error_of(bulk: BulkRow) -> ErrorInfo | None:
    if bulk.error is not None:
        return ErrorInfo(bulk.error["type"], bulk.error["message"], is_final=True)
    if bulk.allowed_failures is not None and bulk.failed > bulk.allowed_failures:
        message = (
            f"{bulk.failed:,} of {bulk.total:,} items failed, and no more than "
            f"{bulk.allowed_failures:,} may."
        )
        return ErrorInfo("TooManyFailures", message, is_final=True)
    return None


def _output(bulk: BulkRow, work: ItemWork) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "total": bulk.total,
        "succeeded": bulk.succeeded,
        "failed": bulk.failed,
        "filtered": bulk.filtered,
    }
    if work.config.result.mode == "reduce":
        return {**summary, "value": _combined(bulk, work)}
    return {**summary, "results": _results(bulk)}


def _results(bulk: BulkRow) -> list[Any] | None:
    if bulk.result_bytes > MAX_PASSED_ON_BYTES:
        return None
    return [value for batch in iter_batches(bulk.id) for _, value in batch.results]


def _combined(bulk: BulkRow, work: ItemWork) -> Any:
    rule = work.config.result
    accumulator = work.evaluate(rule.initial)
    for batch in iter_batches(bulk.id):
        for index, output in batch.results:
            accumulator = work.evaluate(
                rule.combine,
                accumulator=accumulator,
                output=output,
                index=index,
                item=batch.items[index - batch.first_index],
            )
    return accumulator
