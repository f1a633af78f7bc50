from __future__ import annotations

import csv
import io
import json
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows_app.core import item_files
from workflows_app.core.item_files import MAX_ROW_BYTES, Row, UnreadableFileError, read_rows


def rows(content: str | bytes, file_format: str) -> list[Row]:
    data = content.encode() if isinstance(content, str) else content
    return list(read_rows(io.BytesIO(data), file_format))


def items(content: str | bytes, file_format: str) -> list[Any]:
    found = rows(content, file_format)
    assert not [row for row in found if row.error]
    return [row.item for row in found]


def broken(content: str | bytes, file_format: str) -> list[tuple[int, str]]:
    return [(row.number, row.error) for row in rows(content, file_format) if row.error]


def test_files_of_the_three_formats_are_read():
    assert items('{"a": 1}\n\n[2]\n"x"', "jsonl") == [{"a": 1}, [2], "x"]
    assert items("a,b\n1,\n\n2,ü\r\n", "csv") == [{"a": "1", "b": ""}, {"a": "2", "b": "ü"}]
    assert items('\n[1, {"a": "],"}, "\\"", [ ]\n]\n', "json") == [1, {"a": "],"}, '"', []]


def test_rows_are_numbered_as_an_editor_numbers_them():
    assert [row.number for row in rows("1\n\n2\n", "jsonl")] == [1, 3]
    assert [row.number for row in rows('a\n"x\ny"\nz\n', "csv")] == [2, 4]
    assert [row.number for row in rows("[5, 6]", "json")] == [1, 2]


def test_a_byte_order_mark_is_no_content():
    assert items(b"\xef\xbb\xbf1\n", "jsonl") == [1]
    assert items(b"\xef\xbb\xbfa,b\n1,2\n", "csv") == [{"a": "1", "b": "2"}]
    assert items(b"\xef\xbb\xbf[1]", "json") == [1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(delimiter):
    assert items(f"a{delimiter}b\n1{delimiter}2", "csv") == [{"a": "1", "b": "2"}]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends():
    assert items('a,b\n"1,2","say ""no""\nand go"\n', "csv") == [
        {"a": "1,2", "b": 'say "no"\nand go'}
    ]


def test_a_quote_within_a_plain_field_is_a_character():
    assert items('size,what\n5" wide,pipe\n6,rod\n', "csv")[0]["size"] == '5" wide'


@pytest.mark.parametrize(
    "content, expected",
    [
        ("a,b\n1\n1,2,3\n1,2\n", [(2, "It has 1 field, the header has 2."), (3, "It has 3 fi")]),
        (b"a\nok\n\xff\nok\n", [(3, "It is not UTF-8: byte 0xff at 1.")]),
        (b"a\nx\x00y\nok\n", [(2, "It holds a NUL character.")]),
        ('a,b\n"1,2\n3,4\n5,6\n', [(2, "A quote is not closed.")]),
        ('a,b\n"1"x,2\n3,4\n', [(2, "',' expected after")]),
        ("a\n" + "x" * (MAX_ROW_BYTES + 1) + "\nok\n", [(2, "It is longer than 1,000,000 byte")]),
    ],
)
def test_broken_records_are_told_and_the_others_read(content, expected):
    found = broken(content, "csv")
    assert [number for number, _ in found] == [number for number, _ in expected]
    for (_, error), (_, begin) in zip(found, expected, strict=True):
        assert error.startswith(begin)
    assert [row for row in rows(content, "csv") if not row.error]


def test_what_follows_an_unclosed_quote_is_read():
    assert [row.item for row in rows('a,b\n"1,2\n3,4\n5,6\n', "csv")] == [
        None,
        {"a": "3", "b": "4"},
        {"a": "5", "b": "6"},
    ]


def test_a_text_without_end_in_a_list_is_read_once():
    """Looked at anew with each piece of the file, it would take longer than a test may."""
    content = b'[1, "' + rb"\\ \" " * 1_500_000
    assert broken(content, "json") == [(2, "The file breaks off: the list has no end.")]


def test_escapes_at_the_borders_of_pieces_are_whole():
    texts = ["x" * length + '\\"' * 40_000 for length in range(4)]
    assert items(json.dumps(texts), "json") == texts


def test_a_quote_without_end_takes_what_its_lines_take():
    """Were its lines summed up with each of them, this would take longer than a test may."""
    content = b"a,b\n" + b'x","\n' * 210_000
    first = next(iter(read_rows(io.BytesIO(content), "csv")))
    assert first == Row(2, error="It is longer than 1,000,000 bytes.")


def test_a_file_of_quotes_without_end_is_given_up_in_pieces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(item_files, "MAX_REREAD_BYTES", 30)
    # Each line opens a quote, and the next one closes it and opens another.
    content = b"a,b\n" + b'x","\n' * 5
    expected = [
        Row(2, error="A quote is not closed."),
        Row(3, error="A quote is not closed. The lines up to 6 are given up with it."),
    ]
    assert rows(content, "csv") == expected

    reader = read_rows(io.BytesIO(content), "csv")
    assert next(iter(reader)) == expected[0]
    assert list(read_rows(io.BytesIO(content), "csv", reader.cursor)) == expected[1:]


@pytest.mark.parametrize(
    "line, error",
    [
        ("{", "It is not JSON: "),
        ("NaN", "It is not JSON: NaN is no number."),
        (r'"\u0000"', "It holds a NUL character."),
        (r'"\ud800"', "It holds half of a character"),
        ("1e400", "It is not JSON: the number 1e400 is too large."),
        ("-1e400", "It is not JSON: the number -1e400 is too large."),
        ("[" * 100_000, "It is nested too deeply."),
        ("[" * 101 + "]" * 101, "It is nested too deeply."),
        ("9" * 5_000, "It is not JSON: "),
        ('"' + "x" * MAX_ROW_BYTES + '"', "It is longer than"),
    ],
)
def test_lines_that_are_no_item_are_told_and_the_others_read(line, error):
    found = rows(f"1\n{line}\n2\n", "jsonl")
    assert [(row.number, row.item) for row in found] == [(1, 1), (2, None), (3, 2)]
    assert found[1].error.startswith(error)
    inside = rows(f"[1, {line if line[0] not in '[{' else 'nul'}, 2]", "json")
    assert [(row.number, row.item) for row in inside] == [(1, 1), (2, None), (3, 2)]


def test_an_item_may_be_a_hundred_levels_deep():
    text = '{"a":' * 50 + "[" * 50 + "1" + "]" * 50 + "}" * 50
    assert items(text, "jsonl") == [json.loads(text)]


def test_an_escaped_backslash_before_a_u_is_no_nul():
    assert items('"\\\\u0000"', "jsonl") == ["\\u0000"]


@pytest.mark.parametrize(
    "content, error",
    [
        ("[1, 2", "The file breaks off: the list has no end."),
        ('[1, "x', "The file breaks off: the list has no end."),
        ("[1, }, 2]", "A } stands where none can be; the rest cannot be read."),
        ("[1,]", "It is not JSON: "),
    ],
)
def test_a_list_that_ends_wrongly_keeps_what_came_before(content, error):
    found = rows(content, "json")
    assert found[0] == Row(1, 1)
    assert found[-1].error.startswith(error)


@pytest.mark.parametrize(
    "content, file_format, message",
    [
        (b"", "csv", "The file is empty."),
        (b" \n", "json", "The file is empty."),
        (b'{"a": 1}', "json", "A JSON file must hold a list"),
        (b"a,a\n1,2\n", "csv", "The header names the field “a” twice."),
        (b"a,\n1,2\n", "csv", "The header has a field without a name."),
        (b"\xff\n", "csv", "The header cannot be read: It is not UTF-8"),
        ("a,b\n".encode("utf-16"), "csv", "The file is UTF-16. Save it as UTF-8."),
        ("[1]".encode("utf-16"), "json", "The file is UTF-16. Save it as UTF-8."),
        (b"1", "xml", "There is no file format “xml”."),
    ],
)
def test_a_file_that_is_no_list_of_rows_is_refused(content, file_format, message):
    with pytest.raises(UnreadableFileError, match=message.replace("[", r"\[")):
        rows(content, file_format)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _is_storable(value: Any) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    return "\\u0000" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


@given(st.lists(VALUES.filter(_is_storable)), st.booleans(), st.integers(0, 20))
def test_reading_on_from_any_row_gives_the_rest(values, is_list, stop):
    texts = [json.dumps(value, ensure_ascii=stop % 2 == 0) for value in values]
    content = f"[{', '.join(texts)}]" if is_list else "\n".join(texts)
    stream = io.BytesIO(content.encode())
    file_format = "json" if is_list else "jsonl"
    first = read_rows(stream, file_format)
    before = list(islice(first, stop))
    cursor = json.loads(json.dumps(first.cursor)) if before else {}
    after = list(read_rows(stream, file_format, cursor))
    if len(before) < stop:
        after = []
    assert [row.item for row in [*before, *after]] == values


FIELDS = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)))


@given(st.lists(st.tuples(FIELDS, FIELDS)), st.integers(1, 20))
def test_reading_on_in_a_csv_gives_the_rest(records, stop):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("a", "b"))
    kept = [(a, b) for a, b in records if (a or b) and "\r" not in a + b]
    writer.writerows(kept)
    stream = io.BytesIO(text.getvalue().encode())
    first = read_rows(stream, "csv")
    before = list(islice(first, stop))
    after = list(read_rows(stream, "csv", json.loads(json.dumps(first.cursor))))
    if len(before) < stop:
        after = []
    assert [(row.item["a"], row.item["b"]) for row in [*before, *after]] == kept
