"""Edits of CSV files: what isn't edited stays byte for byte."""

from __future__ import annotations

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.view.csvtext import Cells, csv_text

NEEDED = ("clip", "keep")


def dropped(cells: Cells) -> Cells | None:
    return {**cells, "keep": "no"} if cells["clip"] == "b" else cells


@pytest.mark.parametrize(
    "encoding",
    [pytest.param("utf-8", id="plain"), pytest.param("utf-8-sig", id="with a mark"), pytest.param("utf-16", id="wide")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_one_cell_is_changed(encoding: str, end: str, separator: str) -> None:
    rows = ["Clip, ,keep,note,", 'a,,yes,"two\nlines, é",', "b,,yes,mine,,more", "", 'a,,yes,"two\nlines, é",']
    text = end.join(row.replace(",", separator) for row in rows)
    found = csv_text(text.encode(encoding), NEEDED)
    assert found
    changed = text.replace(f"b{separator}{separator}yes", f"b{separator}{separator}no")
    assert found.edited(dropped).encoded() == changed.encode(encoding)
    assert found.edited(lambda cells: cells).encoded() == text.encode(encoding)


def test_rows_are_taken_out_and_added_with_the_files_line_end() -> None:
    found = csv_text(b"keep,clip\r\nyes,a\r\nno,b", NEEDED)
    assert found
    added = found.edited(lambda cells: None if cells["clip"] == "a" else cells).extended([{"clip": 'c "d"'}])
    assert added.encoded() == b'keep,clip\r\nno,b\r\n,"c ""d"""\r\n'


def test_a_short_row_gets_the_cell_that_it_lacks() -> None:
    found = csv_text(b"clip,keep\nb\n", NEEDED)
    assert found
    assert found.edited(dropped).encoded() == b"clip,keep\nb,no\n"


@pytest.mark.parametrize("data", [b"", b"clip\na\n", b"a,b\n1,2\n"])
def test_a_table_without_the_columns_is_none(data: bytes) -> None:
    assert csv_text(data, NEEDED) is None


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(DatasetkitError, match="can't be read"):
        csv_text(b"\xff\xfe\x00", NEEDED)
