"""Reading the items of a bulk: a little at a time, and from where the last look ended.

Each `Filling` is written in one transaction together with the place where the next one begins, so
that a crash in between neither loses nor doubles an item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from workflows_app.core.document_bulk import MapConfig
from workflows_app.core.item_files import Row, RowReader, UnreadableFileError, read_rows
from workflows_app.core.json_text import dumps
from workflows_app.store import uploads
from workflows_app.store.batches import iter_batches
from workflows_app.store.bulks import BulkRow, Filling, NewBatch, read_node_items

FILLING_ITEMS = 5_000
FILLING_BYTES = 4_000_000
"""Of items as JSON: what one transaction writes."""

BATCH_BYTES = 2_000_000
"""A batch of large items has fewer of them."""


class _Source(Protocol):
    """Gives items in order, and tells where it stands."""

    def __iter__(self) -> Iterator[Row]: ...

    @property
    def cursor(self) -> Mapping[str, Any]: ...


def read_fillings(bulk: BulkRow, config: MapConfig) -> Iterator[Filling]:
    """Yield batch after batch from where the bulk's cursor stands to the end.

    Raises:
        UnreadableFileError: The uploaded file is gone, or is no list of rows.
    """
    has_row_numbers = bulk.source["kind"] != "list"
    drawer = _Drawer(config, has_row_numbers, **bulk.cursor.get("drawer", {}))
    with _open(bulk) as source:
        for row in source:
            drawer.add(row)
            if drawer.is_full:
                yield drawer.filling(source.cursor, is_expanded=False)
        yield drawer.filling(source.cursor, is_expanded=True)


@dataclass(slots=True)
class _Drawer:
    """Puts rows into batches. A filling always ends with a whole batch."""

    config: MapConfig
    has_row_numbers: bool
    number: int = 0
    """Of the next batch."""
    index: int = 0
    """Of the next item."""
    _batches: list[NewBatch] = field(default_factory=list)
    _items: list[Any] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _failures: list[Mapping[str, Any]] = field(default_factory=list)
    _batch_bytes: int = 0
    _bytes: int = 0

    def add(self, row: Row) -> None:
        """Take in a row, sound or broken."""
        if row.error:
            self._failures.append(
                {
                    "index": self.index,
                    "row": row.number,
                    "attempts": 0,
                    "type": "BrokenRow",
                    "message": row.error,
                }
            )
        self._items.append(row.item)
        if self.has_row_numbers:
            self._rows.append(row.number)
        self.index += 1
        self._batch_bytes += len(dumps(row.item))
        if len(self._items) >= self.config.batch_size or self._batch_bytes >= BATCH_BYTES:
            self._end_batch()

    @property
    def is_full(self) -> bool:
        """True when it is time to write, which is possible only between two batches."""
        if self._items:
            return False
        count = sum(len(batch.items) for batch in self._batches)
        return count >= FILLING_ITEMS or self._bytes >= FILLING_BYTES

    def filling(self, cursor: Mapping[str, Any], *, is_expanded: bool) -> Filling:
        """What was drawn since the last time."""
        if self._items:
            self._end_batch()
        batches, self._batches, self._bytes = self._batches, [], 0
        drawn = {"number": self.number, "index": self.index}
        threshold = self.config.failure_threshold
        return Filling(
            batches=batches,
            cursor={"source": dict(cursor), "drawer": drawn},
            total=self.index,
            is_expanded=is_expanded,
            allowed_failures=threshold.allowed(self.index if is_expanded else None),
        )

    def _end_batch(self) -> None:
        first = self.index - len(self._items)
        rows = self._rows or None
        self._batches.append(NewBatch(self.number, first, self._items, rows, self._failures))
        self._bytes += self._batch_bytes
        self.number += 1
        self._items, self._rows, self._failures, self._batch_bytes = [], [], [], 0


@contextmanager
def _open(bulk: BulkRow) -> Iterator[_Source]:
    cursor = bulk.cursor.get("source", {})
    match bulk.source["kind"]:
        case "upload":
            upload_id = UUID(bulk.source["id"])
            file_format = uploads.find_format(upload_id)
            try:
                with uploads.open_upload(upload_id) as content:
                    reader: RowReader = read_rows(content, file_format or "", cursor)
                    yield reader
            except FileNotFoundError:
                raise UnreadableFileError("The uploaded file is gone.") from None
        case "failed":
            yield _FailedItems(bulk.source["bulk"], cursor)
        case _:
            yield _ListedItems(bulk, cursor)


class _ListedItems:
    """The list in the node run's input."""

    def __init__(self, bulk: BulkRow, cursor: Mapping[str, Any]) -> None:
        self._items = read_node_items(bulk)
        self._position: int = cursor.get("position", 0)

    @property
    def cursor(self) -> Mapping[str, Any]:
        return {"position": self._position}

    def __iter__(self) -> Iterator[Row]:
        while self._position < len(self._items):
            self._position += 1
            yield Row(self._position, self._items[self._position - 1])


class _FailedItems:
    """The items of an earlier bulk that failed; rows that are broken stay so and are left out."""

    def __init__(self, bulk_id: int, cursor: Mapping[str, Any]) -> None:
        self._bulk_id = bulk_id
        self._next_index: int = cursor.get("index", 0)

    @property
    def cursor(self) -> Mapping[str, Any]:
        return {"index": self._next_index}

    def __iter__(self) -> Iterator[Row]:
        for batch in iter_batches(self._bulk_id):
            for failure in batch.failures:
                index = failure["index"]
                if index < self._next_index or failure["attempts"] == 0:
                    continue
                self._next_index = index + 1
                number = failure["row"] or index + 1
                yield Row(number, batch.items[index - batch.first_index])
