"""Rows of files that people upload: CSV, JSON and JSON Lines, one at a time from any place on.

A row that cannot be read is told with its number and the reason, and the next one is read. Only
what makes the whole file unreadable, such as a CSV without header, raises.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, NoReturn, Protocol

FileFormat = Literal["csv", "json", "jsonl"]
FORMATS: tuple[FileFormat, ...] = ("csv", "json", "jsonl")

MAX_ROW_BYTES = 1_000_000
"""A longer row is broken."""

MAX_DEPTH = 100
"""Lists and objects within each other in an item, as in what the API takes."""

CHUNK_BYTES = 65_536
MAX_REREAD_BYTES = 10_000_000
"""Of the lines behind a quote that is not closed, which are read once more as rows of their own.

Beyond that they are given up together with it, so that a file of nothing but such quotes is read in
a time that grows with its size only.
"""

DELIMITERS = ",;\t|"
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_JSON_MARK = re.compile(rb'["\[\]{},]')
_IN_JSON_TEXT = re.compile(rb'"|\\.', re.DOTALL)

Cursor = Mapping[str, Any]
"""Where to go on, as JSON; an empty one is the beginning."""


class UnreadableFileError(ValueError):
    """The file as a whole is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is its line, or its place in a JSON list, counted from 1."""

    number: int
    item: Any = None
    error: str = ""
    """Why it is broken; empty for a sound one."""


class RowReader(Protocol):
    """Reads rows in order. `cursor` stands behind the row that was given last."""

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows from the cursor on."""

    @property
    def cursor(self) -> Cursor:
        """Where another reader would go on."""


class _BrokenRow(Exception):
    """The row cannot be read."""


def read_rows(stream: BinaryIO, file_format: str, cursor: Cursor | None = None) -> RowReader:
    """Return a reader of a seekable file.

    Raises:
        UnreadableFileError: There is no such format. Others come when the first row is asked for.
    """
    readers: dict[str, Callable[[BinaryIO, Cursor], RowReader]] = {
        "csv": CsvReader,
        "json": JsonListReader,
        "jsonl": JsonLinesReader,
    }
    if file_format not in readers:
        raise UnreadableFileError(f"There is no file format “{file_format}”.")
    return readers[file_format](stream, cursor or {})


class JsonLinesReader:
    """A JSON value a line. Empty lines are passed over."""

    def __init__(self, stream: BinaryIO, cursor: Cursor) -> None:
        self._lines = _Lines(stream, cursor)

    @property
    def cursor(self) -> Cursor:
        """Behind the last line."""
        return self._lines.cursor

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows from the cursor on."""
        while (line := self._lines.take()) is not None:
            self._lines.settle()
            try:
                text = line.text().strip()
                if text:
                    yield Row(line.number, parse_item(text))
            except _BrokenRow as broken:
                yield Row(line.number, error=str(broken))


class CsvReader:
    """A header with the names of the fields, then a record a row; all values are texts."""

    def __init__(self, stream: BinaryIO, cursor: Cursor) -> None:
        self._lines = _Lines(stream, cursor)
        self._header: list[str] = list(cursor.get("header", ()))
        self._delimiter: str = cursor.get("delimiter", ",")
        self._reread: int = cursor.get("reread", 0)

    @property
    def cursor(self) -> Cursor:
        """Behind the last record, with the header."""
        return {
            **self._lines.cursor,
            "header": self._header,
            "delimiter": self._delimiter,
            "reread": self._reread,
        }

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows from the cursor on.

        Raises:
            UnreadableFileError: The header is missing or ambiguous.
        """
        if not self._header:
            self._read_header()
        while (first := self._lines.peek()) is not None:
            try:
                values = self._record()
                if not any(values):
                    continue
                if len(values) != len(self._header):
                    raise _BrokenRow(
                        f"It has {_fields(len(values))}, the header has {len(self._header)}."
                    )
                yield Row(first.number, dict(zip(self._header, values, strict=True)))
            except _BrokenRow as broken:
                yield Row(first.number, error=str(broken))

    def _read_header(self) -> None:
        first = self._lines.peek()
        if first is None:
            raise UnreadableFileError("The file is empty.")
        try:
            line = first.text()
            self._delimiter = max(DELIMITERS, key=line.count)
            self._header = [name.strip() for name in self._record()]
        except _BrokenRow as broken:
            raise UnreadableFileError(f"The header cannot be read: {broken}") from None
        if not all(self._header):
            raise UnreadableFileError("The header has a field without a name.")
        twice = {name for name in self._header if self._header.count(name) > 1}
        if twice:
            raise UnreadableFileError(f"The header names the field “{sorted(twice)[0]}” twice.")

    def _record(self) -> list[str]:
        """Read a record, which may go over several lines.

        When it cannot be read, its first line alone is broken: what follows may be sound.
        """
        taken: list[_Line] = []
        size = 0

        def texts() -> Iterator[str]:
            nonlocal size
            while (line := self._lines.take()) is not None:
                taken.append(line)
                size += line.size
                if size > MAX_ROW_BYTES:
                    raise _BrokenRow(_too_long())
                yield line.text()

        try:
            return next(csv.reader(texts(), delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            reason = "A quote is not closed." if len(taken) > 1 else f"{error}."
            raise _BrokenRow(reason[:1].upper() + reason[1:] + self._give_back(taken)) from None
        except _BrokenRow as broken:
            raise _BrokenRow(f"{broken}{self._give_back(taken)}") from None
        finally:
            self._lines.settle()

    def _give_back(self, taken: list[_Line]) -> str:
        """Let all lines but the first be read again; what to add to the reason where that ends."""
        following = taken[1:]
        if not following:
            return ""
        self._reread += sum(line.size for line in following)
        if self._reread > MAX_REREAD_BYTES:
            return f" The lines up to {following[-1].number} are given up with it."
        self._lines.put_back(following)
        return ""


class JsonListReader:
    """The elements of a list, which is the whole file."""

    def __init__(self, stream: BinaryIO, cursor: Cursor) -> None:
        self._stream = stream
        self._number: int = cursor.get("number", 0)
        self._offset: int = cursor.get("offset", 0)
        """Of the first byte in the buffer."""
        self._is_over: bool = cursor.get("is_over", False)
        self._buffer = b""
        stream.seek(self._offset)

    @property
    def cursor(self) -> Cursor:
        """Behind the last element and its comma."""
        return {"number": self._number, "offset": self._offset, "is_over": self._is_over}

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows from the cursor on.

        Raises:
            UnreadableFileError: The file holds no list.
        """
        if self._offset == 0:
            self._enter_list()
        while not self._is_over:
            content, end, problem = self._next_element()
            if end == b"]":
                self._is_over = True
                if not content and self._number == 0:
                    return
            self._number += 1
            try:
                if problem:
                    self._is_over = self._is_over or end == b""
                    raise _BrokenRow(problem)
                yield Row(self._number, parse_item(_decoded(content)))
            except _BrokenRow as broken:
                yield Row(self._number, error=str(broken))

    def _enter_list(self) -> None:
        while not self._buffer.removeprefix(_BOM).strip():
            if not self._fill():
                raise UnreadableFileError("The file is empty.")
        if self._buffer.startswith(_UTF_16):
            raise UnreadableFileError("The file is UTF-16. Save it as UTF-8.")
        start = len(self._buffer) - len(self._buffer.removeprefix(_BOM).lstrip())
        if self._buffer[start : start + 1] != b"[":
            raise UnreadableFileError("A JSON file must hold a list: [ … ].")
        self._drop(start + 1)

    def _next_element(self) -> tuple[bytes, bytes, str]:
        """Return the element, what stands behind it, and why it is broken, if it is."""
        position = depth = dropped = 0
        is_in_text = False
        while True:
            token = (_IN_JSON_TEXT if is_in_text else _JSON_MARK).search(self._buffer, position)
            if token is None:
                # Half of an escape may stand at the end; all else is never looked at again.
                position = max(position, len(self._buffer) - self._buffer.endswith(b"\\"))
                if position > MAX_ROW_BYTES:
                    dropped += position
                    self._drop(position)
                    position = 0
                if not self._fill():
                    self._drop(len(self._buffer))
                    return b"", b"", "The file breaks off: the list has no end."
                continue
            position = token.end()
            mark = token[0]
            if mark == b'"':
                is_in_text = not is_in_text
            elif is_in_text:
                continue
            elif mark in (b"[", b"{"):
                depth += 1
            elif depth > 0:
                depth -= mark in (b"]", b"}")
            elif mark == b"}":
                self._drop(len(self._buffer))
                return b"", b"", "A } stands where none can be; the rest cannot be read."
            else:
                content = self._buffer[: token.start()].strip()
                size = dropped + token.start()
                self._drop(position)
                problem = _too_long() if size > MAX_ROW_BYTES else ""
                return content, mark, problem

    def _fill(self) -> bool:
        chunk = self._stream.read(CHUNK_BYTES)
        self._buffer += chunk
        return bool(chunk)

    def _drop(self, count: int) -> None:
        self._buffer = self._buffer[count:]
        self._offset += count


def parse_item(text: str) -> Any:
    """Return the value of a JSON text that every database can keep."""
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise _BrokenRow("It is nested too deeply.") from None
    except ValueError as error:
        reason = getattr(error, "msg", str(error))
        raise _BrokenRow(f"It is not JSON: {reason}.") from None
    if _is_too_deep(value):
        raise _BrokenRow("It is nested too deeply.")
    if "\\u0000" in text and _NUL.search(text):
        raise _BrokenRow("It holds a NUL character.")
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _BrokenRow("It holds half of a character (a lone surrogate).") from None
    return value


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    content: bytes
    size: int
    """In the file, with its end and with what was too long to keep."""

    def text(self) -> str:
        if self.size > MAX_ROW_BYTES:
            raise _BrokenRow(_too_long())
        return _decoded(self.content)


class _Lines:
    """Lines of a file, some of which may be put back; the cursor stands behind those settled."""

    def __init__(self, stream: BinaryIO, cursor: Cursor) -> None:
        self._stream = stream
        self._waiting: deque[_Line] = deque()
        self._read = self._settled_number = cursor.get("number", 0)
        self._settled_offset: int = cursor.get("offset", 0)
        self._taken: list[_Line] = []
        stream.seek(self._settled_offset)

    @property
    def cursor(self) -> dict[str, Any]:
        return {"number": self._settled_number, "offset": self._settled_offset}

    def peek(self) -> _Line | None:
        line = self.take()
        if line is not None:
            self.put_back([line])
        return line

    def take(self) -> _Line | None:
        line = self._waiting.popleft() if self._waiting else self._next()
        if line is not None:
            self._taken.append(line)
        return line

    def put_back(self, lines: list[_Line]) -> None:
        """Undo the taking of the last lines."""
        if lines:
            self._waiting.extendleft(reversed(lines))
            del self._taken[-len(lines) :]

    def settle(self) -> None:
        """What was taken will not be put back."""
        for line in self._taken:
            self._settled_number = line.number
            self._settled_offset += line.size
        self._taken.clear()

    def _next(self) -> _Line | None:
        content = self._stream.readline(MAX_ROW_BYTES + 1)
        if not content:
            return None
        size = len(content)
        last = content
        while size > MAX_ROW_BYTES and not last.endswith(b"\n"):
            last = self._stream.readline(CHUNK_BYTES)
            if not last:
                break
            size += len(last)
        if self._read == 0:
            if content.startswith(_UTF_16):
                raise UnreadableFileError("The file is UTF-16. Save it as UTF-8.")
            content = content.removeprefix(_BOM)
        self._read += 1
        return _Line(self._read, content, size)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise _BrokenRow(f"It is not UTF-8: byte {byte:#04x} at {error.start + 1}.") from None
    if "\x00" in text:
        raise _BrokenRow("It holds a NUL character.")
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    depth = 0
    while level := [part for part in level if isinstance(part, dict | list)]:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        level = [
            child for part in level for child in (part.values() if isinstance(part, dict) else part)
        ]
    return False


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _too_long() -> str:
    return f"It is longer than {MAX_ROW_BYTES:,} bytes."
